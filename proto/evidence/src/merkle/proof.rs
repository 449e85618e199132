//! Proofs made from stored tiles (RFC 9162 §2.1.3.1 and §2.1.4.1): first which tiles they take, then the hashes.
//!
//! A store that is read asynchronously asks [`Plan::tiles`], fetches those, and hands them to [`Plan::prove`].

use std::collections::BTreeMap;

use super::{
    Hash, TILE_WIDTH, TileId, Tiles, node,
    tile::{TILE_HEIGHT, range},
};

/// The root of a perfect part of the tree: `2^level` leaves, the `index`-th such part from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    level: u8,
    index: u64,
}

/// What a proof is made of.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of each hash of the proof, the perfect parts below it, from left to right.
    hashes: Vec<Vec<Part>>,
}

/// Why there is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// A tile cannot be read.
    #[error("a proof needs a tile of the tree that cannot be read: {0}")]
    Tile(E),
    /// A tile has fewer hashes than the tree has leaves for it.
    #[error("tile {} of level {} of the stored tree is too short", .0.index, .0.level)]
    Short(TileId),
}

impl Plan {
    /// That the leaf at `index` (from 0) is in the tree of `size` leaves; none where the tree has no such leaf.
    #[must_use]
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let (mut first, mut count, mut hashes) = (0, size, Vec::new());
        while count > 1 {
            let left = split(count);
            if index - first < left {
                hashes.push(parts(first + left, count - left));
                count = left;
            } else {
                hashes.push(parts(first, left));
                first += left;
                count -= left;
            }
        }
        // From the leaf upwards.
        hashes.reverse();
        Some(Self { hashes })
    }

    /// That the tree of `later` leaves begins with the one of `earlier`; none where it is smaller.
    #[must_use]
    pub fn consistency(earlier: u64, later: u64) -> Option<Self> {
        if earlier > later {
            return None;
        }
        let mut hashes = Vec::new();
        if earlier == 0 || earlier == later {
            return Some(Self { hashes });
        }
        let (mut first, mut count) = (0, later);
        while earlier - first != count {
            let left = split(count);
            if earlier - first <= left {
                hashes.push(parts(first + left, count - left));
                count = left;
            } else {
                hashes.push(parts(first, left));
                first += left;
                count -= left;
            }
        }
        // The earlier tree itself is known to whoever asks, but not a part of it.
        if first > 0 {
            hashes.push(parts(first, count));
        }
        hashes.reverse();
        Some(Self { hashes })
    }

    /// The tiles that the proof takes, and how many hashes of each.
    #[must_use]
    pub fn tiles(&self) -> BTreeMap<TileId, usize> {
        let mut tiles = BTreeMap::new();
        for (id, offset, width) in self.hashes.iter().flatten().map(Part::place) {
            let needed = tiles.entry(id).or_insert(0);
            *needed = (*needed).max(offset + width);
        }
        tiles
    }

    /// The proof.
    pub fn prove<T: Tiles>(&self, tiles: &T) -> Result<Vec<Hash>, ProofError<T::Error>> {
        let mut read = BTreeMap::new();
        for (id, width) in self.tiles() {
            let tile = tiles.tile(id, width).map_err(ProofError::Tile)?;
            if tile.len() < width {
                return Err(ProofError::Short(id));
            }
            read.insert(id, tile);
        }
        let root = |part: &Part| {
            let (id, offset, width) = part.place();
            let hashes = read.get(&id).and_then(|tile| tile.get(offset..));
            let hashes = hashes.and_then(|hashes| hashes.get(..width));
            hashes
                .map(|hashes| range(hashes).root())
                .ok_or(ProofError::Short(id))
        };
        let mut proof = Vec::with_capacity(self.hashes.len());
        for parts in &self.hashes {
            let mut whole = None;
            for part in parts.iter().rev() {
                let left = root(part)?;
                whole = Some(whole.map_or(left, |right| node(&left, &right)));
            }
            proof.extend(whole);
        }
        Ok(proof)
    }
}

impl Part {
    /// The tile below it, and which of its hashes.
    fn place(&self) -> (TileId, usize, usize) {
        let (level, below) = (self.level / TILE_HEIGHT, self.level % TILE_HEIGHT);
        let first = self.index << below;
        let id = TileId {
            level,
            index: first >> TILE_HEIGHT,
        };
        let offset = usize::try_from(first % TILE_WIDTH as u64).unwrap_or(0);
        (id, offset, 1 << below)
    }
}

/// The largest power of two below `count` (2 or more): `k` of the RFC.
const fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The perfect parts of `count` leaves from `first`, which is a multiple of a power of two that is no less than `count`.
fn parts(mut first: u64, count: u64) -> Vec<Part> {
    let mut parts = Vec::new();
    for level in (0..64_u8).rev() {
        if count >> level & 1 == 1 {
            parts.push(Part {
                level,
                index: first >> level,
            });
            first += 1 << level;
        }
    }
    parts
}

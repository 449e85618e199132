//! Where the hashes of a tree are kept: in tiles of up to 256, of the leaves and of every eighth level above them. What lies
//! between is hashed again when a proof is made: at most 255 nodes a tile.
//!
//! Tile `i` of level `t` holds the roots of the perfect parts of `256^t` leaves, number `256 i` to `256 i + 255`. A tile that
//! is full never changes again; of each level the last one may be partial.

use std::collections::BTreeMap;

use super::{CompactRange, Hash};

/// Hashes of a full tile.
pub const TILE_WIDTH: usize = 256;
/// Levels of the tree from one level of tiles to the next: 2^8 = 256.
pub(super) const TILE_HEIGHT: u8 = 8;

/// Names a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// 0: leaves; 1: roots of 256 leaves; 2: of 65,536.
    pub level: u8,
    /// From the left, from 0.
    pub index: u64,
}

/// Stored tiles.
pub trait Tiles {
    /// Why one cannot be read.
    type Error;

    /// The hashes of a tile from the left: at least `width` of them (1 to 256).
    fn tile(&self, id: TileId, width: usize) -> Result<Vec<Hash>, Self::Error>;
}

/// A tile that is not there, or not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree's tile {} of level {} is not there in full", .0.index, .0.level)]
pub struct MissingTile(pub TileId);

impl Tiles for BTreeMap<TileId, Vec<Hash>> {
    type Error = MissingTile;

    fn tile(&self, id: TileId, width: usize) -> Result<Vec<Hash>, MissingTile> {
        let tile = self.get(&id).filter(|tile| tile.len() >= width);
        tile.cloned().ok_or(MissingTile(id))
    }
}

/// Appends to a tree that is stored as tiles; keeps at most one tile a level in memory, and those that changed.
#[derive(Clone, Debug, Default)]
pub struct Appender {
    size: u64,
    /// The last tile of each level, not full.
    edge: Vec<Vec<Hash>>,
    full: Vec<(TileId, Vec<Hash>)>,
}

impl Appender {
    /// The tiles that [`Self::resume`] takes of a stored tree of `size` leaves, and how many hashes of each; one a level.
    #[must_use]
    pub fn edge(size: u64) -> Vec<(TileId, usize)> {
        let mut edge = Vec::new();
        let mut count = size;
        for level in 0.. {
            if count == 0 {
                break;
            }
            let index = count >> TILE_HEIGHT;
            edge.push((TileId { level, index }, last_width(count)));
            count = index;
        }
        edge
    }

    /// Goes on at the end of a stored tree of `size` leaves.
    pub fn resume<T: Tiles>(size: u64, tiles: &T) -> Result<Self, T::Error> {
        let mut edge = Vec::new();
        for (id, width) in Self::edge(size) {
            let mut tile = match width {
                0 => Vec::new(),
                _ => tiles.tile(id, width)?,
            };
            tile.truncate(width);
            edge.push(tile);
        }
        Ok(Self {
            size,
            edge,
            full: Vec::new(),
        })
    }

    /// How many leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes one more leaf, by its hash.
    pub fn append(&mut self, leaf: Hash) {
        let (mut hash, mut count) = (leaf, self.size);
        self.size += 1;
        for level in 0.. {
            if self.edge.len() <= usize::from(level) {
                self.edge.push(Vec::with_capacity(TILE_WIDTH));
            }
            let tile = &mut self.edge[usize::from(level)];
            tile.push(hash);
            if tile.len() < TILE_WIDTH {
                break;
            }
            hash = range(tile).root();
            count >>= TILE_HEIGHT;
            let index = count;
            self.full
                .push((TileId { level, index }, std::mem::take(tile)));
        }
    }

    /// The root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        let whole = self
            .edge
            .iter()
            .fold(None, |right, tile| range(tile).join(right));
        whole.unwrap_or_else(super::empty)
    }

    /// The tiles to store now: those filled since the last time, then the last of each level, where not empty.
    pub fn take_changed(&mut self) -> Vec<(TileId, Vec<Hash>)> {
        let mut changed = std::mem::take(&mut self.full);
        let mut count = self.size;
        for (level, tile) in (0..).zip(&self.edge) {
            count >>= TILE_HEIGHT;
            if !tile.is_empty() {
                changed.push((
                    TileId {
                        level,
                        index: count,
                    },
                    tile.clone(),
                ));
            }
        }
        changed
    }
}

/// How many hashes the last tile of so many has; 0 where the last is full.
fn last_width(count: u64) -> usize {
    usize::try_from(count % TILE_WIDTH as u64).unwrap_or(0)
}

/// The tree over the hashes of (a part of) a tile.
pub(super) fn range(hashes: &[Hash]) -> CompactRange {
    let mut range = CompactRange::default();
    for hash in hashes {
        range.append(*hash);
    }
    range
}

//! The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1.1) over SHA-256: what a head's root is over.
//!
//! ```text
//! leaf      SHA-256(00 ‖ record)                 node  SHA-256(01 ‖ left ‖ right)
//! root      of no leaf: SHA-256 of nothing; of one: the leaf; of n: the node of the roots of the first k and of the
//!           others, k the largest power of two below n
//! ```

mod check;
mod proof;
mod tile;

use openssl::sha::Sha256;

pub use self::{
    check::{consistent, included},
    proof::{Plan, ProofError},
    tile::{Appender, MissingTile, TILE_WIDTH, TileId, Tiles},
};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash of one leaf's content.
#[must_use]
pub fn leaf(content: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(&[0]);
    hash.update(content);
    hash.finish()
}

/// The hash of a node over two others.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut content = [1; 65];
    content[1..33].copy_from_slice(left);
    content[33..].copy_from_slice(right);
    let mut hash = Sha256::new();
    hash.update(&content);
    hash.finish()
}

/// The root of the tree without leaves.
#[must_use]
pub fn empty() -> Hash {
    Sha256::new().finish()
}

/// A tree that only grows: of the leaves so far, the roots of its perfect parts from left to right, one a bit of its size.
/// Takes 2 KiB whatever the size.
#[derive(Clone, Debug)]
pub struct CompactRange {
    size: u64,
    /// At `level`, the root of a part of `2^level` leaves; holds where the size has that bit.
    parts: [Hash; 64],
}

impl Default for CompactRange {
    fn default() -> Self {
        Self {
            size: 0,
            parts: [[0; 32]; 64],
        }
    }
}

impl CompactRange {
    /// How many leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes one more leaf, by its hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let level = self.size.trailing_ones() as usize;
        for part in self.parts.iter().take(level) {
            hash = node(part, &hash);
        }
        self.parts[level.min(63)] = hash;
        self.size += 1;
    }

    /// The root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.join(None).unwrap_or_else(empty)
    }

    /// The root of these leaves and, to their right, a smaller tree with this root.
    fn join(&self, right: Option<Hash>) -> Option<Hash> {
        let parts = self.parts.iter().enumerate();
        parts
            .filter(|(level, _)| self.size >> level & 1 == 1)
            .fold(right, |right, (_, part)| {
                Some(right.map_or(*part, |right| node(part, &right)))
            })
    }
}

#[cfg(test)]
mod tests;

//! Whether a proof holds: all that somebody needs who has no tree (RFC 9162 §2.1.3.2 and §2.1.4.2).

use super::{Hash, empty, node};

/// Whether the leaf stands at `index` (from 0) of the tree with this size and root.
#[must_use]
pub fn included(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let mut way = Way {
        to: index,
        last: size - 1,
    };
    let mut hash = *leaf;
    for step in proof {
        if way.last == 0 {
            return false;
        }
        hash = if way.turns_left() {
            node(step, &hash)
        } else {
            node(&hash, step)
        };
        way.up();
    }
    way.last == 0 && hash == *root
}

/// Whether the tree of the later size and root begins with the one of the earlier. A tree begins with itself, and with the
/// one without leaves; both are proved by nothing.
#[must_use]
pub fn consistent(earlier: (u64, &Hash), later: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((first, first_root), (second, second_root)) = (earlier, later);
    if first == second {
        return proof.is_empty() && first_root == second_root;
    }
    if first == 0 {
        return proof.is_empty() && *first_root == empty();
    }
    if first > second {
        return false;
    }
    // The earlier tree is one perfect part of the later: its root needs no proof.
    let mut steps = proof.iter();
    let start = if first.is_power_of_two() {
        Some(first_root)
    } else {
        steps.next()
    };
    let Some(start) = start else { return false };
    let perfect = (first - 1).trailing_ones();
    let mut way = Way {
        to: (first - 1) >> perfect,
        last: (second - 1) >> perfect,
    };
    let (mut before, mut after) = (*start, *start);
    for step in steps {
        if way.last == 0 {
            return false;
        }
        if way.turns_left() {
            before = node(step, &before);
            after = node(step, &after);
        } else {
            after = node(&after, step);
        }
        way.up();
    }
    way.last == 0 && before == *first_root && after == *second_root
}

/// The way from a leaf up to the root: `fn` and `sn` of the RFC.
struct Way {
    to: u64,
    last: u64,
}

impl Way {
    /// Whether the next step's hash stands to the left. On the right edge, levels without a neighbour are passed.
    fn turns_left(&mut self) -> bool {
        if self.to & 1 == 1 {
            return true;
        }
        if self.to != self.last {
            return false;
        }
        let alone = self.to.trailing_zeros();
        self.to = self.to.checked_shr(alone).unwrap_or(0);
        self.last = self.last.checked_shr(alone).unwrap_or(0);
        true
    }

    fn up(&mut self) {
        self.to >>= 1;
        self.last >>= 1;
    }
}

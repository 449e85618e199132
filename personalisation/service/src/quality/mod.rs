//! Quality: what has to hold before a card may be packed (docs/quality.md).

pub mod exit;
mod verdict;

pub use verdict::{detail, reason, verdict};

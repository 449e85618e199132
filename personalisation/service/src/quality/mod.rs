//! Quality: what has to hold before a card may be packed (docs/quality.md).

pub mod exit;
mod inspector;
mod verdict;

pub use inspector::ByCamera;
pub use verdict::{detail, reason, verdict};

//! Quality: what has to hold before a card may be packed (docs/quality.md).

pub mod exit;
mod inspector;
mod kept;
mod section;
mod verdict;

pub use inspector::ByCamera;
pub(crate) use kept::{Kept, Small};
pub use section::QualitySection;
pub use verdict::{detail, figures, reason, verdict};

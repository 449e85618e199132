//! The exit inspection, as the line sees it: whether a printed card is what it should be, by the exit camera's pictures.

use thiserror::Error;

use super::{ExitPictures, Marking};
use crate::faces::Pictures;

/// What an inspector says of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is what it should be.
    Passed,
    /// It is not.
    Failed {
        /// What is wrong, for operators and the audit: which check, what was measured, which limit. Holds no personal
        /// data.
        finding: String,
    },
}

/// Why there is no verdict: nothing that another picture of the same card would change. For the operator.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("inspecting the exit pictures: {0}")]
pub struct ExitError(pub String);

/// Whoever looks at the exit pictures.
pub trait ExitInspector: Send + Sync {
    /// Compares what was to be printed (PNG files) with what the exit camera saw (JPEG files).
    fn inspect(
        &self,
        marking: Marking,
        expected: &Pictures,
        seen: &ExitPictures,
    ) -> Result<Verdict, ExitError>;
}

//! The exit inspection, as the line sees it: whether a printed card is what it should be, by the exit camera's pictures.

use icao9303::mrz::Mrz;
use personalisation_core::quality::Verdict;
use thiserror::Error;

use super::{ExitPictures, Marking};
use crate::quality::exit::Ordered;

/// What was ordered, and how the machine marks it.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// How the machine marks cards.
    pub marking: Marking,
    /// The faces that were to be printed.
    pub faces: &'a Ordered,
    /// What the machine-readable zone must read, from the order and not from the picture.
    pub mrz: &'a Mrz,
}

/// What an inspector says of a card. Holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it is what it should be, and the reasons where it is not.
    pub verdict: Verdict,
    /// What is wrong, for operators and the audit: which check, what was measured, which limit.
    pub detail: Option<String>,
    /// What was measured, as JSON.
    pub figures: Option<String>,
}

/// Why there is no verdict: nothing that another picture of the same card would change. For the operator.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("inspecting the exit pictures: {0}")]
pub struct ExitError(pub String);

/// Whoever looks at the exit pictures.
pub trait ExitInspector: Send + Sync {
    /// Compares what was ordered with what the exit camera saw.
    fn inspect(&self, expected: Expected<'_>, seen: &ExitPictures) -> Result<Judgement, ExitError>;
}

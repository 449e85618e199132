//! The exit inspection as the line calls it: a judgement in words and figures.

use super::{
    detail,
    exit::{self, inspect},
    figures, verdict,
};
use crate::line::machine::{
    self, ExitPictures,
    exit::{ExitError, ExitInspector, Expected, Judgement},
};

/// Looks at exit pictures by [`inspect`].
#[derive(Clone, Copy, Debug)]
pub struct ByCamera;

impl ExitInspector for ByCamera {
    fn inspect(&self, expected: Expected<'_>, seen: &ExitPictures) -> Result<Judgement, ExitError> {
        let marking = match expected.marking {
            machine::Marking::Ribbon => exit::Marking::Ribbon,
            machine::Marking::Laser => exit::Marking::Laser,
        };
        let found = inspect(marking, expected.faces, &seen.front, &seen.back)
            .map_err(|error| ExitError(error.to_string()))?;
        Ok(Judgement {
            verdict: verdict(&found, expected.mrz),
            detail: detail(&found, expected.mrz),
            figures: Some(figures(&found)),
        })
    }
}

//! The exit inspection as the line calls it: pictures in files, a verdict in words.

use image::RgbImage;

use super::exit::{self, Flaw, inspect};
use crate::line::machine::{
    self, ExitPictures,
    exit::{ExitError, ExitInspector, Expected, Verdict},
};

/// Findings that are told; a card that is blank or smeared has dozens.
const TOLD: usize = 8;

/// Looks at exit pictures by [`inspect`].
#[derive(Clone, Copy, Debug)]
pub struct ByCamera;

impl ExitInspector for ByCamera {
    fn inspect(&self, expected: Expected<'_>, seen: &ExitPictures) -> Result<Verdict, ExitError> {
        let drawn = expected.pictures;
        let (front, back) = (decode(&drawn.front)?, decode(&drawn.back)?);
        let marking = match expected.marking {
            machine::Marking::Ribbon => exit::Marking::Ribbon,
            machine::Marking::Laser => exit::Marking::Laser,
        };
        let found = inspect(marking, &front, &back, &seen.front, &seen.back)
            .map_err(|error| ExitError(error.to_string()))?;
        if found.passed() && found.reads(expected.mrz) {
            return Ok(Verdict::Passed);
        }
        if found.passed() {
            // Printed as it was drawn, and drawn as nobody ordered.
            let finding = "back: the machine-readable zone is not that of the order".to_owned();
            return Ok(Verdict::Failed { finding });
        }
        let findings = found.findings().iter();
        // What explains the others comes first.
        let (small, large): (Vec<_>, Vec<_>) =
            findings.partition(|finding| finding.flaw == Flaw::Blemish);
        let told: Vec<String> = large
            .into_iter()
            .chain(small)
            .take(TOLD)
            .map(ToString::to_string)
            .collect();
        Ok(Verdict::Failed {
            finding: told.join("; "),
        })
    }
}

/// A face as it was drawn: our own PNG.
fn decode(png: &[u8]) -> Result<RgbImage, ExitError> {
    let face = image::load_from_memory(png);
    let face = face.map_err(|error| ExitError(format!("the drawn face: {error}; report this")))?;
    Ok(face.into_rgb8())
}

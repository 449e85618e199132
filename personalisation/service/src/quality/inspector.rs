//! The exit inspection as the line calls it: pictures in files, a judgement in words and figures.

use image::RgbImage;

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
        let drawn = expected.pictures;
        let (front, back) = (decode(&drawn.front)?, decode(&drawn.back)?);
        let marking = match expected.marking {
            machine::Marking::Ribbon => exit::Marking::Ribbon,
            machine::Marking::Laser => exit::Marking::Laser,
        };
        let found = inspect(marking, &front, &back, &seen.front, &seen.back)
            .map_err(|error| ExitError(error.to_string()))?;
        Ok(Judgement {
            verdict: verdict(&found, expected.mrz),
            detail: detail(&found, expected.mrz),
            figures: Some(figures(&found)),
        })
    }
}

/// A face as it was drawn: our own PNG.
fn decode(png: &[u8]) -> Result<RgbImage, ExitError> {
    let face = image::load_from_memory(png);
    let face = face.map_err(|error| ExitError(format!("the drawn face: {error}; report this")))?;
    Ok(face.into_rgb8())
}

//! What a person needs to look at a card without its order: the exit camera's pictures, and the faces as they were to be printed
//! at the same resolution.

use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use personalisation_store::quality::Picture;
use zeroize::Zeroizing;

use crate::{
    faces::{Dots, Pictures},
    line::machine::{ExitPictures, exit::ExitError},
};

/// Dots across a card of 85.60 mm at 300 dpi, the exit camera's resolution; a face is drawn with twice as many.
const ACROSS: u32 = 1011;
/// Of JPEG.
const QUALITY: u8 = 85;

/// A picture as it is kept: JPEG.
pub(crate) type Kept = (Picture, Zeroizing<Vec<u8>>);

/// A card's faces as they were to be printed, as an inspector sees them: JPEG at the exit camera's resolution.
pub(crate) struct Small {
    front: Zeroizing<Vec<u8>>,
    back: Zeroizing<Vec<u8>>,
}

impl Small {
    /// Of faces of 600 dpi.
    pub(crate) fn of(dots: &Dots) -> Result<Self, ExitError> {
        Ok(Self {
            front: smaller(&dots.front)?,
            back: smaller(&dots.back)?,
        })
    }

    /// The same of their PNG files, which takes longer.
    pub(crate) fn of_files(files: &Pictures) -> Result<Self, ExitError> {
        let dots = |png| image::load_from_memory(png).map(DynamicImage::into_rgb8);
        Self::of(&Dots {
            front: dots(&files.front).map_err(|error| failed(&error))?,
            back: dots(&files.back).map_err(|error| failed(&error))?,
        })
    }

    /// Beside what the camera saw: the four pictures of a card.
    pub(crate) fn beside(&self, seen: &ExitPictures) -> Vec<Kept> {
        vec![
            (Picture::FrontSeen, Zeroizing::new(seen.front.clone())),
            (Picture::BackSeen, Zeroizing::new(seen.back.clone())),
            (Picture::FrontOrdered, self.front.clone()),
            (Picture::BackOrdered, self.back.clone()),
        ]
    }
}

fn smaller(face: &RgbImage) -> Result<Zeroizing<Vec<u8>>, ExitError> {
    let down = u64::from(face.height()) * u64::from(ACROSS) / u64::from(face.width().max(1));
    let down = u32::try_from(down).unwrap_or(u32::MAX).max(1);
    let small = imageops::thumbnail(face, ACROSS, down);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&small)
        .map_err(|error| failed(&error))?;
    Ok(Zeroizing::new(jpeg))
}

fn failed(error: &image::ImageError) -> ExitError {
    ExitError(format!(
        "a drawn face cannot be made smaller: {error}; report this"
    ))
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Small {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Small").finish_non_exhaustive()
    }
}

//! What a person needs to look at a card without its order: the exit camera's pictures, and the faces as they were to be printed
//! at the same resolution.

use image::codecs::jpeg::JpegEncoder;
use personalisation_store::quality::Picture;
use zeroize::Zeroizing;

use crate::{
    faces,
    line::machine::{ExitPictures, exit::ExitError},
};

/// Dots across a card of 85.60 mm at 300 dpi, the exit camera's resolution; a face is drawn with twice as many.
const ACROSS: u32 = 1011;
/// Of JPEG.
const QUALITY: u8 = 85;

/// A picture as it is kept: JPEG.
type Kept = (Picture, Zeroizing<Vec<u8>>);

/// The four pictures of a card.
pub(crate) fn pictures_to_keep(
    ordered: &faces::Pictures,
    seen: &ExitPictures,
) -> Result<Vec<Kept>, ExitError> {
    Ok(vec![
        (Picture::FrontSeen, Zeroizing::new(seen.front.clone())),
        (Picture::BackSeen, Zeroizing::new(seen.back.clone())),
        (Picture::FrontOrdered, smaller(&ordered.front)?),
        (Picture::BackOrdered, smaller(&ordered.back)?),
    ])
}

/// A drawn face (PNG, 600 dpi) as a JPEG of 300 dpi.
fn smaller(png: &[u8]) -> Result<Zeroizing<Vec<u8>>, ExitError> {
    let failed = |error: image::ImageError| {
        ExitError(format!(
            "a drawn face cannot be made smaller: {error}; report this"
        ))
    };
    let face = image::load_from_memory(png).map_err(failed)?;
    let small = face.thumbnail(ACROSS, u32::MAX).into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&small)
        .map_err(failed)?;
    Ok(Zeroizing::new(jpeg))
}

//! The portrait for the chip: cropped to the document's shape and scaled down, never up.

use image::imageops::{self, FilterType};
use image::{DynamicImage, Rgb, RgbImage};
use thiserror::Error;

use crate::jpeg2000;

/// Width of the portrait on the chip, in pixels (BSI TR-03121-3-2).
pub const WIDTH: u32 = 622;
/// Height of the portrait on the chip, in pixels.
pub const HEIGHT: u32 = 800;
/// Bytes of the portrait on the chip, headers included.
pub const CHIP_BYTES: usize = 17 * 1024;
/// Below this width the eyes would be less than 90 pixels apart.
pub const LEAST_WIDTH: u32 = 360;

/// A portrait in the document's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portrait {
    /// 622 x 800, or smaller in the same shape if `warning` says so.
    pub image: RgbImage,
    /// What an operator should know.
    pub warning: Option<PortraitWarning>,
}

/// A shortcoming that does not stop a portrait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortraitWarning {
    /// The photograph is smaller than 622 x 800 once cropped; it was not enlarged.
    BelowChipSize {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// Why a photograph cannot become a portrait.
#[derive(Debug, Error)]
pub enum PortraitError {
    /// It could not be encoded.
    #[error("cannot prepare the portrait: {0}")]
    Encode(#[from] jpeg2000::EncodeError),
    /// The photograph is too small and would have to be enlarged.
    #[error(
        "cannot prepare the portrait: cropped to 622:800 the photograph has {width} x {height} \
         pixels, {LEAST_WIDTH} in a row are needed; take a larger one"
    )]
    TooSmall {
        /// Pixels in a row after cropping.
        width: u32,
        /// Rows after cropping.
        height: u32,
    },
}

/// Crops the middle to 622:800 and scales it down (Lanczos) to 622 x 800.
pub fn prepare(photograph: &DynamicImage) -> Result<Portrait, PortraitError> {
    let (width, height) = crop_size(photograph.width(), photograph.height());
    if width < LEAST_WIDTH {
        return Err(PortraitError::TooSmall { width, height });
    }
    let (x, y) = (
        (photograph.width() - width) / 2,
        (photograph.height() - height) / 2,
    );
    let cropped = on_white(&photograph.crop_imm(x, y, width, height));
    if width < WIDTH {
        let warning = Some(PortraitWarning::BelowChipSize { width, height });
        return Ok(Portrait {
            image: cropped,
            warning,
        });
    }
    let image = if (width, height) == (WIDTH, HEIGHT) {
        cropped
    } else {
        imageops::resize(&cropped, WIDTH, HEIGHT, FilterType::Lanczos3)
    };
    Ok(Portrait {
        image,
        warning: None,
    })
}

/// Encodes a prepared portrait for the chip: JPEG 2000 of 17 KB, at most 5 % less.
pub fn encode_for_chip(portrait: &Portrait) -> Result<Vec<u8>, PortraitError> {
    Ok(jpeg2000::encode_to_budget(&portrait.image, CHIP_BYTES)?)
}

/// Colours on white paper, whatever was transparent.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let pixels = picture.to_rgba8();
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
        let mixed = |channel| (channel * alpha + 255 * (255 - alpha)) / 255;
        Rgb([red, green, blue].map(|channel| u8::try_from(mixed(channel)).unwrap_or(u8::MAX)))
    })
}

/// The largest 622:800 rectangle within a picture.
fn crop_size(width: u32, height: u32) -> (u32, u32) {
    let as_wide = u64::from(height) * u64::from(WIDTH) / u64::from(HEIGHT);
    match u32::try_from(as_wide) {
        Ok(narrower) if narrower <= width => (narrower, height),
        _ => {
            let as_high = u64::from(width) * u64::from(HEIGHT) / u64::from(WIDTH);
            (
                width,
                u32::try_from(as_high).map_or(height, |lower| lower.min(height)),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_to_the_shape_of_the_document() {
        assert_eq!(crop_size(622, 800), (622, 800));
        assert_eq!(crop_size(1244, 1600), (1244, 1600));
        assert_eq!(crop_size(1024, 1024), (796, 1024));
        assert_eq!(crop_size(600, 3000), (600, 771));
    }

    #[test]
    fn transparent_pixels_become_white() {
        let clear = DynamicImage::ImageRgba8(image::RgbaImage::new(622, 800));
        let portrait = prepare(&clear).unwrap();
        assert!(portrait.image.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    #[test]
    fn small_photographs_are_never_enlarged() {
        let photograph = |width, height| DynamicImage::new_rgb8(width, height);
        let large = prepare(&photograph(2000, 3000)).unwrap();
        assert_eq!(
            (large.image.dimensions(), large.warning),
            ((WIDTH, HEIGHT), None)
        );
        let small = prepare(&photograph(500, 700)).unwrap();
        assert_eq!(small.image.dimensions(), (500, 643));
        assert_eq!(
            small.warning,
            Some(PortraitWarning::BelowChipSize {
                width: 500,
                height: 643
            })
        );
        assert!(matches!(
            prepare(&photograph(300, 300)),
            Err(PortraitError::TooSmall {
                width: 233,
                height: 300
            })
        ));
    }
}

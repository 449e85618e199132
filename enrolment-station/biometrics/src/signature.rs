//! The signature for the chip: grey, cropped to the ink, a few kilobytes.

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, Luma};
use thiserror::Error;

use crate::jpeg2000;

/// Widest signature on the chip, in pixels.
pub const WIDTH: u32 = 600;
/// Highest signature on the chip, in pixels.
pub const HEIGHT: u32 = 200;
/// Most bytes of a signature on the chip.
pub const CHIP_BYTES: usize = 4 * 1024;
/// Lightest grey that counts as ink.
const INK: u8 = 160;
/// White around the ink, in pixels.
const MARGIN: u32 = 8;
/// Least pixels of ink: fewer are dust.
const LEAST_INK: usize = 50;

/// Why a signature cannot be used.
#[derive(Debug, Error)]
pub enum SignatureError {
    /// No ink.
    #[error("cannot prepare the signature: there is no ink on it; have it signed again")]
    Empty,
    /// It could not be encoded.
    #[error("cannot prepare the signature: {0}")]
    Encode(#[from] jpeg2000::EncodeError),
}

/// Makes it grey, crops it to the ink and scales it down to at most 600 x 200.
pub fn prepare(picture: &DynamicImage) -> Result<GrayImage, SignatureError> {
    let grey = on_white(picture);
    let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
    let mut ink = 0;
    for (x, y, Luma([value])) in grey.enumerate_pixels() {
        if *value <= INK {
            ink += 1;
            (left, top) = (left.min(x), top.min(y));
            (right, bottom) = (right.max(x), bottom.max(y));
        }
    }
    if ink < LEAST_INK {
        return Err(SignatureError::Empty);
    }
    let (left, top) = (left.saturating_sub(MARGIN), top.saturating_sub(MARGIN));
    let width = (right + MARGIN + 1).min(grey.width()) - left;
    let height = (bottom + MARGIN + 1).min(grey.height()) - top;
    let cropped = imageops::crop_imm(&grey, left, top, width, height).to_image();
    Ok(fit(cropped))
}

/// Encodes a prepared signature for the chip: JPEG 2000 of at most 4 KB.
pub fn encode_for_chip(signature: &GrayImage) -> Result<Vec<u8>, SignatureError> {
    Ok(jpeg2000::encode_to_budget(signature, CHIP_BYTES)?)
}

/// Scales down into the largest size, keeping the shape, and pads to the least side of the coder.
fn fit(image: GrayImage) -> GrayImage {
    let (width, height) = image.dimensions();
    let scaled = if width > WIDTH || height > HEIGHT {
        let by_width = (WIDTH, (height * WIDTH / width).max(1));
        let by_height = ((width * HEIGHT / height).max(1), HEIGHT);
        let (width, height) = if by_width.1 <= HEIGHT {
            by_width
        } else {
            by_height
        };
        imageops::resize(&image, width, height, FilterType::Lanczos3)
    } else {
        image
    };
    let (width, height) = (scaled.width().max(32), scaled.height().max(32));
    let mut padded = GrayImage::from_pixel(width, height, Luma([255]));
    imageops::replace(&mut padded, &scaled, 0, 0);
    padded
}

/// Grey on white paper, whatever was transparent.
fn on_white(picture: &DynamicImage) -> GrayImage {
    let pixels = picture.to_luma_alpha8();
    GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [grey, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
        let mixed = (grey * alpha + 255 * (255 - alpha)) / 255;
        Luma([u8::try_from(mixed).unwrap_or(u8::MAX)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_to_the_ink() {
        let mut paper = GrayImage::from_pixel(900, 400, Luma([250]));
        for x in 300..400 {
            paper.put_pixel(x, 200 + x % 20, Luma([20]));
        }
        let signature = prepare(&DynamicImage::ImageLuma8(paper)).unwrap();
        assert_eq!(signature.dimensions(), (116, 36));
        assert!(encode_for_chip(&signature).unwrap().len() <= CHIP_BYTES);
    }

    #[test]
    fn white_paper_is_no_signature() {
        let paper = DynamicImage::ImageLuma8(GrayImage::from_pixel(900, 400, Luma([250])));
        assert!(matches!(prepare(&paper), Err(SignatureError::Empty)));
    }
}

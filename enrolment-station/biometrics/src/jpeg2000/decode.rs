//! Decoding what passed the profile, with a decoder that has no unsafe code.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, GrayImage, RgbImage};

use super::{DecodeError, DecodeLimits, profile};

/// See [`super::decode`].
pub(super) fn decode(data: &[u8], limits: &DecodeLimits) -> Result<DynamicImage, DecodeError> {
    if data.len() > limits.max_bytes {
        return Err(DecodeError::TooManyBytes {
            bytes: data.len(),
            limit: limits.max_bytes,
        });
    }
    let header = profile::read(data)?;
    let (width, height, limit) = (header.width, header.height, limits.max_pixels);
    if u64::from(width) * u64::from(height) > limit as u64 {
        return Err(DecodeError::Size {
            width,
            height,
            limit,
        });
    }
    let damaged = |error: hayro_jpeg2000::DecodeError| DecodeError::Damaged(error.to_string());
    let settings = DecodeSettings {
        strict: true,
        ..DecodeSettings::default()
    };
    let image = Image::new(data, &settings).map_err(damaged)?;
    if (image.width(), image.height()) != (width, height) {
        return Err(DecodeError::Damaged(
            "its headers disagree on the size".into(),
        ));
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(damaged)?;
    let components = decoded.components().len();
    let samples = decoded.data_u8();
    let picture = match components {
        1 => GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8),
        3 => RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
        _ => {
            return Err(DecodeError::Unsupported {
                what: "palettes and alpha channels",
            });
        }
    };
    picture.ok_or_else(|| DecodeError::Damaged("it has too few samples".into()))
}

//! Pictures of the holder on the card, and the card as a PNG file.

use std::borrow::Cow;

use biometrics::portrait;
use image::{
    GrayImage, RgbImage,
    imageops::{self, FilterType},
};
use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};
use resvg::tiny_skia::Pixmap;

use super::{
    error::FaceError,
    geometry::{self, Area, DPI, pixels},
};

/// Pixels in a row of a portrait printed at 300 dpi.
const LEAST_WIDTH: u32 = portrait::WIDTH / 2;
/// So much of a side may be missing or too much, in parts of a thousand: rounding of small portraits.
const SHAPE_TOLERANCE: u64 = 15;
/// Radius of the portrait's corners in pixels.
const CORNER: f64 = 28.0;
const BYTES_A_PIXEL: usize = 4;

/// Refuses a portrait that would have to be stretched, or that has too few pixels.
pub(super) fn check_portrait(picture: &RgbImage) -> Result<(), FaceError> {
    let (width, height) = picture.dimensions();
    let as_wide = u64::from(width) * u64::from(portrait::HEIGHT);
    let as_high = u64::from(height) * u64::from(portrait::WIDTH);
    if as_wide.abs_diff(as_high) * 1000 > as_high * SHAPE_TOLERANCE {
        return Err(FaceError::PortraitShape { width, height });
    }
    if width < LEAST_WIDTH {
        let least = LEAST_WIDTH;
        return Err(FaceError::PortraitSmall {
            width,
            height,
            least,
        });
    }
    Ok(())
}

/// The portrait, dot by dot where it has the chip's size, with round corners.
pub(super) fn portrait(onto: &mut Pixmap, picture: &RgbImage, area: Area) {
    let (width, height) = size(area);
    let picture = if picture.dimensions() == (width, height) {
        Cow::Borrowed(picture)
    } else {
        Cow::Owned(imageops::resize(
            picture,
            width,
            height,
            FilterType::CatmullRom,
        ))
    };
    let (wide, high) = (f64::from(width), f64::from(height));
    blend(onto, area, (width, height), |x, y| {
        let (fx, fy) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        let (dx, dy) = (
            (CORNER - fx.min(wide - fx)).max(0.0),
            (CORNER - fy.min(high - fy)).max(0.0),
        );
        let cover = if dx > 0.0 && dy > 0.0 {
            CORNER + 0.5 - dx.hypot(dy)
        } else {
            1.0
        };
        (picture.get_pixel(x, y).0, cover)
    });
}

/// The portrait in one ink, small and fading out at its edges; what is light stays clear.
pub(super) fn ghost(onto: &mut Pixmap, picture: &RgbImage, area: Area, ink: [u8; 3]) {
    let (width, height) = size(area);
    let small = imageops::resize(picture, width, height, FilterType::Triangle);
    let light = background(&small);
    blend(onto, area, (width, height), |x, y| {
        let [red, green, blue] = small.get_pixel(x, y).0.map(f64::from);
        let grey = 0.299 * red + 0.587 * green + 0.114 * blue;
        let across = 2.0 * (f64::from(x) + 0.5) / f64::from(width) - 1.0;
        let down = 2.0 * (f64::from(y) + 0.5) / f64::from(height) - 1.0;
        let fade = (1.12 - across.hypot(down * 0.92)).clamp(0.0, 0.3) / 0.3;
        let bottom = ((1.0 - down) / 0.35).clamp(0.0, 1.0);
        (ink, 0.8 * (1.0 - grey / light).max(0.0) * fade * bottom)
    });
}

/// The signature in dark ink, as large as its field allows, at its left edge.
pub(super) fn signature(onto: &mut Pixmap, picture: &GrayImage, area: Area, ink: [u8; 3]) {
    let (width, height) = size(area);
    let (own_width, own_height) = picture.dimensions();
    let ratio =
        (f64::from(width) / f64::from(own_width)).min(f64::from(height) / f64::from(own_height));
    let scaled = |side: u32| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within the field"
        )]
        let side = (f64::from(side) * ratio).round().max(1.0) as u32;
        side
    };
    let (width, height) = (scaled(own_width), scaled(own_height));
    let scaled = imageops::resize(picture, width, height, FilterType::CatmullRom);
    let lower = f64::from(size(area).1 - height.min(size(area).1)) / 2.0 / geometry::scale();
    let area = Area {
        y: area.y + lower,
        ..area
    };
    blend(onto, area, (width, height), |x, y| {
        // The paper of a scan is never quite white.
        let grey = f64::from(scaled.get_pixel(x, y).0[0]) / 255.0;
        (ink, ((0.92 - grey) / 0.8).clamp(0.0, 1.0))
    });
}

/// A card, which is opaque, without transparency.
pub(super) fn dots(card: &Pixmap) -> RgbImage {
    let mut dots = RgbImage::new(card.width(), card.height());
    let pixels = card.data().chunks_exact(BYTES_A_PIXEL);
    for (dot, pixel) in dots.chunks_exact_mut(3).zip(pixels) {
        dot.copy_from_slice(&pixel[..3]);
    }
    dots
}

/// A card as a PNG file, which says its resolution.
pub(super) fn png(card: &RgbImage) -> Result<Vec<u8>, FaceError> {
    let written = |error: png::EncodingError| FaceError::Png(error.to_string());
    let mut file = Vec::with_capacity(card.as_raw().len() / 2);
    let mut encoder = Encoder::new(&mut file, card.width(), card.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Up);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: dots_a_metre(),
        yppu: dots_a_metre(),
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header().map_err(written)?;
    writer.write_image_data(card.as_raw()).map_err(written)?;
    writer.finish().map_err(written)?;
    Ok(file)
}

fn dots_a_metre() -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "23622"
    )]
    let dots = (DPI / 0.0254).round() as u32;
    dots
}

fn size(area: Area) -> (u32, u32) {
    let side = |millimetres| u32::try_from(pixels(millimetres)).unwrap_or(1).max(1);
    (side(area.width), side(area.height))
}

/// How light the picture's ground is: the mean of its two upper corners, on a scale to 255.
fn background(picture: &RgbImage) -> f64 {
    let side = (picture.width() / 10).max(1);
    let grey = |x, y| {
        let [red, green, blue] = picture.get_pixel(x, y).0.map(f64::from);
        0.299 * red + 0.587 * green + 0.114 * blue
    };
    let corner = |left: u32| -> f64 {
        (0..side)
            .flat_map(|y| (left..left + side).map(move |x| (x, y)))
            .map(|(x, y)| grey(x, y))
            .sum()
    };
    let pixels = f64::from(side) * f64::from(side) * 2.0;
    ((corner(0) + corner(picture.width() - side)) / pixels * 0.97).clamp(90.0, 255.0)
}

/// Lays pixels of a colour and a cover (0 to 1) over an area of the card, which is opaque.
fn blend(
    onto: &mut Pixmap,
    area: Area,
    (width, height): (u32, u32),
    pixel: impl Fn(u32, u32) -> ([u8; 3], f64),
) {
    let place = |millimetres| usize::try_from(pixels(millimetres)).unwrap_or_default();
    let (left, top) = (place(area.x), place(area.y));
    let row_length = onto.width() as usize * BYTES_A_PIXEL;
    let data = onto.data_mut();
    for y in 0..height {
        let start = (top + y as usize) * row_length + left * BYTES_A_PIXEL;
        let Some(row) = data.get_mut(start..start + width as usize * BYTES_A_PIXEL) else {
            return;
        };
        for (x, under) in (0..width).zip(row.chunks_exact_mut(BYTES_A_PIXEL)) {
            let (colour, cover) = pixel(x, y);
            for (channel, own) in under.iter_mut().zip(colour) {
                let mixed = f64::from(*channel)
                    + (f64::from(own) - f64::from(*channel)) * cover.clamp(0.0, 1.0);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between two bytes"
                )]
                let mixed = mixed.round() as u8;
                *channel = mixed;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_portraits_are_refused() {
        let check = |width, height| check_portrait(&RgbImage::new(width, height));
        for (width, height) in [(622, 800), (500, 643), (360, 463), (1244, 1600)] {
            check(width, height).unwrap();
        }
        for (width, height) in [(800, 622), (800, 800), (622, 900), (600, 800), (1, 800)] {
            assert_eq!(
                check(width, height),
                Err(FaceError::PortraitShape { width, height })
            );
        }
        let small = FaceError::PortraitSmall {
            width: 249,
            height: 320,
            least: 311,
        };
        assert_eq!(check(249, 320), Err(small));
    }
}

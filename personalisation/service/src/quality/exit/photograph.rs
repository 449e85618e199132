//! Exit pictures as they come from a machine: foreign bytes, with limits.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, RgbImage, codecs::jpeg::JpegDecoder};

use super::{
    affine::Affine,
    error::ExitError,
    finding::{Face, Marking},
    limits::{FRAME_LEAST, FRAME_MOST, JPEG_BYTES},
    plane::Plane,
};

/// Binary digits after the point of places in [`Frame::area_means`].
const FRACTION: i64 = 16;
/// Binary digits of the weights between dots.
const WEIGHT: i64 = 8;

/// An exit picture.
pub(super) struct Frame {
    /// Which face it shows.
    pub(super) face: Face,
    /// How the card was marked.
    pub(super) marking: Marking,
    colours: RgbImage,
    /// Luminance.
    pub(super) grey: Plane,
}

impl Frame {
    /// Decodes a picture.
    pub(super) fn read(face: Face, marking: Marking, jpeg: &[u8]) -> Result<Self, ExitError> {
        if jpeg.len() > JPEG_BYTES {
            return Err(ExitError::TooLarge {
                face,
                bytes: jpeg.len(),
                most: JPEG_BYTES,
            });
        }
        let damaged = |error: image::ImageError| ExitError::Undecodable {
            face,
            reason: error.to_string(),
        };
        let decoder = JpegDecoder::new(Cursor::new(jpeg)).map_err(damaged)?;
        let (width, height) = decoder.dimensions();
        let fits = |dots, least, most| (least..=most).contains(&dots);
        if !fits(width, FRAME_LEAST.0, FRAME_MOST.0) || !fits(height, FRAME_LEAST.1, FRAME_MOST.1) {
            return Err(ExitError::Size {
                face,
                width,
                height,
            });
        }
        let colours = DynamicImage::from_decoder(decoder)
            .map_err(damaged)?
            .into_rgb8();
        let grey = colours.as_raw().chunks_exact(3).map(luminance).collect();
        Ok(Self {
            face,
            marking,
            grey: Plane::new(colours.width() as usize, colours.height() as usize, grey),
            colours,
        })
    }

    /// The brightest channel of a dot: paper and coloured ink differ from the dark ground in it.
    pub(super) fn brightest(&self, x: usize, y: usize) -> u8 {
        let at = (y * self.grey.width() + x) * 3;
        let dot = &self.colours.as_raw()[at..at + 3];
        dot[0].max(dot[1]).max(dot[2])
    }

    /// The card as `width` x `height` dots of a third of a millimetre (75 dpi), each the mean of 4 x 4 places between the picture's
    /// dots: red, green and blue, of a laser the luminance alone. `to_frame` leads from dots of 300 dpi to the picture's. What lies
    /// beyond the picture is black.
    pub(super) fn area_means(&self, to_frame: &Affine, width: usize, height: usize) -> Vec<Plane> {
        let mut sums = [(); 3].map(|()| vec![0_u32; width * height]);
        let step = (fixed(to_frame.along.0), fixed(to_frame.along.1));
        for y in 0..4 * height {
            let middle = f64::from(super::plane::real(y)) + 0.5;
            let (x0, y0) = to_frame.apply((0.5, middle));
            // The first dot's middle is at a half.
            let mut place = (fixed(x0 - 0.5), fixed(y0 - 0.5));
            let row = y / 4 * width;
            for x in 0..width {
                let mut cell = [0_u32; 3];
                for _ in 0..4 {
                    let seen = self.between(place);
                    for (sum, level) in cell.iter_mut().zip(seen) {
                        *sum += level;
                    }
                    place = (place.0 + step.0, place.1 + step.1);
                }
                for (channel, level) in sums.iter_mut().zip(cell) {
                    channel[row + x] += level;
                }
            }
        }
        let planes = sums.map(|channel| {
            let levels = channel.into_iter().map(mean_of_sixteen).collect();
            Plane::new(width, height, levels)
        });
        match self.marking {
            Marking::Ribbon => planes.into(),
            Marking::Laser => vec![grey_of(&planes)],
        }
    }

    /// The colour between four dots, each channel times 2^16 / 2^8.
    fn between(&self, (x, y): (i64, i64)) -> [u32; 3] {
        let (left, top) = (x >> FRACTION, y >> FRACTION);
        let (width, height) = (self.grey.width(), self.grey.height());
        let (Ok(left), Ok(top)) = (usize::try_from(left), usize::try_from(top)) else {
            return [0; 3];
        };
        if left + 1 >= width || top + 1 >= height {
            return [0; 3];
        }
        let part = |place: i64| {
            let part = (place >> (FRACTION - WEIGHT)) & ((1 << WEIGHT) - 1);
            u32::try_from(part).unwrap_or_default()
        };
        let (right, low) = (part(x), part(y));
        let raw = self.colours.as_raw();
        let start = (top * width + left) * 3;
        let upper = &raw[start..start + 6];
        let lower = &raw[start + width * 3..start + width * 3 + 6];
        let mut seen = [0; 3];
        for (channel, level) in seen.iter_mut().enumerate() {
            let across = |row: &[u8]| {
                u32::from(row[channel]) * (256 - right) + u32::from(row[channel + 3]) * right
            };
            *level = (across(upper) * (256 - low) + across(lower) * low) >> WEIGHT;
        }
        seen
    }
}

/// As light as a colour is, 0 to 255; the weights of a laser.
pub(super) fn luminance(dot: &[u8]) -> f32 {
    0.299 * f32::from(dot[0]) + 0.587 * f32::from(dot[1]) + 0.114 * f32::from(dot[2])
}

/// The luminance of three channels.
pub(super) fn grey_of([red, green, blue]: &[Plane; 3]) -> Plane {
    let colours = red.levels().iter().zip(green.levels()).zip(blue.levels());
    let levels = colours.map(|((red, green), blue)| 0.299 * red + 0.587 * green + 0.114 * blue);
    Plane::new(red.width(), red.height(), levels.collect())
}

/// The mean of sixteen levels that stand with eight binary digits after the point.
fn mean_of_sixteen(sum: u32) -> f32 {
    // At most 16 · 255 · 256: exact.
    #[expect(clippy::cast_precision_loss, reason = "below 2^24")]
    let sum = sum as f32;
    sum / 4096.0
}

/// A number with its binary fraction.
fn fixed(number: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a saturating cast is meant"
    )]
    let number = (number * 65_536.0).round() as i64;
    number
}

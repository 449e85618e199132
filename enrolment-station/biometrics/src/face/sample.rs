//! Cutting what a model looks at out of a picture, in the way of the models' makers: bilinear, outside black.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels of a picture within its limits, clamped"
)]
#![expect(
    clippy::inline_always,
    reason = "loops take on the instruction set of the function that calls them"
)]

use fearless_simd::{Level, Simd, dispatch};
use image::{Rgb, RgbImage};

use super::{Area, Point};

/// A square of a picture that may be turned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    /// Its middle.
    pub(super) middle: Point,
    /// Its side in pixels.
    pub(super) side: f64,
    /// Turned clockwise, in radians.
    pub(super) turn: f64,
}

impl Square {
    /// A square around an area, `scale` times its longer side, turned as two points lie (the left one first).
    pub(super) fn around(area: &Area, scale: f64, turned: (Point, Point)) -> Self {
        let (from, to) = turned;
        Self {
            middle: Point {
                x: area.left + area.width / 2.0,
                y: area.top + area.height / 2.0,
            },
            side: area.width.max(area.height) * scale,
            turn: (to.y - from.y).atan2(to.x - from.x),
        }
    }

    /// The place in the picture of a place in the square, whose sides are 1.
    pub(super) fn place(&self, u: f64, v: f64) -> Point {
        let (x, y) = ((u - 0.5) * self.side, (v - 0.5) * self.side);
        let (sine, cosine) = self.turn.sin_cos();
        Point {
            x: self.middle.x + x * cosine - y * sine,
            y: self.middle.y + x * sine + y * cosine,
        }
    }

    /// Draws the square as a picture of `pixels` by `pixels`.
    pub(super) fn draw(&self, picture: &RgbImage, pixels: u32) -> RgbImage {
        let step = 1.0 / f64::from(pixels);
        let origin = self.place(0.5 * step, 0.5 * step);
        let right = self.place(1.5 * step, 0.5 * step);
        let down = self.place(0.5 * step, 1.5 * step);
        RgbImage::from_fn(pixels, pixels, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            let at = Point {
                x: origin.x + x * (right.x - origin.x) + y * (down.x - origin.x),
                y: origin.y + x * (right.y - origin.y) + y * (down.y - origin.y),
            };
            Rgb(between(picture, at))
        })
    }
}

/// The colour at a place between pixels.
fn between(picture: &RgbImage, at: Point) -> [u8; 3] {
    let (width, height) = picture.dimensions();
    let inside =
        (0.0..f64::from(width)).contains(&at.x) && (0.0..f64::from(height)).contains(&at.y);
    if !inside {
        return [0; 3];
    }
    // Half a pixel at the least: one more than the place cuts down to the pixel before it.
    let (x, y) = ((at.x + 0.5) as f32, (at.y + 0.5) as f32);
    let (left, top) = ((x as u32), (y as u32));
    let (right_share, lower_share) = (x - left as f32, y - top as f32);
    let column = |x: u32| x.min(width - 1) as usize * 3;
    let row = |y: u32| y.min(height - 1) as usize * width as usize * 3;
    let (left, right) = (column(left.saturating_sub(1)), column(left));
    let (top, bottom) = (row(top.saturating_sub(1)), row(top));
    let bytes = picture.as_raw();
    std::array::from_fn(|channel| {
        let value = |at: usize| f32::from(bytes[at + channel]);
        let upper = value(top + left) + (value(top + right) - value(top + left)) * right_share;
        let lower =
            value(bottom + left) + (value(bottom + right) - value(bottom + left)) * right_share;
        (upper + (lower - upper) * lower_share + 0.5) as u8
    })
}

/// What one pixel of a scaled side takes from the pixels of the other: the first one, and a share each.
struct Shares {
    first: usize,
    shares: Vec<f32>,
}

/// Shares by a triangle as wide as two steps ("bilinear with antialiasing"); `count` is the picture's side.
fn shares(from: f64, length: f64, made: u32, count: u32) -> Vec<Shares> {
    let step = length / f64::from(made);
    let reach = step.max(1.0);
    let of = |pixel: u32| {
        let middle = from + (f64::from(pixel) + 0.5) * step;
        let first = (middle - reach).max(from).floor() as i64;
        let last = (middle + reach).min(from + length).ceil() as i64;
        let weight = |at: i64| (1.0 - ((at as f64 + 0.5 - middle) / reach).abs()).max(0.0);
        let total: f64 = (first..last).map(weight).sum();
        // What lies beyond the picture is black: it counts in the total and adds nothing.
        let inside = first.clamp(0, i64::from(count))..last.clamp(0, i64::from(count));
        Shares {
            first: inside.start as usize,
            shares: inside.map(|at| (weight(at) / total) as f32).collect(),
        }
    };
    (0..made).map(of).collect()
}

/// Scales an area of a picture, which may reach beyond it, to `width` by `height`.
pub(super) fn scale(picture: &RgbImage, area: &Area, width: u32, height: u32) -> RgbImage {
    let columns = shares(area.left, area.width, width, picture.width());
    let rows = shares(area.top, area.height, height, picture.height());
    // Not one instruction of a vector is written here: the compiler finds them, for the processor that is there.
    let made = dispatch!(Level::new(), simd => simd.vectorize(
        #[inline(always)]
        || weigh(picture, &columns, &rows)
    ));
    RgbImage::from_raw(width, height, made).unwrap_or_else(|| RgbImage::new(width, height))
}

/// Sums of rows, then of columns.
#[inline(always)]
fn weigh(picture: &RgbImage, columns: &[Shares], rows: &[Shares]) -> Vec<u8> {
    let first = columns.iter().map(|one| one.first).min().unwrap_or(0) * 3;
    let last = columns.iter().map(|one| one.first + one.shares.len());
    let last = last.max().unwrap_or(0) * 3;
    let line = picture.width() as usize * 3;
    let mut made = vec![0u8; columns.len() * rows.len() * 3];
    let mut sums = vec![0f32; last.saturating_sub(first)];
    for (row, made) in rows.iter().zip(made.chunks_exact_mut(columns.len() * 3)) {
        sums.fill(0.0);
        let lines = picture.as_raw().chunks_exact(line).skip(row.first);
        for (line, share) in lines.zip(&row.shares) {
            for (sum, value) in sums.iter_mut().zip(&line[first..last]) {
                *sum += f32::from(*value) * share;
            }
        }
        for (column, pixel) in columns.iter().zip(made.as_chunks_mut::<3>().0) {
            let mut colour = [0.5f32; 3];
            let at = (column.first * 3).saturating_sub(first);
            let pixels = sums[at.min(sums.len())..].as_chunks::<3>().0;
            for (pixel, share) in pixels.iter().zip(&column.shares) {
                for (sum, value) in colour.iter_mut().zip(pixel) {
                    *sum += value * share;
                }
            }
            *pixel = colour.map(|value| value as u8);
        }
    }
    made
}

/// Colours as the numbers that a model takes, from `least` to `least + span`.
pub(super) fn numbers(picture: &RgbImage, least: f32, span: f32) -> Vec<f32> {
    let bytes = picture.as_raw().iter();
    bytes
        .map(|byte| f32::from(*byte) * (span / 255.0) + least)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> RgbImage {
        RgbImage::from_fn(64, 48, |x, y| Rgb([(x * 4) as u8, (y * 5) as u8, 100]))
    }

    #[test]
    fn an_area_at_its_own_size_stays_as_it_is() {
        let picture = ramp();
        assert_eq!(scale(&picture, &Area::of(&picture), 64, 48), picture);
    }

    #[test]
    fn beyond_the_picture_it_is_black() {
        let area = Area {
            left: -32.0,
            top: 0.0,
            width: 64.0,
            height: 48.0,
        };
        let made = scale(&ramp(), &area, 64, 48);
        assert_eq!(made.get_pixel(31, 20).0, [0; 3]);
        assert_eq!(made.get_pixel(32, 20), ramp().get_pixel(0, 20));
        let nothing = Area {
            left: 500.0,
            ..area
        };
        assert!(
            scale(&ramp(), &nothing, 8, 8)
                .as_raw()
                .iter()
                .all(|byte| *byte == 0)
        );
    }

    #[test]
    fn an_upright_square_is_a_crop_and_a_turned_one_turns() {
        let picture = ramp();
        let mut square = Square {
            middle: Point { x: 20.0, y: 16.0 },
            side: 16.0,
            turn: 0.0,
        };
        assert_eq!(
            square.draw(&picture, 16).get_pixel(0, 0),
            picture.get_pixel(12, 8)
        );
        square.turn = std::f64::consts::FRAC_PI_2;
        assert_eq!(
            square.draw(&picture, 16).get_pixel(0, 0),
            picture.get_pixel(27, 8)
        );
    }
}

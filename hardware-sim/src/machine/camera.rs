//! The exit camera: a photograph of a printed face, lying a little askew in uneven light.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, RgbImage};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::build::Build;
use super::card::Handle;
use super::job::Face;

/// Binary digits after the point of numbers in [`View`].
const FRACTION: u32 = 16;
/// A half of such a number's unit.
const HALF: i64 = 1 << (FRACTION - 1);
/// What is seen around the card.
const GROUND: [i64; 3] = [30 << FRACTION, 32 << FRACTION, 36 << FRACTION];
/// Width of it on each side, in tenths of a millimetre.
const MARGIN: u32 = 30;
/// Quality of the JPEG.
const QUALITY: u8 = 90;

/// How the camera sees; each picture draws its own values up to these.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Camera {
    /// Largest deviation of a dot by noise, in levels of 255.
    pub noise: f64,
    /// How far the card lies from the middle, in millimetres each way.
    pub shift_mm: f64,
    /// How far it is turned, in degrees.
    pub rotation: f64,
    /// How much darker one side is, as a part of the light.
    pub gradient: f64,
    /// What the values are drawn from, beside the card and its face.
    pub seed: u64,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            noise: 6.0,
            shift_mm: 0.5,
            rotation: 0.4,
            gradient: 0.1,
            seed: 0,
        }
    }
}

/// How one card lies under the camera.
#[derive(Debug, Clone, Copy)]
struct Pose {
    /// Sine and cosine of its turn.
    turn: (f64, f64),
    /// Shift in dots of the camera.
    shift: (f64, f64),
    /// Change of the light from one edge to the other, across and down.
    light: (f64, f64),
}

impl Camera {
    /// The picture of a face as a JPEG. The same card gives the same picture again.
    pub fn photograph(
        &self,
        build: &Build,
        card: Handle,
        face: Face,
        printed: &RgbImage,
    ) -> Result<Vec<u8>, ImageError> {
        let seed = self.seed ^ (card << 1) ^ u64::from(face == Face::Back);
        let mut random = StdRng::seed_from_u64(seed);
        let pose = self.pose(build.camera_dpi, &mut random);
        let frame = self.frame(build.camera_dpi, printed, &pose, random.random());
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&frame)?;
        Ok(jpeg)
    }

    fn pose(&self, dpi: u32, random: &mut StdRng) -> Pose {
        let mut draw = |most: f64| random.random_range(-1.0..=1.0) * most;
        let dots = self.shift_mm / 25.4 * f64::from(dpi);
        Pose {
            turn: draw(self.rotation).to_radians().sin_cos(),
            shift: (draw(dots), draw(dots)),
            light: (draw(self.gradient), draw(self.gradient)),
        }
    }

    fn frame(&self, dpi: u32, printed: &RgbImage, pose: &Pose, noise: u64) -> RgbImage {
        let (width, height) = Build::face(dpi);
        let margin = MARGIN * dpi / 254;
        let size = (width + 2 * margin, height + 2 * margin);
        let view = View::new(printed, size, f64::from(width), pose);
        let strength = fixed(self.noise / 255.0);
        let mut grain = noise;
        let mut dots = Vec::with_capacity(size.0 as usize * size.1 as usize * 3);
        for y in 0..size.1 {
            let mut line = view.line(y);
            for _ in 0..size.0 {
                let seen = view.seen(&mut line);
                grain = next(grain);
                let grains = grain.to_le_bytes();
                for channel in 0..3 {
                    // The sum of two equal distributions: small deviations are more common.
                    let [one, other] = [grains[2 * channel], grains[2 * channel + 1]];
                    let deviation = (i64::from(one) + i64::from(other) - 255) * strength;
                    let level = (seen[channel] + deviation) >> FRACTION;
                    dots.push(u8::try_from(level.clamp(0, 255)).unwrap_or(u8::MAX));
                }
            }
        }
        RgbImage::from_raw(size.0, size.1, dots).unwrap_or_default()
    }
}

/// Where the camera's dots lie on the card, and how light it is there. Fixed point throughout: a
/// picture has a million dots, and machines are many.
struct View<'a> {
    card: &'a RgbImage,
    /// Printed dots that one dot of the camera sees, each way.
    block: u32,
    /// The first dot's place in printed dots; its changes from dot to dot and from row to row.
    place: [(i64, i64); 3],
    /// The first dot's light; its changes.
    light: [i64; 3],
}

/// The state of a [`View`] along a row.
struct Line {
    place: (i64, i64),
    light: i64,
}

impl<'a> View<'a> {
    fn new(card: &'a RgbImage, frame: (u32, u32), width: f64, pose: &Pose) -> Self {
        let scale = f64::from(card.width()) / width;
        let middle = |side: u32| f64::from(side) / 2.0 - 0.5;
        let (sin, cos) = (pose.turn.0 * scale, pose.turn.1 * scale);
        let (dx, dy) = (
            -middle(frame.0) - pose.shift.0,
            -middle(frame.1) - pose.shift.1,
        );
        let first = (
            dx * cos + dy * sin + middle(card.width()),
            dy * cos - dx * sin + middle(card.height()),
        );
        let point = |(x, y): (f64, f64)| (fixed(x), fixed(y));
        let (across, down) = pose.light;
        Self {
            card,
            block: u32::try_from(fixed(scale + 0.5) >> FRACTION)
                .unwrap_or(1)
                .max(1),
            place: [point(first), point((cos, -sin)), point((sin, cos))],
            light: [
                fixed(1.0 - f64::midpoint(across, down)),
                fixed(across / f64::from(frame.0)),
                fixed(down / f64::from(frame.1)),
            ],
        }
    }

    fn line(&self, y: u32) -> Line {
        let y = i64::from(y);
        let [first, _, down] = self.place;
        Line {
            place: (first.0 + y * down.0, first.1 + y * down.1),
            light: self.light[0] + y * self.light[2],
        }
    }

    /// The next dot of a row: levels of red, green and blue as fixed-point numbers.
    fn seen(&self, line: &mut Line) -> [i64; 3] {
        let back = i64::from(self.block - 1) << (FRACTION - 1);
        let start = |place: i64| u32::try_from((place - back + HALF) >> FRACTION);
        let (left, top) = (start(line.place.0), start(line.place.1));
        let levels = match (left, top) {
            (Ok(left), Ok(top)) => self.mean(left, top),
            _ => GROUND,
        };
        let light = line.light;
        line.place.0 += self.place[1].0;
        line.place.1 += self.place[1].1;
        line.light += self.light[1];
        levels.map(|level| (level * light) >> FRACTION)
    }

    /// The mean of a block, the ground beyond the card's edge.
    fn mean(&self, left: u32, top: u32) -> [i64; 3] {
        if left + self.block > self.card.width() || top + self.block > self.card.height() {
            return GROUND;
        }
        let row = self.card.width() as usize * 3;
        let length = self.block as usize * 3;
        let mut sums = [0_i64; 3];
        for y in top..top + self.block {
            let at = y as usize * row + left as usize * 3;
            for dot in self.card.as_raw()[at..at + length].chunks_exact(3) {
                for (sum, level) in sums.iter_mut().zip(dot) {
                    *sum += i64::from(*level);
                }
            }
        }
        let dots = i64::from(self.block * self.block);
        sums.map(|sum| (sum << FRACTION) / dots)
    }
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

/// One step of `SplitMix64`: grains need to look random, not to be.
const fn next(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::machine::build::Marking;

    /// A white card with a black square 10 mm from its upper left corner, 10 mm wide.
    fn card(build: &Build) -> RgbImage {
        let (width, height) = build.size();
        let square = build.dpi * 100 / 254..build.dpi * 200 / 254;
        RgbImage::from_fn(width, height, |x, y| {
            let inside = square.contains(&x) && square.contains(&y);
            Rgb([if inside { 0 } else { 255 }; 3])
        })
    }

    /// Mean place of the dark dots inside the card, in millimetres of the frame.
    fn square(frame: &RgbImage, dpi: u32) -> (f64, f64) {
        let inner = 8 * dpi * 10 / 254..frame.width() / 2;
        let dark = frame
            .enumerate_pixels()
            .filter(|(x, y, pixel)| inner.contains(x) && inner.contains(y) && pixel.0[1] < 128);
        let (count, x, y) = dark.fold((0.0, 0.0, 0.0), |(count, sx, sy), (x, y, _)| {
            (count + 1.0, sx + f64::from(x), sy + f64::from(y))
        });
        let millimetres = |sum: f64| (sum / count + 0.5) * 25.4 / f64::from(dpi);
        (millimetres(x), millimetres(y))
    }

    fn picture(camera: &Camera, handle: Handle) -> RgbImage {
        let build = Build::new(Marking::Ribbon, "1".to_owned());
        let jpeg = camera.photograph(&build, handle, Face::Front, &card(&build));
        image::load_from_memory(&jpeg.unwrap()).unwrap().into_rgb8()
    }

    #[test]
    fn a_still_camera_shows_the_card_in_its_place() {
        let still = Camera {
            noise: 0.0,
            shift_mm: 0.0,
            rotation: 0.0,
            gradient: 0.0,
            seed: 1,
        };
        let frame = picture(&still, 1);
        let (x, y) = square(&frame, 300);
        // 3 mm of ground, 10 mm to the square and 5 to its middle.
        assert!((x - 18.0).abs() < 0.1 && (y - 18.0).abs() < 0.1, "{x} {y}");
        assert!(frame.get_pixel(2, 2).0[0] < 60);
    }

    #[test]
    fn every_card_lies_otherwise_within_its_limits_and_always_the_same() {
        let camera = Camera::default();
        let mut places = Vec::new();
        for handle in 1..=6 {
            let frame = picture(&camera, handle);
            assert_eq!(frame, picture(&camera, handle));
            let (x, y) = square(&frame, 300);
            // The turn moves the square, 32 mm from the middle, by another 0.23 mm at most.
            assert!((x - 18.0).abs() < 0.8 && (y - 18.0).abs() < 0.8, "{x} {y}");
            places.push((x, y));
        }
        let moved = |a: &(f64, f64), b: &(f64, f64)| (a.0 - b.0).hypot(a.1 - b.1) > 0.02;
        assert!(
            places.windows(2).all(|pair| moved(&pair[0], &pair[1])),
            "{places:?}"
        );
    }
}

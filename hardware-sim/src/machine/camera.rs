//! The exit camera: a photograph of a printed face, lying a little askew in uneven light.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, Rgb, RgbImage, imageops};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::build::Build;
use super::card::Handle;
use super::job::Face;

/// What is seen around the card.
const GROUND: [f64; 3] = [30.0, 32.0, 36.0];
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

    fn frame(&self, dpi: u32, printed: &RgbImage, pose: &Pose, mut noise: u64) -> RgbImage {
        let (width, height) = Build::face(dpi);
        let card = imageops::thumbnail(printed, width, height);
        let margin = MARGIN * dpi / 254;
        let (frame_width, frame_height) = (width + 2 * margin, height + 2 * margin);
        let middle = |side: u32| f64::from(side) / 2.0 - 0.5;
        let (sin, cos) = pose.turn;
        RgbImage::from_fn(frame_width, frame_height, |x, y| {
            let across = f64::from(x) - middle(frame_width);
            let down = f64::from(y) - middle(frame_height);
            let (dx, dy) = (across - pose.shift.0, down - pose.shift.1);
            let seen = sample(
                &card,
                dx * cos + dy * sin + middle(width),
                dy * cos - dx * sin + middle(height),
            );
            let light = 1.0
                + pose.light.0 * across / f64::from(frame_width)
                + pose.light.1 * down / f64::from(frame_height);
            noise = next(noise);
            let grains = noise.to_le_bytes();
            Rgb([0, 1, 2].map(|channel| {
                // The sum of two equal distributions: small deviations are more common.
                let grain = f64::from(grains[2 * channel]) + f64::from(grains[2 * channel + 1]);
                let level = seen[channel] * light + (grain / 255.0 - 1.0) * self.noise;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a saturating cast is meant"
                )]
                let level = level.round() as u8;
                level
            }))
        })
    }
}

/// The colour between four dots, the ground beyond the card's edge.
fn sample(card: &RgbImage, x: f64, y: f64) -> [f64; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (right_part, lower_part) = (x - left, y - top);
    let mut mixed = [0.0; 3];
    for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
        let across = if dx > 0.0 {
            right_part
        } else {
            1.0 - right_part
        };
        let down = if dy > 0.0 {
            lower_part
        } else {
            1.0 - lower_part
        };
        let dot = dot(card, left + dx, top + dy);
        for (mixed, own) in mixed.iter_mut().zip(dot) {
            *mixed += own * across * down;
        }
    }
    mixed
}

fn dot(card: &RgbImage, x: f64, y: f64) -> [f64; 3] {
    if x < 0.0 || y < 0.0 {
        return GROUND;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and a few thousand at most"
    )]
    let pixel = card.get_pixel_checked(x as u32, y as u32);
    pixel.map_or(GROUND, |pixel| pixel.0.map(f64::from))
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

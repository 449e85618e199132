//! How even the background is: the mean gradient beside the head (ISO/IEC 29794-5, background uniformity).
//!
//! Without a mask of the person we look at two strips beside the head, from the upper edge down to the eyes.

use image::RgbImage;

use super::region::{Seen, bounds};
use super::{Area, Landmarks};

/// Pixels between the irises: the standard's reduced picture is 354 pixels wide.
const EYE_DISTANCE: f64 = 88.5;
/// Room for ears and hair, in eye distances.
const HAIR: f64 = 0.38;

/// Mean length of Scharr's gradient of the luminance.
pub(super) fn uniformity(picture: &RgbImage, landmarks: &Landmarks, frame: &Area) -> f64 {
    let seen = Seen::of(picture, landmarks, frame, EYE_DISTANCE);
    let face = bounds(&seen.landmarks);
    let hair = HAIR * seen.landmarks.eye_distance();
    let height = seen.landmarks.between_eyes().y;
    let strips = [
        Area {
            left: 0.0,
            top: 0.0,
            width: face.left - hair,
            height,
        },
        Area {
            left: face.left + face.width + hair,
            top: 0.0,
            width: f64::INFINITY,
            height,
        },
    ];
    let width = seen.width();
    let (mut sum, mut count) = (0.0, 0.0);
    for strip in &strips {
        let (columns, rows) = seen.part(strip);
        for row in rows.start.max(1)..rows.end.min(seen.height() - 1) {
            for column in columns.start.max(1)..columns.end.min(width - 1) {
                let at = |down: usize, right: usize| {
                    f64::from(seen.luminance[(row + down - 1) * width + column + right - 1])
                };
                let side = |right| 3.0 * at(0, right) + 10.0 * at(1, right) + 3.0 * at(2, right);
                let line = |down| 3.0 * at(down, 0) + 10.0 * at(down, 1) + 3.0 * at(down, 2);
                sum += (side(2) - side(0)).hypot(line(2) - line(0));
                count += 1.0;
            }
        }
    }
    // No room beside the head is as bad as a busy wall.
    if count > 0.0 {
        sum / count
    } else {
        f64::INFINITY
    }
}

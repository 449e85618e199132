//! The crop that a document wants, from the irises: TR-03121-3-2 (1244 by 1600) and ISO/IEC 19794-5.
//!
//! The irises lie a quarter of the width apart, in the middle, 44.5 % from the top. The frame never turns (pose is
//! measured, not mended) and never enlarges. Where the picture ends too soon it slides and shrinks within what the
//! standard allows; beyond that the crop is refused.

use image::RgbImage;
use thiserror::Error;

use super::{Area, Landmarks, sample};

/// Width of a captured portrait, in pixels.
pub const WIDTH: u32 = 1244;
/// Height of a captured portrait, in pixels.
pub const HEIGHT: u32 = 1600;
/// Least pixels between the irises in the picture that came in (TR-03121-3-2, live capture).
pub const LEAST_EYE_DISTANCE: f64 = 300.0;
/// The irises' distance as a share of the width.
const EYES: f64 = 0.25;
/// As far as the frame may shrink to stay in the picture.
const MOST_EYES: f64 = 0.262;
/// The eyes' height from the top, as a share of the height.
const LINE: f64 = 0.445;
/// Where it may be when the frame slides (the standard: 0.30 to 0.50; crowns need more room).
const LINES: (f64, f64) = (0.40, 0.50);
/// Where the middle of the face may be when the frame slides, as shares of the width.
const MIDDLES: (f64, f64) = (0.45, 0.55);

/// A side of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Under the chin.
    Bottom,
    /// Left in the picture.
    Left,
    /// Right in the picture.
    Right,
    /// Above the hair.
    Top,
}

/// Why a picture cannot be cropped, and what the applicant should do.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum CropError {
    /// The picture ends before the frame does.
    #[error(
        "cannot crop the portrait: the picture ends too soon at the {side:?}; have the applicant move away from that \
         side, or step back"
    )]
    LeavesPicture {
        /// Where.
        side: Side,
    },
    /// Too few pixels.
    #[error(
        "cannot crop the portrait: the eyes are {pixels:.0} pixels apart, {LEAST_EYE_DISTANCE} are needed; have the \
         applicant come nearer to the camera"
    )]
    TooFar {
        /// Pixels between the irises.
        pixels: f64,
    },
    /// The frame is larger than the picture.
    #[error(
        "cannot crop the portrait: the head is too large for the picture; have the applicant step back from the camera"
    )]
    TooNear,
}

impl CropError {
    /// What to say to the applicant, as an id of the texts.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::LeavesPicture { side: Side::Bottom } => "move-up",
            Self::LeavesPicture { side: Side::Left } => "move-right-in-picture",
            Self::LeavesPicture { side: Side::Right } => "move-left-in-picture",
            Self::LeavesPicture { side: Side::Top } => "move-down",
            Self::TooFar { .. } => "come-nearer",
            Self::TooNear => "step-back",
        }
    }
}

/// The frame for a face in a picture of `picture`'s size.
pub fn frame(landmarks: &Landmarks, picture: &RgbImage) -> Result<Area, CropError> {
    let pixels = landmarks.eye_distance();
    if pixels.is_nan() || pixels < LEAST_EYE_DISTANCE {
        return Err(CropError::TooFar { pixels });
    }
    let whole = Area::of(picture);
    let shape = f64::from(HEIGHT) / f64::from(WIDTH);
    // Smaller than the result would be enlarging.
    let wanted = (pixels / EYES).max(f64::from(WIDTH));
    let least = (pixels / MOST_EYES).max(f64::from(WIDTH));
    let fits = whole.width.min(whole.height / shape);
    let width = wanted.min(fits.max(least));
    let height = width * shape;
    // Half a pixel is rounding.
    if width > whole.width + 0.5 || height > whole.height + 0.5 {
        return Err(CropError::TooNear);
    }
    let middle = landmarks.between_eyes();
    let left = slide(middle.x, width, 0.5, MIDDLES, whole.width)
        .map_err(|low| side(low, Side::Left, Side::Right))?;
    let top = slide(middle.y, height, LINE, LINES, whole.height)
        .map_err(|low| side(low, Side::Top, Side::Bottom))?;
    Ok(Area {
        left,
        top,
        width,
        height,
    })
}

fn side(low: bool, before: Side, after: Side) -> CropError {
    CropError::LeavesPicture {
        side: if low { before } else { after },
    }
}

/// Where a frame of `length` begins so that `middle` is at its share `at`, or within `range` if the picture's `end`
/// asks for it. Else whether the picture ends too soon at its beginning.
fn slide(middle: f64, length: f64, at: f64, range: (f64, f64), end: f64) -> Result<f64, bool> {
    let wanted = middle - at * length;
    let inside = wanted.clamp(0.0, (end - length).max(0.0));
    // The frame's beginning lies highest where the eyes' share is smallest.
    let (lowest, highest) = (middle - range.1 * length, middle - range.0 * length);
    if inside > highest {
        return Err(true);
    }
    if inside < lowest {
        return Err(false);
    }
    Ok(inside)
}

/// Cuts a frame out: 1244 by 1600.
pub fn cut(picture: &RgbImage, frame: &Area) -> RgbImage {
    sample::scale(picture, frame, WIDTH, HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::super::{Iris, Point};
    use super::*;

    fn face(x: f64, y: f64, apart: f64) -> Landmarks {
        let eye = |x| Iris {
            centre: Point { x, y },
            diameter: 20.0,
            lid_gap: 18.0,
        };
        Landmarks {
            score: 1.0,
            points: Vec::new(),
            irises: [eye(x - apart / 2.0), eye(x + apart / 2.0)],
        }
    }

    #[test]
    fn the_eyes_lie_a_quarter_of_the_width_apart() {
        let frame = frame(&face(1500.0, 1300.0, 400.0), &RgbImage::new(3000, 4000)).unwrap();
        assert!((frame.width - 1600.0).abs() < 1e-9 && (frame.left - 700.0).abs() < 1e-9);
        assert!((frame.height - 1600.0 * 1600.0 / 1244.0).abs() < 1e-9);
        assert!((frame.top - (1300.0 - 0.445 * frame.height)).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_enlarged() {
        let picture = RgbImage::new(3000, 4000);
        let near = frame(&face(1500.0, 1300.0, 300.0), &picture).unwrap();
        assert!((near.width - 1244.0).abs() < 1e-9);
        let far = frame(&face(1500.0, 1300.0, 299.0), &picture).unwrap_err();
        assert_eq!(far, CropError::TooFar { pixels: 299.0 });
        assert_eq!(far.advice(), "come-nearer");
    }

    #[test]
    fn the_frame_slides_a_little_and_is_then_refused() {
        let picture = RgbImage::new(1244, 1600);
        let exact = Area::of(&picture);
        for (x, y, apart) in [
            (622.0, 712.0, 311.0),
            (640.0, 730.0, 315.0),
            (600.0, 690.0, 303.0),
        ] {
            assert_eq!(frame(&face(x, y, apart), &picture).unwrap(), exact);
        }
        for (x, y, apart, side) in [
            (500.0, 712.0, 311.0, Side::Left),
            (750.0, 712.0, 311.0, Side::Right),
            (622.0, 600.0, 311.0, Side::Top),
            (622.0, 900.0, 311.0, Side::Bottom),
        ] {
            let error = frame(&face(x, y, apart), &picture).unwrap_err();
            assert_eq!(error, CropError::LeavesPicture { side }, "{x} {y} {apart}");
        }
        let near = frame(&face(622.0, 712.0, 400.0), &picture).unwrap_err();
        assert_eq!((near, near.advice()), (CropError::TooNear, "step-back"));
    }
}

//! Fingers in pictures: a plain measure of their ridges, their minutiae, and whether two pictures show the same finger.
//!
//! Everything here is ours and judged by nobody. The measure is a **plain measure**: area, contrast and frequency of the
//! ridges, what is dry, wet or smeared. It is no quality score of any standard, and must never be called one.
//! Places are pixels of the picture at 500 ppi: `x` from its left edge, `y` from its top edge. A picture of 1000 ppi is
//! halved first.

pub mod check;
mod compare;
mod enhance;
mod field;
pub mod measure;
mod minutiae;
mod plane;
mod skeleton;
mod template;
mod wave;

use image::GrayImage;
use thiserror::Error;

pub use check::{Limits, Outcome, Verdict, best};
pub use compare::{SAME_FINGER, Score, compare, given_twice, same_finger};
pub use measure::{Measure, RidgeMeasure, measure};
pub use template::{Kind, MAX_MINUTIAE, Minutia, Template};

/// Shortest side of a picture at 500 ppi, in pixels.
pub const MIN_SIDE: u32 = 64;
/// Longest side of a picture at 500 ppi, in pixels: four fingers side by side.
pub const MAX_SIDE: u32 = 1800;
/// Pixels a millimetre at 500 ppi.
pub const PIXELS_PER_MM: f64 = 500.0 / 25.4;

/// Why a picture cannot be a finger's.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FingerError {
    /// The resolution is neither 500 nor 1000 ppi, give or take two in a hundred.
    #[error("cannot look at a finger of {ppi} ppi: scan it with 500 or 1000")]
    Resolution {
        /// Pixels per inch as told.
        ppi: u16,
    },
    /// A side is too short or too long.
    #[error(
        "cannot look at a finger of {width} x {height} pixels: at 500 ppi sides must have {MIN_SIDE} to {MAX_SIDE}"
    )]
    Size {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// The picture at 500 ppi.
fn plane(picture: &GrayImage, ppi: u16) -> Result<plane::Plane, FingerError> {
    let scale = match ppi {
        490..=510 => 1,
        980..=1020 => 2,
        _ => return Err(FingerError::Resolution { ppi }),
    };
    let (width, height) = picture.dimensions();
    let fits = |side: u32| (MIN_SIDE..=MAX_SIDE).contains(&(side / scale));
    if !fits(width) || !fits(height) {
        return Err(FingerError::Size { width, height });
    }
    Ok(if scale == 1 {
        plane::Plane::of(picture)
    } else {
        plane::Plane::halved(picture)
    })
}

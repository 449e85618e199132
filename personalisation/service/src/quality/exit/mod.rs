//! The exit picture: whether a card looks as it was drawn (docs/quality.md).
//!
//! ```text
//! JPEG ─ photograph ─> frame ─ edges ─> where the card lies ─ register ─> where the print lies on it
//!                                                                │
//!                            findings <─ compare, light, zone <──┘
//! ```
//!
//! Pure: pictures in, findings out. The card's own edges are the ruler, so the camera may stand anywhere and have any resolution
//! from 250 to 400 dpi.

mod affine;
mod compare;
mod edges;
mod error;
mod finding;
mod glyphs;
mod judge;
mod least;
mod light;
pub mod limits;
mod ordered;
mod photograph;
mod plane;
mod register;
mod zone;

pub use error::ExitError;
pub use finding::{Dye, ExitFindings, Face, Finding, Flaw, Marking, Measures};
pub use ordered::Ordered;

use self::{glyphs::Glyphs, judge::Expected, photograph::Frame};

/// Compares what the exit camera saw with the two faces that were to be printed.
///
/// A laser's faces are compared by their luminance. The pictures are JPEG of at most [`limits::JPEG_BYTES`]. An error is no verdict:
/// the picture, not the card, is at fault.
pub fn inspect(
    marking: Marking,
    ordered: &Ordered,
    front_jpeg: &[u8],
    back_jpeg: &[u8],
) -> Result<ExitFindings, ExitError> {
    let glyphs = Glyphs::shared()?;
    let front_frame = Frame::read(Face::Front, marking, front_jpeg)?;
    let back_frame = Frame::read(Face::Back, marking, back_jpeg)?;
    let front = Expected::new(Face::Front, marking, &ordered.front);
    let back = Expected::new(Face::Back, marking, &ordered.back);
    let mut findings = Vec::new();
    let front_seen = judge::face(&front_frame, &front, &back, &mut findings)?;
    let mut back_seen = judge::face(&back_frame, &back, &front, &mut findings)?;
    let zone = &ordered.zone;
    let read = judge::zone(&back_frame, &mut back_seen, glyphs, zone, &mut findings);
    let measures = [front_seen.measures, back_seen.measures];
    Ok(ExitFindings::new(findings, measures, read))
}

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
mod looked;
mod ordered;
mod photograph;
mod plane;
mod register;
mod zone;

pub use error::ExitError;
pub use finding::{Dye, ExitFindings, Face, Finding, Flaw, Marking, Measures};
pub use looked::Looked;
pub use ordered::Ordered;

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
    let front = Looked::at(Face::Front, marking, ordered, front_jpeg)?;
    let back = Looked::at(Face::Back, marking, ordered, back_jpeg)?;
    front.and_back(back, ordered)
}

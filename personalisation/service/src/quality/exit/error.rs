//! Why there is no verdict on a card.

use thiserror::Error;

use super::finding::Face;

/// Why there is no verdict: for the operator, but for `Expected` and `Glyphs`, which are defects. No personal data.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ExitError {
    /// A picture that is larger than any exit camera's.
    #[error(
        "looking at the {face} of a card: the exit picture has {bytes} bytes, at most {most} are read; check the camera"
    )]
    TooLarge {
        /// Which face.
        face: Face,
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// No JPEG, or a damaged one.
    #[error(
        "looking at the {face} of a card: the exit picture cannot be decoded ({reason}); fetch it again"
    )]
    Undecodable {
        /// Which face.
        face: Face,
        /// Why.
        reason: String,
    },
    /// A picture whose size is not an exit camera's.
    #[error(
        "looking at the {face} of a card: the exit picture has {width} x {height} dots; a camera of 250 to 400 dpi is needed"
    )]
    Size {
        /// Which face.
        face: Face,
        /// Dots in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// No card on a dark ground.
    #[error(
        "looking at the {face} of a card: the {edge} edge of a card was not found on a dark ground; clean camera and ground, and look whether a card lies there"
    )]
    NoCard {
        /// Which face.
        face: Face,
        /// Which edge, or what is wrong with all of them.
        edge: &'static str,
    },
    /// Too dark, too bright, or too uneven.
    #[error(
        "looking at the {face} of a card: the light is {measured:.2} of what it should be, {limit:.2} of it may be missing; check the camera's lamp"
    )]
    Light {
        /// Which face.
        face: Face,
        /// Light in the middle, or change from edge to edge, 1 being right.
        measured: f64,
        /// The limit.
        limit: f64,
    },
    /// The face that was to be printed has another size, or its machine readable zone cannot be read: a defect.
    #[error("looking at the {face} of a card: the face that was ordered {reason}; report this")]
    Expected {
        /// Which face.
        face: Face,
        /// What is wrong.
        reason: String,
    },
    /// The characters of the machine readable zone cannot be drawn: a defect.
    #[error("looking at a card: the glyphs of OCR-B cannot be drawn ({0}); report this")]
    Glyphs(String),
}

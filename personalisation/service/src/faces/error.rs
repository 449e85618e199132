//! Why a face cannot be printed.

use thiserror::Error;

/// Why a face cannot be printed. For the operator, but for `Template` and `Png`; no personal data but the one character that no
/// font has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FaceError {
    /// A text that does not fit its field by the rules of docs/faces.md.
    #[error(
        "printing the card: {field} does not fit its field in two lines of the smallest size; have it \
         shortened as the holder wishes, and order again"
    )]
    DoesNotFit {
        /// The field.
        field: &'static str,
    },
    /// A character that the font of the field does not have.
    #[error(
        "printing the card: {field} has the character {character:?} (U+{:04X}), which the card's font \
         does not have; give the name in Latin, Greek or Cyrillic letters", u32::from(*character)
    )]
    MissingGlyph {
        /// The field.
        field: &'static str,
        /// The first such character.
        character: char,
    },
    /// A version of a template that this program does not have.
    #[error(
        "printing the card: this program does not have version {number} of the template; run the release that printed it"
    )]
    NoVersion {
        /// The version.
        number: u32,
    },
    /// A residence permit without its own facts, or an identity card with them: a defect.
    #[error(
        "printing the card: the order is of another document type than its template; report this"
    )]
    OtherDocument,
    /// A specimen cannot be drawn: a defect.
    #[error("drawing a specimen: {reason}; report this")]
    Specimen {
        /// Why.
        reason: String,
    },
    /// No design is known for an issuer profile.
    #[error("printing the card: there is no design for issuer profile {profile}")]
    NoDesign {
        /// The profile.
        profile: &'static str,
    },
    /// A stored picture cannot be decoded.
    #[error(
        "printing the card: the order's {picture} cannot be decoded ({reason}); restore it from a backup"
    )]
    Picture {
        /// Portrait or signature.
        picture: &'static str,
        /// Why.
        reason: String,
    },
    /// A portrait in another shape than the card's, which would have to be stretched.
    #[error(
        "printing the card: the portrait has {width} x {height} pixels; the card has room for 622:800, \
         and a face is never stretched: crop it to that shape"
    )]
    PortraitShape {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A portrait with too few pixels.
    #[error(
        "printing the card: the portrait has {width} x {height} pixels; {least} in a row are needed for \
         300 in an inch: take a larger one"
    )]
    PortraitSmall {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Fewest in a row.
        least: u32,
    },
    /// A template is wrong: a defect.
    #[error("printing the card: the template cannot be drawn ({0}); report this")]
    Template(String),
    /// The picture cannot be written: a defect.
    #[error("printing the card: the picture cannot be written ({0}); report this")]
    Png(String),
}

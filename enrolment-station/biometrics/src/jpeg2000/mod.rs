//! JPEG 2000 (ISO/IEC 15444-1): pictures of people within a budget of bytes, and reading them back.
//!
//! Encoding is `OpenJPEG`'s, ported to Rust; it sees only our own pixels. Streams of other origin are
//! checked against a narrow profile (`profile.rs`) and then decoded by a decoder without unsafe code.

mod decode;
mod encode;
mod profile;

use image::{DynamicImage, GrayImage, RgbImage};
use thiserror::Error;

pub use profile::Header;

/// A picture to encode.
#[derive(Clone, Copy, Debug)]
pub enum Pixels<'a> {
    /// 8-bit grey.
    Gray(&'a GrayImage),
    /// 24-bit sRGB.
    Rgb(&'a RgbImage),
}

impl<'a> From<&'a GrayImage> for Pixels<'a> {
    fn from(image: &'a GrayImage) -> Self {
        Self::Gray(image)
    }
}

impl<'a> From<&'a RgbImage> for Pixels<'a> {
    fn from(image: &'a RgbImage) -> Self {
        Self::Rgb(image)
    }
}

/// Why a picture could not be encoded.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// The budget is too small for this picture.
    #[error("cannot encode a picture in {budget} bytes: the least found is {smallest}; allow more")]
    Budget {
        /// Bytes allowed.
        budget: usize,
        /// Bytes of the smallest stream tried.
        smallest: usize,
    },
    /// The encoder refused.
    #[error(
        "cannot encode a picture as JPEG 2000: the encoder failed to {step}; report the picture's size"
    )]
    Encoder {
        /// What it was doing.
        step: &'static str,
    },
    /// The file in memory failed.
    #[error(
        "cannot encode a picture as JPEG 2000: no file in memory ({0}); free memory and try again"
    )]
    Memory(#[source] std::io::Error),
    /// A side is too short or too long.
    #[error("cannot encode a picture of {width} x {height} pixels: sides must have 32 to 8192")]
    Size {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// What a stream of unknown origin may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Most bytes of the file.
    pub max_bytes: usize,
    /// Most pixels of the picture.
    pub max_pixels: usize,
}

impl Default for DecodeLimits {
    /// 1 MB and 4 million pixels: more than any chip holds.
    fn default() -> Self {
        Self {
            max_bytes: 1_000_000,
            max_pixels: 4_000_000,
        }
    }
}

/// Why a stream could not be decoded.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// The decoder refused.
    #[error("cannot decode a JPEG 2000 picture: {0}; it is damaged")]
    Damaged(String),
    /// Neither a JP2 file nor a codestream.
    #[error(
        "cannot decode this as JPEG 2000: it is neither a JP2 file nor a codestream; check the picture format"
    )]
    NotJpeg2000,
    /// No pixels, or more than allowed.
    #[error(
        "cannot decode a JPEG 2000 picture of {width} x {height} pixels: {limit} pixels are allowed"
    )]
    Size {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels allowed.
        limit: usize,
    },
    /// The file is longer than allowed.
    #[error("cannot decode a JPEG 2000 picture of {bytes} bytes: {limit} are allowed")]
    TooManyBytes {
        /// Its length.
        bytes: usize,
        /// Most bytes allowed.
        limit: usize,
    },
    /// The file ends in the middle of something.
    #[error("cannot decode a JPEG 2000 picture: it ends inside its {reading}; get it again")]
    Truncated {
        /// What was being read.
        reading: &'static str,
    },
    /// Outside the profile that pictures of people need.
    #[error("cannot decode a JPEG 2000 picture: {what} are not supported")]
    Unsupported {
        /// The part.
        what: &'static str,
    },
}

/// Encodes as a JP2 file of at most `max_bytes`, headers included, as close below as can be found
/// (within 5 %, unless the picture needs less even without loss of precision).
pub fn encode_to_budget<'a>(
    image: impl Into<Pixels<'a>>,
    max_bytes: usize,
) -> Result<Vec<u8>, EncodeError> {
    encode::to_budget(image.into(), max_bytes)
}

/// Decodes a JP2 file or a codestream to 8-bit grey or RGB.
pub fn decode(data: &[u8], limits: &DecodeLimits) -> Result<DynamicImage, DecodeError> {
    decode::decode(data, limits)
}

/// Size and components that a JP2 file or codestream names, without decoding it.
pub fn header(data: &[u8]) -> Result<Header, DecodeError> {
    profile::read(data)
}

//! WSQ, the compression of fingerprints (IAFIS-IC-0110 3.1): our own encoder and decoder.
//!
//! A picture is split into 64 bands by a 9/7 wavelet, the bands are quantised by their variance, and
//! the values are Huffman-coded in three blocks. Streams agree with those of NIST's NBIS.

mod bits;
mod decimal;
mod decoder;
mod encoder;
mod filter;
mod huffman;
mod markers;
mod parser;
mod quantiser;
mod symbols;
mod transform;
mod tree;

use image::GrayImage;
use thiserror::Error;

/// Shortest side of a picture, in pixels: five splits must leave something to filter.
pub const MIN_SIDE: u16 = 64;
/// Longest side of a picture that we encode, in pixels.
pub const MAX_SIDE: u16 = 4096;
/// Most bytes of a finger on the chip (BSI TR-03121-3-2: 18 kB).
pub const MAX_FINGER_BYTES: usize = 18_000;

/// How to encode.
#[derive(Clone, Debug, PartialEq)]
pub struct WsqParameters {
    /// Bits a pixel that the quantiser aims at; 0.75 gives about 15:1.
    pub bit_rate: f32,
    /// Most bytes of the whole stream; the bit rate is lowered until it fits.
    pub max_bytes: Option<usize>,
    /// Pixels per inch, noted in the comment.
    pub ppi: u16,
}

impl Default for WsqParameters {
    /// 0.75 bits a pixel, at most [`MAX_FINGER_BYTES`], 500 ppi.
    fn default() -> Self {
        Self {
            bit_rate: 0.75,
            max_bytes: Some(MAX_FINGER_BYTES),
            ppi: 500,
        }
    }
}

/// Why a picture could not be encoded.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EncodeError {
    /// The bit rate makes no sense.
    #[error("cannot encode a finger at {asked} bits a pixel: give a bit rate from 0.02 to 8")]
    BitRate {
        /// What was asked for.
        asked: f32,
    },
    /// Even the lowest bit rate gives more bytes.
    #[error(
        "cannot encode a finger in {limit} bytes: {smallest} is the least; allow more bytes or crop it"
    )]
    Limit {
        /// Bytes allowed.
        limit: usize,
        /// Bytes of the smallest stream tried.
        smallest: usize,
    },
    /// A side is too short or too long.
    #[error(
        "cannot encode a finger of {width} x {height} pixels: sides must have {MIN_SIDE} to {MAX_SIDE}"
    )]
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
    /// Most bytes of the stream.
    pub max_bytes: usize,
    /// Most pixels of the picture; about eleven bytes of memory are used for each.
    pub max_pixels: usize,
}

impl Default for DecodeLimits {
    /// 1 MB and 4 million pixels: more than any single finger at 500 ppi.
    fn default() -> Self {
        Self {
            max_bytes: 1_000_000,
            max_pixels: 4_000_000,
        }
    }
}

/// A decoded stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The finger.
    pub image: GrayImage,
    /// Pixels per inch, if the stream says so.
    pub ppi: Option<u16>,
}

/// Why a stream could not be decoded.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// Bits that are no code of the block's table.
    #[error("cannot decode a WSQ stream: no Huffman code before byte {offset}; it is damaged")]
    Code {
        /// Where reading stopped.
        offset: usize,
    },
    /// The blocks have more or fewer values than the bands have samples.
    #[error("cannot decode a WSQ stream: {found} coefficients for {expected}; it is damaged")]
    Coefficients {
        /// Samples of the coded bands.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// No marker, or one that may not stand there.
    #[error("cannot decode a WSQ stream: no marker allowed here at byte {offset}; it is damaged")]
    Marker {
        /// Where it was expected.
        offset: usize,
    },
    /// A part that a picture needs is not there.
    #[error("cannot decode a WSQ stream: it has no {what}; it is incomplete")]
    Missing {
        /// The part.
        what: &'static str,
    },
    /// The first bytes are not those of WSQ.
    #[error("cannot decode this as WSQ: it does not begin with FFA0; check the picture format")]
    NotWsq,
    /// A segment's content is impossible.
    #[error("cannot decode a WSQ stream: {reading}: {problem}; it is damaged")]
    Segment {
        /// The segment.
        reading: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// The picture is too small or has too many pixels.
    #[error(
        "cannot decode a WSQ stream of {width} x {height} pixels: sides need {MIN_SIDE} and {limit} \
         pixels are allowed"
    )]
    Size {
        /// Pixels in a row.
        width: u16,
        /// Rows.
        height: u16,
        /// Most pixels allowed.
        limit: usize,
    },
    /// The stream is longer than allowed.
    #[error("cannot decode a WSQ stream of {bytes} bytes: {limit} are allowed")]
    TooManyBytes {
        /// Its length.
        bytes: usize,
        /// Most bytes allowed.
        limit: usize,
    },
    /// The stream ends in the middle of something.
    #[error(
        "cannot decode a WSQ stream: it ends at byte {offset} inside a {reading}; get it again"
    )]
    Truncated {
        /// Where the unfinished part begins.
        offset: usize,
        /// What was being read.
        reading: &'static str,
    },
    /// A part of the standard that we do not speak.
    #[error("cannot decode a WSQ stream: {what} are not supported")]
    Unsupported {
        /// The part.
        what: &'static str,
    },
}

/// Encodes a finger of 8-bit grey.
pub fn encode(image: &GrayImage, parameters: &WsqParameters) -> Result<Vec<u8>, EncodeError> {
    encoder::encode(image, parameters)
}

/// Decodes a stream; nothing is allocated before its size was checked against the limits.
pub fn decode(data: &[u8], limits: &DecodeLimits) -> Result<Decoded, DecodeError> {
    decoder::decode(data, limits)
}

/// Width and height that a stream's frame header names, without decoding it.
pub fn dimensions(data: &[u8]) -> Result<(u16, u16), DecodeError> {
    parser::find_frame(data).map(|frame| (frame.width, frame.height))
}

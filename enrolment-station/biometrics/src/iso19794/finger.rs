//! Finger image record of ISO/IEC 19794-4:2005: 32 + 14 bytes of headers, one WSQ picture.
//!
//! ```text
//! general header   "FIR\0" "010\0" length(6) device(2) level(2) fingers unit
//!                  scan_h(2) scan_v(2) image_h(2) image_v(2) depth compression reserved(2)
//! finger header    length(4) position views view quality impression width(2) height(2) reserved
//! picture
//! ```

use thiserror::Error;

use super::fields::Fields;
use crate::wsq;

const FORMAT: [u8; 4] = *b"FIR\0";
const VERSION: [u8; 4] = *b"010\0";
/// General header.
const GENERAL: usize = 32;
/// Both headers.
const HEADERS: usize = 46;
/// Acquisition level 31: 500 ppi, appendix F.
const LEVEL_31: u16 = 0x001F;
/// Pixels per inch as the unit of resolutions.
const PER_INCH: u8 = 1;
/// WSQ as the compression.
const WSQ: u8 = 2;

/// A finger (table 5); the hand is that of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FingerPosition {
    /// 1
    RightThumb,
    /// 2
    RightIndex,
    /// 3
    RightMiddle,
    /// 4
    RightRing,
    /// 5
    RightLittle,
    /// 6
    LeftThumb,
    /// 7
    LeftIndex,
    /// 8
    LeftMiddle,
    /// 9
    LeftRing,
    /// 10
    LeftLittle,
}

impl FingerPosition {
    /// All of them, by code.
    pub const ALL: [Self; 10] = [
        Self::RightThumb,
        Self::RightIndex,
        Self::RightMiddle,
        Self::RightRing,
        Self::RightLittle,
        Self::LeftThumb,
        Self::LeftIndex,
        Self::LeftMiddle,
        Self::LeftRing,
        Self::LeftLittle,
    ];

    /// Its code, 1 to 10.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }

    /// The finger of a code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The biometric subtype of CBEFF that means the same finger (Doc 9303-10 §4.7.3).
    pub fn cbeff_subtype(self) -> u8 {
        let index = self as u8;
        let (hand, finger) = if index < 5 {
            (1, index + 1)
        } else {
            (2, index - 4)
        };
        (finger << 2) | hand
    }
}

/// One plain live-scan print of 500 ppi, compressed by WSQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerRecord {
    /// Which finger.
    pub position: FingerPosition,
    /// NFIQ 2 score, 0 to 100; 255 where it could not be computed.
    pub quality: u8,
    /// Maker's code of the scanner; 0 unspecified.
    pub device: u16,
    /// 0 live-scan plain; other values as in table 7.
    pub impression: u8,
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// The WSQ stream.
    pub wsq: Vec<u8>,
}

/// Why a record could not be read or written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FingerError {
    /// The record's size is not that of its picture.
    #[error(
        "cannot use a finger record: its header says {} x {} pixels, its picture {} x {}",
        said.0, said.1, found.0, found.1
    )]
    Dimensions {
        /// Width and height of the header.
        said: (u16, u16),
        /// Width and height of the picture.
        found: (u16, u16),
    },
    /// The first bytes are not those of a finger record of the 2005 edition.
    #[error(
        "cannot read a finger record: it does not begin with FIR 010; check the biometric format type"
    )]
    Format,
    /// Two lengths disagree.
    #[error("cannot read a finger record: its lengths say {said} bytes, {found} are there")]
    Length {
        /// What the header says.
        said: u64,
        /// What is there.
        found: usize,
    },
    /// The WSQ stream has no readable frame header.
    #[error("cannot use a finger record: {0}")]
    Picture(#[from] wsq::DecodeError),
    /// No finger has this code.
    #[error("cannot read a finger record: finger position {0} is not known")]
    Position(u8),
    /// The picture is too long for the header's fields.
    #[error("cannot write a finger record: its picture is too long")]
    TooLong,
    /// The record ends in a header.
    #[error("cannot read a finger record: it ends in its headers; read it again")]
    Truncated,
    /// Not one plain picture of 8 bits, 500 ppi and WSQ.
    #[error("cannot read a finger record: {0} are not supported")]
    Unsupported(&'static str),
}

impl FingerRecord {
    /// A plain live-scan print; its size is taken from the stream.
    pub fn from_wsq(
        position: FingerPosition,
        quality: u8,
        stream: Vec<u8>,
    ) -> Result<Self, FingerError> {
        let (width, height) = wsq::dimensions(&stream)?;
        Ok(Self {
            position,
            quality,
            device: 0,
            impression: 0,
            width,
            height,
            wsq: stream,
        })
    }

    /// The record's bytes: a biometric data block of EF.DG3.
    pub fn encode(&self) -> Result<Vec<u8>, FingerError> {
        self.check_dimensions()?;
        let length = u32::try_from(HEADERS + self.wsq.len()).map_err(|_| FingerError::TooLong)?;
        let mut out = Vec::with_capacity(HEADERS + self.wsq.len());
        out.extend(FORMAT);
        out.extend(VERSION);
        out.extend(&u64::from(length).to_be_bytes()[2..]);
        out.extend(self.device.to_be_bytes());
        out.extend(LEVEL_31.to_be_bytes());
        out.extend([1, PER_INCH]);
        for _ in 0..4 {
            out.extend(500u16.to_be_bytes());
        }
        out.extend([8, WSQ, 0, 0]);
        out.extend((length - 32).to_be_bytes());
        out.extend([self.position.code(), 1, 1, self.quality, self.impression]);
        out.extend(self.width.to_be_bytes());
        out.extend(self.height.to_be_bytes());
        out.push(0);
        out.extend(&self.wsq);
        Ok(out)
    }

    /// Reads a record with one WSQ picture of 500 ppi; all lengths and sizes must agree.
    pub fn parse(bytes: &[u8]) -> Result<Self, FingerError> {
        let mut fields = Fields::new(bytes);
        let header = (fields.take(), fields.take());
        if header != (Some(FORMAT), Some(VERSION)) {
            return Err(FingerError::Format);
        }
        let record = Self::body(fields, bytes.len()).ok_or(FingerError::Truncated)??;
        record.check_dimensions()?;
        Ok(record)
    }

    /// Everything from the length on; `None` if it ends too early.
    fn body(mut fields: Fields, found: usize) -> Option<Result<Self, FingerError>> {
        let [l0, l1, l2, l3, l4, l5] = fields.take()?;
        let length = u64::from_be_bytes([0, 0, l0, l1, l2, l3, l4, l5]);
        let device = fields.short()?;
        let _level = fields.short()?;
        let (fingers, unit) = (fields.byte()?, fields.byte()?);
        let resolutions: [u8; 8] = fields.take()?;
        let [depth, compression, _, _] = fields.take()?;
        let block = u64::from(fields.long()?);
        let [position, views, _view, quality, impression] = fields.take()?;
        let (width, height, _reserved) = (fields.short()?, fields.short()?, fields.byte()?);
        for said in [length, block + GENERAL as u64] {
            if said != found as u64 {
                return Some(Err(FingerError::Length { said, found }));
            }
        }
        let unsupported = [
            (fingers != 1 || views != 1, "several fingers or views"),
            (
                unit != PER_INCH || resolutions[4..] != [1, 0xF4, 1, 0xF4],
                "resolutions but 500 ppi",
            ),
            (depth != 8, "other depths than 8 bits"),
            (compression != WSQ, "compressions but WSQ"),
        ];
        if let Some((_, what)) = unsupported.into_iter().find(|(is, _)| *is) {
            return Some(Err(FingerError::Unsupported(what)));
        }
        let Some(position) = FingerPosition::from_code(position) else {
            return Some(Err(FingerError::Position(position)));
        };
        let wsq = fields.rest().to_vec();
        Some(Ok(Self {
            position,
            quality,
            device,
            impression,
            width,
            height,
            wsq,
        }))
    }

    fn check_dimensions(&self) -> Result<(), FingerError> {
        let (said, found) = ((self.width, self.height), wsq::dimensions(&self.wsq)?);
        if said == found {
            Ok(())
        } else {
            Err(FingerError::Dimensions { said, found })
        }
    }
}

//! EF.DG3 (9303-10 §4.7.3): fingers, one record each; readable after terminal authentication only.
//!
//! ```text
//! 63 { 7F61 { 02 n, 7F60 { A1 header, 5F2E or 7F2E record } … } }
//! 63 { 7F61 { 02 00 }, 53 random }     no fingers: the random bytes make the hash differ
//! ```

use std::fmt;

use rand::CryptoRng;

use super::biometric::{self, Format, Header, JTC1_SC37, Record, Template};
use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use crate::tlv::{self, Reader};

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG3);
const OUTER: u16 = 0x63;
const RANDOM: u16 = 0x53;
const FINGER: u32 = 0x08;
const RANDOM_BYTES: usize = 16;

/// A finger. The numbers are those of ISO/IEC 19794-4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Finger {
    RightThumb = 1,
    RightIndex = 2,
    RightMiddle = 3,
    RightRing = 4,
    RightLittle = 5,
    LeftThumb = 6,
    LeftIndex = 7,
    LeftMiddle = 8,
    LeftRing = 9,
    LeftLittle = 10,
}

impl Finger {
    /// All ten, by position.
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

    /// The finger position of ISO/IEC 19794-4 table 2, 1 to 10.
    pub fn position(self) -> u8 {
        self as u8
    }

    /// The finger at a position of ISO/IEC 19794-4.
    pub fn from_position(position: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|finger| finger.position() == position)
    }

    /// The subtype byte of the biometric header: bits 2-1 the hand, bits 5-3 the finger.
    pub fn subtype(self) -> u8 {
        let (hand, finger) = match self.position() {
            right @ 1..=5 => (0b01, right),
            left => (0b10, left - 5),
        };
        finger << 2 | hand
    }

    /// The finger of a subtype byte.
    pub fn from_subtype(subtype: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|finger| finger.subtype() == subtype)
    }
}

/// The content of DG3.
#[derive(Clone, PartialEq, Eq)]
pub struct Dg3<'a> {
    /// Fingers: two, one or none.
    pub fingers: Vec<Template<'a>>,
    /// Object 53, empty if there is none.
    pub random: Vec<u8>,
}

impl<'a> Dg3<'a> {
    /// Fingers as ISO/IEC 19794-4 records (`FIR`), one finger each, in the order given.
    pub fn iso19794(fingers: &[(Finger, &'a [u8])]) -> Self {
        let template = |(finger, record): &(Finger, &'a [u8])| {
            let header = Header {
                version: Some(0x0101),
                format_type: Format::Finger19794.code(),
                ..header(*finger)
            };
            Template {
                header,
                record: Record::Iso19794(record),
            }
        };
        Self {
            fingers: fingers.iter().map(template).collect(),
            random: Vec::new(),
        }
    }

    /// Fingers as ISO/IEC 39794-4 records: what object 7F2E of each holds.
    pub fn iso39794(fingers: &[(Finger, &'a [u8])]) -> Self {
        let template = |(finger, content): &(Finger, &'a [u8])| {
            let format_type = Format::Finger39794.code();
            let header = Header {
                format_type,
                ..header(*finger)
            };
            Template {
                header,
                record: Record::Iso39794(content),
            }
        };
        Self {
            fingers: fingers.iter().map(template).collect(),
            random: Vec::new(),
        }
    }

    /// No fingers. The file's hash in EF.SOD then says nothing, and differs from card to card.
    pub fn without_fingers(rng: &mut impl CryptoRng) -> Self {
        let mut random = vec![0; RANDOM_BYTES];
        rng.fill_bytes(&mut random);
        Self {
            fingers: Vec::new(),
            random,
        }
    }

    /// Reads the file; padding after it is legal.
    pub fn parse(file: &'a [u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(tlv::parse_padded(file, OUTER)?.value);
        let fingers = biometric::parse_group(&mut reader)?;
        let random = reader.optional(RANDOM)?.unwrap_or_default().to_vec();
        reader.finish()?;
        Ok(Self { fingers, random })
    }

    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, FileError> {
        let trailer = if self.random.is_empty() {
            Vec::new()
        } else {
            tlv::encode(RANDOM, &self.random)
        };
        biometric::encode_file(OUTER, &self.fingers, &trailer).in_file(FILE)
    }
}

fn header(finger: Finger) -> Header {
    Header {
        biometric_type: Some(FINGER),
        subtype: Some(finger.subtype()),
        format_owner: JTC1_SC37,
        ..Header::default()
    }
}

impl fmt::Debug for Dg3<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dg3")
            .field("fingers", &self.fingers)
            .field("random_bytes", &self.random.len())
            .finish()
    }
}

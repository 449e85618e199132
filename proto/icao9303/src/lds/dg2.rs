//! EF.DG2 (9303-10 §4.7.2): the face.
//!
//! ```text
//! 75 { 7F61 { 02 01, 7F60 { A1 header, 5F2E or 7F2E record } } }
//! ```

use super::biometric::{self, Format, Header, JTC1_SC37, Record, Template};
use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use crate::tlv::{self, Reader};

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG2);
const OUTER: u16 = 0x75;
const FACE: u32 = 0x02;

/// The content of DG2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg2<'a> {
    /// Faces; one as a rule.
    pub faces: Vec<Template<'a>>,
}

impl<'a> Dg2<'a> {
    /// One face as an ISO/IEC 19794-5 record (`FAC`), with the header that BSI TR-03121 asks for.
    pub fn iso19794(record: &'a [u8]) -> Self {
        let header = Header {
            version: Some(0x0101),
            biometric_type: Some(FACE),
            subtype: Some(0),
            format_owner: JTC1_SC37,
            format_type: Format::Face19794.code(),
            ..Header::default()
        };
        Self {
            faces: vec![Template {
                header,
                record: Record::Iso19794(record),
            }],
        }
    }

    /// One face as an ISO/IEC 39794-5 record: `content` is what object 7F2E holds.
    pub fn iso39794(content: &'a [u8]) -> Self {
        let header = Header {
            biometric_type: Some(FACE),
            format_owner: JTC1_SC37,
            format_type: Format::Face39794.code(),
            ..Header::default()
        };
        Self {
            faces: vec![Template {
                header,
                record: Record::Iso39794(content),
            }],
        }
    }

    /// Reads the file; padding after it is legal.
    pub fn parse(file: &'a [u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(tlv::parse_padded(file, OUTER)?.value);
        let faces = biometric::parse_group(&mut reader)?;
        reader.finish()?;
        if faces.is_empty() {
            return Err(Fault::Count {
                announced: 0,
                found: 0,
            });
        }
        Ok(Self { faces })
    }

    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, FileError> {
        biometric::encode_file(OUTER, &self.faces, &[]).in_file(FILE)
    }
}

//! EF.DG1 (9303-10 §4.7.1): the MRZ without line breaks.
//!
//! ```text
//! 61 { 5F1F 90 (TD1), 72 (TD2) or 88 (TD3) characters }
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use crate::mrz::Mrz;
use crate::tlv::{self, Reader};

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG1);
const MRZ: u16 = 0x5F1F;

/// The content of DG1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg1 {
    /// The MRZ.
    pub mrz: Mrz,
}

impl Dg1 {
    /// Reads the file; padding after it is legal.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(tlv::parse_padded(file, 0x61)?.value);
        let characters = reader.expect(MRZ)?;
        reader.finish()?;
        // Line breaks and blanks, which people may type, do not belong into the file.
        let text = str::from_utf8(characters).map_err(|_| Fault::Text { tag: MRZ })?;
        let mrz = Mrz::parse(text)?;
        if mrz.as_str().len() != characters.len() {
            return Err(Fault::Length {
                tag: MRZ,
                length: characters.len(),
            });
        }
        Ok(Self { mrz })
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        tlv::encode(0x61, &tlv::encode(MRZ, self.mrz.as_str().as_bytes()))
    }
}

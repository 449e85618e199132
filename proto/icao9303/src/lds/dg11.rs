//! EF.DG11 (9303-10 §4.7.11): additional personal data.
//!
//! ```text
//! 6B { 5C tag list,
//!   5F0E full name, A0 { 02 n, 5F0F other name … }, 5F10 personal number, 5F2B date of birth,
//!   5F11 place of birth, 5F42 address, 5F12 telephone, 5F13 profession, 5F14 title,
//!   5F15 summary, 5F16 proof of citizenship, 5F17 other document numbers, 5F18 custody }
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use super::text::{self, FullName, Listed};
use crate::mrz::PartialDate;

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG11);
const OUTER: u16 = 0x6B;

/// The content of DG11. What is absent or empty is left out of the file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Dg11 {
    /// Full name in national characters.
    pub full_name: Option<FullName>,
    /// Other names.
    pub other_names: Vec<String>,
    /// Personal number of the State.
    pub personal_number: Option<String>,
    /// Date of birth with its century.
    pub date_of_birth: Option<PartialDate>,
    /// Place of birth: place, region, State, as far as known.
    pub place_of_birth: Vec<String>,
    /// Address, in parts.
    pub address: Vec<String>,
    /// Telephone number.
    pub telephone: Option<String>,
    /// Profession.
    pub profession: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Personal summary.
    pub summary: Option<String>,
    /// Proof of citizenship: an image.
    pub proof_of_citizenship: Option<Vec<u8>>,
    /// Numbers of other travel documents.
    pub other_document_numbers: Vec<String>,
    /// Custody information.
    pub custody: Option<String>,
}

impl Dg11 {
    /// Reads the file; padding after it is legal. Objects that 9303-10 does not define are passed
    /// over.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let mut out = Self::default();
        let mut reader = text::objects(file, OUTER)?;
        while let Some(element) = reader.next_element()? {
            let (tag, value) = (element.tag, element.value);
            match tag {
                0x5F0E => out.full_name = Some(FullName::parse(tag, value)?),
                text::NAMES => out.other_names = text::read_names(0x5F0F, value)?,
                0x5F10 => out.personal_number = Some(text::read_text(tag, value)?),
                0x5F2B => out.date_of_birth = Some(text::read_date(tag, value)?),
                0x5F11 => out.place_of_birth = text::read_list(tag, value)?,
                0x5F42 => out.address = text::read_list(tag, value)?,
                0x5F12 => out.telephone = Some(text::read_text(tag, value)?),
                0x5F13 => out.profession = Some(text::read_text(tag, value)?),
                0x5F14 => out.title = Some(text::read_text(tag, value)?),
                0x5F15 => out.summary = Some(text::read_text(tag, value)?),
                0x5F16 => out.proof_of_citizenship = Some(value.to_vec()),
                0x5F17 => out.other_document_numbers = text::read_list(tag, value)?,
                0x5F18 => out.custody = Some(text::read_text(tag, value)?),
                _ => {}
            }
        }
        Ok(out)
    }

    /// The file, its tag list in the order of 9303-10.
    pub fn encode(&self) -> Result<Vec<u8>, FileError> {
        self.encode_content().in_file(FILE)
    }

    fn encode_content(&self) -> Result<Vec<u8>, Fault> {
        let date = self.date_of_birth.map(PartialDate::to_lds);
        let mut out = Listed::default();
        out.bytes(
            0x5F0E,
            self.full_name.as_ref().map(|name| name.as_str().as_bytes()),
        );
        out.names(0x5F0F, &self.other_names)?;
        out.text(0x5F10, self.personal_number.as_ref())?;
        out.text(0x5F2B, date.as_ref())?;
        out.list(0x5F11, &self.place_of_birth)?;
        out.list(0x5F42, &self.address)?;
        out.text(0x5F12, self.telephone.as_ref())?;
        out.text(0x5F13, self.profession.as_ref())?;
        out.text(0x5F14, self.title.as_ref())?;
        out.text(0x5F15, self.summary.as_ref())?;
        out.bytes(0x5F16, self.proof_of_citizenship.as_deref());
        out.list(0x5F17, &self.other_document_numbers)?;
        out.text(0x5F18, self.custody.as_ref())?;
        Ok(out.encode(OUTER))
    }
}

impl std::fmt::Debug for Dg11 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dg11(redacted)")
    }
}

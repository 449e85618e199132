//! EF.DG12 (9303-10 §4.7.12): additional document data.
//!
//! ```text
//! 6C { 5C tag list,
//!   5F19 issuing authority, 5F26 date of issue, A0 { 02 n, 5F1A other person … },
//!   5F1B endorsements, 5F1C tax or exit requirements, 5F1D front, 5F1E rear,
//!   5F55 time of personalisation, 5F56 serial number of the personalisation system }
//! ```

use time::PrimitiveDateTime;

use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use super::text::{self, Listed};
use crate::mrz::PartialDate;

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG12);
const OUTER: u16 = 0x6C;

/// The content of DG12. What is absent or empty is left out of the file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Dg12 {
    /// Issuing authority.
    pub issuing_authority: Option<String>,
    /// Date of issue.
    pub date_of_issue: Option<PartialDate>,
    /// Other persons on the document.
    pub other_persons: Vec<String>,
    /// Endorsements and observations.
    pub endorsements: Option<String>,
    /// Tax or exit requirements.
    pub requirements: Option<String>,
    /// Image of the front.
    pub front: Option<Vec<u8>>,
    /// Image of the rear.
    pub rear: Option<Vec<u8>>,
    /// Time of personalisation, in the place's own time.
    pub personalised_at: Option<PrimitiveDateTime>,
    /// Serial number of the personalisation system.
    pub system: Option<String>,
}

impl Dg12 {
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
                0x5F19 => out.issuing_authority = Some(text::read_text(tag, value)?),
                0x5F26 => out.date_of_issue = Some(text::read_date(tag, value)?),
                text::NAMES => out.other_persons = text::read_names(0x5F1A, value)?,
                0x5F1B => out.endorsements = Some(text::read_text(tag, value)?),
                0x5F1C => out.requirements = Some(text::read_text(tag, value)?),
                0x5F1D => out.front = Some(value.to_vec()),
                0x5F1E => out.rear = Some(value.to_vec()),
                0x5F55 => out.personalised_at = Some(text::read_time(tag, value)?),
                0x5F56 => out.system = Some(text::read_text(tag, value)?),
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
        let date = self.date_of_issue.map(PartialDate::to_lds);
        let time = self.personalised_at.map(text::write_time);
        let mut out = Listed::default();
        out.text(0x5F19, self.issuing_authority.as_ref())?;
        out.text(0x5F26, date.as_ref())?;
        out.names(0x5F1A, &self.other_persons)?;
        out.text(0x5F1B, self.endorsements.as_ref())?;
        out.text(0x5F1C, self.requirements.as_ref())?;
        out.bytes(0x5F1D, self.front.as_deref());
        out.bytes(0x5F1E, self.rear.as_deref());
        out.text(0x5F55, time.as_ref())?;
        out.text(0x5F56, self.system.as_ref())?;
        Ok(out.encode(OUTER))
    }
}

impl std::fmt::Debug for Dg12 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dg12(redacted)")
    }
}

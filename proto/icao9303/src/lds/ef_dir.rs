//! EF.DIR (9303-10 §3.11.2): the applications of the chip.
//!
//! ```text
//! 61 { 4F application identifier } …
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::{EMRTD_AID, ElementaryFile};
use crate::tlv::{self, Reader};

const FILE: ElementaryFile = ElementaryFile::Dir;
const TEMPLATE: u16 = 0x61;
const AID: u16 = 0x4F;
/// More than any card has applications.
const MOST: usize = 64;

/// The content of EF.DIR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EfDir {
    /// Application identifiers of 5 to 16 bytes, in the order of the file.
    pub applications: Vec<Vec<u8>>,
}

impl EfDir {
    /// A chip with the eMRTD application alone.
    pub fn emrtd() -> Self {
        Self {
            applications: vec![EMRTD_AID.to_vec()],
        }
    }

    /// Reads the file; zero bytes after the last template are padding.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(file);
        let mut applications = Vec::new();
        while reader.rest().first().is_some_and(|byte| *byte != 0) {
            // Labels and paths (50, 51 …) may stand beside the identifier.
            let mut template = Reader::new(reader.expect(TEMPLATE)?);
            let aid = template.expect(AID)?;
            if !(5..=16).contains(&aid.len()) {
                return Err(Fault::Length {
                    tag: AID,
                    length: aid.len(),
                });
            }
            if applications.len() == MOST {
                return Err(Fault::TooMany {
                    tag: TEMPLATE,
                    limit: MOST,
                });
            }
            applications.push(aid.to_vec());
        }
        Ok(Self { applications })
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        let template = |aid: &Vec<u8>| tlv::encode(TEMPLATE, &tlv::encode(AID, aid));
        self.applications.iter().flat_map(template).collect()
    }
}

//! EF.DG14 (9303-10 §4.7.14): `SecurityInfos` of the chip's protocols, signed through EF.SOD.
//!
//! ```text
//! 6E { 31 SecurityInfos }
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use crate::security_info::SecurityInfos;
use crate::tlv;

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG14);

/// The content of DG14.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg14 {
    /// The infos.
    pub security_infos: SecurityInfos,
}

impl Dg14 {
    /// Reads the file; padding after it is legal.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let content = tlv::parse_padded(file, 0x6E)?.value;
        Ok(Self {
            security_infos: SecurityInfos::parse(content)?,
        })
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        tlv::encode(0x6E, &self.security_infos.to_der())
    }
}

//! EF.COM (9303-10 §4.6.1): which data groups there are. It is not signed: a reader takes the list
//! from EF.SOD.
//!
//! ```text
//! 60 { 5F01 LDS version (4 digits), 5F36 Unicode version (6 digits), 5C tags of the data groups }
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use crate::tlv::{self, Reader};

/// Version of the logical data structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LdsVersion([u8; 4]);

impl LdsVersion {
    /// 1.7: EF.SOD of version 0.
    pub const V1_7: Self = Self(*b"0107");
    /// 1.8: EF.SOD of version 1, which carries this version.
    pub const V1_8: Self = Self(*b"0108");

    /// From its four digits (`0108`).
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        let digits = <[u8; 4]>::try_from(digits).ok()?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then_some(Self(digits))
    }

    /// Its four digits.
    pub fn digits(&self) -> &[u8; 4] {
        &self.0
    }
}

/// Version of Unicode that the LDS names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnicodeVersion([u8; 6]);

impl UnicodeVersion {
    /// 4.0.0, as 9303-10 writes it.
    pub const V4_0_0: Self = Self(*b"040000");

    /// From its six digits (`040000`).
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        let digits = <[u8; 6]>::try_from(digits).ok()?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then_some(Self(digits))
    }

    /// Its six digits.
    pub fn digits(&self) -> &[u8; 6] {
        &self.0
    }
}

/// The content of EF.COM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EfCom {
    /// Version of the logical data structure.
    pub lds_version: LdsVersion,
    /// Version of Unicode.
    pub unicode_version: UnicodeVersion,
    /// The data groups, as listed.
    pub data_groups: Vec<DataGroup>,
}

const FILE: ElementaryFile = ElementaryFile::Com;
const LDS_VERSION: u16 = 0x5F01;
const UNICODE_VERSION: u16 = 0x5F36;
const TAG_LIST: u16 = 0x5C;

impl EfCom {
    /// Reads the file; padding after it is legal.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(tlv::parse_padded(file, 0x60)?.value);
        let lds_version = LdsVersion::from_digits(reader.expect(LDS_VERSION)?)
            .ok_or(Fault::Version { tag: LDS_VERSION })?;
        let unicode_version =
            UnicodeVersion::from_digits(reader.expect(UNICODE_VERSION)?).ok_or(Fault::Version {
                tag: UNICODE_VERSION,
            })?;
        let tags = reader.expect(TAG_LIST)?;
        reader.finish()?;
        let group = |tag: &u8| DataGroup::from_tag(*tag).ok_or(Fault::TagList);
        let data_groups: Vec<_> = tags.iter().map(group).collect::<Result<_, _>>()?;
        Ok(Self {
            lds_version,
            unicode_version,
            data_groups,
        })
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        let tags: Vec<_> = self.data_groups.iter().map(|group| group.tag()).collect();
        let version = tlv::encode(LDS_VERSION, self.lds_version.digits());
        let unicode = tlv::encode(UNICODE_VERSION, self.unicode_version.digits());
        tlv::encode_constructed(0x60, &[&version, &unicode, &tlv::encode(TAG_LIST, &tags)])
    }
}

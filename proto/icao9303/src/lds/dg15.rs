//! EF.DG15 (9303-10 §4.7.15): the public key of active authentication.
//!
//! ```text
//! 6F { SubjectPublicKeyInfo }
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use crate::security_info::SubjectPublicKey;
use crate::tlv;

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG15);

/// The content of DG15.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg15 {
    /// The key: RSA, or on an elliptic curve.
    pub public_key: SubjectPublicKey,
}

impl Dg15 {
    /// Reads the file; padding after it is legal.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let content = tlv::parse_padded(file, 0x6F)?.value;
        Ok(Self {
            public_key: SubjectPublicKey::parse(content)?,
        })
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        tlv::encode(0x6F, &self.public_key.to_der())
    }
}

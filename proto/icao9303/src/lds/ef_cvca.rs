//! EF.CVCA (TR-03110-3 §A.6.2.3): the trust points of terminal authentication.
//!
//! ```text
//! 42 { newest } [42 { the one before }] 00 …, 36 bytes in all
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::ElementaryFile;
use crate::cvc::CertificateReference;
use crate::tlv::{self, Reader, TlvError};

const FILE: ElementaryFile = ElementaryFile::Cvca;
const AUTHORITY: u16 = 0x42;
/// Bytes of the file.
const LENGTH: usize = 36;
/// A chip keeps two.
const MOST: usize = 2;

/// The content of EF.CVCA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EfCvca {
    /// Names of authorities, one or two, the newest first.
    pub trust_points: Vec<CertificateReference>,
}

impl EfCvca {
    /// Reads the file; only zero bytes may follow the last name.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(file);
        let mut trust_points = Vec::new();
        while reader.rest().first().is_some_and(|byte| *byte != 0) {
            let name = reader.expect(AUTHORITY)?;
            if trust_points.len() == MOST {
                return Err(Fault::TooMany {
                    tag: AUTHORITY,
                    limit: MOST,
                });
            }
            let name =
                CertificateReference::parse(name).map_err(|_| Fault::Name { tag: AUTHORITY })?;
            trust_points.push(name);
        }
        if trust_points.is_empty() {
            return Err(TlvError::Missing {
                expected: AUTHORITY,
            }
            .into());
        }
        match reader.rest().iter().filter(|byte| **byte != 0).count() {
            0 => Ok(Self { trust_points }),
            count => Err(TlvError::Trailing { count }.into()),
        }
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        let mut file = Vec::with_capacity(LENGTH);
        for name in &self.trust_points {
            tlv::push(&mut file, AUTHORITY, name.as_bytes());
        }
        file.resize(LENGTH.max(file.len()), 0);
        file
    }
}

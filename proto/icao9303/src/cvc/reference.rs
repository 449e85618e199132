//! Names of authorities and holders: country, mnemonic, sequence (TR-03110-3 appendix C.1.1).

use std::fmt;
use std::str::FromStr;

/// Letters of a country.
const COUNTRY: usize = 2;
/// Most characters of a mnemonic.
const MAX_MNEMONIC: usize = 9;
/// Characters of a sequence number.
const SEQUENCE: usize = 5;

/// Why bytes name no key of terminal authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Not 8 to 16 bytes.
    #[error("a reference has 8 to 16 characters, this one has {found}")]
    Length {
        /// Bytes there.
        found: usize,
    },
    /// The first two characters are not capital letters.
    #[error("a reference starts with a country of two capital letters")]
    Country,
    /// A control character in the mnemonic.
    #[error("the mnemonic of a reference holds a control character")]
    Mnemonic,
    /// The last five characters are not digits and capital letters.
    #[error("a reference ends with five digits or capital letters")]
    Sequence,
}

/// The name of a key pair: the holder reference (CHR) of its certificate, and the authority
/// reference (CAR) of those that it signs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateReference {
    bytes: Vec<u8>,
}

impl CertificateReference {
    /// Most bytes of a reference.
    pub const MAX_LENGTH: usize = COUNTRY + MAX_MNEMONIC + SEQUENCE;

    /// Puts a name together: ISO 3166-1 alpha-2 country, mnemonic of 1 to 9 ISO 8859-1 characters,
    /// sequence of five digits or capital letters.
    pub fn new(country: &str, mnemonic: &str, sequence: &str) -> Result<Self, ReferenceError> {
        if country.len() != COUNTRY {
            return Err(ReferenceError::Country);
        }
        if sequence.len() != SEQUENCE {
            return Err(ReferenceError::Sequence);
        }
        format!("{country}{mnemonic}{sequence}").parse()
    }

    /// Reads a name from its bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReferenceError> {
        let found = bytes.len();
        if !(COUNTRY + 1 + SEQUENCE..=Self::MAX_LENGTH).contains(&found) {
            return Err(ReferenceError::Length { found });
        }
        let (country, rest) = bytes.split_at(COUNTRY);
        let (mnemonic, sequence) = rest.split_at(rest.len() - SEQUENCE);
        if !country.iter().all(u8::is_ascii_uppercase) {
            return Err(ReferenceError::Country);
        }
        // ISO 8859-1: both blocks of control characters are out.
        if mnemonic
            .iter()
            .any(|byte| byte & 0x7F < 0x20 || *byte == 0x7F)
        {
            return Err(ReferenceError::Mnemonic);
        }
        let in_sequence = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if !sequence.iter().all(in_sequence) {
            return Err(ReferenceError::Sequence);
        }
        Ok(Self {
            bytes: bytes.to_vec(),
        })
    }

    /// The same country and mnemonic with another sequence.
    pub fn with_sequence(&self, sequence: &str) -> Result<Self, ReferenceError> {
        let stem = &self.bytes[..self.bytes.len() - SEQUENCE];
        if sequence.len() != SEQUENCE {
            return Err(ReferenceError::Sequence);
        }
        Self::parse(&[stem, sequence.as_bytes()].concat())
    }

    /// As it stands in objects 42, 5F20 and 83.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// ISO 3166-1 alpha-2 code.
    pub fn country(&self) -> String {
        latin(&self.bytes[..COUNTRY])
    }

    /// What the country calls the holder.
    pub fn mnemonic(&self) -> String {
        latin(&self.bytes[COUNTRY..self.bytes.len() - SEQUENCE])
    }

    /// Which of the holder's keys.
    pub fn sequence(&self) -> String {
        latin(&self.bytes[self.bytes.len() - SEQUENCE..])
    }
}

impl FromStr for CertificateReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let byte = |letter: char| u8::try_from(u32::from(letter));
        let bytes: Result<Vec<u8>, _> = text.chars().map(byte).collect();
        Self::parse(&bytes.map_err(|_| ReferenceError::Mnemonic)?)
    }
}

impl fmt::Display for CertificateReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&latin(&self.bytes))
    }
}

impl fmt::Debug for CertificateReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// ISO 8859-1.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_and_put_together() {
        let name: CertificateReference = "LUDVPOLIC1LU001".parse().unwrap();
        let parts = (name.country(), name.mnemonic(), name.sequence());
        assert_eq!(parts, ("LU".into(), "DVPOLIC1".into(), "LU001".into()));
        assert_eq!(
            CertificateReference::new("LU", "DVPOLIC1", "LU001"),
            Ok(name.clone())
        );
        assert_eq!(
            name.with_sequence("LU002").unwrap().to_string(),
            "LUDVPOLIC1LU002"
        );
    }

    #[test]
    fn what_names_nobody() {
        for (text, error) in [
            ("LU00001", ReferenceError::Length { found: 7 }),
            ("LUABCDEFGHIJ00001", ReferenceError::Length { found: 17 }),
            ("luA00001", ReferenceError::Country),
            ("LU\u{7}00001", ReferenceError::Mnemonic),
            ("LU\u{85}00001", ReferenceError::Mnemonic),
            ("LUA0000a", ReferenceError::Sequence),
        ] {
            let found: Result<CertificateReference, _> = text.parse();
            assert_eq!(found, Err(error), "{text:?}");
        }
        assert!("LUÄÖ00001".parse::<CertificateReference>().is_ok());
        assert_eq!(
            CertificateReference::new("L", "UX", "00001"),
            Err(ReferenceError::Country)
        );
    }
}

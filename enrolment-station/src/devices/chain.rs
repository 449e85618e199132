//! The hash chain over captures: each biometric's hash covers all before it.

use std::fmt;
use std::str::FromStr;

use openssl::sha::{Sha256, sha256};

/// Upper-case hexadecimal SHA-256 (raw hash before it, SHA-256 of the ISO record); the first one is the
/// hash of nothing (sbi.md, hash chain; the convention of the specification, not of the server side).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// The chain before its first capture.
    pub fn start() -> Self {
        Self(sha256(b""))
    }

    /// The chain after one more record.
    #[must_use]
    pub fn next(self, record: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(&self.0);
        hash.update(&sha256(record));
        Self(hash.finish())
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

impl FromStr for ChainHash {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash)?;
        Ok(Self(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by another program from the text of the specification.
    #[test]
    fn published_chain_of_two_records() {
        let mut hash = ChainHash::start();
        assert_eq!(
            hash.to_string(),
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
        );
        hash = hash.next(b"abc");
        assert_eq!(
            hash.to_string(),
            "BDDBDF7E9DF02F902EE5DD61B2B513D7566A2112FF97DB7DC3B6D184A43EF0E3"
        );
        hash = hash.next(b"def");
        assert_eq!(
            hash.to_string(),
            "D06FFD66589038DEEA66A68731881D1D14470238326C1C55C4855C1DA9F9A1DC"
        );
        assert_eq!(hash.to_string().to_lowercase().parse(), Ok(hash));
    }
}

//! The chip's serial number: the ten bytes of key diversification data that it shows to anyone.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// KDD, ten bytes, read by GET DATA 00CF and repeated in every INITIALIZE UPDATE
/// (GlobalPlatform Amendment D §7.1.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChipSerial([u8; ChipSerial::LEN]);

/// Bytes that are not a chip serial. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("reading a chip serial: ten bytes are expected, found {found}")]
pub struct BadChipSerial {
    found: usize,
}

impl ChipSerial {
    /// Length in bytes.
    pub const LEN: usize = 10;

    /// The serial that has these bytes.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The ten bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl TryFrom<&[u8]> for ChipSerial {
    type Error = BadChipSerial;

    fn try_from(bytes: &[u8]) -> Result<Self, BadChipSerial> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| BadChipSerial { found: bytes.len() })
    }
}

impl FromStr for ChipSerial {
    type Err = BadChipSerial;

    fn from_str(text: &str) -> Result<Self, BadChipSerial> {
        let mut bytes = [0; Self::LEN];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BadChipSerial {
            found: text.len() / 2,
        })?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for ChipSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

impl fmt::Debug for ChipSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipSerial({self})")
    }
}

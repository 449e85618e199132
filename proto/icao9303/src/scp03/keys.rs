//! The static keys of a security domain, their check values, and how ours are made for each card.

use crate::crypto::CryptoError;
use crate::crypto::cipher::{AesKey, AesSize, BLOCK};

use super::derivation::{Derived, derive_key_with};

/// Bytes of key diversification data, which is the chip's serial number with us.
pub const DIVERSIFICATION_DATA: usize = 10;

/// K-ENC, K-MAC and K-DEK, all of one length. Wiped when dropped, never printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticKeys {
    encryption: AesKey,
    mac: AesKey,
    data_encryption: AesKey,
}

impl StaticKeys {
    /// Three keys of 16, 24 or 32 bytes each.
    pub fn from_bytes(
        encryption: &[u8],
        mac: &[u8],
        data_encryption: &[u8],
    ) -> Result<Self, CryptoError> {
        for other in [mac, data_encryption] {
            if other.len() != encryption.len() {
                let (expected, found) = (encryption.len(), other.len());
                return Err(CryptoError::Length {
                    what: "SCP03 key",
                    expected,
                    found,
                });
            }
        }
        Ok(Self {
            encryption: AesKey::from_bytes(encryption)?,
            mac: AesKey::from_bytes(mac)?,
            data_encryption: AesKey::from_bytes(data_encryption)?,
        })
    }

    /// One card's keys: SP 800-108 over the master key's CMAC with the constants E1, E2 and E3 and
    /// the card's key diversification data as context (ours; `GlobalPlatform` defines none for SCP03).
    ///
    /// `master` is a function so that the master key stays in its token.
    pub fn diversify<E: From<CryptoError>>(
        mut master: impl FnMut(&[u8]) -> Result<[u8; BLOCK], E>,
        diversification_data: &[u8; DIVERSIFICATION_DATA],
        size: AesSize,
    ) -> Result<Self, E> {
        let mut key = |which| derive_key_with(&mut master, which, size, diversification_data);
        Ok(Self {
            encryption: key(Derived::CardEncryption)?,
            mac: key(Derived::CardMac)?,
            data_encryption: key(Derived::CardDataEncryption)?,
        })
    }

    /// K-ENC.
    pub fn encryption(&self) -> &AesKey {
        &self.encryption
    }

    /// K-MAC.
    pub fn mac(&self) -> &AesKey {
        &self.mac
    }

    /// K-DEK: encrypts keys and secrets on their way to the card.
    pub fn data_encryption(&self) -> &AesKey {
        &self.data_encryption
    }

    /// The length of all three.
    pub fn size(&self) -> AesSize {
        self.encryption.size()
    }

    pub(super) fn in_order(&self) -> [&AesKey; 3] {
        [&self.encryption, &self.mac, &self.data_encryption]
    }
}

/// The check value of an AES key: the first three bytes of E(key, 01×16).
pub fn check_value(key: &AesKey) -> Result<[u8; 3], CryptoError> {
    let [a, b, c, ..] = key.encrypt_block(&[0x01; BLOCK])?;
    Ok([a, b, c])
}

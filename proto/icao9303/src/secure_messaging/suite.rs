//! The two cipher suites of secure messaging: AES with CMAC, triple DES with the retail MAC (9303-11 §9.8.6, §9.8.7).

use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::CryptoError;
use crate::crypto::cipher::{self, AesKey, AesSize};
use crate::crypto::kdf::{self, Purpose};
use crate::crypto::triple_des::{self, DES_BLOCK, TripleDesKey};

/// `KS_Enc` and `KS_MAC` of one session.
#[derive(Clone)]
pub struct SessionKeys {
    /// `KS_Enc`.
    pub encryption: AesKey,
    /// `KS_MAC`.
    pub authentication: AesKey,
}

impl SessionKeys {
    /// Derives both keys from the shared secret K (9303-11 §9.7.1).
    pub fn derive(secret: &[u8], size: AesSize) -> Result<Self, CryptoError> {
        Ok(Self {
            encryption: kdf::derive(secret, Purpose::Encryption, size)?,
            authentication: kdf::derive(secret, Purpose::Authentication, size)?,
        })
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKeys({:?}, redacted)", self.encryption.size())
    }
}

/// `KS_Enc` and `KS_MAC` of a session with triple DES, as basic access control makes them.
#[derive(Clone)]
pub struct TripleDesKeys {
    /// `KS_Enc`.
    pub encryption: TripleDesKey,
    /// `KS_MAC`.
    pub authentication: TripleDesKey,
}

impl TripleDesKeys {
    /// Derives both keys from a seed or a shared secret (9303-11 §9.7.1).
    pub fn derive(secret: &[u8]) -> Result<Self, CryptoError> {
        Ok(Self {
            encryption: kdf::derive_triple_des(secret, Purpose::Encryption)?,
            authentication: kdf::derive_triple_des(secret, Purpose::Authentication)?,
        })
    }
}

impl fmt::Debug for TripleDesKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TripleDesKeys(redacted)")
    }
}

/// The keys of a session, and what is done with them at a value of the send sequence counter.
#[derive(Debug)]
pub(super) enum Suite {
    Aes(SessionKeys),
    TripleDes(TripleDesKeys),
}

impl Suite {
    /// Bytes in a block.
    pub(super) fn block(&self) -> usize {
        match self {
            Self::Aes(_) => cipher::BLOCK,
            Self::TripleDes(_) => DES_BLOCK,
        }
    }

    /// Pads and encrypts.
    pub(super) fn encrypt(&self, counter: u128, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Aes(keys) => {
                let iv = keys.encryption.encrypt_block(&counter.to_be_bytes())?;
                let padded = Zeroizing::new(cipher::pad(plain));
                keys.encryption.encrypt_cbc(&iv, &padded)
            }
            Self::TripleDes(keys) => {
                let padded = Zeroizing::new(triple_des::pad(plain));
                keys.encryption.encrypt_cbc(&padded)
            }
        }
    }

    /// Decrypts whole blocks and takes the padding off.
    pub(super) fn decrypt(&self, counter: u128, encrypted: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Aes(keys) => {
                let iv = keys.encryption.encrypt_block(&counter.to_be_bytes())?;
                let padded = Zeroizing::new(keys.encryption.decrypt_cbc(&iv, encrypted)?);
                Ok(cipher::unpad(&padded)?.to_vec())
            }
            Self::TripleDes(keys) => {
                let padded = Zeroizing::new(keys.encryption.decrypt_cbc(encrypted)?);
                Ok(triple_des::unpad(&padded)?.to_vec())
            }
        }
    }

    /// The MAC over the counter and the parts, each of which is padded to whole blocks.
    pub(super) fn mac(&self, counter: u128, parts: &[&[u8]]) -> Result<[u8; 8], CryptoError> {
        let counter = counter.to_be_bytes();
        match self {
            Self::Aes(keys) => {
                let mut message = counter.to_vec();
                for part in parts {
                    message.extend(cipher::pad(part));
                }
                keys.authentication.cmac8(&message)
            }
            Self::TripleDes(keys) => {
                // The counter has the length of a block; the retail MAC pads the last part itself.
                let mut message = counter[counter.len() - DES_BLOCK..].to_vec();
                for (number, part) in parts.iter().enumerate() {
                    if number + 1 < parts.len() {
                        message.extend(triple_des::pad(part));
                    } else {
                        message.extend_from_slice(part);
                    }
                }
                keys.authentication.retail_mac(&message)
            }
        }
    }
}

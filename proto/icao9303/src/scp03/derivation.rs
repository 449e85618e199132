//! Key derivation of SCP03: NIST SP 800-108 in counter mode over AES-CMAC (Amendment D §4.1.5).
//!
//! ```text
//! block i = CMAC(key, 00×11 ‖ constant ‖ 00 ‖ L(2, bits) ‖ i(1) ‖ context)
//! ```
//!
//! Chip and host share this file; it is pinned to published captures.

use zeroize::Zeroizing;

use crate::crypto::CryptoError;
use crate::crypto::cipher::{AesKey, AesSize, BLOCK};

/// What is derived: the constant of the derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Derived {
    /// The card's cryptogram, from S-MAC.
    CardCryptogram = 0x00,
    /// The host's cryptogram, from S-MAC.
    HostCryptogram = 0x01,
    /// A pseudo-random card challenge, from the static encryption key.
    CardChallenge = 0x02,
    /// S-ENC, from the static encryption key.
    SessionEncryption = 0x04,
    /// S-MAC, from the static MAC key.
    SessionMac = 0x06,
    /// S-RMAC, from the static MAC key.
    SessionResponseMac = 0x07,
    /// A card's own encryption key, from the centre's master key (ours, not `GlobalPlatform`'s).
    CardEncryption = 0xE1,
    /// A card's own MAC key, from the centre's master key (ours).
    CardMac = 0xE2,
    /// A card's own data encryption key, from the centre's master key (ours).
    CardDataEncryption = 0xE3,
}

/// Derives `bits` bits (a multiple of 8, at most 256) with a CMAC given as a function, so that the
/// key can stay in a token.
pub fn derive_with<E>(
    mut cmac: impl FnMut(&[u8]) -> Result<[u8; BLOCK], E>,
    derived: Derived,
    bits: u16,
    context: &[u8],
) -> Result<Zeroizing<Vec<u8>>, E> {
    let length = usize::from(bits / 8);
    let mut output = Zeroizing::new(Vec::with_capacity(length + BLOCK));
    let [high, low] = bits.to_be_bytes();
    let mut message = vec![0; 11];
    message.extend([derived as u8, 0x00, high, low, 0x00]);
    message.extend_from_slice(context);
    for block in 1_u8..=2 {
        if output.len() < length {
            message[15] = block;
            output.extend_from_slice(&*Zeroizing::new(cmac(&message)?));
        }
    }
    output.truncate(length);
    Ok(output)
}

/// Derives an AES key from `key`.
pub fn derive_key(
    key: &AesKey,
    derived: Derived,
    size: AesSize,
    context: &[u8],
) -> Result<AesKey, CryptoError> {
    derive_key_with(|message| key.cmac(message), derived, size, context)
}

/// Derives an AES key with a CMAC given as a function.
pub fn derive_key_with<E: From<CryptoError>>(
    cmac: impl FnMut(&[u8]) -> Result<[u8; BLOCK], E>,
    derived: Derived,
    size: AesSize,
    context: &[u8],
) -> Result<AesKey, E> {
    Ok(AesKey::from_bytes(&derive_with(
        cmac,
        derived,
        size.bits(),
        context,
    )?)?)
}

/// Derives the 8 bytes of a cryptogram or challenge.
pub fn derive_8(key: &AesKey, derived: Derived, context: &[u8]) -> Result<[u8; 8], CryptoError> {
    let bytes = derive_with(|message| key.cmac(message), derived, 64, context)?;
    let mut out = [0; 8];
    out.copy_from_slice(&bytes);
    Ok(out)
}

/// S-ENC, S-MAC and S-RMAC of one session.
#[derive(Debug, Clone)]
pub struct SessionKeys {
    /// S-ENC: encrypts data both ways.
    pub encryption: AesKey,
    /// S-MAC: authenticates commands and makes the cryptograms.
    pub mac: AesKey,
    /// S-RMAC: authenticates responses.
    pub response_mac: AesKey,
}

impl SessionKeys {
    /// From the static keys K-ENC and K-MAC; `context` is host challenge ‖ card challenge.
    pub fn derive(k_enc: &AesKey, k_mac: &AesKey, context: &[u8]) -> Result<Self, CryptoError> {
        let size = k_enc.size();
        Self::derive_with(|m| k_enc.cmac(m), |m| k_mac.cmac(m), size, context)
    }

    /// The same with the static keys' CMACs given as functions, so that they can stay in a token.
    pub fn derive_with<E: From<CryptoError>>(
        k_enc: impl FnMut(&[u8]) -> Result<[u8; BLOCK], E>,
        mut k_mac: impl FnMut(&[u8]) -> Result<[u8; BLOCK], E>,
        size: AesSize,
        context: &[u8],
    ) -> Result<Self, E> {
        Ok(Self {
            encryption: derive_key_with(k_enc, Derived::SessionEncryption, size, context)?,
            mac: derive_key_with(&mut k_mac, Derived::SessionMac, size, context)?,
            response_mac: derive_key_with(k_mac, Derived::SessionResponseMac, size, context)?,
        })
    }
}

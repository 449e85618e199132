//! Chip authentication version 1 over elliptic curves with AES, the reader's side (9303-11 §6.2).
//!
//! ```text
//! 1  00 22 41 A4  80 OID, [84 key id]    → 9000
//! 2  00 86 00 00  7C{80 PK_IFD}          → 7C 00
//! ```
//!
//! Both answers still come under the old keys; from the next command on the keys of the agreement
//! count. That the chip answers it rightly is the proof that it holds the private key, which
//! means something only if the public key's DG14 passed passive authentication.

use der::asn1::ObjectIdentifier;
use rand::CryptoRng;

use crate::apdu::{Command, StatusWord};
use crate::crypto::CryptoError;
use crate::crypto::cipher::AesSize;
use crate::crypto::curve::{Curve, Point};
use crate::crypto::public_key::{PublicKey, PublicKeyError};
use crate::exchange::{ExchangeError, exchange};
use crate::oid;
use crate::secure_messaging::{SecureMessaging, SecureTransport, SessionKeys};
use crate::security_info::{ChipAuthenticationInfo, SecurityInfos};
use crate::tlv::{self, TlvError};
use crate::transport::CardTransport;

/// Why chip authentication did not succeed. The session under PACE's keys stands unless it ended itself.
#[derive(Debug, thiserror::Error)]
pub enum ChipAuthenticationError {
    /// DG14 has no variant that we speak; the text names the first that it has.
    #[error("not supported: chip authentication {what}")]
    NotSupported {
        /// What the chip asks for.
        what: &'static str,
    },
    /// The chip's public key cannot be read.
    #[error("the chip authentication key of DG14 cannot be used")]
    BadKey(#[from] PublicKeyError),
    /// The wire failed, or secure messaging ended.
    #[error("chip authentication was interrupted")]
    Exchange(#[from] ExchangeError),
    /// The chip refuses; 6300 and 6A80 say that it took offence at our key.
    #[error("the chip refused chip authentication at {step} with status {status}")]
    Refused {
        /// Which command.
        step: &'static str,
        /// The chip's status word.
        status: StatusWord,
    },
    /// The answer is not the empty object 7C.
    #[error("the chip's answer to chip authentication is malformed")]
    Malformed(#[from] TlvError),
    /// OpenSSL refused, or the keys lead to infinity.
    #[error("chip authentication could not compute")]
    Crypto(#[from] CryptoError),
}

/// One offered variant that we speak, with the chip's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipAuthenticationParameters {
    oid: ObjectIdentifier,
    cipher: AesSize,
    key_id: Option<u64>,
    key: PublicKey,
}

impl ChipAuthenticationParameters {
    /// The variant with the longest session keys among those of DG14 that we speak and that have
    /// a key.
    pub fn select(infos: &SecurityInfos) -> Result<Self, ChipAuthenticationError> {
        let mut reason = None;
        let mut best: Option<Self> = None;
        for info in infos.chip_authentication() {
            match Self::from_info(info, infos) {
                Ok(found) => {
                    if best
                        .as_ref()
                        .is_none_or(|best| best.cipher.bits() < found.cipher.bits())
                    {
                        best = Some(found);
                    }
                }
                Err(error) => reason = reason.or(Some(error)),
            }
        }
        let reason = || reason.unwrap_or(not_supported("which the chip does not offer"));
        best.ok_or_else(reason)
    }

    fn from_info(
        info: &ChipAuthenticationInfo,
        infos: &SecurityInfos,
    ) -> Result<Self, ChipAuthenticationError> {
        let arcs = info
            .protocol
            .as_bytes()
            .strip_prefix(oid::CHIP_AUTHENTICATION.as_bytes());
        let cipher = match arcs {
            Some([2, 2]) => AesSize::Aes128,
            Some([2, 3]) => AesSize::Aes192,
            Some([2, 4]) => AesSize::Aes256,
            Some([2, 1]) => return Err(not_supported("with 3DES")),
            Some([1, _]) => return Err(not_supported("with Diffie-Hellman over integers")),
            _ => return Err(not_supported("with an unknown protocol")),
        };
        if info.version != 1 {
            return Err(not_supported("in another version than 1"));
        }
        let keys: Vec<_> = infos.chip_authentication_keys().collect();
        let key = match keys[..] {
            [only] if info.key_id.is_none() || only.key_id.is_none() => Some(only),
            _ => keys.into_iter().find(|key| key.key_id == info.key_id),
        };
        let key = key.ok_or_else(|| not_supported("without a public key for it"))?;
        let key = PublicKey::from_subject(&key.public_key)?;
        Ok(Self {
            oid: info.protocol,
            cipher,
            key_id: info.key_id,
            key,
        })
    }

    /// The chip's static public key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Step 1, MSE:Set AT.
    pub fn set_authentication_template(&self) -> Command {
        let mut data = tlv::encode(0x80, self.oid.as_bytes());
        if let Some(key_id) = self.key_id {
            let bytes = key_id.to_be_bytes();
            let zeros = bytes.iter().take(7).take_while(|byte| **byte == 0).count();
            tlv::push(&mut data, 0x84, &bytes[zeros..]);
        }
        Command::new(0x00, 0x22, 0x41, 0xA4).with_data(data)
    }

    /// Makes our ephemeral key; the command is step 2, GENERAL AUTHENTICATE.
    pub fn agree(
        &self,
        rng: &mut impl CryptoRng,
    ) -> Result<(Agreement, Command), ChipAuthenticationError> {
        let curve = Curve::new(self.key.curve)?;
        let private = curve.random_scalar(rng)?;
        let ephemeral_key = curve.multiply_generator(&private)?;
        let shared = curve.multiply(&self.key.point, &private)?;
        let keys = SessionKeys::derive(shared.x(), self.cipher)?;
        let object = tlv::encode(0x80, ephemeral_key.as_bytes());
        let data = tlv::encode_constructed(0x7C, &[&object]);
        let command = Command::new(0x00, 0x86, 0x00, 0x00)
            .with_data(data)
            .with_le(256);
        Ok((
            Agreement {
                keys,
                ephemeral_key,
            },
            command,
        ))
    }
}

/// Keys agreed with whoever holds the chip's private key.
#[derive(Debug)]
pub struct Agreement {
    keys: SessionKeys,
    ephemeral_key: Point,
}

impl Agreement {
    /// `KS_Enc` and `KS_MAC` of the new session.
    pub fn keys(&self) -> &SessionKeys {
        &self.keys
    }

    /// Our ephemeral public key: terminal authentication signs its x-coordinate.
    pub fn ephemeral_key(&self) -> &Point {
        &self.ephemeral_key
    }
}

/// Runs chip authentication inside the session of PACE and continues under the new keys.
///
/// The chip has proven itself when the next command is answered; read EF.COM or any other file.
pub fn perform<T: CardTransport>(
    card: &mut SecureTransport<T>,
    parameters: &ChipAuthenticationParameters,
    rng: &mut impl CryptoRng,
) -> Result<Agreement, ChipAuthenticationError> {
    let refused = |step, status| ChipAuthenticationError::Refused { step, status };
    let answer = exchange(card, &parameters.set_authentication_template())?;
    if !answer.status.is_ok() {
        return Err(refused("MSE:Set AT", answer.status));
    }
    let (agreement, command) = parameters.agree(rng)?;
    let answer = exchange(card, &command)?;
    if !answer.status.is_ok() {
        return Err(refused("GENERAL AUTHENTICATE", answer.status));
    }
    tlv::parse_exact(&answer.data, 0x7C)?;
    card.replace_session(SecureMessaging::new(agreement.keys.clone()));
    Ok(agreement)
}

fn not_supported(what: &'static str) -> ChipAuthenticationError {
    ChipAuthenticationError::NotSupported { what }
}

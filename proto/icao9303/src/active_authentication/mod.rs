//! Active authentication, the reader's side (9303-11 §6.1): the chip signs a challenge with a key that never leaves it.
//!
//! ```text
//! 00 88 00 00 08 RND.IFD 00  → signature
//! ```
//! RSA signs by ISO/IEC 9796-2 with message recovery, elliptic curves by plain ECDSA, whose hash
//! DG14 names. That the signature is right means something only if DG15, and for ECDSA DG14,
//! passed passive authentication.

use std::fmt;

use der::asn1::ObjectIdentifier;
use rand::CryptoRng;

use crate::apdu::{Command, Response, StatusWord};
use crate::crypto::CryptoError;
use crate::crypto::curve::CurveId;
use crate::crypto::public_key::{PublicKey, PublicKeyError};
use crate::exchange::{ExchangeError, exchange, exchange_extended};
use crate::lds::Dg15;
use crate::secure_messaging::SHORT_LE;
use crate::security_info::{SecurityInfos, SubjectPublicKey};
use crate::transport::CardTransport;
use crate::x509::{self, HashAlgorithm, SignatureAlgorithm, ecdsa_signature_from_plain};

pub use recovery::{RsaKey, RsaKeyError};

mod recovery;

const INTERNAL_AUTHENTICATE: u8 = 0x88;
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// ecdsa-plain-signatures of BSI TR-03111, without the last arc.
const ECDSA_PLAIN: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.1.1.4.1");

/// RND.IFD: what the chip signs.
pub type Challenge = [u8; 8];

/// Why active authentication did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ActiveAuthenticationError {
    /// The key or the algorithm is one that we do not speak.
    #[error("not supported: active authentication {what}")]
    NotSupported {
        /// What the chip asks for.
        what: &'static str,
    },
    /// DG15 holds a key on an elliptic curve, and DG14 does not say how it signs.
    #[error("DG15 holds an ECDSA key, but DG14 names no signature algorithm for it")]
    NoAlgorithm,
    /// The point of DG15 cannot be used.
    #[error("the active authentication key of DG15 cannot be used")]
    BadPoint(#[from] PublicKeyError),
    /// The RSA key of DG15 cannot be used.
    #[error("the active authentication key of DG15 cannot be used")]
    BadRsaKey(#[from] RsaKeyError),
    /// The wire failed, or secure messaging ended.
    #[error("active authentication was interrupted")]
    Exchange(#[from] ExchangeError),
    /// The chip does not sign.
    #[error("the chip refused active authentication with status {status}")]
    Refused {
        /// The chip's status word.
        status: StatusWord,
    },
    /// The signature is not of this key over this challenge.
    #[error("the chip's signature is not that of the key in DG15: {fault}")]
    WrongSignature {
        /// What is wrong with it.
        fault: SignatureFault,
    },
    /// OpenSSL refused.
    #[error("active authentication could not compute")]
    Crypto(#[from] CryptoError),
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// It has not the length that the key gives it.
    #[error("it has {length} bytes where the key makes {expected}")]
    Length {
        /// Its bytes.
        length: usize,
        /// Bytes of a signature of the key.
        expected: usize,
    },
    /// RSA: the number is not below the modulus.
    #[error("it is not below the modulus")]
    Range,
    /// RSA: what it opens to does not start with 6A.
    #[error("it does not open to a message with partial recovery")]
    Header,
    /// RSA: what it opens to does not end with a trailer of ISO/IEC 9796-2.
    #[error("it opens to a message with an unknown trailer")]
    Trailer,
    /// RSA: the hash inside is not that of the recovered part and the challenge.
    #[error("the hash in it is not that of the challenge")]
    Hash,
    /// ECDSA: it does not verify.
    #[error("it does not verify")]
    Invalid,
}

/// The public key of DG15 and how it signs.
#[derive(Clone)]
pub struct ActiveAuthenticationKey(Kind);

#[derive(Clone)]
enum Kind {
    Rsa(RsaKey),
    Ecdsa {
        curve: CurveId,
        hash: HashAlgorithm,
        key: x509::PublicKey,
    },
}

impl ActiveAuthenticationKey {
    /// Reads the key of DG15, and for elliptic curves the algorithm of DG14.
    pub fn new(
        dg15: &Dg15,
        dg14: Option<&SecurityInfos>,
    ) -> Result<Self, ActiveAuthenticationError> {
        let subject = &dg15.public_key;
        if subject.algorithm == RSA_ENCRYPTION {
            return Ok(Self(Kind::Rsa(RsaKey::parse(&subject.key)?)));
        }
        let (curve, key) = ec_key(subject)?;
        let info = dg14
            .and_then(|infos| infos.active_authentication().next())
            .ok_or(ActiveAuthenticationError::NoAlgorithm)?;
        if info.version != 1 {
            return Err(not_supported("in another version than 1"));
        }
        let hash = plain_ecdsa_hash(&info.signature_algorithm)?;
        if hash.length() > curve.field_bytes() {
            return Err(not_supported("with a hash longer than its curve"));
        }
        Ok(Self(Kind::Ecdsa { curve, hash, key }))
    }

    /// A short description such as "RSA-2048" or "ECDSA on brainpoolP256r1 with SHA-256".
    pub fn describe(&self) -> String {
        match &self.0 {
            Kind::Rsa(key) => format!("RSA-{}", key.bits()),
            Kind::Ecdsa { curve, hash, .. } => {
                format!("ECDSA on {} with {}", curve.name(), hash.name())
            }
        }
    }

    /// Whether the hash is named by DG14, which must then be authentic as well.
    pub fn needs_dg14(&self) -> bool {
        matches!(self.0, Kind::Ecdsa { .. })
    }

    /// Bytes of a signature.
    pub fn signature_length(&self) -> usize {
        match &self.0 {
            Kind::Rsa(key) => key.signature_length(),
            Kind::Ecdsa { curve, .. } => 2 * curve.field_bytes(),
        }
    }

    /// INTERNAL AUTHENTICATE with this challenge.
    pub fn command(&self, challenge: &Challenge) -> Command {
        let le = if self.needs_extended_length() {
            self.signature_length()
        } else {
            256
        };
        Command::new(0x00, INTERNAL_AUTHENTICATE, 0, 0)
            .with_data(*challenge)
            .with_le(le)
    }

    /// Whether the protected answer does not fit into a short APDU (9303-11 §6.1.4).
    fn needs_extended_length(&self) -> bool {
        self.signature_length() > SHORT_LE
    }

    /// Whether `signature` is this key's over the challenge.
    pub fn verify(
        &self,
        challenge: &Challenge,
        signature: &[u8],
    ) -> Result<(), ActiveAuthenticationError> {
        let wrong = |fault| ActiveAuthenticationError::WrongSignature { fault };
        let (length, expected) = (signature.len(), self.signature_length());
        if length != expected {
            return Err(wrong(SignatureFault::Length { length, expected }));
        }
        match &self.0 {
            Kind::Rsa(key) => key.verify(challenge, signature)?.map_err(wrong),
            Kind::Ecdsa { hash, key, .. } => {
                let valid = match ecdsa_signature_from_plain(signature) {
                    Some(der) => key
                        .verify(SignatureAlgorithm::Ecdsa(*hash), challenge, &der)
                        .unwrap_or(false),
                    None => false,
                };
                if valid {
                    Ok(())
                } else {
                    Err(wrong(SignatureFault::Invalid))
                }
            }
        }
    }
}

impl fmt::Debug for ActiveAuthenticationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActiveAuthenticationKey({})", self.describe())
    }
}

/// Asks the chip to sign a fresh challenge, and checks what it signed.
pub fn perform<T: CardTransport + ?Sized>(
    card: &mut T,
    key: &ActiveAuthenticationKey,
    rng: &mut impl CryptoRng,
) -> Result<(), ActiveAuthenticationError> {
    let mut challenge = Challenge::default();
    rng.fill_bytes(&mut challenge);
    let command = key.command(&challenge);
    let Response { data, status } = if key.needs_extended_length() {
        exchange_extended(card, &command)?
    } else {
        exchange(card, &command)?
    };
    if !status.is_ok() {
        return Err(ActiveAuthenticationError::Refused { status });
    }
    key.verify(&challenge, &data)
}

/// A key with named, written-out or standardised parameters.
fn ec_key(
    subject: &SubjectPublicKey,
) -> Result<(CurveId, x509::PublicKey), ActiveAuthenticationError> {
    let PublicKey { curve, point } = match PublicKey::from_subject(subject) {
        Err(PublicKeyError::NotEc) => {
            return Err(not_supported("with a key that is neither RSA nor ECDSA"));
        }
        key => key?,
    };
    let key = x509::PublicKey::from_point(curve, point.as_bytes()).map_err(|_| {
        PublicKeyError::BadPoint(CryptoError::NotOnCurve {
            curve: curve.name(),
        })
    })?;
    Ok((curve, key))
}

/// The hash of ecdsa-plain-SHA224 to -SHA512; SHA-1 is not for active authentication (9303-11 §6.1.2.3).
pub fn plain_ecdsa_hash(
    algorithm: &ObjectIdentifier,
) -> Result<HashAlgorithm, ActiveAuthenticationError> {
    match algorithm.as_bytes().strip_prefix(ECDSA_PLAIN.as_bytes()) {
        Some([1]) => Err(not_supported("with SHA-1")),
        Some([2]) => Ok(HashAlgorithm::Sha224),
        Some([3]) => Ok(HashAlgorithm::Sha256),
        Some([4]) => Ok(HashAlgorithm::Sha384),
        Some([5]) => Ok(HashAlgorithm::Sha512),
        _ => Err(not_supported("with an unknown signature algorithm")),
    }
}

fn not_supported(what: &'static str) -> ActiveAuthenticationError {
    ActiveAuthenticationError::NotSupported { what }
}

//! Sealed dossiers: what lies in a station's outbox and travels, and only the centre can open.
//!
//! ```text
//! "STEMPEL" 01 ‖ length of header (2) ‖ header ‖ enc (65) ‖ ciphertext ‖ tag (16)
//! header   canonical CBOR {0: version, 1: station, 2: application, 3: intake key}
//! ```
//! Everything before `enc` is the AAD: who moves a ciphertext under another header opens nothing.

use std::fmt;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    ApplicationId, Body, Dossier, FormError, Hash, KeyId, StationId, cbor,
    hpke::{self, ENC_LENGTH, HpkeError, ReceiverKey, TAG_LENGTH},
    receipt::Reason,
    signed::{SignatureError, Signed},
};

/// The longest sealed dossier, in bytes.
pub const MAX_LENGTH: usize = 16 << 20;

const WHAT: &str = "sealed dossier";
const MAGIC: [u8; 8] = *b"STEMPEL\x01";
const INFO: &[u8] = b"stempel sealed dossier 1";
/// Bytes before the header.
const HEADER_AT: usize = MAGIC.len() + 2;
const MAX_HEADER: usize = 256;

/// What can be read without a key; authenticated once the seal was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// 0: version of the dossier inside.
    pub version: u16,
    /// 1: the station that sealed it.
    pub station: StationId,
    /// 2: the application that it is about.
    pub application: ApplicationId,
    /// 3: the intake key that it is sealed to.
    pub intake_key: KeyId,
}

/// Why a dossier cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It is not a sealed dossier, or too long.
    #[error(transparent)]
    Form(#[from] FormError),
    /// Sealed to another key than the one at hand.
    #[error(
        "the dossier is sealed to the key {intake_key}, not the one at hand; find that key or reject it"
    )]
    OtherKey {
        /// The key that it is sealed to.
        intake_key: KeyId,
    },
    /// The seal does not open, or the key did not answer.
    #[error(transparent)]
    Hpke(#[from] HpkeError),
    /// What is inside is not signed, or not what was signed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// What is inside is about another station, application or version than the header says.
    #[error("the dossier is not the one that its header names; reject it and look at the station")]
    Header,
}

impl SealError {
    /// The reason to reject the dossier with; none when the fault is the centre's, and it can be
    /// tried again.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Form(FormError::NewerVersion { .. })
            | Self::Signature(SignatureError::Form(FormError::NewerVersion { .. })) => {
                Some(Reason::Version)
            }
            Self::Form(_) => Some(Reason::NotSealed),
            Self::OtherKey { .. } => Some(Reason::IntakeKey),
            Self::Hpke(HpkeError::Seal) => Some(Reason::Seal),
            Self::Signature(SignatureError::Form(_)) => Some(Reason::Form),
            Self::Signature(
                SignatureError::BadSignature { .. } | SignatureError::OtherKey { .. },
            ) => Some(Reason::Signature),
            Self::Header => Some(Reason::Header),
            Self::Hpke(_) | Self::Signature(_) => None,
        }
    }
}

/// A sealed dossier. Its id is [`Self::hash`].
#[derive(Clone, PartialEq, Eq)]
pub struct SealedDossier {
    header: Header,
    header_end: usize,
    bytes: Vec<u8>,
}

impl fmt::Debug for SealedDossier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedDossier")
            .field("header", &self.header)
            .field("length", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl SealedDossier {
    /// Seals a signed dossier to the intake key of this `SubjectPublicKeyInfo` (DER).
    pub fn seal(
        signed: &Signed<Dossier>,
        intake_spki: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, SealError> {
        let dossier = signed.danger_unverified()?;
        let header = Header {
            version: Dossier::VERSION,
            station: dossier.station,
            application: dossier.application,
            intake_key: KeyId::of(intake_spki),
        };
        let encoded = cbor::write(WHAT, &header)?;
        let length = u16::try_from(encoded.len()).unwrap_or(u16::MAX);
        let mut bytes = [&MAGIC[..], &length.to_be_bytes(), &encoded].concat();
        let header_end = bytes.len();
        let sealed = hpke::seal(intake_spki, INFO, &bytes, &signed.encode()?, rng)?;
        bytes.reserve_exact(ENC_LENGTH + sealed.ciphertext.len());
        bytes.extend(sealed.enc);
        bytes.extend(sealed.ciphertext);
        limit(bytes.len())?;
        Ok(Self {
            header,
            header_end,
            bytes,
        })
    }

    /// Takes the bytes of a sealed dossier; what is inside is not known yet.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, SealError> {
        limit(bytes.len())?;
        let (header, header_end) = read_header(&bytes)?;
        if bytes.len() < header_end + ENC_LENGTH + TAG_LENGTH {
            return Err(malformed(bytes.len()).into());
        }
        Ok(Self {
            header,
            header_end,
            bytes,
        })
    }

    /// The header of a sealed dossier of which only the beginning (256 bytes suffice) is there yet.
    pub fn peek(beginning: &[u8]) -> Result<Header, SealError> {
        Ok(read_header(beginning)?.0)
    }

    /// What can be read without a key.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// SHA-256 of the bytes: the name under which it is sent, and receipts are given.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.bytes)
    }

    /// The bytes for storage and transport.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Opens the seal. What comes out is not verified yet: see [`OpenedDossier::verify`].
    pub fn open<K: ReceiverKey>(&self, key: &K) -> Result<OpenedDossier, SealError> {
        let intake_key = self.header.intake_key;
        if intake_key != KeyId::of(key.spki()) {
            return Err(SealError::OtherKey { intake_key });
        }
        let (aad, rest) = self.bytes.split_at(self.header_end);
        let (enc, ciphertext) = rest
            .split_first_chunk::<ENC_LENGTH>()
            .ok_or_else(|| malformed(self.bytes.len()))?;
        let plaintext = hpke::open(key, enc, INFO, aad, ciphertext)?;
        Ok(OpenedDossier {
            header: self.header,
            signed: Signed::decode(&plaintext)?,
        })
    }
}

/// A dossier out of its seal, with a signature that may or may not be right.
#[derive(Debug)]
pub struct OpenedDossier {
    header: Header,
    signed: Signed<Dossier>,
}

impl OpenedDossier {
    /// The station key that is said to have signed: look up whose it is, then verify.
    pub fn key(&self) -> KeyId {
        self.signed.key()
    }

    /// The dossier as it was signed, for keeping.
    pub fn signed(&self) -> &Signed<Dossier> {
        &self.signed
    }

    /// The dossier, when the station's key of this `SubjectPublicKeyInfo` (DER) signed it and the
    /// header told the truth.
    pub fn verify(&self, station_spki: &[u8]) -> Result<Dossier, SealError> {
        let dossier = self.signed.verify(station_spki)?;
        let header = self.header;
        let inside = (Dossier::VERSION, dossier.station, dossier.application);
        if (header.version, header.station, header.application) == inside {
            Ok(dossier)
        } else {
            Err(SealError::Header)
        }
    }
}

fn limit(length: usize) -> Result<(), FormError> {
    if length > MAX_LENGTH {
        return Err(FormError::TooLong {
            what: WHAT,
            length,
            limit: MAX_LENGTH,
        });
    }
    Ok(())
}

fn malformed(offset: usize) -> FormError {
    FormError::Malformed {
        what: WHAT,
        offset: u64::try_from(offset).unwrap_or(u64::MAX),
    }
}

/// The header, and where it ends.
fn read_header(bytes: &[u8]) -> Result<(Header, usize), FormError> {
    let (start, rest) = bytes
        .split_first_chunk::<HEADER_AT>()
        .ok_or_else(|| malformed(bytes.len()))?;
    let (magic, length) = start.split_at(MAGIC.len());
    let last = MAGIC.len() - 1;
    if magic[..last] == MAGIC[..last] && magic[last] > MAGIC[last] {
        return Err(FormError::NewerVersion {
            what: WHAT,
            version: u64::from(magic[last]),
            known: u16::from(MAGIC[last]),
        });
    }
    if magic != MAGIC {
        return Err(malformed(0));
    }
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let encoded = rest
        .get(..length)
        .filter(|_| length <= MAX_HEADER)
        .ok_or_else(|| malformed(MAGIC.len()))?;
    let header: Header = cbor::read(WHAT, encoded)?;
    if *cbor::write(WHAT, &header)? != encoded {
        return Err(FormError::NotCanonical { what: WHAT });
    }
    Ok((header, HEADER_AT + length))
}

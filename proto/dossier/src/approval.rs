//! What a station asks a second person elsewhere to look at: sealed to the centre's intake key, read at the console.
//!
//! ```text
//! sealed      01 ‖ key id of the intake key (32 bytes) ‖ enc (65 bytes) ‖ ciphertext ‖ tag (16 bytes)
//! HPKE        as for dossiers; info "stempel second person request 1"
//! aad         01 ‖ key id ‖ station (16 bytes): nobody else's request
//! plaintext   canonical CBOR of the request
//! ```

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    ApplicationId, Blob, Body, FormError, Hash, KeyId, Language, OfficeId, PersonId, StationId,
    Text, Timestamp, Version,
    cbor::{Broken, checked::Checked},
    configuration::Occasion,
    hpke::{self, ENC_LENGTH, HpkeError, ReceiverKey, TAG_LENGTH},
};

const INFO: &[u8] = b"stempel second person request 1";
const FORM: u8 = 1;
const KEY_LENGTH: usize = 32;
const START: usize = 1 + KEY_LENGTH + ENC_LENGTH;
/// Most people who captured one application.
const MOST_HANDS: usize = 64;
/// The most bytes of a sealed request.
pub const MAX_SEALED: usize = START + ApprovalRequest::MAX_LENGTH + TAG_LENGTH;

/// One application that waits for a second person elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// 0: the form's version.
    pub version: Version<1>,
    /// 1
    pub application: ApplicationId,
    /// 2
    pub station: StationId,
    /// 3: the station's office.
    pub office: OfficeId,
    /// 4: the clerk who asks.
    pub clerk: PersonId,
    /// 5: everybody who captured any of it, each once, in order: none of them may approve.
    pub captured_by: Vec<PersonId>,
    /// 6: of the summary.
    pub language: Language,
    /// 7: the summary that the applicant confirmed, UTF-8; its hash is the dossier's.
    pub summary: Blob<1, 40_000>,
    /// 8: what asks for a second person; each once, in order.
    pub occasions: Vec<Occasion>,
    /// 9: the clerk's reasons for what was forced.
    pub reasons: Vec<Text<1, 500>>,
    /// 10: the portrait made small, JPEG.
    pub portrait: Blob<1, 131_072>,
    /// 11: by the station's clock.
    pub asked_at: Timestamp,
}

impl ApprovalRequest {
    /// What is approved: the hash of the summary.
    pub fn summary_hash(&self) -> Hash {
        Hash::of(self.summary.as_bytes())
    }

    /// The summary as the applicant read it.
    pub fn summary_text(&self) -> &str {
        // Checked when it was read or made.
        std::str::from_utf8(self.summary.as_bytes()).unwrap_or_default()
    }

    /// Seals it to the intake key of this `SubjectPublicKeyInfo` (DER).
    pub fn seal(
        &self,
        intake_spki: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, RequestError> {
        let key = KeyId::of(intake_spki);
        let plain = self.encode()?;
        let aad = aad(key, self.station);
        let sealed = hpke::seal(intake_spki, INFO, &aad, &plain, rng)?;
        Ok([&[FORM][..], key.as_bytes(), &sealed.enc, &sealed.ciphertext].concat())
    }
}

impl Body for ApprovalRequest {
    const WHAT: &'static str = "request for a second person";
    const DOMAIN: &'static str = "stempel second person request 1";
    const VERSION: u16 = 1;
    const MAX_LENGTH: usize = 200_000;
}

impl Checked for ApprovalRequest {
    fn check(&self) -> Result<(), Broken> {
        if std::str::from_utf8(self.summary.as_bytes()).is_err() {
            return Err(("summary", "it is text in UTF-8"));
        }
        if self.occasions.is_empty() || !self.occasions.is_sorted_by(|one, next| one < next) {
            return Err(("occasions", "one or more, each once, in order"));
        }
        let hands = 1..=MOST_HANDS;
        if !hands.contains(&self.captured_by.len())
            || !self.captured_by.is_sorted_by(|one, next| one < next)
        {
            return Err(("captured_by", "1 to 64 people, each once, in order"));
        }
        if self.reasons.len() > 16 {
            return Err(("reasons", "16 at most"));
        }
        Ok(())
    }
}

/// Why a request is none, cannot be opened or sealed.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// It is not a sealed request, or what is inside is none.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The seal does not open, or cannot be made.
    #[error(transparent)]
    Hpke(#[from] HpkeError),
    /// What is inside names another station.
    #[error("the request names another station than the one that sent it; refuse it")]
    Station,
}

/// A sealed request as it travels.
#[derive(Debug, Clone, Copy)]
pub struct SealedRequest<'a> {
    key: KeyId,
    enc: &'a [u8; ENC_LENGTH],
    ciphertext: &'a [u8],
}

impl<'a> SealedRequest<'a> {
    /// Takes the bytes of a sealed request; what is inside is not known yet.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, RequestError> {
        let what = ApprovalRequest::WHAT;
        let malformed = || FormError::Malformed { what, offset: 0 };
        if bytes.len() > MAX_SEALED {
            return Err(RequestError::Form(FormError::TooLong {
                what,
                length: bytes.len(),
                limit: MAX_SEALED,
            }));
        }
        let (form, rest) = bytes.split_first().ok_or_else(malformed)?;
        if *form > FORM {
            return Err(RequestError::Form(FormError::NewerVersion {
                what,
                version: u64::from(*form),
                known: u16::from(FORM),
            }));
        }
        let (key, rest) = rest
            .split_first_chunk::<KEY_LENGTH>()
            .ok_or_else(malformed)?;
        let (enc, ciphertext) = rest.split_first_chunk().ok_or_else(malformed)?;
        if *form != FORM || ciphertext.len() < TAG_LENGTH {
            return Err(malformed().into());
        }
        Ok(Self {
            key: KeyId::from_bytes(*key),
            enc,
            ciphertext,
        })
    }

    /// The intake key that it is sealed to.
    pub fn intake_key(&self) -> KeyId {
        self.key
    }

    /// Opens what this station sent.
    pub fn open<K: ReceiverKey>(
        &self,
        key: &K,
        station: StationId,
    ) -> Result<ApprovalRequest, RequestError> {
        let aad = aad(self.key, station);
        let plain = hpke::open(key, self.enc, INFO, &aad, self.ciphertext)?;
        let request = ApprovalRequest::decode(&plain)?;
        if request.station == station {
            Ok(request)
        } else {
            Err(RequestError::Station)
        }
    }
}

fn aad(key: KeyId, station: StationId) -> Vec<u8> {
    [&[FORM][..], key.as_bytes(), station.as_bytes()].concat()
}

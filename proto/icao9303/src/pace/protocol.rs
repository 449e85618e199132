//! The steps of PACE as typed states: each takes the chip's answer and gives the next command (9303-11 §4.4.3).

use rand::CryptoRng;
use zeroize::Zeroizing;

use super::parameters::{Mapping, PaceParameters};
use super::password::{Password, PasswordKind};
use super::proof::ChipProof;
use super::{PaceError, Step};
use crate::apdu::Command;
use crate::crypto::CryptoError;
use crate::crypto::cipher::{AesKey, BLOCK, equal_in_constant_time};
use crate::crypto::curve::{Curve, Point, Scalar};
use crate::secure_messaging::{SecureMessaging, SessionKeys};
use crate::tlv;

const GENERAL_AUTHENTICATE: u8 = 0x86;
const CLA_CHAINED: u8 = 0x10;
const TAG_DYNAMIC_DATA: u16 = 0x7C;
/// One to four cipher blocks: the chip chooses the nonce's length (9303-11 §4.4.3.2).
const NONCE_LENGTHS: std::ops::RangeInclusive<usize> = BLOCK..=4 * BLOCK;

/// Nothing received yet.
#[derive(Debug)]
pub struct Start {
    parameters: PaceParameters,
    password: PasswordKind,
    password_key: AesKey,
    curve: Curve,
}

impl Start {
    /// Prepares the protocol for one card and one password.
    pub fn new(parameters: &PaceParameters, password: &Password) -> Result<Self, PaceError> {
        Ok(Self {
            parameters: *parameters,
            password: password.kind(),
            password_key: password.key(parameters.cipher())?,
            curve: Curve::new(parameters.curve())?,
        })
    }

    /// Step 0, MSE:Set AT.
    pub fn set_authentication_template(&self) -> Command {
        let mut data = tlv::encode(0x80, self.parameters.oid().as_bytes());
        tlv::push(&mut data, 0x83, &[self.password.reference()]);
        if self.parameters.is_ambiguous() {
            tlv::push(&mut data, 0x84, &[self.parameters.curve().parameter_id()]);
        }
        Command::new(0x00, 0x22, 0xC1, 0xA4).with_data(data)
    }

    /// Step 1, the request for the encrypted nonce.
    pub fn request_nonce(&self) -> Command {
        Command::new(CLA_CHAINED, GENERAL_AUTHENTICATE, 0, 0)
            .with_data([0x7C, 0x00])
            .with_le(256)
    }

    /// Takes the encrypted nonce; the command carries our mapping key.
    pub fn receive_nonce(
        self,
        answer: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(MappingState, Command), PaceError> {
        let encrypted = only_object(answer, 0x80, Step::Nonce)?;
        let length = encrypted.len();
        if !NONCE_LENGTHS.contains(&length) || !length.is_multiple_of(BLOCK) {
            return Err(PaceError::BadNonce { length });
        }
        let nonce = Zeroizing::new(self.password_key.decrypt_cbc(&[0; BLOCK], encrypted)?);
        let private = self.curve.random_scalar(rng)?;
        let public = self.curve.multiply_generator(&private)?;
        let command = authenticate(CLA_CHAINED, 0x81, public.as_bytes());
        let Self {
            parameters,
            password,
            curve,
            ..
        } = self;
        Ok((
            MappingState {
                parameters,
                password,
                curve,
                nonce,
                private,
                public,
            },
            command,
        ))
    }
}

/// Our mapping key is on its way.
#[derive(Debug)]
pub struct MappingState {
    parameters: PaceParameters,
    password: PasswordKind,
    curve: Curve,
    nonce: Zeroizing<Vec<u8>>,
    private: Scalar,
    public: Point,
}

impl MappingState {
    /// Takes the chip's mapping key; the command carries our ephemeral key on the mapped generator.
    pub fn receive_mapping_key(
        self,
        answer: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(KeyAgreementState, Command), PaceError> {
        let step = Step::Mapping;
        let chip_key = chip_key(&self.curve, answer, 0x82, step, &self.public)?;
        let bad_key = |cause| PaceError::BadChipKey { step, cause };
        let shared = self
            .curve
            .multiply(&chip_key, &self.private)
            .map_err(bad_key)?;
        let generator = self
            .curve
            .map_generic(&self.nonce, &shared)
            .map_err(bad_key)?;
        let private = self.curve.random_scalar(rng)?;
        let public = self.curve.multiply(&generator, &private)?;
        let command = authenticate(CLA_CHAINED, 0x83, public.as_bytes());
        let Self {
            parameters,
            password,
            curve,
            ..
        } = self;
        let state = KeyAgreementState {
            parameters,
            password,
            curve,
            chip_mapping_key: chip_key,
            private,
            public,
        };
        Ok((state, command))
    }
}

/// Our ephemeral key is on its way.
#[derive(Debug)]
pub struct KeyAgreementState {
    parameters: PaceParameters,
    password: PasswordKind,
    curve: Curve,
    chip_mapping_key: Point,
    private: Scalar,
    public: Point,
}

impl KeyAgreementState {
    /// Takes the chip's ephemeral key; the command carries our authentication token.
    pub fn receive_ephemeral_key(
        self,
        answer: &[u8],
    ) -> Result<(AuthenticationState, Command), PaceError> {
        let step = Step::KeyAgreement;
        let chip_key = chip_key(&self.curve, answer, 0x84, step, &self.public)?;
        let shared = self
            .curve
            .multiply(&chip_key, &self.private)
            .map_err(|cause| PaceError::BadChipKey { step, cause })?;
        let keys = SessionKeys::derive(shared.x(), self.parameters.cipher())?;
        let oid = self.parameters.oid();
        let token = authentication_token(&keys.authentication, oid.as_bytes(), &chip_key)?;
        let expected = authentication_token(&keys.authentication, oid.as_bytes(), &self.public)?;
        let command = authenticate(0x00, 0x85, &token);
        let Self {
            parameters,
            password,
            curve,
            chip_mapping_key,
            ..
        } = self;
        let state = AuthenticationState {
            parameters,
            password,
            curve,
            chip_mapping_key,
            chip_key,
            keys,
            expected,
        };
        Ok((state, command))
    }
}

/// Our token is on its way.
#[derive(Debug)]
pub struct AuthenticationState {
    parameters: PaceParameters,
    password: PasswordKind,
    curve: Curve,
    chip_mapping_key: Point,
    chip_key: Point,
    keys: SessionKeys,
    expected: [u8; 8],
}

impl AuthenticationState {
    /// Takes the chip's token, and its proof where the mapping gives one.
    pub fn receive_token(self, answer: &[u8]) -> Result<Established, PaceError> {
        let malformed = |cause| PaceError::Malformed {
            step: Step::Authentication,
            cause,
        };
        let objects = tlv::parse_exact(answer, TAG_DYNAMIC_DATA).map_err(malformed)?;
        let mut reader = tlv::Reader::new(objects);
        let token = reader.expect(0x86).map_err(malformed)?;
        if !equal_in_constant_time(token, &self.expected) {
            return Err(PaceError::WrongChipToken {
                password: self.password,
            });
        }
        let mut authorities = Vec::new();
        for tag in [0x87, 0x88] {
            authorities.extend(reader.optional(tag).map_err(malformed)?.map(<[u8]>::to_vec));
        }
        let proof = match self.parameters.mapping() {
            Mapping::Generic => None,
            Mapping::ChipAuthentication => {
                let encrypted = reader.expect(0x8A).map_err(malformed)?;
                let key = &self.keys.encryption;
                Some(ChipProof::decrypt(
                    &self.curve,
                    self.chip_mapping_key,
                    key,
                    encrypted,
                )?)
            }
        };
        reader.finish().map_err(malformed)?;
        let Self { keys, chip_key, .. } = self;
        Ok(Established {
            keys,
            chip_key,
            authorities,
            proof,
        })
    }
}

/// Both sides know the password and share keys.
#[derive(Debug)]
pub struct Established {
    keys: SessionKeys,
    chip_key: Point,
    authorities: Vec<Vec<u8>>,
    proof: Option<ChipProof>,
}

impl Established {
    /// A session under the new keys, its counter at zero.
    pub fn secure_messaging(&self) -> SecureMessaging {
        SecureMessaging::new(self.keys.clone())
    }

    /// `KS_Enc` and `KS_MAC`.
    pub fn keys(&self) -> &SessionKeys {
        &self.keys
    }

    /// The chip's ephemeral key: its x-coordinate names the chip in terminal authentication.
    pub fn chip_key(&self) -> &Point {
        &self.chip_key
    }

    /// The certification authority references of objects 87 and 88, where the chip sends them.
    pub fn authorities(&self) -> &[Vec<u8>] {
        &self.authorities
    }

    /// What chip-authentication mapping proves, once EF.CardSecurity is read and trusted.
    pub fn proof(&self) -> Option<&ChipProof> {
        self.proof.as_ref()
    }
}

/// T = `CMAC(KS_MAC`, 7F49 {06 OID, 86 point}) over the other party's ephemeral key (9303-11 §4.4.3.4).
fn authentication_token(key: &AesKey, oid: &[u8], other: &Point) -> Result<[u8; 8], CryptoError> {
    let template = [
        &tlv::encode(0x06, oid)[..],
        &tlv::encode(0x86, other.as_bytes()),
    ];
    key.cmac8(&tlv::encode_constructed(0x7F49, &template))
}

fn authenticate(cla: u8, tag: u16, value: &[u8]) -> Command {
    let data = tlv::encode_constructed(TAG_DYNAMIC_DATA, &[&tlv::encode(tag, value)]);
    Command::new(cla, GENERAL_AUTHENTICATE, 0, 0)
        .with_data(data)
        .with_le(256)
}

/// The value of the one object `tag` inside 7C.
fn only_object(answer: &[u8], tag: u16, step: Step) -> Result<&[u8], PaceError> {
    tlv::parse_exact(answer, TAG_DYNAMIC_DATA)
        .and_then(|objects| tlv::parse_exact(objects, tag))
        .map_err(|cause| PaceError::Malformed { step, cause })
}

/// The chip's public key of this step: on the curve, and not ours.
fn chip_key(
    curve: &Curve,
    answer: &[u8],
    tag: u16,
    step: Step,
    ours: &Point,
) -> Result<Point, PaceError> {
    let bytes = only_object(answer, tag, step)?;
    let key = curve
        .decode_point(bytes)
        .map_err(|cause| PaceError::BadChipKey { step, cause })?;
    if key == *ours {
        return Err(PaceError::ReflectedKey { step });
    }
    Ok(key)
}

//! The maker's delivery file (schema in `docs/chip.md`) and the key of its batch.
//!
//! The batch key arrives either encrypted to our delivery key (RSA-OAEP), or wrapped (RFC 3394)
//! under a key that was brought by hand. Kept is only the first form: after the import nothing but
//! the token opens it.

use icao9303::{
    crypto::{CryptoError, cipher::AesKey},
    scp03::check_value,
};
use key_custody::{CustodyError, DeliveryKey, Token};
use openssl::{
    aes,
    error::ErrorStack,
    pkey::PKey,
    rsa::{Padding, Rsa},
};
use personalisation_core::chip_serial::ChipSerial;
use serde::Deserialize;
use thiserror::Error;
use zeroize::Zeroizing;

const FORMAT: &str = "stempel-delivery-1";
/// Bytes of a batch key, AES-256.
const KEY: usize = 32;
/// Bytes of a wrapped batch key: RFC 3394 adds a block.
const WRAPPED: usize = KEY + 8;
/// The card profile of chips whose delivery names none, and the only one that the line personalises: the
/// others want an MRZ password alone, or a key and a DG15 of active authentication.
const IDENTITY_CARD: &str = "identity-card";
/// Most blanks in a delivery.
const MOST_CHIPS: usize = 100_000;
/// Key versions that SCP03 allows.
const KEY_VERSIONS: std::ops::RangeInclusive<u8> = 0x01..=0x7F;

/// What is wrong with a delivery file. For the operator, who asks the maker.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// Not the format of `docs/chip.md`.
    #[error(
        "reading the delivery file: {0}; ask the maker for a file as docs/chip.md describes it"
    )]
    Form(String),
    /// A field is malformed.
    #[error("reading the delivery file: {field} is malformed; ask the maker for a new file")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// The chips are made for another document than the line makes.
    #[error(
        "the delivery's chips have the card profile {profile}, and the line personalises {IDENTITY_CARD} only; send the delivery back and order that profile"
    )]
    CardProfile {
        /// The profile that the file names.
        profile: String,
    },
    /// The batch key is wrapped under a key that was not given.
    #[error(
        "the batch key is wrapped under the key with check value {check_value}; give its file by --wrapping-key"
    )]
    NoWrappingKey {
        /// Which key.
        check_value: String,
    },
    /// The wrapping key given is another one, or no key file.
    #[error(
        "the wrapping key given is not the one with check value {check_value}, or not a key file; give the right one"
    )]
    OtherWrappingKey {
        /// Which key is needed.
        check_value: String,
    },
    /// The batch key does not open, or is not the one that the file describes.
    #[error(
        "the batch key does not open, or its check value is wrong; ask the maker for a new file"
    )]
    BatchKey,
    /// The token refused.
    #[error("opening the batch key: {0}")]
    Custody(#[from] CustodyError),
    /// OpenSSL refused.
    #[error("opening the batch key: {0}")]
    Crypto(#[from] CryptoError),
    /// OpenSSL refused.
    #[error("encrypting the batch key to the delivery key: {0}")]
    Encrypt(#[from] ErrorStack),
}

/// A delivery file, read and checked for form.
#[derive(Debug)]
pub struct Delivery {
    /// The maker's name of the batch.
    pub batch: String,
    /// Which protocols the chips offer, by the name of docs/chip.md.
    pub card_profile: String,
    /// Key version of the transport keys on the chips.
    pub key_version: u8,
    /// The chips, in the order of the file.
    pub chips: Vec<DeliveredChip>,
    /// What stands on the box of each chip; where the file names none, the whole batch is one box.
    boxes: Vec<String>,
    wrapped_key: Vec<u8>,
    key_check_value: [u8; 3],
    wrapping_key_check_value: String,
}

/// One chip of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveredChip {
    /// Its serial.
    pub serial: ChipSerial,
    /// Check values of its transport keys ENC, MAC, DEK.
    pub check_values: [u8; 9],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliveryFile {
    format: String,
    batch: String,
    card_profile: Option<String>,
    transport_key_version: u8,
    wrapped_batch_key: String,
    batch_key_check_value: String,
    #[serde(default)]
    wrapping_key_check_value: String,
    #[serde(default)]
    chip: Vec<ChipTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChipTable {
    serial: String,
    key_check_values: String,
    #[serde(rename = "box")]
    in_box: Option<String>,
}

#[derive(Deserialize)]
struct WrappingKeyFile {
    key: String,
    check_value: String,
}

impl Delivery {
    /// Reads a delivery file.
    pub fn parse(bytes: &[u8]) -> Result<Self, DeliveryError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| DeliveryError::Form("it is not UTF-8".to_owned()))?;
        let file: DeliveryFile = toml::from_str(text)
            .map_err(|error| DeliveryError::Form(error.message().to_owned()))?;
        let field = |field| move || DeliveryError::Field { field };
        if file.format != FORMAT {
            return Err(field("format")());
        }
        if !is_name(&file.batch) {
            return Err(field("batch")());
        }
        let card_profile = card_profile(file.card_profile)?;
        if !KEY_VERSIONS.contains(&file.transport_key_version) {
            return Err(field("transport_key_version")());
        }
        if file.chip.is_empty() || file.chip.len() > MOST_CHIPS {
            return Err(field("chip")());
        }
        let chips = file.chip.iter().map(|chip| {
            let serial = chip.serial.parse().map_err(|_| field("serial")())?;
            let check_values =
                fixed(&chip.key_check_values).ok_or_else(field("key_check_values"))?;
            Ok(DeliveredChip {
                serial,
                check_values,
            })
        });
        let chips = chips.collect::<Result<_, DeliveryError>>()?;
        let boxes = boxes(&file.chip, &file.batch)?;
        let wrapped_key =
            hex::decode(&file.wrapped_batch_key).map_err(|_| field("wrapped_batch_key")())?;
        let key_check_value =
            fixed(&file.batch_key_check_value).ok_or_else(field("batch_key_check_value"))?;
        Ok(Self {
            batch: file.batch,
            card_profile,
            key_version: file.transport_key_version,
            chips,
            boxes,
            wrapped_key,
            key_check_value,
            wrapping_key_check_value: file.wrapping_key_check_value.to_uppercase(),
        })
    }

    /// The label of each chip's box, in the order of the file.
    pub fn boxes(&self) -> impl Iterator<Item = &str> {
        self.boxes.iter().map(String::as_str)
    }

    /// The batch key, and the same encrypted to `delivery_key` for the database.
    pub fn open(
        &self,
        token: &Token,
        delivery_key: &DeliveryKey,
        wrapping_key: Option<&[u8]>,
    ) -> Result<(AesKey, Vec<u8>), DeliveryError> {
        if self.wrapped_key.len() != WRAPPED {
            let key = open_batch_key(token, delivery_key, &self.wrapped_key)?;
            self.check(&key)?;
            return Ok((key, self.wrapped_key.clone()));
        }
        let check_value = || self.wrapping_key_check_value.clone();
        let wrapping_key = wrapping_key.ok_or_else(|| DeliveryError::NoWrappingKey {
            check_value: check_value(),
        })?;
        let wrapping_key =
            self.wrapping_key(wrapping_key)
                .ok_or_else(|| DeliveryError::OtherWrappingKey {
                    check_value: check_value(),
                })?;
        let key = unwrap(&wrapping_key, &self.wrapped_key).ok_or(DeliveryError::BatchKey)?;
        self.check(&key)?;
        let encrypted = encrypt(delivery_key.public_key_spki(), key.as_bytes())?;
        Ok((key, encrypted))
    }

    fn check(&self, key: &AesKey) -> Result<(), DeliveryError> {
        if check_value(key)? == self.key_check_value {
            Ok(())
        } else {
            Err(DeliveryError::BatchKey)
        }
    }

    /// The key of a wrapping key file, if it is the one that the delivery names.
    fn wrapping_key(&self, file: &[u8]) -> Option<AesKey> {
        let file: WrappingKeyFile = toml::from_str(std::str::from_utf8(file).ok()?).ok()?;
        let digits = Zeroizing::new(file.key);
        let key = Zeroizing::new(fixed::<KEY>(&digits)?);
        let key = AesKey::from_bytes(&key[..]).ok()?;
        let found = hex::encode_upper(check_value(&key).ok()?);
        let named = [
            &file.check_value.to_uppercase(),
            &self.wrapping_key_check_value,
        ];
        named
            .into_iter()
            .all(|value| *value == found)
            .then_some(key)
    }
}

/// Which box each chip is in.
fn boxes(chips: &[ChipTable], batch: &str) -> Result<Vec<String>, DeliveryError> {
    let label = |chip: &ChipTable| {
        let label = chip.in_box.clone().unwrap_or_else(|| batch.to_owned());
        let field = "box";
        is_name(&label)
            .then_some(label)
            .ok_or(DeliveryError::Field { field })
    };
    chips.iter().map(label).collect()
}

/// A name that may stand in messages and in the audit file.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// The profile that the line can personalise.
fn card_profile(named: Option<String>) -> Result<String, DeliveryError> {
    let profile = named.unwrap_or_else(|| IDENTITY_CARD.to_owned());
    if !is_name(&profile) {
        let field = "card_profile";
        return Err(DeliveryError::Field { field });
    }
    if profile == IDENTITY_CARD {
        Ok(profile)
    } else {
        Err(DeliveryError::CardProfile { profile })
    }
}

/// Opens a batch key in the token's session.
pub fn open_batch_key(
    token: &Token,
    delivery_key: &DeliveryKey,
    encrypted: &[u8],
) -> Result<AesKey, DeliveryError> {
    let key = token.decrypt_delivery(delivery_key, encrypted)?;
    if key.len() == KEY {
        Ok(AesKey::from_bytes(&key)?)
    } else {
        Err(DeliveryError::BatchKey)
    }
}

/// RFC 3394.
fn unwrap(wrapping_key: &AesKey, wrapped: &[u8]) -> Option<AesKey> {
    let cipher = aes::AesKey::new_decrypt(wrapping_key.as_bytes()).ok()?;
    let mut key = Zeroizing::new([0; KEY]);
    let length = aes::unwrap_key(&cipher, None, &mut key[..], wrapped).ok()?;
    (length == KEY)
        .then(|| AesKey::from_bytes(&key[..]).ok())
        .flatten()
}

/// RSA-OAEP with SHA-1, as the token opens it.
fn encrypt(spki: &[u8], plain: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let key: Rsa<_> = PKey::public_key_from_der(spki)?.rsa()?;
    let mut encrypted = vec![0; usize::try_from(key.size()).unwrap_or_default()];
    let length = key.public_encrypt(plain, &mut encrypted, Padding::PKCS1_OAEP)?;
    encrypted.truncate(length);
    Ok(encrypted)
}

fn fixed<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

//! A delivery of blank chips: the chips' state files, and the file that tells the centre their
//! serials and, wrapped, the key that opens them. The schema is in `docs/chip.md`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use icao9303::crypto::CryptoError;
use icao9303::crypto::cipher::{AesKey, AesSize, BLOCK};
use icao9303::scp03::derivation::{Derived, derive_key};
use openssl::aes;
use openssl::pkey::PKey;
use openssl::rsa::Padding;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::layout::KDD_LENGTH;
use super::maker::{Blank, TRANSPORT_KEY_VERSION};
use super::profile::Profile;
use super::scp03::KeySet;

/// The `format` of a delivery file that this program writes.
pub const FORMAT: &str = "stempel-delivery-1";
/// Name of the delivery file in its folder.
pub const FILE_NAME: &str = "delivery.toml";
/// First bytes of every serial: the maker.
const MAKER: [u8; 2] = *b"MS";

/// What goes wrong at the maker's.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// A file of the delivery could not be written.
    #[error("{path} could not be written; choose a new, empty folder for each delivery")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The wrapping key is there but cannot be used.
    #[error(
        "{path} is not a wrapping key file (key of 32 bytes in hexadecimal, and its check value)"
    )]
    WrappingKey {
        /// Which file.
        path: PathBuf,
    },
    /// The centre's key is there but cannot be used.
    #[error("{path} is not an RSA public key (SubjectPublicKeyInfo, DER or PEM)")]
    PublicKey {
        /// Which file.
        path: PathBuf,
    },
    /// The delivery file could not be put together.
    #[error("the delivery file could not be encoded")]
    Encode(#[from] toml::ser::Error),
    /// Keys could not be derived.
    #[error("the chips' keys could not be derived")]
    Crypto(#[from] CryptoError),
    /// OpenSSL refused to wrap.
    #[error("the batch key could not be wrapped")]
    Wrap,
}

/// What is ordered at the maker's.
#[derive(Debug, Clone)]
pub struct Order {
    /// Where chips and delivery file go.
    pub folder: PathBuf,
    /// How many chips.
    pub count: u32,
    /// Longest APDU of each, in bytes.
    pub buffer: u32,
    /// Which protocols each offers.
    pub profile: Profile,
    /// Who may open the batch key.
    pub to: BatchKeyTo,
}

/// How the batch key travels.
#[derive(Debug, Clone)]
pub enum BatchKeyTo {
    /// Encrypted to the centre's delivery key (RSA-OAEP, SHA-1): the file of its public half, DER or
    /// PEM. Nothing secret is exchanged.
    PublicKey(PathBuf),
    /// Wrapped (RFC 3394) under a key that maker and centre exchanged by hand; made when the file is
    /// not there.
    WrappingKey(PathBuf),
}

/// The delivery file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// [`FORMAT`].
    pub format: String,
    /// Eight hexadecimal digits; also the middle of each serial.
    pub batch: String,
    /// Card profile of the chips, unless they are identity cards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_profile: Option<String>,
    /// Key version number of the transport keys on the chips.
    pub transport_key_version: u8,
    /// AES-256 batch key in hexadecimal: wrapped by AES key wrap (RFC 3394, 40 bytes), or encrypted
    /// to the centre's delivery key (RSA-OAEP, as long as its modulus).
    pub wrapped_batch_key: String,
    /// Check value of the batch key: E(key, 01‥01), first three bytes.
    pub batch_key_check_value: String,
    /// Check value of the wrapping key, if one was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_key_check_value: Option<String>,
    /// The chips, in the order of their serials.
    #[serde(rename = "chip")]
    pub chips: Vec<DeliveredChip>,
}

/// One chip of a delivery.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveredChip {
    /// Key diversification data, 10 bytes in hexadecimal.
    pub serial: String,
    /// Check values of its transport keys ENC, MAC, DEK: nine bytes in hexadecimal.
    pub key_check_values: String,
}

/// The wrapping key as a file, for a ceremony: brought to the other party by hand.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrappingKeyFile {
    key: String,
    check_value: String,
}

/// Makes chips and their delivery file.
pub fn make(order: &Order, rng: &mut impl CryptoRng) -> Result<Delivery, DeliveryError> {
    let write_error = |path: &Path| {
        let path = path.to_owned();
        move |source| DeliveryError::Write { path, source }
    };
    fs::create_dir_all(&order.folder).map_err(write_error(&order.folder))?;
    let batch_key = random_key(rng)?;
    let (wrapped, wrapping_key_check_value) = wrap(&order.to, &batch_key, rng)?;
    let mut batch = [0; 4];
    rng.fill_bytes(&mut batch);
    let mut chips = Vec::new();
    for number in 1..=order.count {
        let mut serial = [0; KDD_LENGTH];
        serial[..2].copy_from_slice(&MAKER);
        serial[2..6].copy_from_slice(&batch);
        serial[6..].copy_from_slice(&number.to_be_bytes());
        let keys = transport_keys(&batch_key, &serial)?;
        let check_values = [&keys.enc, &keys.mac, &keys.dek].map(check_value);
        let [enc, mac, dek] = check_values;
        let name = hex::encode_upper(serial);
        let path = order.folder.join(format!("{name}.chip"));
        let blank = Blank {
            buffer: order.buffer,
            profile: order.profile,
            ..Blank::new(serial, keys)
        };
        blank.make(&path).map_err(write_error(&path))?;
        chips.push(DeliveredChip {
            serial: name,
            key_check_values: [enc?, mac?, dek?].concat(),
        });
    }
    let delivery = Delivery {
        format: FORMAT.to_owned(),
        batch: hex::encode_upper(batch),
        card_profile: (order.profile != Profile::default()).then(|| order.profile.to_string()),
        transport_key_version: TRANSPORT_KEY_VERSION,
        wrapped_batch_key: hex::encode_upper(wrapped),
        batch_key_check_value: check_value(&batch_key)?,
        wrapping_key_check_value,
        chips,
    };
    let path = order.folder.join(FILE_NAME);
    write_new(&path, &toml::to_string(&delivery)?).map_err(write_error(&path))?;
    Ok(delivery)
}

/// A chip's transport keys from the key of its batch: the derivation of SCP03 with the constants
/// E1, E2, E3 over the serial.
pub fn transport_keys(
    batch_key: &AesKey,
    serial: &[u8; KDD_LENGTH],
) -> Result<KeySet, CryptoError> {
    let key = |which| derive_key(batch_key, which, AesSize::Aes128, serial);
    Ok(KeySet {
        version: TRANSPORT_KEY_VERSION,
        enc: key(Derived::CardEncryption)?,
        mac: key(Derived::CardMac)?,
        dek: key(Derived::CardDataEncryption)?,
    })
}

fn check_value(key: &AesKey) -> Result<String, CryptoError> {
    Ok(hex::encode_upper(&key.encrypt_block(&[0x01; BLOCK])?[..3]))
}

fn random_key(rng: &mut impl CryptoRng) -> Result<AesKey, CryptoError> {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut bytes[..]);
    AesKey::from_bytes(&bytes[..])
}

/// The batch key for its journey, and the check value of the wrapping key.
fn wrap(
    to: &BatchKeyTo,
    key: &AesKey,
    rng: &mut impl CryptoRng,
) -> Result<(Vec<u8>, Option<String>), DeliveryError> {
    match to {
        BatchKeyTo::PublicKey(path) => {
            let unusable = || DeliveryError::PublicKey { path: path.clone() };
            let file = fs::read(path).map_err(|_| unusable())?;
            let public = PKey::public_key_from_der(&file)
                .or_else(|_| PKey::public_key_from_pem(&file))
                .and_then(|key| key.rsa())
                .map_err(|_| unusable())?;
            let mut encrypted = vec![0; public.size() as usize];
            public
                .public_encrypt(key.as_bytes(), &mut encrypted, Padding::PKCS1_OAEP)
                .map_err(|_| unusable())?;
            Ok((encrypted, None))
        }
        BatchKeyTo::WrappingKey(path) => {
            let wrapping_key = wrapping_key(path, rng)?;
            let mut wrapped = vec![0; key.as_bytes().len() + 8];
            let cipher = aes::AesKey::new_encrypt(wrapping_key.as_bytes())
                .map_err(|_| DeliveryError::Wrap)?;
            aes::wrap_key(&cipher, None, &mut wrapped, key.as_bytes())
                .map_err(|_| DeliveryError::Wrap)?;
            Ok((wrapped, Some(check_value(&wrapping_key)?)))
        }
    }
}

/// The key in the file, or a new one put there.
fn wrapping_key(path: &Path, rng: &mut impl CryptoRng) -> Result<AesKey, DeliveryError> {
    if let Ok(text) = fs::read_to_string(path) {
        return parse_wrapping_key(&Zeroizing::new(text)).ok_or_else(|| {
            DeliveryError::WrappingKey {
                path: path.to_owned(),
            }
        });
    }
    let key = random_key(rng)?;
    let file = WrappingKeyFile {
        key: hex::encode_upper(key.as_bytes()),
        check_value: check_value(&key)?,
    };
    let text = Zeroizing::new(toml::to_string(&file)?);
    write_new(path, &text).map_err(|source| DeliveryError::Write {
        path: path.to_owned(),
        source,
    })?;
    Ok(key)
}

fn parse_wrapping_key(text: &str) -> Option<AesKey> {
    let file: WrappingKeyFile = toml::from_str(text).ok()?;
    let bytes = Zeroizing::new(hex::decode(&file.key).ok()?);
    let key = AesKey::from_bytes(&bytes).ok()?;
    let matches = check_value(&key)
        .ok()?
        .eq_ignore_ascii_case(&file.check_value);
    (bytes.len() == 32 && matches).then_some(key)
}

/// Writes a file that must not exist, for its owner's eyes.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

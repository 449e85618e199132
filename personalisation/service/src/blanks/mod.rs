//! Blanks: `personalisation blanks import` takes a maker's delivery in: into the vault, or where boxes are inspected
//! first (`[stock] inspect_deliveries`), as announced.

mod delivery;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

pub use delivery::{Delivery, DeliveryError, open_batch_key};
use evidence::entry::Act;
use icao9303::{
    crypto::{
        CryptoError,
        cipher::{AesKey, AesSize},
    },
    scp03::{StaticKeys, check_value},
};
use key_custody::{CustodyError, Token};
use openssl::sha::sha256;
use personalisation_core::ids::{ActId, BlankId, BoxId, DeliveryId};
use personalisation_store::{
    StoreError,
    stock::{NewBlank, NewBox, NewDelivery},
};
use rand::CryptoRng;
use thiserror::Error;
use time::OffsetDateTime;

use crate::config::{Config, ConfigError};

const ACTOR: &str = "personalisation/blanks";
/// No delivery file is longer, in bytes: a hundred thousand chips.
const LIMIT: u64 = 16 << 20;

/// Why a delivery is not taken in. For the operator.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A file cannot be read.
    #[error("reading {}: {source}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is longer than any delivery.
    #[error("reading {}: it has {bytes} bytes, {LIMIT} are allowed; give the maker's delivery file", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        bytes: u64,
    },
    /// The delivery or the wrapping key is not in order.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// A chip's check values are not those of its keys.
    #[error(
        "the delivery's chip number {place} (from 1) has other check values than its keys; send the delivery back"
    )]
    CheckValues {
        /// Which chip, in the order of the file.
        place: usize,
    },
    /// Keys could not be derived.
    #[error("deriving the keys of the delivery's chips: {0}")]
    Crypto(#[from] CryptoError),
    /// The token refused.
    #[error("taking a delivery in: {0}")]
    Custody(#[from] CustodyError),
    /// The database cannot be opened.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The delivery cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a delivery in: all of it or nothing. Returns how many blanks it has.
pub async fn import(
    config: &Config,
    file: &Path,
    wrapping_key: Option<&Path>,
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> Result<usize, ImportError> {
    let text = read(file)?;
    let delivery = Delivery::parse(&text)?;
    let wrapping_key = wrapping_key.map(read).transpose()?;
    let token = Token::open(&config.card_token())?;
    let key = token.find_delivery_key(&config.tokens.cards.delivery_key)?;
    let (batch_key, wrapped_key) = delivery.open(&token, &key, wrapping_key.as_deref())?;
    let mut blanks: BTreeMap<&str, Vec<NewBlank>> = BTreeMap::new();
    for ((chip, label), place) in delivery.chips.iter().zip(delivery.boxes()).zip(1..) {
        if check_values(&transport_keys(&batch_key, chip.serial.as_bytes())?)? != chip.check_values
        {
            return Err(ImportError::CheckValues { place });
        }
        blanks.entry(label).or_default().push(NewBlank {
            id: BlankId::generate(rng),
            chip: chip.serial,
            key_check_values: chip.check_values,
        });
    }
    let boxes = blanks.iter().map(|(label, blanks)| NewBox {
        id: BoxId::generate(rng),
        label,
        blanks,
    });
    let boxes: Vec<_> = boxes.collect();
    let id = DeliveryId::generate(rng);
    let new = NewDelivery {
        id,
        batch: &delivery.batch,
        file_digest: sha256(&text),
        wrapped_key: &wrapped_key,
        key_version: delivery.key_version,
        boxes: &boxes,
        inspect: config.stock.inspect_deliveries,
    };
    let object = format!("delivery {id}");
    let act = Act::new(
        *ActId::generate(rng).as_bytes(),
        ACTOR,
        "receive-delivery",
        object,
    );
    let (count, profile) = (delivery.chips.len(), &delivery.card_profile);
    let place = if new.inspect {
        "announced"
    } else {
        "in the vault"
    };
    let detail = format!("{count} blanks of card profile {profile} {place}");
    let entries = [act.intent(now), act.outcome(now, detail)];
    config
        .open_store_without_fingers()
        .await?
        .receive_delivery(&new, &entries, now)
        .await?;
    Ok(count)
}

/// A chip's transport keys: derived from the key of its batch over its serial.
pub fn transport_keys(batch_key: &AesKey, serial: &[u8; 10]) -> Result<StaticKeys, CryptoError> {
    StaticKeys::diversify(|message| batch_key.cmac(message), serial, AesSize::Aes128)
}

/// Check values of ENC, MAC and DEK.
pub fn check_values(keys: &StaticKeys) -> Result<[u8; 9], CryptoError> {
    let [enc, mac, dek] = [keys.encryption(), keys.mac(), keys.data_encryption()].map(check_value);
    let mut values = [0; 9];
    for (place, value) in values.chunks_exact_mut(3).zip([enc?, mac?, dek?]) {
        place.copy_from_slice(&value);
    }
    Ok(values)
}

fn read(path: &Path) -> Result<Vec<u8>, ImportError> {
    let failed = |source| ImportError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > LIMIT {
        return Err(ImportError::TooLong {
            path: path.to_owned(),
            bytes,
        });
    }
    fs::read(path).map_err(failed)
}

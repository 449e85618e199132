//! The keys of chips: opened and derived in the line's token session, never kept.

use std::fmt;

use icao9303::{
    crypto::{CryptoError, cipher::AesSize},
    scp03::StaticKeys,
};
use key_custody::{AesKey, CustodyError, DeliveryKey, Token, role::CardMaster};
use personalisation_core::chip_serial::ChipSerial;
use personalisation_store::stock::Blank;
use thiserror::Error;

use crate::{blanks, config::Config};

/// Why a chip's keys are not to be had. For the operator.
#[derive(Debug, Error)]
pub enum CardKeysError {
    /// The token refused.
    #[error("deriving a chip's keys: {0}")]
    Custody(#[from] CustodyError),
    /// OpenSSL refused.
    #[error("deriving a chip's keys: {0}")]
    Crypto(#[from] CryptoError),
    /// The batch key does not open.
    #[error("opening the key of the blank's batch: {0}")]
    Batch(#[from] blanks::DeliveryError),
    /// The keys derived are not those that the maker described.
    #[error(
        "the keys of the blank have other check values than its delivery says; set the batch aside"
    )]
    CheckValues,
}

/// Where a chip's keys come from. What is returned is wiped when it is dropped.
pub trait CardKeys {
    /// The keys under which its maker delivered it.
    fn transport(&self, blank: &Blank) -> Result<StaticKeys, CardKeysError>;

    /// The keys that the centre puts on it.
    fn centre(&self, chip: ChipSerial) -> Result<StaticKeys, CardKeysError>;
}

/// The keys of a token: the delivery key opens batch keys, the card master derives the centre's.
pub struct TokenKeys {
    token: Token,
    card_master: AesKey<CardMaster>,
    delivery_key: DeliveryKey,
}

impl TokenKeys {
    /// Opens the token of the configuration and finds both keys.
    pub fn open(config: &Config) -> Result<Self, CustodyError> {
        let token = Token::open(&config.card_token())?;
        let card_master = token.find_aes(&config.tokens.cards.card_master)?;
        let delivery_key = token.find_delivery_key(&config.tokens.cards.delivery_key)?;
        Ok(Self {
            token,
            card_master,
            delivery_key,
        })
    }
}

impl CardKeys for TokenKeys {
    fn transport(&self, blank: &Blank) -> Result<StaticKeys, CardKeysError> {
        let batch_key =
            blanks::open_batch_key(&self.token, &self.delivery_key, &blank.wrapped_key)?;
        let keys = blanks::transport_keys(&batch_key, blank.chip.as_bytes())?;
        if blanks::check_values(&keys)? == blank.key_check_values {
            Ok(keys)
        } else {
            Err(CardKeysError::CheckValues)
        }
    }

    fn centre(&self, chip: ChipSerial) -> Result<StaticKeys, CardKeysError> {
        let master = |message: &[u8]| -> Result<[u8; 16], CardKeysError> {
            Ok(*self.token.cmac(&self.card_master, message)?)
        };
        StaticKeys::diversify(master, chip.as_bytes(), AesSize::Aes128)
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeys")
            .field("card_master", &self.card_master)
            .finish_non_exhaustive()
    }
}

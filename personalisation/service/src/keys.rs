//! `personalisation keys`: makes what is missing of the sealing key, the tokens and their keys.

use std::{fs, io, path::PathBuf};

use key_custody::{
    Curve, CustodyError, Token, create_pin_file, initialise_token,
    role::{CardMaster, TicketSigning},
};
use rand::CryptoRng;
use thiserror::Error;

use crate::{
    config::Config,
    secret_file::{self, SecretFileError},
};

/// Why keys could not be made. For the operator.
#[derive(Debug, Error)]
pub enum KeysError {
    /// A token refused.
    #[error("making keys: {0}")]
    Custody(#[from] CustodyError),
    /// A public half could not be written.
    #[error("writing the public key {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The sealing key could not be made.
    #[error(transparent)]
    SealingKey(#[from] SecretFileError),
}

/// Makes what is missing and says what was made. Safe to repeat: what is there stays.
pub fn run(config: &Config, rng: &mut impl CryptoRng) -> Result<Vec<String>, KeysError> {
    let mut made = Vec::new();
    let mut note = |what: &str, fresh: bool| {
        if fresh {
            made.push(what.to_owned());
        }
    };
    note(
        "sealing key",
        secret_file::create_key(&config.sealing.key_file, rng)?,
    );
    let (cards, tickets) = (&config.tokens.cards, &config.tokens.tickets);
    for (token, so_pin) in [
        (config.card_token(), &cards.so_pin_file),
        (config.ticket_token(), &tickets.so_pin_file),
    ] {
        create_pin_file(&token.pin_file, rng)?;
        if let Some(so_pin) = so_pin {
            create_pin_file(so_pin, rng)?;
            let what = format!("token {}", token.token_label);
            note(&what, fresh(initialise_token(&token, so_pin))?);
        }
    }
    let token = Token::open(&config.card_token())?;
    note(
        "card master key",
        fresh(token.generate_aes::<CardMaster>(&cards.card_master))?,
    );
    note(
        "delivery key",
        fresh(token.generate_delivery_key(&cards.delivery_key))?,
    );
    if let Some(path) = &cards.delivery_public_key {
        write(
            path,
            token
                .find_delivery_key(&cards.delivery_key)?
                .public_key_spki(),
        )?;
    }
    let token = Token::open(&config.ticket_token())?;
    note(
        "ticket key",
        fresh(token.generate_ec::<TicketSigning>(&tickets.key, Curve::P256))?,
    );
    let key = token.find_ec::<TicketSigning>(&tickets.key)?;
    if let Some(path) = &tickets.public_key {
        write(path, key.public_key_spki())?;
    }
    Ok(made)
}

/// Whether something was made; what is there already is no error.
fn fresh<T>(made: Result<T, CustodyError>) -> Result<bool, CustodyError> {
    match made {
        Ok(_) => Ok(true),
        Err(CustodyError::Exists { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn write(path: &PathBuf, public_key: &[u8]) -> Result<(), KeysError> {
    fs::write(path, public_key).map_err(|source| KeysError::Write {
        path: path.clone(),
        source,
    })
}

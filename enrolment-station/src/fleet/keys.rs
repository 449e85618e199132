//! The station's keys in its token: one that wraps the data key, and a pair a generation.

use std::path::Path;

use key_custody::{
    AesKey, Curve, CustodyError, EcKey, Token, TokenConfig, create_pin_file, initialise_token,
    role::{DraftStore, EcRole, StationSigning, StationTls},
    softhsm::{Bench, write_configuration},
};
use rand::CryptoRng;

use super::{FleetError, request::request};
use crate::config::Config;

/// Label of the key that wraps the data key.
pub(super) const DRAFTS: &str = "drafts";

/// The first pair.
pub(super) const FIRST: u32 = 1;

/// A pair of keys.
pub(super) struct Pair {
    pub(super) tls: EcKey<StationTls>,
    pub(super) signing: EcKey<StationSigning>,
}

impl Pair {
    /// The requests for their certificates: TLS, signing.
    pub(super) fn requests(&self, token: &Token) -> Result<[Vec<u8>; 2], FleetError> {
        Ok([request(token, &self.tls)?, request(token, &self.signing)?])
    }

    /// Both public keys: TLS, signing.
    pub(super) fn public(&self) -> [&[u8]; 2] {
        [self.tls.public_key_spki(), self.signing.public_key_spki()]
    }
}

/// Makes the token, where the configuration says how, and the keys of the first generation in it; what
/// is there stays. Afterwards all of it is durable and whole, whenever this was interrupted before.
pub(super) fn make_first(config: &Config, rng: &mut impl CryptoRng) -> Result<(), FleetError> {
    let token = config.token();
    if let Some(so_pin_file) = &config.token.so_pin_file {
        if let Some(folder) = token.softhsm2_conf.as_deref().and_then(Path::parent) {
            write_configuration(folder)?;
        }
        create_pin_file(&token.pin_file, rng)?;
        create_pin_file(so_pin_file, rng)?;
        match initialise_token(&token, so_pin_file) {
            Ok(()) | Err(CustodyError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    at_bench(&token)
}

fn at_bench(config: &TokenConfig) -> Result<(), FleetError> {
    let bench = Bench::set_up(config)?;
    let token = Token::open(bench.config())?;
    let drafts = missing(token.find_aes::<DraftStore>(DRAFTS))?;
    if drafts {
        token.generate_aes::<DraftStore>(DRAFTS)?;
    }
    let tls = make::<StationTls>(&token, &tls_label(FIRST))?;
    let signing = make::<StationSigning>(&token, &signing_label(FIRST))?;
    drop(token);
    if drafts || tls || signing {
        bench.commit()?;
    }
    Ok(())
}

/// The key that wraps the data key.
pub(super) fn drafts(token: &Token) -> Result<AesKey<DraftStore>, CustodyError> {
    token.find_aes(DRAFTS)
}

/// The pair of a generation.
pub(super) fn pair(token: &Token, generation: u32) -> Result<Pair, CustodyError> {
    Ok(Pair {
        tls: token.find_ec(&tls_label(generation))?,
        signing: token.find_ec(&signing_label(generation))?,
    })
}

/// The pair of a generation, made where it is not there. In place, for the station works on: half a
/// pair that a kill left is destroyed and made again.
pub(super) fn next_pair(token: &Token, generation: u32) -> Result<Pair, CustodyError> {
    if let Ok(pair) = pair(token, generation) {
        return Ok(pair);
    }
    // Was the token away, this fails too, before anything is destroyed.
    token.health()?;
    make_again::<StationTls>(token, &tls_label(generation))?;
    make_again::<StationSigning>(token, &signing_label(generation))?;
    pair(token, generation)
}

/// Destroys every pair but that generation's and the one after it, which may be under way.
pub(super) fn clear(token: &Token, generation: u32) -> Result<(), CustodyError> {
    let kept = |label: &str| {
        let number = label.rsplit('-').next().and_then(|n| n.parse::<u32>().ok());
        number.is_none_or(|number| number >= generation)
    };
    for label in token.labels_of::<StationTls>()? {
        if !kept(&label) {
            token.destroy_ec::<StationTls>(&label)?;
        }
    }
    for label in token.labels_of::<StationSigning>()? {
        if !kept(&label) {
            token.destroy_ec::<StationSigning>(&label)?;
        }
    }
    Ok(())
}

fn tls_label(generation: u32) -> String {
    format!("tls-{generation}")
}

fn signing_label(generation: u32) -> String {
    format!("signing-{generation}")
}

fn make<R: EcRole>(token: &Token, label: &str) -> Result<bool, CustodyError> {
    let absent = missing(token.find_ec::<R>(label))?;
    if absent {
        token.generate_ec::<R>(label, Curve::P256)?;
    }
    Ok(absent)
}

fn make_again<R: EcRole>(token: &Token, label: &str) -> Result<(), CustodyError> {
    if token.find_ec::<R>(label).is_err() {
        token.destroy_ec::<R>(label)?;
        token.generate_ec::<R>(label, Curve::P256)?;
    }
    Ok(())
}

fn missing<T>(found: Result<T, CustodyError>) -> Result<bool, CustodyError> {
    match found {
        Ok(_) => Ok(false),
        Err(CustodyError::NotOneKey { found: 0, .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

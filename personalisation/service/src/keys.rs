//! `personalisation keys`: makes what is missing of the sealing key, the tokens and their keys.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use key_custody::{
    Curve, CustodyError, Token, TokenConfig, create_pin_file, initialise_token,
    role::{
        ApprovalSigning, AuditSigning, CardMaster, InspectionSystem, IntakeOpening, IssueSigning,
        ManifestSigning, ReceiptSigning, ServiceTls, TicketSigning,
    },
};
use rand::CryptoRng;
use thiserror::Error;

use crate::{
    config::Config,
    inspection_system::{InspectionSystemError, first_reference},
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
    /// A public half is none that can be written.
    #[error("writing a public key: {0}")]
    PublicKey(#[from] openssl::error::ErrorStack),
    /// The inspection system's name is none.
    #[error(transparent)]
    Holder(#[from] InspectionSystemError),
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
    if let Some(path) = &config.sealing.fingers_key_file {
        note(
            "sealing key of fingers",
            secret_file::create_key(path, rng)?,
        );
    }
    cards(config, rng, &mut note)?;
    let tickets = &config.tokens.tickets;
    if let Some(so_pin) = &tickets.so_pin_file {
        let token = make_token(&config.ticket_token(), so_pin, rng, &mut note)?;
        note(
            "ticket key",
            fresh(token.generate_ec::<TicketSigning>(&tickets.key, Curve::P256))?,
        );
        let key = token.find_ec::<TicketSigning>(&tickets.key)?;
        write(tickets.public_key.as_ref(), key.public_key_spki())?;
    }
    if let Some((section, token)) = config.review_token()
        && let Some(so_pin) = &section.so_pin_file
    {
        let token = make_token(&token, so_pin, rng, &mut note)?;
        let key = token.generate_ec::<TicketSigning>(&section.key, Curve::P256);
        note("review's ticket key", fresh(key)?);
        let key = token.find_ec::<TicketSigning>(&section.key)?;
        write(section.public_key.as_ref(), key.public_key_spki())?;
        for label in &section.approvals {
            let key = token.generate_ec::<ApprovalSigning>(label, Curve::P256);
            note("key of second persons", fresh(key)?);
        }
    }
    intake(config, rng, &mut note)?;
    console(config, rng, &mut note)?;
    stock(config, rng, &mut note)?;
    audit(config, rng, &mut note)?;
    shipping(config, rng, &mut note)?;
    let officer = config.tokens.inspection.as_ref();
    let officer = officer.and_then(|token| token.so_pin_file.as_ref());
    if let (Some((section, token)), Some(so_pin)) = (config.inspection_system(), officer) {
        let token = make_token(&token, so_pin, rng, &mut note)?;
        // Later keys, one a certificate, are made by whoever asks for the certificate.
        let first = first_reference(&section.holder)?.to_string();
        let key = token.generate_ec::<InspectionSystem>(&first, Curve::BrainpoolP256r1);
        note("inspection key", fresh(key)?);
    }
    Ok(made)
}

/// Keys of chips and deliveries, the line's TLS key, and its own key of blank issues where it has one. A token without a
/// security officer's PIN here was made in a ceremony, with its keys.
fn cards(
    config: &Config,
    rng: &mut impl CryptoRng,
    note: &mut impl FnMut(&str, bool),
) -> Result<(), KeysError> {
    let cards = &config.tokens.cards;
    let Some(so_pin) = &cards.so_pin_file else {
        return Ok(());
    };
    let token = make_token(&config.card_token(), so_pin, rng, note)?;
    note(
        "card master key",
        fresh(token.generate_aes::<CardMaster>(&cards.card_master))?,
    );
    note(
        "delivery key",
        fresh(token.generate_delivery_key(&cards.delivery_key))?,
    );
    let made = token.generate_ec::<ServiceTls>(&config.pki.key, Curve::P256);
    note("the line's TLS key", fresh(made)?);
    let key = token.find_delivery_key(&cards.delivery_key)?;
    write(cards.delivery_public_key.as_ref(), key.public_key_spki())?;
    if let Some(label) = &cards.issue_key {
        let made = token.generate_ec::<IssueSigning>(label, Curve::P256);
        note("the line's key of blank issues", fresh(made)?);
        let key = token.find_ec::<IssueSigning>(label)?;
        write(cards.issue_public_key.as_ref(), key.public_key_spki())?;
    }
    Ok(())
}

/// Keys that open dossiers and sign receipts, and the TLS key where it is in the same token.
fn intake(
    config: &Config,
    rng: &mut impl CryptoRng,
    note: &mut impl FnMut(&str, bool),
) -> Result<(), KeysError> {
    let Some((section, token)) = config.intake_token() else {
        return Ok(());
    };
    let Some(so_pin) = &section.so_pin_file else {
        return Ok(());
    };
    let token = make_token(&token, so_pin, rng, note)?;
    let public = |label: &str| {
        let folder = section.public_keys.as_ref();
        folder.map(|folder| folder.join(format!("{label}.spki")))
    };
    for label in &section.opening {
        note(
            "opening key",
            fresh(token.generate_ec::<IntakeOpening>(label, Curve::P256))?,
        );
        let key = token.find_ec::<IntakeOpening>(label)?;
        write(public(label).as_ref(), key.public_key_spki())?;
    }
    let receipts = &section.receipts;
    let made = token.generate_ec::<ReceiptSigning>(receipts, Curve::P256);
    note("receipt key", fresh(made)?);
    let key = token.find_ec::<ReceiptSigning>(receipts)?;
    write(public(receipts).as_ref(), key.public_key_spki())?;
    let label = &section.tls;
    let made = token.generate_ec::<ServiceTls>(label, Curve::P256);
    note("TLS key", fresh(made)?);
    let key = token.find_ec::<ServiceTls>(label)?;
    write(public(label).as_ref(), key.public_key_spki())?;
    Ok(())
}

/// The key with which the console calls the register and pki.
fn console(
    config: &Config,
    rng: &mut impl CryptoRng,
    note: &mut impl FnMut(&str, bool),
) -> Result<(), KeysError> {
    let Some((section, token)) = config.console_token() else {
        return Ok(());
    };
    let Some(so_pin) = &section.so_pin_file else {
        return Ok(());
    };
    let token = make_token(&token, so_pin, rng, note)?;
    let made = token.generate_ec::<ServiceTls>(&section.tls, Curve::P256);
    note("the console's TLS key", fresh(made)?);
    let key = token.find_ec::<ServiceTls>(&section.tls)?;
    write(section.public_key.as_ref(), key.public_key_spki())
}

/// The key that signs issues of blanks.
fn stock(
    config: &Config,
    rng: &mut impl CryptoRng,
    note: &mut impl FnMut(&str, bool),
) -> Result<(), KeysError> {
    let Some((section, token)) = config.stock_token() else {
        return Ok(());
    };
    let Some(so_pin) = &section.so_pin_file else {
        return Ok(());
    };
    let token = make_token(&token, so_pin, rng, note)?;
    let made = token.generate_ec::<IssueSigning>(&section.key, Curve::P256);
    note("the key of blank issues", fresh(made)?);
    let key = token.find_ec::<IssueSigning>(&section.key)?;
    write(section.public_key.as_ref(), key.public_key_spki())
}

/// The key that signs heads of the audit.
fn audit(
    config: &Config,
    rng: &mut impl CryptoRng,
    note: &mut impl FnMut(&str, bool),
) -> Result<(), KeysError> {
    let Some((section, token)) = config.audit_token() else {
        return Ok(());
    };
    let Some(so_pin) = &section.so_pin_file else {
        return Ok(());
    };
    let token = make_token(&token, so_pin, rng, note)?;
    let made = token.generate_ec::<AuditSigning>(&section.key, Curve::P256);
    note("the key of the audit's heads", fresh(made)?);
    let key = token.find_ec::<AuditSigning>(&section.key)?;
    let pem = crate::audit::pem(key.public_key_spki())?;
    write(section.public_key.as_ref(), &pem)
}

/// The key that signs manifests.
fn shipping(
    config: &Config,
    rng: &mut impl CryptoRng,
    note: &mut impl FnMut(&str, bool),
) -> Result<(), KeysError> {
    let Some((section, token)) = config.shipping_token() else {
        return Ok(());
    };
    let Some(so_pin) = &section.so_pin_file else {
        return Ok(());
    };
    let token = make_token(&token, so_pin, rng, note)?;
    let made = token.generate_ec::<ManifestSigning>(&section.key, Curve::P256);
    note("the key of manifests", fresh(made)?);
    let key = token.find_ec::<ManifestSigning>(&section.key)?;
    write(section.public_key.as_ref(), key.public_key_spki())
}

fn make_token(
    token: &TokenConfig,
    so_pin: &Path,
    rng: &mut impl CryptoRng,
    note: &mut impl FnMut(&str, bool),
) -> Result<Token, KeysError> {
    create_pin_file(&token.pin_file, rng)?;
    create_pin_file(so_pin, rng)?;
    let what = format!("token {}", token.token_label);
    note(&what, fresh(initialise_token(token, so_pin))?);
    Ok(Token::open(token)?)
}

/// Whether something was made; what is there already is no error.
fn fresh<T>(made: Result<T, CustodyError>) -> Result<bool, CustodyError> {
    match made {
        Ok(_) => Ok(true),
        Err(CustodyError::Exists { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn write(path: Option<&PathBuf>, public_key: &[u8]) -> Result<(), KeysError> {
    let Some(path) = path else { return Ok(()) };
    fs::write(path, public_key).map_err(|source| KeysError::Write {
        path: path.clone(),
        source,
    })
}

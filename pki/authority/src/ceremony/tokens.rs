//! The tokens and keys of a ceremony: made when missing, found when there.

use std::{ops::Deref, path::Path};

use key_custody::{
    Curve, CustodyError, Token, TokenConfig, create_pin_file, initialise_token,
    role::{
        ApprovalSigning, AuditSigning, CardMaster, ConfigurationSigning, CurveRole,
        DocumentSigning, IntakeOpening, IssueSigning, ReceiptSigning, ServiceTls, StaffListSigning,
        TicketSigning, WitnessSigning,
    },
    softhsm, token_serial,
};
use rand::CryptoRng;

use super::{
    Ceremony, CeremonyError,
    place::{Place, TokenPlace},
};

/// Label of the card master key in the line's token.
pub const CARD_MASTER: &str = "card-master";
/// Label of the delivery key in the line's token.
pub const DELIVERY_TRANSPORT: &str = "delivery-transport";
/// Label of the ticket key in the order's token.
pub const TICKETS: &str = "tickets";
/// Label of the ticket key in review's token.
pub const REVIEW_TICKETS: &str = "review-tickets-1";
/// Label of the key of second persons at the console, in review's token.
pub const APPROVALS: &str = "approvals-1";
/// Label of the key of blank issues in stock's token.
pub const ISSUES: &str = "issues-1";
/// Label of the key in the line's token by which a line without a stock keeper takes blanks from the vault.
pub const LINE_ISSUES: &str = "line-issues";
/// Label of the key that opens dossiers, in the intake's token.
pub const INTAKE: &str = "intake-1";
/// Label of the key that signs receipts, in the intake's token.
pub const RECEIPTS: &str = "receipts-1";
/// Label of the key that signs configurations, in the intake's token.
pub const CONFIGURATION: &str = "configuration-1";
/// Label of the key that signs staff lists, in the intake's token.
pub const STAFF_LISTS: &str = "staff-lists-1";

/// Label of the key that signs heads of the audit, in the audit's token.
pub const AUDIT: &str = "audit-1";
/// Label of the key by which pki witnesses heads of the audit, in its own token.
pub const WITNESS: &str = "witness-1";

/// A token that a ceremony uses: of SoftHSM, a copy of it.
pub(super) struct AtBench {
    // Fields are dropped in this order: the session ends before its token is cleared away.
    token: Token,
    bench: softhsm::Bench,
}

impl Deref for AtBench {
    type Target = Token;
    fn deref(&self) -> &Token {
        &self.token
    }
}

/// Makes keys that are missing; says whether any was.
pub(super) type MakeKeys<'a> = &'a dyn Fn(&Token) -> Result<bool, CeremonyError>;

/// Opens a token after `make_keys` made what it lacks; makes the token first if there never was one.
///
/// New keys are in the token, durable, before this returns: whatever is signed or published later is
/// of a key that no kill takes away. Nothing that happens at the bench after that reaches the token.
pub(super) fn open(
    place: &Place,
    token: TokenPlace,
    module: &Path,
    rng: &mut impl CryptoRng,
    make_keys: MakeKeys<'_>,
) -> Result<AtBench, CeremonyError> {
    let folder = place.token(token);
    let [user, officer] = token.pin_files();
    let config = TokenConfig {
        module: module.into(),
        softhsm2_conf: Some(softhsm::configuration(&folder)),
        token_label: token.label().into(),
        pin_file: folder.join(user),
    };
    let record = format!("made/{}", token.label());
    if let Some(serial) = place.read(&record)? {
        known(&config, &folder, &serial)?;
    } else {
        let serial = first(&config, &folder, &folder.join(officer), rng)?;
        place.write(&record, serial.as_bytes(), 0o644)?;
    }
    let at_bench = stand(&config)?;
    if !make_keys(&at_bench)? {
        return Ok(at_bench);
    }
    let AtBench { token, bench } = at_bench;
    drop(token);
    bench.commit()?;
    stand(&config)
}

fn stand(config: &TokenConfig) -> Result<AtBench, CeremonyError> {
    let bench = softhsm::Bench::set_up(config)?;
    let token = Token::open(bench.config())?;
    Ok(AtBench { token, bench })
}

/// Makes the token with its PIN files, unless an interrupted ceremony did; returns its serial number.
fn first(
    config: &TokenConfig,
    folder: &Path,
    so_pin_file: &Path,
    rng: &mut impl CryptoRng,
) -> Result<String, CeremonyError> {
    softhsm::write_configuration(folder)?;
    create_pin_file(&config.pin_file, rng)?;
    create_pin_file(so_pin_file, rng)?;
    match initialise_token(config, so_pin_file) {
        Ok(()) | Err(CustodyError::Exists { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let lost = || CeremonyError::TokenLost {
        label: config.token_label.clone(),
        folder: folder.into(),
    };
    token_serial(config)?.ok_or_else(lost)
}

/// A token that was made before is there, and the same: it is never made anew.
fn known(config: &TokenConfig, folder: &Path, serial: &[u8]) -> Result<(), CeremonyError> {
    let label = config.token_label.clone();
    let folder = folder.to_path_buf();
    let here = folder.exists() && config.pin_file.exists();
    if here {
        // Ends what a killed ceremony left of an exchange.
        softhsm::Bench::settle(config)?;
    }
    match if here { token_serial(config)? } else { None } {
        Some(found) if found.as_bytes() == serial => Ok(()),
        Some(_) => Err(CeremonyError::OtherToken { label, folder }),
        None => Err(CeremonyError::TokenLost { label, folder }),
    }
}

/// Makes the key of a role if it does not exist; says whether it did not.
pub(super) fn make_ec<R: CurveRole>(
    token: &Token,
    label: &str,
    curve: Curve,
) -> Result<bool, CeremonyError> {
    let (key, made) = match token.find_ec::<R>(label) {
        Err(CustodyError::NotOneKey { found: 0, .. }) => (token.generate_ec(label, curve)?, true),
        found => (found?, false),
    };
    if key.curve() != curve {
        return Err(CeremonyError::OtherCurve {
            label: label.into(),
        });
    }
    Ok(made)
}

/// The document signers' keys; returns their labels and public keys.
pub(super) fn document_signers<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
) -> Result<Vec<Vec<u8>>, CeremonyError> {
    let signers = &ceremony.plan.document_signers;
    let token = ceremony.token(TokenPlace::Signing, &|token| {
        let mut made = false;
        for signer in signers {
            made |= make_ec::<DocumentSigning>(token, &signer.label, Curve::BrainpoolP256r1)?;
        }
        Ok(made)
    })?;
    let mut keys = Vec::new();
    for signer in signers {
        let key = token.find_ec::<DocumentSigning>(&signer.label)?;
        keys.push(key.public_key_spki().to_vec());
    }
    Ok(keys)
}

/// The ticket key, and its public half in `public/`.
pub(super) fn tickets<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::Order, &|token| {
        make_ec::<TicketSigning>(token, TICKETS, Curve::P256)
    })?;
    let key = token.find_ec::<TicketSigning>(TICKETS)?;
    ceremony.keep("public/tickets.spki", key.public_key_spki())
}

/// The keys of the line, and in `public/` the public halves that chip makers encrypt to and that its own issues verify with.
pub(super) fn line<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::Line, &|token| {
        let master = missing(token.find_aes::<CardMaster>(CARD_MASTER))?;
        if master {
            token.generate_aes::<CardMaster>(CARD_MASTER)?;
        }
        let delivery = missing(token.find_delivery_key(DELIVERY_TRANSPORT))?;
        if delivery {
            token.generate_delivery_key(DELIVERY_TRANSPORT)?;
        }
        Ok(make_ec::<IssueSigning>(token, LINE_ISSUES, Curve::P256)? || master || delivery)
    })?;
    let issues = token.find_ec::<IssueSigning>(LINE_ISSUES)?;
    let file = format!("public/{LINE_ISSUES}.spki");
    ceremony.keep(&file, issues.public_key_spki())?;
    let delivery = token.find_delivery_key(DELIVERY_TRANSPORT)?;
    ceremony.keep("public/delivery-transport.spki", delivery.public_key_spki())
}

/// A program's TLS key in its token, and what else that token is for; returns its public half.
pub(super) fn program_key<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    place: TokenPlace,
    name: &str,
) -> Result<Vec<u8>, CeremonyError> {
    let token = ceremony.token(place, &|token| {
        let mut made = make_ec::<ServiceTls>(token, name, Curve::P256)?;
        if place == TokenPlace::Intake {
            made |= make_intake_keys(token)?;
        }
        if place == TokenPlace::Audit {
            made |= make_ec::<AuditSigning>(token, AUDIT, Curve::P256)?;
        }
        Ok(made)
    })?;
    let key = token.find_ec::<ServiceTls>(name)?;
    let public = key.public_key_spki().to_vec();
    if place == TokenPlace::Intake {
        publish_intake_keys(ceremony, &token)?;
        drop((key, token));
        review(ceremony)?;
        stock(ceremony)?;
        return Ok(public);
    }
    if place == TokenPlace::Audit {
        let heads = token.find_ec::<AuditSigning>(AUDIT)?;
        ceremony.keep(&format!("public/{AUDIT}.spki"), heads.public_key_spki())?;
        drop((heads, key, token));
        witness(ceremony)?;
    }
    Ok(public)
}

/// The key by which pki witnesses what the audit's key signs, and its public half in `public/`.
fn witness<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::Signing, &|token| {
        make_ec::<WitnessSigning>(token, WITNESS, Curve::P256)
    })?;
    let key = token.find_ec::<WitnessSigning>(WITNESS)?;
    ceremony.keep(&format!("public/{WITNESS}.spki"), key.public_key_spki())
}

/// The ticket key of review, and its public half in `public/`; the key of second persons at the console.
fn review<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::Review, &|token| {
        Ok(
            make_ec::<TicketSigning>(token, REVIEW_TICKETS, Curve::P256)?
                | make_ec::<ApprovalSigning>(token, APPROVALS, Curve::P256)?,
        )
    })?;
    let key = token.find_ec::<TicketSigning>(REVIEW_TICKETS)?;
    let file = format!("public/{REVIEW_TICKETS}.spki");
    ceremony.keep(&file, key.public_key_spki())
}

/// The key of blank issues, and its public half in `public/`.
fn stock<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::Stock, &|token| {
        make_ec::<IssueSigning>(token, ISSUES, Curve::P256)
    })?;
    let key = token.find_ec::<IssueSigning>(ISSUES)?;
    ceremony.keep(&format!("public/{ISSUES}.spki"), key.public_key_spki())
}

fn make_intake_keys(token: &Token) -> Result<bool, CeremonyError> {
    Ok(make_ec::<IntakeOpening>(token, INTAKE, Curve::P256)?
        | make_ec::<ReceiptSigning>(token, RECEIPTS, Curve::P256)?
        | make_ec::<ConfigurationSigning>(token, CONFIGURATION, Curve::P256)?
        | make_ec::<StaffListSigning>(token, STAFF_LISTS, Curve::P256)?)
}

/// Stations learn these keys from the signed configuration, and of the one that signs it when they are
/// taken in.
fn publish_intake_keys<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
    token: &Token,
) -> Result<(), CeremonyError> {
    let opening = token.find_ec::<IntakeOpening>(INTAKE)?;
    let receipts = token.find_ec::<ReceiptSigning>(RECEIPTS)?;
    let configuration = token.find_ec::<ConfigurationSigning>(CONFIGURATION)?;
    let staff_lists = token.find_ec::<StaffListSigning>(STAFF_LISTS)?;
    for (label, spki) in [
        (INTAKE, opening.public_key_spki()),
        (RECEIPTS, receipts.public_key_spki()),
        (CONFIGURATION, configuration.public_key_spki()),
        (STAFF_LISTS, staff_lists.public_key_spki()),
    ] {
        ceremony.keep(&format!("public/{label}.spki"), spki)?;
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

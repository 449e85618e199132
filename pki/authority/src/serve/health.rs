//! What the health RPC tells of each key and certificate.

use std::sync::Arc;

use icao9303::cvc::Certificate;
use time::Date;
use wire::signing::{CertificateHealth, KeyHealth, KeyState};

use crate::{
    inspection::{desk::Desk, verifier::Verifier},
    signing::signer::{KeyError, Signer},
    store::StoreError,
};

/// Days before its end at which a document verifier's successor is due: a ceremony needs people.
const VERIFIER_NOTICE: i32 = 14;

/// A document signer's key. Blocks.
pub(super) fn key_health(signer: &Arc<Signer>, now: time::OffsetDateTime) -> KeyHealth {
    let (state, remedy) = match answer(signer.key().check()) {
        Err(trouble) => trouble,
        Ok(()) if !signer.in_period(now) => {
            let remedy = "the key's period of use is not now; hold a ceremony for a new signer";
            (KeyState::OutOfPeriod, remedy.into())
        }
        Ok(()) => (KeyState::Ready, String::new()),
    };
    KeyHealth {
        key: signer.label().into(),
        token: signer.key().token().into(),
        state: state.into(),
        remedy,
        certificate_serial: signer.certificate().serial_hex(),
        use_until: signer.until().unix_timestamp(),
    }
}

/// A document verifier's key and certificate. Blocks.
pub(super) fn verifier_health(verifier: &Verifier, today: Date) -> CertificateHealth {
    let (state, remedy) = match answer(verifier.check()) {
        Err(trouble) => trouble,
        Ok(()) if !verifier.in_force(today) => (
            KeyState::OutOfPeriod,
            "its certificate is not valid today; hold a ceremony for the next one".into(),
        ),
        Ok(()) if days_left(verifier.certificate(), today) <= VERIFIER_NOTICE => (
            KeyState::Ready,
            "its certificate ends soon; hold a ceremony for the next one".into(),
        ),
        Ok(()) => (KeyState::Ready, String::new()),
    };
    CertificateHealth {
        key: verifier.label().into(),
        state: state.into(),
        remedy,
        ..validity(verifier.certificate(), today)
    }
}

/// The certificate issued last to each registered inspection system.
pub(super) async fn inspection_systems(desk: &Desk) -> Result<Vec<CertificateHealth>, StoreError> {
    let today = desk.today();
    let mut systems = Vec::new();
    for registration in &desk.registrations {
        let standing = desk.store.standing(registration.stem.as_str()).await?;
        let issued = standing.certificate.as_deref().map(Certificate::parse);
        systems.push(match issued {
            Some(Ok(certificate)) => {
                let body = certificate.body();
                let valid = (body.effective..=body.expiration).contains(&today);
                let (state, remedy) = if valid {
                    (KeyState::Ready, "")
                } else {
                    let remedy = "its certificate is not valid today; it asks for the next one by \
                                  itself, see its log";
                    (KeyState::OutOfPeriod, remedy)
                };
                CertificateHealth {
                    state: state.into(),
                    remedy: remedy.into(),
                    ..validity(&certificate, today)
                }
            }
            Some(Err(_)) | None => CertificateHealth {
                holder: registration.stem.to_string(),
                state: KeyState::KeyUnusable.into(),
                remedy: "no certificate was issued to it; it asks by itself, see its log".into(),
                ..CertificateHealth::default()
            },
        });
    }
    Ok(systems)
}

/// What a key that does not sign is called.
fn answer(checked: Result<(), KeyError>) -> Result<(), (KeyState, String)> {
    checked.map_err(|error| {
        let state = if error.is_absence() {
            KeyState::TokenAbsent
        } else {
            KeyState::KeyUnusable
        };
        (state, error.to_string())
    })
}

fn validity(certificate: &Certificate, today: Date) -> CertificateHealth {
    let last = certificate.body().expiration;
    let end = last.saturating_add(time::Duration::DAY);
    CertificateHealth {
        holder: certificate.holder().to_string(),
        valid_until: end.midnight().assume_utc().unix_timestamp(),
        days_left: days_left(certificate, today),
        ..CertificateHealth::default()
    }
}

fn days_left(certificate: &Certificate, today: Date) -> i32 {
    let left = (certificate.body().expiration - today).whole_days();
    i32::try_from(left).unwrap_or(i32::MAX)
}

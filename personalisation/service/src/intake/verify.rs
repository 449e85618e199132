//! Everything about an opened dossier, verified again: by whom it was signed and when, under which
//! rules, by which staff. What is wrong is a reason to reject; what cannot be known now is tried again.

use std::collections::BTreeSet;

use dossier::{
    Configuration, Dossier, KeyId, PersonId, Signed, Timestamp,
    dossier::{Place, SecondPerson},
    receipt::Reason,
    sealed::OpenedDossier,
    staff::Role,
};
use personalisation_core::application::{Filing, Held};
use personalisation_store::{
    Store, StoreError,
    fleet::{KeyUse, StationCertificate, StationState},
    intake::DossierRow,
};
use time::{Duration, OffsetDateTime};

use super::rules;

/// Why a dossier is not accepted.
#[derive(Debug)]
pub(super) enum Refused {
    /// Never.
    Rejected(Reason),
    /// Not now.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self::Rejected(reason)
    }
}

/// A dossier about which everything is right.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) dossier: Dossier,
    pub(super) filing: Filing,
}

/// Verifies an opened dossier against what the centre knows.
pub(super) async fn verify(
    store: &Store,
    approvals: &[Vec<u8>],
    row: &DossierRow,
    opened: &OpenedDossier,
) -> Result<Verified, Refused> {
    let station = store.station(row.station).await?.ok_or(Reason::Signature)?;
    let certificate = signing_certificate(store, row, opened).await?;
    let dossier = opened
        .verify(&certificate.spki)
        .map_err(|error| error.reason().unwrap_or(Reason::Signature))?;
    if dossier.station != row.station {
        return Err(Reason::Header.into());
    }
    if let StationState::Revoked { at, .. } = station.state
        && at <= row.held_at.max(moment(dossier.made_at))
    {
        return Err(Reason::StationRevoked.into());
    }
    times(store, row, &dossier, &certificate).await?;
    if dossier.office != station.office {
        return Err(Reason::Clerk.into());
    }
    let configuration = configuration(store, &dossier).await?;
    staff(store, &dossier).await?;
    second_person(store, approvals, &dossier, &configuration).await?;
    let filing = filing(row, &dossier);
    Ok(Verified { dossier, filing })
}

/// The certificate of the key that signed: this station's, for dossiers, not revoked before.
async fn signing_certificate(
    store: &Store,
    row: &DossierRow,
    opened: &OpenedDossier,
) -> Result<StationCertificate, Refused> {
    let certificate = store.certificate_of_key(opened.key()).await?;
    let certificate = certificate.ok_or(Reason::Signature)?;
    if certificate.station != row.station || certificate.key_use != KeyUse::Signing {
        return Err(Reason::Signature.into());
    }
    match certificate.revoked_at {
        Some(at) if at <= row.held_at => Err(Reason::StationRevoked.into()),
        _ => Ok(certificate),
    }
}

/// Its clock, and the certificate's period. Days offline are normal: only what lies in the future, or
/// before the station had its key, cannot be.
async fn times(
    store: &Store,
    row: &DossierRow,
    dossier: &Dossier,
    certificate: &StationCertificate,
) -> Result<(), Refused> {
    let tolerance = rules::tolerance(store, row.held_at).await?;
    let allowed = Duration::milliseconds(i64::from(tolerance));
    let made = moment(dossier.made_at);
    let off = dossier.clock.as_ref().map_or(0, |clock| clock.milliseconds);
    if off.unsigned_abs() > u64::from(tolerance)
        || made > row.held_at + allowed
        || made < certificate.not_before - allowed
    {
        return Err(Reason::Clock.into());
    }
    if made > certificate.not_after {
        return Err(Reason::Signature.into());
    }
    Ok(())
}

/// The configuration that it names, when that was in force.
async fn configuration(store: &Store, dossier: &Dossier) -> Result<Configuration, Refused> {
    let signed = store.configuration_numbered(dossier.configuration).await?;
    let configuration = signed.and_then(|signed| rules::configuration(&signed));
    let configuration = configuration.ok_or(Reason::Configuration)?;
    let issue = configuration.issue;
    if issue.from <= dossier.made_at && dossier.made_at < issue.until {
        Ok(configuration)
    } else {
        Err(Reason::Configuration.into())
    }
}

/// The clerk worked at that office when the dossier was made.
async fn staff(store: &Store, dossier: &Dossier) -> Result<(), Refused> {
    let made = moment(dossier.made_at);
    let clerk = dossier.clerk.person;
    if store
        .served(clerk, Role::Clerk, &dossier.office, made)
        .await?
    {
        Ok(())
    } else {
        Err(Reason::Clerk.into())
    }
}

/// The second person's record, where there is one: signed where they had signed in, about this
/// application and this summary, by somebody else than the clerk. Whether there must be one is the
/// checks' question.
async fn second_person(
    store: &Store,
    approvals: &[Vec<u8>],
    dossier: &Dossier,
    configuration: &Configuration,
) -> Result<(), Refused> {
    let Some(signed) = &dossier.second_person else {
        return Ok(());
    };
    let record = verified_record(store, approvals, dossier, signed).await?;
    let remote_allowed = configuration
        .second_person(&dossier.office)
        .is_none_or(|rule| rule.remote);
    // Another station's clock may be off as far as any.
    let clocks = Duration::milliseconds(i64::from(configuration.station.clock_tolerance));
    let right = record.application == dossier.application
        && moment(record.approved_at) <= moment(dossier.made_at) + clocks
        && record.summary == dossier.summary.text
        && record.sign_in.person != dossier.clerk.person
        && (record.place == Place::Local || remote_allowed);
    if right {
        Ok(())
    } else {
        Err(Reason::SecondPerson.into())
    }
}

async fn verified_record(
    store: &Store,
    approvals: &[Vec<u8>],
    dossier: &Dossier,
    signed: &Signed<SecondPerson>,
) -> Result<SecondPerson, Refused> {
    let wrong = || Refused::from(Reason::SecondPerson);
    let ours = approvals.iter().find(|key| KeyId::of(key) == signed.key());
    if let Some(key) = ours {
        let record = signed.verify(key).map_err(|_| wrong())?;
        return if record.place == Place::Remote && sees_for_offices(store, &record).await? {
            Ok(record)
        } else {
            Err(wrong())
        };
    }
    let certificate = store.certificate_of_key(signed.key()).await?;
    let certificate = certificate.ok_or_else(wrong)?;
    let record = signed.verify(&certificate.spki).map_err(|_| wrong())?;
    let at = moment(record.approved_at);
    // A station speaks for whoever stood before it, and for nobody elsewhere.
    if certificate.key_use != KeyUse::Signing
        || certificate.station != dossier.station
        || record.place != Place::Local
        || certificate.revoked_at.is_some_and(|revoked| revoked <= at)
        || !(certificate.not_before..=certificate.not_after).contains(&at)
    {
        return Err(wrong());
    }
    // The second person worked at that time where they approved.
    let station = store.station(certificate.station).await?;
    let office = station.ok_or_else(wrong)?.office;
    let second = record.sign_in.person;
    let served = store.served(second, Role::Clerk, &office, at).await?;
    if record.office != office || !served {
        return Err(wrong());
    }
    Ok(record)
}

/// Whether whoever approved at the console was a supervisor or reviewer of the centre then.
async fn sees_for_offices(store: &Store, record: &SecondPerson) -> Result<bool, StoreError> {
    let at = moment(record.approved_at);
    let roles = store.roles_of(record.sign_in.person).await?;
    Ok(roles.iter().any(|grant| {
        matches!(grant.role, Role::Supervisor | Role::Reviewer)
            && grant.office.is_none()
            && grant.holds(at)
    }))
}

fn filing(row: &DossierRow, dossier: &Dossier) -> Filing {
    Filing {
        held: Held {
            hash: row.hash,
            station: row.station,
        },
        office: dossier.office.clone(),
        document_type: dossier.document_type,
        handled_by: handled_by(dossier),
        forced: dossier.portrait.forced.is_some()
            || dossier.fingers.iter().any(|finger| finger.forced.is_some()),
    }
}

/// Who captured it or stood by.
fn handled_by(dossier: &Dossier) -> BTreeSet<PersonId> {
    let second = dossier.second_person.as_ref();
    let second = second.and_then(|signed| signed.danger_unverified().ok());
    let second = second.map(|record| record.sign_in.person);
    std::iter::once(dossier.clerk.person)
        .chain(second)
        .collect()
}

/// A timestamp as a time of the calendar; both have the same limits.
pub(crate) fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

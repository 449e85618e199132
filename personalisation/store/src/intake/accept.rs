//! Held → Accepted: the application and its sealed content, in one transaction with the receipt.

use dossier::{ApplicationId, Hash, dossier::Ground};
use evidence::entry::Entry;
use personalisation_core::{
    application::Filing,
    ids::LeaseToken,
    person::{Key, Person},
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::alarm::stale;
use crate::{
    Store, StoreError, audit,
    review::{self, DossierPart, names, payment, person},
    row::micros,
    transaction::{Tx, transaction},
};

/// A dossier that was opened and verified.
#[derive(Debug)]
pub struct Accepted<'a> {
    /// Which.
    pub hash: Hash,
    /// The opener's lease.
    pub token: LeaseToken,
    /// The application inside.
    pub application: ApplicationId,
    /// What it says about its making.
    pub filing: &'a Filing,
    /// Why a document is applied for.
    pub ground: Ground,
    /// Whether it was paid for as express.
    pub express: bool,
    /// The application for which the centre asked this capture.
    pub recapture_of: Option<ApplicationId>,
    /// Whom it is about, under every key.
    pub person: &'a Person,
    /// The key of what it was paid by; none where nothing was paid.
    pub payment: Option<Key>,
    /// What it held, by class.
    pub content: &'a [(DossierPart, Zeroizing<Vec<u8>>)],
    /// The signed receipt that says Accepted.
    pub receipt: &'a [u8],
}

/// What came of accepting a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It is an application.
    Application,
    /// It completes this application, which waited for it.
    Supplement(ApplicationId),
    /// Another dossier of the same application was accepted before; nothing was changed.
    OtherDossier,
}

impl Store {
    /// Accepts an opened dossier. The opener must hold the lease.
    pub async fn accept_dossier(
        &self,
        rng: &mut impl CryptoRng,
        accepted: &Accepted<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Acceptance, StoreError> {
        let mut sealed = Vec::with_capacity(accepted.content.len());
        for (part, plain) in accepted.content {
            let place = part.place(accepted.hash);
            sealed.push((*part, self.sealer_of_part(*part)?.seal(rng, &place, plain)?));
        }
        let sealed = &sealed;
        transaction!(self, "accepting a dossier", |tx| {
            let acceptance = match waiting_for(tx, accepted).await? {
                Some(first) => Acceptance::Supplement(first),
                None if exists(tx, accepted.application).await? => {
                    return Ok(Acceptance::OtherDossier);
                }
                None => Acceptance::Application,
            };
            end(tx, accepted, now).await?;
            let mut everybody = accepted.person.clone();
            if let Acceptance::Supplement(first) = acceptance {
                everybody.merge(&person::of_application(&mut *tx, first).await?);
            }
            person::latch(tx, everybody.keys().map(|(_, key)| key)).await?;
            let about = if let Acceptance::Supplement(first) = acceptance {
                supplement(tx, first, accepted).await?;
                first
            } else {
                insert(tx, accepted, now).await?;
                accepted.application
            };
            claim(tx, about, accepted).await?;
            if let Some(payment) = &accepted.payment {
                person::latch(tx, [payment]).await?;
                payment::insert(tx, about, payment).await?;
            }
            write_content(tx, accepted.hash, sealed).await?;
            audit::write(tx, entries).await?;
            Ok(acceptance)
        })
    }
}

/// The application that this recapture answers, where that one still waits for it: of the same person
/// and type, and not answered yet.
async fn waiting_for(
    tx: &mut Tx,
    accepted: &Accepted<'_>,
) -> Result<Option<ApplicationId>, StoreError> {
    let Some(first) = accepted.recapture_of else {
        return Ok(None);
    };
    let waits: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM review_application WHERE application = $1 AND state = 'more_needed'
         AND supplement IS NULL AND document_type = $2",
    )
    .bind(&first.as_bytes()[..])
    .bind(names::document_type(accepted.filing.document_type))
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(
        "looking for the application of a recapture",
    ))?;
    if waits.is_none() {
        return Ok(None);
    }
    let person = person::of_application(&mut *tx, first).await?;
    Ok(accepted.person.is_same(&person).then_some(first))
}

/// Whether the application came before: as one of its own, or as a recapture of another.
async fn exists(tx: &mut Tx, application: ApplicationId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM intake_dossier WHERE application = $1 AND state = 'accepted'",
    )
    .bind(&application.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("looking for an application"))?;
    Ok(found.is_some())
}

async fn end(tx: &mut Tx, accepted: &Accepted<'_>, now: OffsetDateTime) -> Result<(), StoreError> {
    const DOING: &str = "accepting a dossier";
    let ended = sqlx::query(
        "UPDATE intake_dossier SET state = 'accepted', receipt = $3, ended_at = $4, recapture_of = $5,
                lease_token = NULL, lease_expires_at = NULL
         WHERE hash = $1 AND lease_token = $2 AND state = 'held'",
    )
    .bind(&accepted.hash.as_bytes()[..])
    .bind(&accepted.token.as_bytes()[..])
    .bind(accepted.receipt)
    .bind(micros(now))
    .bind(accepted.recapture_of.map(|id| id.as_bytes().to_vec()))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if ended.rows_affected() == 1 {
        Ok(())
    } else {
        Err(stale(DOING, accepted.hash))
    }
}

async fn insert(
    tx: &mut Tx,
    accepted: &Accepted<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "adding an application";
    let filing = accepted.filing;
    let document_type = names::document_type(filing.document_type);
    sqlx::query(
        "INSERT INTO review_application (application, hash, content, station, office, document_type,
            ground, express, forced, state, step, subject, person_known, accepted_at, since, change)
         SELECT $1, $2, $2, $3, $4, $5, $6, $7, $8, 'accepted', 1, $9, 1, $10, $10,
                COALESCE(MAX(change), 0) + 1 FROM review_application",
    )
    .bind(&accepted.application.as_bytes()[..])
    .bind(&accepted.hash.as_bytes()[..])
    .bind(&filing.held.station.as_bytes()[..])
    .bind(filing.office.as_str())
    .bind(document_type)
    .bind(names::ground(accepted.ground))
    .bind(i64::from(accepted.express))
    .bind(i64::from(filing.forced))
    .bind(accepted.person.first().map(|key| key.to_vec()))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    review::insert_handlers(tx, accepted.application, &filing.handled_by).await?;
    review::insert_move(tx, accepted.application, (1, "accepted"), (None, None), now).await
}

/// Adds the dossier's keys to its application, which claims its person where no other one does. A recapture may bring
/// a number: then it may meet somebody who claimed before, or part from a homonym for whom it waited.
async fn claim(
    tx: &mut Tx,
    application: ApplicationId,
    accepted: &Accepted<'_>,
) -> Result<(), StoreError> {
    person::insert(tx, application, accepted.person).await?;
    let person = person::of_application(&mut *tx, application).await?;
    let document_type = accepted.filing.document_type;
    let ours: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT claim FROM review_application WHERE application = $1")
            .bind(&application.as_bytes()[..])
            .fetch_one(&mut **tx)
            .await
            .map_err(StoreError::database("claiming a person"))?;
    // Who claims already yields to another claim alone; who comes anew, to everybody who lives: the claim of one that
    // ended does not pass those by who waited beside it.
    let beside = ours.map_or(person::Beside::Lives, |_| person::Beside::Claims);
    let but = (application, beside);
    let taken = person::has_another(&mut *tx, &person, document_type, but).await?;
    // The second one waits for a person without the claim (docs/review.md).
    let claim = person.first().filter(|_| !taken).map(|key| key.to_vec());
    sqlx::query("UPDATE review_application SET claim = $2 WHERE application = $1")
        .bind(&application.as_bytes()[..])
        .bind(claim)
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("claiming a person"))?;
    Ok(())
}

async fn supplement(
    tx: &mut Tx,
    first: ApplicationId,
    accepted: &Accepted<'_>,
) -> Result<(), StoreError> {
    const DOING: &str = "completing an application";
    let taken = sqlx::query(
        "UPDATE review_application SET supplement = $2, lease_expires_at = NULL,
                change = (SELECT MAX(change) + 1 FROM review_application)
         WHERE application = $1 AND state = 'more_needed' AND supplement IS NULL",
    )
    .bind(&first.as_bytes()[..])
    .bind(&accepted.hash.as_bytes()[..])
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if taken.rows_affected() == 1 {
        // Who captured again may not decide either, from now on.
        review::insert_handlers(tx, first, &accepted.filing.handled_by).await
    } else {
        Err(stale(DOING, accepted.hash))
    }
}

async fn write_content(
    tx: &mut Tx,
    hash: Hash,
    sealed: &[(DossierPart, Vec<u8>)],
) -> Result<(), StoreError> {
    for (part, sealed) in sealed {
        sqlx::query("INSERT INTO review_content (hash, kind, sealed) VALUES ($1, $2, $3)")
            .bind(&hash.as_bytes()[..])
            .bind(part.name())
            .bind(sealed)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database("writing a dossier's content"))?;
    }
    Ok(())
}

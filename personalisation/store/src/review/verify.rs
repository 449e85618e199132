//! Accepted → Verified, and a recapture into review: what the checks found, and the prepared files.

use dossier::ApplicationId;
use evidence::entry::Entry;
use personalisation_core::{
    application::{Application, CheckResult, Outcome},
    ids::{LeaseToken, OrderId},
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{ApplicationRow, decide::write_state, names};
use crate::{
    Store, StoreError, audit,
    order::ContentKind,
    transaction::{Tx, transaction},
};

/// A file of the order that approval would make.
pub type PreparedFile = (ContentKind, Zeroizing<Vec<u8>>);

/// What the checks say about one dossier.
#[derive(Debug)]
pub struct Verified<'a> {
    /// The application as it was leased.
    pub from: &'a ApplicationRow,
    /// Where it goes: `Verified`, or `InReview` with a recapture.
    pub to: &'a Application,
    /// The checker's lease.
    pub token: LeaseToken,
    /// What each check found.
    pub checks: &'a [CheckResult],
    /// The order that approval would make; none where it cannot be made.
    pub prepared: Option<(OrderId, &'a [PreparedFile])>,
}

impl Store {
    /// Writes what the checks found. The checker must hold the lease, and loses it.
    pub async fn verify_application(
        &self,
        rng: &mut impl CryptoRng,
        verified: &Verified<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let content = verified.from.supplement.unwrap_or(verified.from.content);
        let mut sealed = Vec::new();
        if let Some((order, files)) = verified.prepared {
            for (kind, file) in files {
                let bytes = self.sealer_of(*kind)?.seal(rng, &kind.place(order), file)?;
                sealed.push((*kind, openssl::sha::sha256(file), bytes));
            }
        }
        let (sealed, id) = (&sealed, verified.to.id());
        transaction!(self, "writing what checks found", |tx| {
            leased(tx, id, verified.token).await?;
            for check in verified.checks {
                insert_check(tx, content.as_bytes(), check).await?;
            }
            if let Some((order, _)) = verified.prepared {
                insert_prepared(tx, content.as_bytes(), order, sealed).await?;
            }
            sqlx::query("UPDATE review_application SET content = $2, supplement = NULL WHERE application = $1")
                .bind(&id.as_bytes()[..])
                .bind(&content.as_bytes()[..])
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database("writing what checks found"))?;
            write_state(tx, verified.from, verified.to, (None, None), now).await?;
            audit::write(tx, entries).await
        })
    }
}

/// The checker's lease is the newest one.
pub(super) async fn leased(
    tx: &mut Tx,
    id: ApplicationId,
    token: LeaseToken,
) -> Result<(), StoreError> {
    const DOING: &str = "moving a leased application";
    let held: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM review_application WHERE application = $1 AND lease_token = $2",
    )
    .bind(&id.as_bytes()[..])
    .bind(&token.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    held.map(|_| ()).ok_or(StoreError::Stale {
        doing: DOING,
        object: format!("application {id}"),
    })
}

async fn insert_check(
    tx: &mut Tx,
    content: &[u8; 32],
    check: &CheckResult,
) -> Result<(), StoreError> {
    let referral = match check.finding.outcome {
        Outcome::Passed => None,
        Outcome::Refer(referral) => Some(referral.name()),
    };
    sqlx::query("INSERT INTO review_check (hash, name, referral, detail) VALUES ($1, $2, $3, $4)")
        .bind(&content[..])
        .bind(check.check.name())
        .bind(referral)
        .bind(names::join(
            check.finding.detail.iter().map(|detail| detail.name()),
        ))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("writing what a check found"))?;
    Ok(())
}

async fn insert_prepared(
    tx: &mut Tx,
    content: &[u8; 32],
    order: OrderId,
    sealed: &[(ContentKind, [u8; 32], Vec<u8>)],
) -> Result<(), StoreError> {
    for (kind, digest, sealed) in sealed {
        sqlx::query(
            "INSERT INTO review_prepared (hash, order_id, kind, digest, sealed)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&content[..])
        .bind(&order.as_bytes()[..])
        .bind(kind.name())
        .bind(&digest[..])
        .bind(sealed)
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("writing a prepared order"))?;
    }
    Ok(())
}

//! The next state of a document, written where it is still in the one before.

use dossier::PersonId;
use personalisation_core::{
    document::{Active, Destroyed, Document, DocumentState, VoidReason},
    person::Key,
};
use time::OffsetDateTime;

use super::read::{day, stale};
use crate::{StoreError, row::micros, transaction::Tx};

const DOING: &str = "moving a document";

/// How a document ended, by its columns.
#[derive(Default)]
struct Ended {
    reason: Option<&'static str>,
    at: Option<OffsetDateTime>,
    by: Option<PersonId>,
}

/// Writes a document's next state and its move, provided that nobody moved it meanwhile; part of the caller's transaction.
pub(super) async fn state(
    tx: &mut Tx,
    from: &Document,
    to: &Document,
    person: Option<PersonId>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let ended = ended(to.state());
    let destroyed = destroyed(to.state());
    let moved = sqlx::query(
        "UPDATE document_item SET state = $3, reason = $4, ended_at = $5, ended_by = $6, ended_as = $7,
                destroyed_at = $8, destroyed_by = $9, destroyed_with = $10
         WHERE number = $1 AND state = $2",
    )
    .bind(to.number().as_str().to_owned())
    .bind(from.state().name())
    .bind(to.state().name())
    .bind(ended.reason)
    .bind(ended.at.map(micros))
    .bind(ended.by.map(bytes))
    .bind(destroyed.map(|destroyed| destroyed.from.name()))
    .bind(destroyed.map(|destroyed| micros(destroyed.at)))
    .bind(destroyed.map(|destroyed| bytes(destroyed.both.first())))
    .bind(destroyed.map(|destroyed| bytes(destroyed.both.second())))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() != 1 {
        return Err(stale(to.number(), DOING));
    }
    note(tx, to, person, now).await
}

/// Writes that a document is its holder's, who is known under that key.
pub(super) async fn active(
    tx: &mut Tx,
    (from, to): (&Document, &Document),
    active: &Active,
    holder: &Key,
) -> Result<(), StoreError> {
    let moved = sqlx::query(
        "UPDATE document_item SET state = 'active', person_key = $3, expires_on = $4, activated_at = $5, activated_by = $6
         WHERE number = $1 AND state = $2",
    )
    .bind(to.number().as_str().to_owned())
    .bind(from.state().name())
    .bind(holder.to_vec())
    .bind(day(active.expires))
    .bind(micros(active.at))
    .bind(bytes(active.by))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() != 1 {
        return Err(stale(to.number(), DOING));
    }
    note(tx, to, Some(active.by), active.at).await
}

/// Notes the move.
async fn note(
    tx: &mut Tx,
    to: &Document,
    person: Option<PersonId>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO document_move (number, step, state, moved_at, person)
         SELECT $1, COUNT(*) + 1, $2, $3, $4 FROM document_move WHERE number = $1",
    )
    .bind(to.number().as_str().to_owned())
    .bind(to.state().name())
    .bind(micros(now))
    .bind(person.map(bytes))
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database(DOING))
}

fn ended(state: &DocumentState) -> Ended {
    match state {
        DocumentState::Revoked(revoked) => Ended {
            reason: Some(revoked.reason.name()),
            at: Some(revoked.at),
            by: revoked.by,
        },
        DocumentState::Expired(expired) => Ended {
            at: Some(expired.at),
            ..Ended::default()
        },
        DocumentState::Void(voided) => Ended {
            reason: Some(VoidReason::name(voided.reason)),
            at: Some(voided.at),
            by: voided.by,
        },
        DocumentState::Destroyed(destroyed) => ended(&destroyed.from),
        _ => Ended::default(),
    }
}

const fn destroyed(state: &DocumentState) -> Option<&Destroyed> {
    match state {
        DocumentState::Destroyed(destroyed) => Some(destroyed),
        _ => None,
    }
}

pub(super) fn bytes(person: PersonId) -> Vec<u8> {
    person.as_bytes().to_vec()
}

//! Erasing entries: an act that the log itself tells (`evidence::erasure`).

use evidence::{
    entry::Act,
    erasure::{ACT, Places},
};
use openssl::sha::Sha256;
use sqlx::Row as _;
use time::OffsetDateTime;

use super::{sequence::signed, write};
use crate::{
    Store, StoreError,
    transaction::{Tx, transaction},
};

const DOING: &str = "erasing entries of the audit";

/// Who erases, and why.
#[derive(Clone, Copy, Debug)]
pub struct Eraser<'a> {
    /// The act's id: 16 unpredictable bytes.
    pub act: [u8; 16],
    /// The program's role, for example `personalisation/erasure`.
    pub actor: &'a str,
    /// Under which rule, in words that a program chose; no personal data.
    pub rule: &'a str,
    /// When.
    pub at: OffsetDateTime,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedEntries {
    /// Entries that were erased now.
    pub erased: u64,
    /// Entries about the object that are left: of acts under way, or without their places yet. Later they can be erased.
    pub left: u64,
}

impl Store {
    /// Erases the entries about an object, with their salts; their records stay. Only whole acts, with their places in the log.
    ///
    /// The intent is durable before, and names the places; the outcome, with the rule, comes in the same commit as the erasure.
    /// Safe to repeat, under another act: what was erased is not erased again.
    pub async fn erase_audit_of(
        &self,
        object: &str,
        by: &Eraser<'_>,
    ) -> Result<ErasedEntries, StoreError> {
        let places = transaction!(self, DOING, |tx| {
            let places = erasable(tx, object).await?;
            for (act, _) in acts(&places, by) {
                write(tx, &[act.intent(by.at)]).await?;
            }
            Ok(places)
        })?;
        transaction!(self, DOING, |tx| {
            let mut erased = 0;
            for (act, part) in acts(&places, by) {
                erased += erase(tx, object, &part).await?;
                write(tx, &[act.outcome(by.at, by.rule)]).await?;
            }
            let left: i64 =
                sqlx::query_scalar("SELECT COUNT(*) FROM audit_entry WHERE object = $1")
                    .bind(object)
                    .fetch_one(&mut **tx)
                    .await
                    .map_err(StoreError::database(DOING))?;
            let left = left.unsigned_abs();
            Ok(ErasedEntries { erased, left })
        })
    }
}

/// The acts that name these places, each with its part of them.
fn acts<'a>(places: &'a Places, by: &'a Eraser<'_>) -> impl Iterator<Item = (Act, Places)> + 'a {
    (0_u32..).zip(places.acts()).map(|(number, part)| {
        let mut id = by.act;
        if number > 0 {
            let mut hash = Sha256::new();
            hash.update(&by.act);
            hash.update(&number.to_be_bytes());
            id.copy_from_slice(&hash.finish()[..16]);
        }
        (Act::new(id, by.actor, ACT, part.object()), part)
    })
}

/// The places of an object's entries, of acts that are over and have all their places.
async fn erasable(tx: &mut Tx, object: &str) -> Result<Places, StoreError> {
    let rows = sqlx::query(
        "SELECT position FROM audit_entry AS entry
         WHERE entry.object = $1 AND entry.position IS NOT NULL
         AND EXISTS (SELECT 1 FROM audit_entry AS outcome
             WHERE outcome.act_id = entry.act_id AND outcome.phase = 'outcome')
         AND NOT EXISTS (SELECT 1 FROM audit_entry AS other
             WHERE other.act_id = entry.act_id AND other.position IS NULL)
         ORDER BY entry.position",
    )
    .bind(object)
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let places = rows.iter().map(|row| {
        let position: i64 = row
            .try_get("position")
            .map_err(StoreError::database(DOING))?;
        Ok(position.unsigned_abs())
    });
    Ok(Places::of(places.collect::<Result<Vec<_>, StoreError>>()?))
}

/// Erases what stands at these places, all of it or nothing.
async fn erase(tx: &mut Tx, object: &str, places: &Places) -> Result<u64, StoreError> {
    let mut erased = 0;
    for (first, last) in places.runs() {
        let done = sqlx::query(
            "UPDATE audit_entry SET act_id = writer || ':' || CAST(sequence AS TEXT), entered_at = '', actor = '', act = '',
                 object = '', detail = NULL, salt = NULL
             WHERE object = $1 AND position >= $2 AND position <= $3",
        )
        .bind(object)
        .bind(signed(*first))
        .bind(signed(*last))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
        let there = last - first + 1;
        if done.rows_affected() != there {
            return Err(StoreError::Stale {
                doing: DOING,
                object: format!("one of the entries {first} to {last}"),
            });
        }
        erased += there;
    }
    Ok(erased)
}

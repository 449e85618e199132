//! What pki signed against what the attempts say: a signature without an attempt, or an attempt without its signatures,
//! rings an alarm, in the commit that learns of it.

use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    chip_serial::ChipSerial,
    ids::{AlarmId, OrderId},
};
use rand::CryptoRng;
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    engine::EngineRow,
    fleet::{AlarmKind, raise_about},
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const DOING: &str = "comparing signatures with attempts";
/// Most attempts of one look, and so most alarms.
const MOST: i64 = 1000;

/// What pki signs of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedFileKind {
    /// EF.SOD.
    Sod,
    /// EF.CardSecurity.
    CardSecurity,
}

impl SignedFileKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Sod => "sod",
            Self::CardSecurity => "card_security",
        }
    }
}

/// A signature that pki released, as its journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedSignature {
    /// Its place in the journal.
    pub journal: u64,
    /// For which attempt.
    pub attempt: AttemptId,
    /// Over what.
    pub kind: SignedFileKind,
    /// For which chip.
    pub chip: ChipSerial,
    /// When.
    pub at: OffsetDateTime,
}

/// Where signatures and attempts differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// pki signed for an attempt that is not there, or that has another chip.
    SignatureWithoutAttempt(AttemptId),
    /// An attempt is signed, and pki has not both signatures of it.
    AttemptWithoutSignature(AttemptId),
}

impl Mismatch {
    const fn kind(&self) -> AlarmKind {
        match self {
            Self::SignatureWithoutAttempt(_) => AlarmKind::SignatureWithoutAttempt,
            Self::AttemptWithoutSignature(_) => AlarmKind::AttemptWithoutSignature,
        }
    }

    /// Whose it is.
    pub const fn attempt(&self) -> &AttemptId {
        match self {
            Self::SignatureWithoutAttempt(id) | Self::AttemptWithoutSignature(id) => id,
        }
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignatureWithoutAttempt(id) => {
                write!(
                    f,
                    "pki signed for attempt {id}, which is not there with that chip"
                )
            }
            Self::AttemptWithoutSignature(id) => {
                write!(
                    f,
                    "attempt {id} is signed, and pki has not both signatures of it"
                )
            }
        }
    }
}

impl Store {
    /// The place in pki's journal of the last signature that is known here; 0 where none is.
    pub async fn last_signature(&self) -> Result<u64, StoreError> {
        let last: i64 =
            sqlx::query_scalar("SELECT COALESCE(MAX(journal_id), 0) FROM stock_signature")
                .fetch_one(&self.pool)
                .await
                .map_err(StoreError::database(DOING))?;
        Ok(last.unsigned_abs())
    }

    /// Keeps a part of pki's journal, and rings for each signature that has no attempt. An attempt is bound before it is
    /// signed for, so that one which is not there now never comes. What it rang for.
    pub async fn take_signatures(
        &self,
        rng: &mut impl CryptoRng,
        released: &[ReleasedSignature],
        now: OffsetDateTime,
    ) -> Result<Vec<Mismatch>, StoreError> {
        let ids = alarm_ids(rng, released.len());
        let ids = &ids;
        transaction!(self, DOING, |tx| {
            let mut found = Vec::new();
            for (one, id) in released.iter().zip(ids) {
                if keep(tx, one).await? && !is_bound(tx, one).await? {
                    let mismatch = Mismatch::SignatureWithoutAttempt(one.attempt);
                    if ring(tx, *id, &mismatch, now).await? {
                        found.push(mismatch);
                    }
                }
            }
            Ok(found)
        })
    }

    /// Rings for each attempt that was signed before `until`, since the last time, and of which pki's journal has not both
    /// signatures. The journal must have been taken up after `until`. What it rang for.
    pub async fn compare_attempts(
        &self,
        rng: &mut impl CryptoRng,
        until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Vec<Mismatch>, StoreError> {
        let ids = alarm_ids(rng, usize::try_from(MOST).unwrap_or_default());
        let ids = &ids;
        transaction!(self, DOING, |tx| {
            let rows = sqlx::query(
                "SELECT move.order_id, move.attempt FROM line_move AS move
                 WHERE move.state = 'signed' AND move.moved_at < $1
                 AND move.moved_at >= (SELECT until_at FROM stock_compared WHERE one = 1)
                 AND (SELECT COUNT(*) FROM stock_signature AS signature
                      WHERE signature.order_id = move.order_id
                      AND signature.attempt = move.attempt) < 2
                 ORDER BY move.moved_at LIMIT $2",
            )
            .bind(micros(until))
            .bind(MOST)
            .fetch_all(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let mut found = Vec::new();
            for (row, id) in rows.iter().zip(ids) {
                let mismatch = Mismatch::AttemptWithoutSignature(attempt_of(row)?);
                if ring(tx, *id, &mismatch, now).await? {
                    found.push(mismatch);
                }
            }
            // More than one look can take: the rest is found by the next one.
            if i64::try_from(rows.len()).unwrap_or(MOST) < MOST {
                advance(tx, until).await?;
            }
            Ok(found)
        })
    }
}

fn alarm_ids(rng: &mut impl CryptoRng, most: usize) -> Vec<AlarmId> {
    let id = |_| AlarmId::generate(rng);
    (0..most).map(id).collect()
}

/// Keeps a signature; whether it is new.
async fn keep(tx: &mut Tx, one: &ReleasedSignature) -> Result<bool, StoreError> {
    let kept = sqlx::query(
        "INSERT INTO stock_signature
             (journal_id, order_id, attempt, kind, chip_serial, released_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(i64::try_from(one.journal).unwrap_or(i64::MAX))
    .bind(&one.attempt.order.as_bytes()[..])
    .bind(i64::from(one.attempt.attempt.get()))
    .bind(one.kind.name())
    .bind(&one.chip.as_bytes()[..])
    .bind(micros(one.at))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    Ok(kept.rows_affected() == 1)
}

/// Whether the attempt is there, with that chip.
async fn is_bound(tx: &mut Tx, one: &ReleasedSignature) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM line_attempt WHERE order_id = $1 AND attempt = $2 AND chip_serial = $3",
    )
    .bind(&one.attempt.order.as_bytes()[..])
    .bind(i64::from(one.attempt.attempt.get()))
    .bind(&one.chip.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    Ok(found.is_some())
}

/// Rings, unless it rang for that before.
async fn ring(
    tx: &mut Tx,
    id: AlarmId,
    mismatch: &Mismatch,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let object = format!("attempt {}", mismatch.attempt());
    raise_about(tx, id, (mismatch.kind(), &object), now).await
}

async fn advance(tx: &mut Tx, until: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query("UPDATE stock_compared SET until_at = $1 WHERE one = 1 AND until_at < $1")
        .bind(micros(until))
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database(DOING))
}

fn attempt_of(row: &EngineRow) -> Result<AttemptId, StoreError> {
    let columns = Columns {
        table: "line_move",
        id: "any".to_owned(),
        row,
    };
    let order: OrderId = columns.read("order_id", |bytes| bytes.try_into().ok())?;
    let attempt: i64 = columns.get("attempt")?;
    let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
    Ok(AttemptId {
        order,
        attempt: attempt.ok_or_else(|| columns.bad("attempt"))?,
    })
}

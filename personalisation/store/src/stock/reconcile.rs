//! What pki signed against what the attempts say: a signature without an attempt, an attempt without its signatures, or a
//! journal that does not go on where it was left rings an alarm, in the commit that learns of it.

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
    row::{Columns, from_micros, micros},
    statement::Statement,
    transaction::{Tx, transaction},
};

const DOING: &str = "comparing signatures with attempts";

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

    fn from_name(name: &str) -> Option<Self> {
        let kinds = [Self::Sod, Self::CardSecurity];
        kinds.into_iter().find(|kind| kind.name() == name)
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
    /// This entry of pki's journal is gone, is another one now, or was never there: its numbers have no gaps.
    JournalBroken(u64),
}

impl Mismatch {
    const fn kind(&self) -> AlarmKind {
        match self {
            Self::SignatureWithoutAttempt(_) => AlarmKind::SignatureWithoutAttempt,
            Self::AttemptWithoutSignature(_) => AlarmKind::AttemptWithoutSignature,
            Self::JournalBroken(_) => AlarmKind::JournalBroken,
        }
    }

    /// What it is about, as the alarm has it.
    fn object(&self) -> String {
        match self {
            Self::SignatureWithoutAttempt(id) | Self::AttemptWithoutSignature(id) => {
                format!("attempt {id}")
            }
            Self::JournalBroken(entry) => format!("journal entry {entry}"),
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
            Self::JournalBroken(entry) => {
                write!(
                    f,
                    "entry {entry} of pki's journal is missing, or is not the one that was there"
                )
            }
        }
    }
}

/// How far a comparison has come: the last attempt that it looked at.
#[derive(Clone, Copy)]
struct Reached {
    at: i64,
    attempt: AttemptId,
}

impl Store {
    /// The last signature of pki's journal that is known here.
    pub async fn last_signature(&self) -> Result<Option<ReleasedSignature>, StoreError> {
        let row = sqlx::query("SELECT * FROM stock_signature ORDER BY journal_id DESC LIMIT 1")
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        row.as_ref().map(signature_of).transpose()
    }

    /// Until when signed attempts were compared with signatures; none: never.
    pub async fn signatures_compared_until(&self) -> Result<Option<OffsetDateTime>, StoreError> {
        let until: i64 = sqlx::query_scalar("SELECT until_at FROM stock_compared WHERE one = 1")
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        Ok(from_micros(until).filter(|_| until > 0))
    }

    /// Rings because an entry of pki's journal that is known here is gone, or is another one now. What it rang for.
    pub async fn miss_signature(
        &self,
        rng: &mut impl CryptoRng,
        journal: u64,
        now: OffsetDateTime,
    ) -> Result<Option<Mismatch>, StoreError> {
        let id = AlarmId::generate(rng);
        let mismatch = &Mismatch::JournalBroken(journal);
        let is_new = transaction!(self, DOING, |tx| { ring(tx, id, mismatch, now).await })?;
        Ok(is_new.then(|| mismatch.clone()))
    }

    /// Keeps a part of pki's journal, and rings for each signature that has no attempt, and where numbers were left out. An
    /// attempt is bound before it is signed for, so that one which is not there now never comes. What it rang for.
    pub async fn take_signatures(
        &self,
        rng: &mut impl CryptoRng,
        released: &[ReleasedSignature],
        now: OffsetDateTime,
    ) -> Result<Vec<Mismatch>, StoreError> {
        let ids: Vec<[AlarmId; 2]> = released
            .iter()
            .map(|_| [AlarmId::generate(rng), AlarmId::generate(rng)])
            .collect();
        let ids = &ids;
        transaction!(self, DOING, |tx| {
            let mut found = Vec::new();
            let mut next = next_entry(tx).await?;
            for (one, [gap, foreign]) in released.iter().zip(ids) {
                if one.journal > next {
                    let mismatch = Mismatch::JournalBroken(next);
                    if ring(tx, *gap, &mismatch, now).await? {
                        found.push(mismatch);
                    }
                }
                next = next.max(one.journal.saturating_add(1));
                if keep(tx, one).await? && !is_bound(tx, one).await? {
                    let mismatch = Mismatch::SignatureWithoutAttempt(one.attempt);
                    if ring(tx, *foreign, &mismatch, now).await? {
                        found.push(mismatch);
                    }
                }
            }
            Ok(found)
        })
    }

    /// Rings for each attempt that was signed before `until`, since the last time, and of which pki's journal has not both
    /// signatures; `at_once` of them in one transaction. The journal must have been taken up after `until`. What it rang for.
    pub async fn compare_attempts(
        &self,
        rng: &mut impl CryptoRng,
        (until, at_once): (OffsetDateTime, u32),
        now: OffsetDateTime,
    ) -> Result<Vec<Mismatch>, StoreError> {
        let mut found = Vec::new();
        let mut reached = None;
        loop {
            let ids: Vec<_> = (0..at_once).map(|_| AlarmId::generate(rng)).collect();
            let ids = &ids;
            let (missed, last) = transaction!(self, DOING, |tx| {
                let unsigned = without_signatures(tx, (reached, until), at_once).await?;
                let mut missed = Vec::new();
                for (one, id) in unsigned.iter().zip(ids) {
                    let mismatch = Mismatch::AttemptWithoutSignature(one.attempt);
                    if ring(tx, *id, &mismatch, now).await? {
                        missed.push(mismatch);
                    }
                }
                let is_all = unsigned.len() < ids.len();
                let last = unsigned.last().copied().filter(|_| !is_all);
                advance(tx, last.map_or_else(|| micros(until), |last| last.at)).await?;
                Ok((missed, last))
            })?;
            found.extend(missed);
            if last.is_none() {
                return Ok(found);
            }
            reached = last;
        }
    }
}

/// Signed attempts of which pki's journal has not both signatures: those behind `reached`, else since the last comparison.
async fn without_signatures(
    tx: &mut Tx,
    (reached, until): (Option<Reached>, OffsetDateTime),
    at_once: u32,
) -> Result<Vec<Reached>, StoreError> {
    let mut statement = Statement::new(
        "SELECT move.order_id, move.attempt, move.moved_at FROM line_move AS move
         WHERE move.state = 'signed' AND move.moved_at < ",
    );
    statement
        .bind(micros(until))
        .push(" AND move.moved_at >= (SELECT until_at FROM stock_compared WHERE one = 1)");
    if let Some(Reached { at, attempt }) = reached {
        let order = attempt.order.as_bytes().to_vec();
        statement
            .push(" AND (move.moved_at > ")
            .bind(at)
            .push(" OR (move.moved_at = ")
            .bind(at)
            .push(" AND (move.order_id > ")
            .bind(order.clone())
            .push(" OR (move.order_id = ")
            .bind(order)
            .push(" AND move.attempt > ")
            .bind(i64::from(attempt.attempt.get()))
            .push("))))");
    }
    statement
        .push(
            " AND (SELECT COUNT(*) FROM stock_signature AS signature
                   WHERE signature.order_id = move.order_id
                   AND signature.attempt = move.attempt) < 2
              ORDER BY move.moved_at, move.order_id, move.attempt LIMIT ",
        )
        .bind(i64::from(at_once));
    let rows = statement.build().fetch_all(&mut **tx).await;
    let rows = rows.map_err(StoreError::database(DOING))?;
    let reached = |row: &EngineRow| {
        let columns = columns("line_move", row);
        Ok(Reached {
            at: columns.get("moved_at")?,
            attempt: attempt_of(&columns)?,
        })
    };
    rows.iter().map(reached).collect()
}

/// The number of the first entry of pki's journal that is not known here.
async fn next_entry(tx: &mut Tx) -> Result<u64, StoreError> {
    let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(journal_id), 0) FROM stock_signature")
        .fetch_one(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    Ok(last.unsigned_abs() + 1)
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
    raise_about(tx, id, (mismatch.kind(), &mismatch.object()), now).await
}

async fn advance(tx: &mut Tx, until: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE stock_compared SET until_at = $1 WHERE one = 1 AND until_at < $1")
        .bind(until)
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database(DOING))
}

fn columns<'r>(table: &'static str, row: &'r EngineRow) -> Columns<'r> {
    let id = "any".to_owned();
    Columns { table, id, row }
}

fn attempt_of(columns: &Columns<'_>) -> Result<AttemptId, StoreError> {
    let order: OrderId = columns.read("order_id", |bytes| bytes.try_into().ok())?;
    let attempt: i64 = columns.get("attempt")?;
    let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
    Ok(AttemptId {
        order,
        attempt: attempt.ok_or_else(|| columns.bad("attempt"))?,
    })
}

fn signature_of(row: &EngineRow) -> Result<ReleasedSignature, StoreError> {
    let columns = columns("stock_signature", row);
    let journal: i64 = columns.get("journal_id")?;
    let kind = columns.word_if_any("kind", SignedFileKind::from_name)?;
    let at = from_micros(columns.get("released_at")?);
    Ok(ReleasedSignature {
        journal: journal.unsigned_abs(),
        attempt: attempt_of(&columns)?,
        kind: kind.ok_or_else(|| columns.bad("kind"))?,
        chip: columns.read("chip_serial", |bytes| bytes.try_into().ok())?,
        at: at.ok_or_else(|| columns.bad("released_at"))?,
    })
}

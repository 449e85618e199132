//! Rows of the audit as records and entries.

use evidence::{
    entry::{Entry, Phase},
    line::EntryText,
    merkle::Hash,
    record::Record,
};
use sqlx::Row as _;

use crate::{StoreError, engine::EngineRow};

const DOING: &str = "reading the audit's records";
/// The columns that [`Stored`] reads.
pub(super) const STORED: &str = "act_id, phase, entered_at, actor, act, object, detail, writer, sequence, previous, commitment, salt";

pub(super) fn entry(row: &EngineRow) -> Result<Entry, sqlx::Error> {
    let phase: String = row.try_get("phase")?;
    Ok(Entry {
        id: row.try_get("act_id")?,
        time: row.try_get("entered_at")?,
        actor: row.try_get("actor")?,
        act: row.try_get("act")?,
        object: row.try_get("object")?,
        phase: if phase == "intent" {
            Phase::Intent
        } else {
            Phase::Outcome
        },
        detail: row.try_get("detail")?,
    })
}

/// An entry's line of JSON, in the one form that a log has.
pub(super) fn text(entry: &Entry) -> Result<String, StoreError> {
    let line = entry.line().map_err(|_| StoreError::NoEntry)?;
    EntryText::parse(&line).map_err(|_| StoreError::NoEntry)?;
    Ok(line)
}

/// A row with its record.
pub(super) struct Stored {
    pub(super) writer: String,
    pub(super) sequence: u64,
    pub(super) previous: Hash,
    pub(super) commitment: Hash,
    /// Salt and line; none where erased.
    pub(super) opened: Option<(Hash, String)>,
}

impl Stored {
    pub(super) fn read(row: &EngineRow) -> Result<Self, StoreError> {
        let fail = |error| StoreError::database(DOING)(error);
        let stored = Self::erased(row)?;
        let salt: Option<Vec<u8>> = row.try_get("salt").map_err(fail)?;
        let Some(salt) = salt else { return Ok(stored) };
        let bad = |column| StoreError::BadRow {
            table: "audit_entry",
            column,
            row: format!("{}:{}", stored.writer, stored.sequence),
        };
        let salt = Hash::try_from(salt).map_err(|_| bad("salt"))?;
        let line = text(&entry(row).map_err(fail)?).map_err(|_| bad("act_id"))?;
        Ok(Self {
            opened: Some((salt, line)),
            ..stored
        })
    }

    /// The record alone.
    pub(super) fn erased(row: &EngineRow) -> Result<Self, StoreError> {
        let fail = |error| StoreError::database(DOING)(error);
        let read = || {
            let sequence: i64 = row.try_get("sequence")?;
            let writer: String = row.try_get("writer")?;
            let hashes = ["previous", "commitment"].map(|column| row.try_get::<Vec<u8>, _>(column));
            Ok((writer, sequence, hashes))
        };
        let (writer, sequence, [previous, commitment]) = read().map_err(fail)?;
        let bad = |column| StoreError::BadRow {
            table: "audit_entry",
            column,
            row: format!("{writer}:{sequence}"),
        };
        let hash = |bytes: Vec<u8>, column| Hash::try_from(bytes).map_err(|_| bad(column));
        Ok(Self {
            sequence: u64::try_from(sequence).map_err(|_| bad("sequence"))?,
            previous: hash(previous.map_err(fail)?, "previous")?,
            commitment: hash(commitment.map_err(fail)?, "commitment")?,
            opened: None,
            writer,
        })
    }

    pub(super) fn record(&self) -> Record<'_> {
        Record {
            writer: &self.writer,
            sequence: self.sequence,
            previous: self.previous,
            commitment: self.commitment,
        }
    }
}

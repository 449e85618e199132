//! The audit table: intents and outcomes, written in the same commit as what they speak of.

mod erasing;
mod heads;
mod log;
mod proving;
mod row;
mod sequence;
mod writers;

use std::io::Write;

use evidence::entry::{Entry, Phase};
use personalisation_core::machine::MachineSerial;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    Store, StoreError,
    engine::EngineRow,
    statement::Statement,
    transaction::{Tx, transaction},
};
pub use erasing::{ErasedEntries, Eraser};
pub use sequence::Tree;
use writers::Written;
pub(crate) use writers::{NoRandomness, Writers, Writing};

/// What is being done where an error says so.
const CLOSING: &str = "closing interrupted acts in the audit";

/// Most entries in one statement: an act has two or three, and each number of them is a statement that the engine prepares.
const AT_ONCE: usize = 8;

/// Writes entries, each with its record; part of the caller's transaction.
pub(crate) async fn write(tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
    for entries in entries.chunks(AT_ONCE) {
        let mut insert = Statement::new(
            "INSERT INTO audit_entry (act_id, phase, entered_at, actor, act, object, detail,
                 writer, sequence, previous, commitment, salt) VALUES ",
        );
        for (place, entry) in entries.iter().enumerate() {
            insert.push(if place == 0 { "(" } else { "), (" });
            let line = row::text(entry)?;
            let written = tx.writing.record(line.as_bytes());
            let written = written.map_err(|NoRandomness| StoreError::NoRandomness)?;
            bind(&mut insert, entry, &written);
        }
        insert.push(")");
        let written = insert.build().execute(&mut **tx).await;
        written.map_err(StoreError::database("writing the audit"))?;
    }
    Ok(())
}

/// The values of one row, in the order of the columns above.
fn bind(insert: &mut Statement, entry: &Entry, written: &Written) {
    let texts = [&*entry.id, phase_name(entry.phase), &*entry.time];
    insert.bind_list(texts).push(", ");
    insert.bind_list([&*entry.actor, &*entry.act, &*entry.object]);
    insert.push(", ").bind(entry.detail.as_deref());
    insert.push(", ").bind(&*written.writer);
    let sequence = i64::try_from(written.sequence).unwrap_or(i64::MAX);
    insert.push(", ").bind(sequence).push(", ");
    let bytes = [&written.previous, &written.commitment, &written.salt];
    insert.bind_list(bytes.map(<[u8; 32]>::as_slice));
}

/// Gives every intent about `object` that has no outcome the outcome `detail`: after a crash
/// nobody knows whether the act took place, and that is what the audit says.
pub(crate) async fn close_open_intents(
    tx: &mut Tx,
    object: &str,
    time: &str,
    detail: &str,
) -> Result<u64, StoreError> {
    let open = sqlx::query(
        "SELECT act_id, phase, entered_at, actor, act, object, detail FROM audit_entry AS intent
         WHERE intent.object = $1 AND intent.phase = 'intent' AND NOT EXISTS (
             SELECT 1 FROM audit_entry AS outcome
             WHERE outcome.act_id = intent.act_id AND outcome.phase = 'outcome')",
    )
    .bind(object)
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database(CLOSING))?;
    close(tx, &open, time, detail).await
}

/// Writes the outcomes of these intents; how many.
async fn close(
    tx: &mut Tx,
    open: &[EngineRow],
    time: &str,
    detail: &str,
) -> Result<u64, StoreError> {
    let outcomes = open.iter().map(|row| {
        Ok(Entry {
            time: time.to_owned(),
            phase: Phase::Outcome,
            detail: Some(detail.to_owned()),
            ..row::entry(row)?
        })
    });
    let outcomes: Result<Vec<_>, _> = outcomes.collect();
    let outcomes = outcomes.map_err(StoreError::database(CLOSING))?;
    write(tx, &outcomes).await?;
    Ok(outcomes.len() as u64)
}

/// The cards of a machine, as `card MACHINE/HANDLE`, about which an intent has no outcome. The index
/// `audit_entry_card` holds intents about cards alone; its condition stands here in the same words.
pub(crate) async fn open_cards(
    tx: &mut Tx,
    machine: MachineSerial,
) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar(
        "SELECT DISTINCT object FROM audit_entry AS intent
         WHERE phase = 'intent' AND substr(object, 1, 5) = 'card '
         AND substr(object, 1, length($1)) = $1 AND NOT EXISTS (
             SELECT 1 FROM audit_entry AS outcome
             WHERE outcome.act_id = intent.act_id AND outcome.phase = 'outcome')",
    )
    .bind(format!("card {machine}/"))
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database(
        "looking for interrupted acts in the audit",
    ))
}

impl Store {
    /// Gives acts that one of `actors` (their names begin so) meant to do in a period the outcome `interrupted`,
    /// where they have none: nobody knows whether they took place. How many.
    pub async fn close_interrupted(
        &self,
        actors: &[&str],
        (from, until): (OffsetDateTime, OffsetDateTime),
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let [from, until, now] = &[text(from), text(until), text(now)];
        transaction!(self, CLOSING, |tx| {
            let mut closed = 0;
            for actor in actors {
                let open = sqlx::query(
                    "SELECT act_id, phase, entered_at, actor, act, object, detail FROM audit_entry AS intent
                     WHERE intent.phase = 'intent' AND intent.entered_at >= $2 AND intent.entered_at < $3
                     AND substr(intent.actor, 1, length($1)) = $1 AND NOT EXISTS (
                         SELECT 1 FROM audit_entry AS outcome
                         WHERE outcome.act_id = intent.act_id AND outcome.phase = 'outcome')",
                )
                .bind(*actor)
                .bind(from)
                .bind(until)
                .fetch_all(&mut **tx)
                .await
                .map_err(StoreError::database(CLOSING))?;
                closed += close(tx, &open, now, "interrupted").await?;
            }
            Ok(closed)
        })
    }

    /// Writes entries about acts that change nothing else.
    pub async fn audit(&self, entries: &[Entry]) -> Result<(), StoreError> {
        transaction!(self, "writing the audit", |tx| { write(tx, entries).await })
    }

    /// Writes the whole audit as lines of JSON, oldest first, without what was erased.
    pub async fn export_audit(&self, mut sink: impl Write) -> Result<(), StoreError> {
        const DOING: &str = "exporting the audit";
        let rows = sqlx::query(
            "SELECT act_id, phase, entered_at, actor, act, object, detail FROM audit_entry
             WHERE salt IS NOT NULL OR writer IS NULL ORDER BY entered_at, act_id, phase",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        for row in rows {
            let written = row::entry(&row)
                .map_err(StoreError::database(DOING))?
                .write_to(&mut sink);
            written.map_err(|error| StoreError::database(DOING)(sqlx::Error::Io(error)))?;
        }
        Ok(())
    }
}

/// A time as entries have it, but for the fraction: texts compare like the times.
fn text(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC).replace_nanosecond(0);
    let text = at.unwrap_or(OffsetDateTime::UNIX_EPOCH).format(&Rfc3339);
    text.unwrap_or_default()
}

const fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Intent => "intent",
        Phase::Outcome => "outcome",
    }
}

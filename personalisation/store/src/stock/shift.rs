//! Shifts at lines: counted when they begin and end, against the ledger.

use std::collections::BTreeSet;

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    ids::ShiftId,
    stock::{
        LineName, Signatures,
        shift::{self, Count, Counted, Outcome, Shift, ShiftState},
    },
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    count,
    duty::{COUNTERS, SUPERVISORS, demand, demand_both},
    movement,
};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    sealing::Place,
    staff,
    transaction::{Tx, transaction},
};

const TABLE: &str = "stock_shift";

/// A count at the end of a shift.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    /// Who counted.
    pub by: PersonId,
    /// What they found.
    pub counted: Count,
    /// End it also where the counts differ, and nobody counts again: it then waits for two supervisors.
    pub although_differing: bool,
}

/// A shift, and when what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftRow {
    /// The shift.
    pub shift: Shift,
    /// When it began.
    pub opened_at: OffsetDateTime,
    /// When it was counted at its end.
    pub closed_at: Option<OffsetDateTime>,
    /// When its discrepancy was signed.
    pub signed_at: Option<OffsetDateTime>,
}

impl Store {
    /// Opens a shift with the count of the unused blanks at the line; `AlreadyThere` while the line's last one is not
    /// closed or signed for. What the ledger says stands in the shift.
    pub async fn open_shift(
        &self,
        id: ShiftId,
        line: &LineName,
        (by, unused): (PersonId, u64),
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Shift, StoreError> {
        transaction!(self, "opening a shift", |tx| {
            demand(tx, by, COUNTERS, now).await?;
            let unused_only = |unused| Count {
                unused,
                ..Count::default()
            };
            let opening = Counted {
                by,
                counted: unused_only(unused),
                expected: unused_only(unused_at(tx, line).await?),
            };
            let shift = Shift::open(id, line.clone(), opening);
            insert(tx, &shift, now).await?;
            audit::write(tx, entries).await?;
            Ok(shift)
        })
    }

    /// Counts a shift at its end; every count is kept. `entries` speaks about what comes of it.
    pub async fn close_shift(
        &self,
        id: ShiftId,
        closing: &Closing,
        entries: impl Fn(&Outcome) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<Outcome, StoreError> {
        let entries = &entries;
        // Each statement sees what was committed by then: once the row is ours, all entries of the shift are there.
        transaction!(
            self,
            "closing a shift",
            taking | tx | {
                demand(tx, closing.by, COUNTERS, now).await?;
                hold(tx, id).await?;
                let shift = read(tx, id).await?.shift;
                let counted = Counted {
                    by: closing.by,
                    counted: closing.counted,
                    expected: expected(tx, &shift).await?,
                };
                let before = count::before(tx, id).await?;
                let outcome = shift.close(shift::Closing {
                    counted,
                    before,
                    although_differing: closing.although_differing,
                })?;
                count::keep(tx, (id, before + 1), &counted, now).await?;
                if let Outcome::Ended(closed) = &outcome {
                    write_closing(tx, closed, &counted, now).await?;
                }
                audit::write(tx, &entries(&outcome)).await?;
                Ok(outcome)
            }
        )
    }

    /// Two supervisors who counted nothing of it sign for a shift whose counts differ, with what they found (sealed).
    pub async fn sign_shift(
        &self,
        rng: &mut impl CryptoRng,
        id: ShiftId,
        (both, note): (Signatures, &str),
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Shift, StoreError> {
        const DOING: &str = "signing a shift's discrepancy";
        let note = &self.sealer.seal(rng, &place(id), note.as_bytes())?;
        transaction!(self, DOING, |tx| {
            demand_both(tx, both, SUPERVISORS, now).await?;
            let counters = count::counters(tx, id).await?;
            let signed = read(tx, id).await?.shift.sign(both, &counters)?;
            let written = sqlx::query(
                "UPDATE stock_shift SET state = 'discrepancy', signed_at = $2, signed_first = $3,
                     signed_second = $4, note = $5
                 WHERE shift_id = $1 AND state = 'differing'",
            )
            .bind(&id.as_bytes()[..])
            .bind(micros(now))
            .bind(&both.first().as_bytes()[..])
            .bind(&both.second().as_bytes()[..])
            .bind(note)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            exactly_one(written.rows_affected(), DOING, id)?;
            audit::write(tx, entries).await?;
            Ok(signed)
        })
    }

    /// A shift.
    pub async fn shift(&self, id: ShiftId) -> Result<Option<ShiftRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM stock_shift WHERE shift_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a shift"))?;
        row.as_ref().map(shift_of).transpose()
    }

    /// What the supervisors wrote who signed for a shift.
    pub async fn shift_note(&self, id: ShiftId) -> Result<Option<Zeroizing<String>>, StoreError> {
        const DOING: &str = "reading a shift's note";
        let note: Option<Option<Vec<u8>>> =
            sqlx::query_scalar("SELECT note FROM stock_shift WHERE shift_id = $1")
                .bind(&id.as_bytes()[..])
                .fetch_optional(&self.pool)
                .await
                .map_err(StoreError::database(DOING))?;
        let Some(note) = note.flatten() else {
            return Ok(None);
        };
        let note = self.sealer.open(&place(id), &note)?;
        let text = staff::text(&note).ok_or_else(|| StoreError::BadRow {
            table: TABLE,
            column: "note",
            row: id.to_string(),
        })?;
        Ok(Some(text))
    }

    /// Shifts, the newest first, at most `most`; those that are not closed first.
    pub async fn shifts(&self, most: u32) -> Result<Vec<ShiftRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM stock_shift
             ORDER BY CASE WHEN state IN ('open', 'differing') THEN 0 ELSE 1 END, opened_at DESC
             LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing shifts"))?;
        rows.iter().map(shift_of).collect()
    }

    /// The lines where a shift is open, not counted yet.
    pub async fn lines_in_shift(&self) -> Result<BTreeSet<LineName>, StoreError> {
        let rows = sqlx::query("SELECT line FROM stock_shift WHERE state = 'open'")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("listing shifts"))?;
        let line = |row: &EngineRow| {
            let columns = Columns {
                table: TABLE,
                id: "any".to_owned(),
                row,
            };
            let line = columns.word_if_any("line", |line| line.parse().ok())?;
            line.ok_or_else(|| columns.bad("line"))
        };
        rows.iter().map(line).collect()
    }

    /// How many shifts wait for two supervisors.
    pub async fn count_unsigned_shifts(&self) -> Result<u64, StoreError> {
        let row =
            sqlx::query("SELECT COUNT(*) AS shifts FROM stock_shift WHERE state = 'differing'")
                .fetch_one(&self.pool)
                .await
                .map_err(StoreError::database("counting shifts"))?;
        movement::count(&row, "shifts")
    }

    /// The shift at a line that is not closed or signed for, if any.
    pub async fn current_shift(&self, line: &LineName) -> Result<Option<ShiftRow>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM stock_shift WHERE line = $1 AND state IN ('open', 'differing')",
        )
        .bind(line.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a shift"))?;
        row.as_ref().map(shift_of).transpose()
    }
}

/// `ShiftUnderWay` where a line's last shift is not closed or signed for.
pub(super) async fn none_under_way(tx: &mut Tx, line: &LineName) -> Result<(), StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM stock_shift WHERE line = $1 AND state IN ('open', 'differing')",
    )
    .bind(line.as_str())
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("looking for a line's shift"))?;
    match found {
        Some(_) => Err(StoreError::ShiftUnderWay(line.clone())),
        None => Ok(()),
    }
}

fn place(id: ShiftId) -> Place {
    Place {
        table: TABLE,
        row: id.to_string(),
        column: "note",
    }
}

fn exactly_one(rows: u64, doing: &'static str, id: ShiftId) -> Result<(), StoreError> {
    if rows == 1 {
        return Ok(());
    }
    Err(StoreError::Stale {
        doing,
        object: format!("shift {id}"),
    })
}

/// Takes the row, so that no movement is entered for it any more until this transaction ends.
async fn hold(tx: &mut Tx, id: ShiftId) -> Result<(), StoreError> {
    sqlx::query("UPDATE stock_shift SET entries = entries WHERE shift_id = $1")
        .bind(&id.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database("closing a shift"))
}

/// Unused blanks at a line by the ledger, but those that were put aside.
async fn unused_at(tx: &mut Tx, line: &LineName) -> Result<u64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS blanks FROM stock_blank WHERE line = $1 AND state = 'line'",
    )
    .bind(line.as_str())
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database("counting a line's blanks"))?;
    let unused = movement::count(&row, "blanks")?;
    Ok(unused.saturating_sub(held_aside(tx, line).await?))
}

/// Blanks at a line whose cards a machine put into the tray of bad cards because their orders are on hold. By the ledger they are
/// unused until somebody decides; who counts finds them among the spoiled ones.
async fn held_aside(tx: &mut Tx, line: &LineName) -> Result<u64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS blanks FROM line_attempt AS attempt
         JOIN stock_blank AS blank ON blank.blank_id = attempt.blank_id
         WHERE attempt.state = 'on_hold' AND attempt.left_machine = 'reject'
         AND blank.line = $1 AND blank.state = 'line'",
    )
    .bind(line.as_str())
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database("counting cards of orders on hold"))?;
    movement::count(&row, "blanks")
}

/// What the ledger says lies at the line now, as somebody finds it there.
async fn expected(tx: &mut Tx, shift: &Shift) -> Result<Count, StoreError> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(CASE WHEN to_account = 'cards' THEN blanks END), 0) AS BIGINT)
                 AS documents,
             CAST(COALESCE(SUM(CASE WHEN to_account = 'spoiled' THEN blanks END), 0) AS BIGINT)
                 AS spoiled
         FROM stock_entry WHERE shift_id = $1",
    )
    .bind(&shift.id().as_bytes()[..])
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database("counting a shift's blanks"))?;
    Ok(Count {
        unused: unused_at(tx, shift.line()).await?,
        documents: movement::count(&row, "documents")?,
        spoiled: movement::count(&row, "spoiled")? + held_aside(tx, shift.line()).await?,
    })
}

async fn insert(tx: &mut Tx, shift: &Shift, now: OffsetDateTime) -> Result<(), StoreError> {
    let opening = shift.opening();
    sqlx::query(
        "INSERT INTO stock_shift
             (shift_id, line, state, entries, opened_at, opened_by, opened_unused, opened_expected)
         VALUES ($1, $2, $3, 0, $4, $5, $6, $7)",
    )
    .bind(&shift.id().as_bytes()[..])
    .bind(shift.line().as_str())
    .bind(shift.state().name())
    .bind(micros(now))
    .bind(&opening.by.as_bytes()[..])
    .bind(number(opening.counted.unused))
    .bind(number(opening.expected.unused))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("opening a shift"))
}

async fn write_closing(
    tx: &mut Tx,
    closed: &Shift,
    closing: &Counted,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "closing a shift";
    let (counted, expected) = (closing.counted, closing.expected);
    let written = sqlx::query(
        "UPDATE stock_shift SET state = $2, closed_at = $3, closed_by = $4,
             closed_unused = $5, closed_documents = $6, closed_spoiled = $7,
             expected_unused = $8, expected_documents = $9, expected_spoiled = $10
         WHERE shift_id = $1 AND state = 'open'",
    )
    .bind(&closed.id().as_bytes()[..])
    .bind(closed.state().name())
    .bind(micros(now))
    .bind(&closing.by.as_bytes()[..])
    .bind(number(counted.unused))
    .bind(number(counted.documents))
    .bind(number(counted.spoiled))
    .bind(number(expected.unused))
    .bind(number(expected.documents))
    .bind(number(expected.spoiled))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    exactly_one(written.rows_affected(), DOING, closed.id())
}

pub(super) fn number(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

async fn read(tx: &mut Tx, id: ShiftId) -> Result<ShiftRow, StoreError> {
    let row = sqlx::query("SELECT * FROM stock_shift WHERE shift_id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a shift"))?;
    let row = row.ok_or_else(|| StoreError::Stale {
        doing: "reading a shift",
        object: format!("shift {id}"),
    })?;
    shift_of(&row)
}

fn shift_of(row: &EngineRow) -> Result<ShiftRow, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let id: ShiftId = columns.read("shift_id", |bytes| bytes.try_into().ok())?;
    columns.id = id.to_string();
    let line = columns.word_if_any("line", |line| line.parse().ok())?;
    let line = line.ok_or_else(|| columns.bad("line"))?;
    let unused = |column| -> Result<Count, StoreError> {
        Ok(Count {
            unused: movement::count(row, column)?,
            ..Count::default()
        })
    };
    let opening = Counted {
        by: columns.read("opened_by", staff::person_id)?,
        counted: unused("opened_unused")?,
        expected: unused("opened_expected")?,
    };
    let state: String = columns.get("state")?;
    let state = match state.as_str() {
        "open" => ShiftState::Open,
        "closed" => ShiftState::Closed(closing_of(&columns)?),
        "differing" => ShiftState::Differing(closing_of(&columns)?),
        "discrepancy" => ShiftState::Discrepancy(closing_of(&columns)?, signatures_of(&columns)?),
        _ => return Err(columns.bad("state")),
    };
    let time = |column: &'static str| -> Result<Option<OffsetDateTime>, StoreError> {
        let at: Option<i64> = columns.get(column)?;
        at.map(|at| from_micros(at).ok_or_else(|| columns.bad(column)))
            .transpose()
    };
    Ok(ShiftRow {
        shift: Shift::recorded(id, line, opening, state),
        opened_at: time("opened_at")?.ok_or_else(|| columns.bad("opened_at"))?,
        closed_at: time("closed_at")?,
        signed_at: time("signed_at")?,
    })
}

fn closing_of(columns: &Columns<'_>) -> Result<Counted, StoreError> {
    let row = columns.row;
    Ok(Counted {
        by: columns.read("closed_by", staff::person_id)?,
        counted: Count {
            unused: movement::count(row, "closed_unused")?,
            documents: movement::count(row, "closed_documents")?,
            spoiled: movement::count(row, "closed_spoiled")?,
        },
        expected: Count {
            unused: movement::count(row, "expected_unused")?,
            documents: movement::count(row, "expected_documents")?,
            spoiled: movement::count(row, "expected_spoiled")?,
        },
    })
}

fn signatures_of(columns: &Columns<'_>) -> Result<Signatures, StoreError> {
    let first = columns.read("signed_first", staff::person_id)?;
    let second = columns.read("signed_second", staff::person_id)?;
    Signatures::new(first, second).map_err(|_| columns.bad("signed_second"))
}

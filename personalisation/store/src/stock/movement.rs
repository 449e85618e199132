//! Moving blanks: each one's state, its move, and the ledger's entry, in the caller's transaction.

use std::collections::BTreeMap;

use dossier::PersonId;
use personalisation_core::{
    blank::{BlankState, BlankStep},
    ids::{BlankId, DestructionId, ShiftId},
    stock::{Account, LineName, Signatures},
};
use sqlx::Row as _;
use time::OffsetDateTime;

use super::{blank::blank_state, issue};
use crate::{
    StoreError,
    row::{Columns, micros},
    transaction::Tx,
};

const DOING: &str = "moving a blank";

/// What happens to blanks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Movement<'a> {
    /// What is done with them.
    pub(crate) step: BlankStep,
    /// Of `Issue`: the line that gets them.
    pub(crate) to_line: Option<&'a LineName>,
    /// Of `Spoil`: why.
    pub(crate) spoil_reason: Option<&'a str>,
    /// Who did it; none: a program.
    pub(crate) by: Option<PersonId>,
    /// Who signed with them.
    pub(crate) with: Option<PersonId>,
    /// Of `Destroy`: by which destruction.
    pub(crate) destruction: Option<DestructionId>,
    /// When.
    pub(crate) at: OffsetDateTime,
}

impl<'a> Movement<'a> {
    pub(crate) const fn by_program(step: BlankStep, at: OffsetDateTime) -> Self {
        Self {
            step,
            to_line: None,
            spoil_reason: None,
            by: None,
            with: None,
            destruction: None,
            at,
        }
    }

    /// Handing out to a line, by the line itself.
    pub(crate) const fn issue(line: &'a LineName, at: OffsetDateTime) -> Self {
        let issue = Self::by_program(BlankStep::Issue, at);
        Self {
            to_line: Some(line),
            ..issue
        }
    }

    pub(crate) const fn by_person(step: BlankStep, by: PersonId, at: OffsetDateTime) -> Self {
        let program = Self::by_program(step, at);
        Self {
            by: Some(by),
            ..program
        }
    }

    pub(crate) const fn by_both(step: BlankStep, both: Signatures, at: OffsetDateTime) -> Self {
        let one = Self::by_person(step, both.first(), at);
        Self {
            with: Some(both.second()),
            ..one
        }
    }
}

/// A blank on its way.
struct Moving {
    blank: BlankId,
    from: BlankState,
    to: BlankState,
    /// The number of its next move.
    step: i64,
}

/// Moves blanks, guarding the state of each. Those of one place are one entry of the ledger.
pub(crate) async fn move_blanks(
    tx: &mut Tx,
    blanks: &[BlankId],
    movement: &Movement<'_>,
) -> Result<(), StoreError> {
    let mut entries: BTreeMap<(Account, Account), Vec<Moving>> = BTreeMap::new();
    for blank in blanks {
        let (accounts, moving) = plan(tx, *blank, movement).await?;
        entries.entry(accounts).or_default().push(moving);
    }
    for ((from, to), moving) in &entries {
        for one in moving {
            write_state(tx, one, movement).await?;
        }
        if let Some(first) = moving.first() {
            let entry = entry_id(first.blank, first.step);
            let accounts = (from, to, moving.len());
            write_entry(tx, &entry, accounts, movement).await?;
            if let (BlankStep::Issue, Some(line)) = (movement.step, movement.to_line) {
                issue::write(tx, &entry, line, movement.by.is_some()).await?;
            }
            for one in moving {
                write_move(tx, one, &entry, movement.at).await?;
            }
        }
    }
    Ok(())
}

/// The id of an entry: the first blank that it moves, and the number of that blank's move.
pub(super) fn entry_id(blank: BlankId, step: i64) -> String {
    format!("{blank}/{step}")
}

async fn plan(
    tx: &mut Tx,
    blank: BlankId,
    movement: &Movement<'_>,
) -> Result<((Account, Account), Moving), StoreError> {
    let row = sqlx::query(
        "SELECT state, line, (SELECT COUNT(*) FROM stock_move WHERE blank_id = $1) AS moves
         FROM stock_blank WHERE blank_id = $1",
    )
    .bind(&blank.as_bytes()[..])
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let columns = Columns {
        table: "stock_blank",
        id: blank.to_string(),
        row: &row,
    };
    let line: Option<LineName> = columns.word_if_any("line", |line| line.parse().ok())?;
    let from = blank_state(&columns)?;
    let to = from.after(movement.step)?;
    let account = |state, line: Option<&LineName>| {
        Account::of(state, line).ok_or_else(|| columns.bad("line"))
    };
    let accounts = (
        account(from, line.as_ref())?,
        account(to, movement.to_line.or(line.as_ref()))?,
    );
    let moves: i64 = columns.get("moves")?;
    let moving = Moving {
        blank,
        from,
        to,
        step: moves + 1,
    };
    Ok((accounts, moving))
}

async fn write_state(
    tx: &mut Tx,
    moving: &Moving,
    movement: &Movement<'_>,
) -> Result<(), StoreError> {
    let moved = sqlx::query(
        "UPDATE stock_blank
         SET state = $3, spoil_reason = COALESCE($4, spoil_reason), line = COALESCE($5, line)
         WHERE blank_id = $1 AND state = $2",
    )
    .bind(&moving.blank.as_bytes()[..])
    .bind(moving.from.name())
    .bind(moving.to.name())
    .bind(movement.spoil_reason)
    .bind(movement.to_line.map(LineName::as_str))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() == 1 {
        return Ok(());
    }
    Err(StoreError::Stale {
        doing: DOING,
        object: format!("blank {}", moving.blank),
    })
}

async fn write_entry(
    tx: &mut Tx,
    entry: &str,
    (from, to, blanks): (&Account, &Account, usize),
    movement: &Movement<'_>,
) -> Result<(), StoreError> {
    let shift = match (from, to) {
        // Neither way leads from one line to another.
        (Account::Line(line), _) | (_, Account::Line(line)) => open_shift(tx, line).await?,
        _ => None,
    };
    let id = |person: Option<PersonId>| person.map(|person| person.as_bytes().to_vec());
    sqlx::query(
        "INSERT INTO stock_entry (entry_id, from_account, to_account, blanks, entered_at,
             shift_id, destruction_id, by_person, with_person)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry)
    .bind(from.to_string())
    .bind(to.to_string())
    .bind(i64::try_from(blanks).unwrap_or(i64::MAX))
    .bind(micros(movement.at))
    .bind(shift.map(|shift| shift.as_bytes().to_vec()))
    .bind(movement.destruction.map(|one| one.as_bytes().to_vec()))
    .bind(id(movement.by))
    .bind(id(movement.with))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("writing to the ledger"))
}

/// The shift that is open at a line. Counting the entry there makes whoever closes the shift wait for this transaction,
/// or this one find it closed.
async fn open_shift(tx: &mut Tx, line: &LineName) -> Result<Option<ShiftId>, StoreError> {
    const DOING: &str = "looking for a line's shift";
    let row = sqlx::query(
        "UPDATE stock_shift SET entries = entries + 1 WHERE line = $1 AND state = 'open'
         RETURNING shift_id",
    )
    .bind(line.as_str())
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: "stock_shift",
        id: line.to_string(),
        row: &row,
    };
    columns
        .read("shift_id", |bytes| bytes.try_into().ok())
        .map(Some)
}

async fn write_move(
    tx: &mut Tx,
    moving: &Moving,
    entry: &str,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_move (blank_id, step, state, moved_at, entry_id)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&moving.blank.as_bytes()[..])
    .bind(moving.step)
    .bind(moving.to.name())
    .bind(micros(at))
    .bind(entry)
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("recording a blank's move"))
}

/// A number that a statement counted.
pub(super) fn count(row: &crate::engine::EngineRow, column: &str) -> Result<u64, StoreError> {
    let count: i64 = row
        .try_get(column)
        .map_err(StoreError::database("counting blanks"))?;
    Ok(count.unsigned_abs())
}

//! Handings out, for stock's signature: each entry that gives blanks to a line is an issue, written with it and signed after
//! its commit.

use dossier::PersonId;
use personalisation_core::{
    chip_serial::ChipSerial,
    ids::{BlankId, ShiftId},
    stock::LineName,
};
use sqlx::Row as _;
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    engine::EngineRow,
    row::{Columns, from_micros},
    staff,
    statement::Statement,
    transaction::{Tx, transaction},
};

const TABLE: &str = "stock_issue";
/// What is read of an issue.
const HEAD: &str =
    "SELECT issue.entry_id, issue.line, issue.number, issue.signed, entry.entered_at, entry.blanks,
     entry.shift_id, entry.by_person
 FROM stock_issue AS issue JOIN stock_entry AS entry ON entry.entry_id = issue.entry_id";

/// Blanks that were given to a line together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueRow {
    /// The entry of the ledger that moved them.
    pub entry: String,
    /// The line.
    pub line: LineName,
    /// Which issue of that line, from 1; none where the line took them itself.
    pub number: Option<u64>,
    /// How many blanks.
    pub blanks: u64,
    /// When.
    pub at: OffsetDateTime,
    /// The shift that was open there.
    pub shift: Option<ShiftId>,
    /// Who handed them out; none: the line took them itself.
    pub by: Option<PersonId>,
    /// The signed issue, once it is signed (`evidence::issue`).
    pub signed: Option<Vec<u8>>,
}

impl Store {
    /// By which issue a blank came to its line last.
    pub async fn issue_of(&self, blank: BlankId) -> Result<Option<IssueRow>, StoreError> {
        let mut statement = Statement::new(HEAD);
        statement
            .push(
                " JOIN stock_move AS move ON move.entry_id = issue.entry_id WHERE move.blank_id = ",
            )
            .bind(blank.as_bytes().to_vec())
            .push(" ORDER BY move.step DESC LIMIT 1");
        let row = statement.build().fetch_optional(&self.pool).await;
        let row = row.map_err(StoreError::database("reading a blank's issue"))?;
        row.as_ref().map(issue_of).transpose()
    }

    /// Issues that wait for their signature, at most `most`.
    pub async fn unsigned_issues(&self, most: u32) -> Result<Vec<IssueRow>, StoreError> {
        let mut statement = Statement::new(HEAD);
        statement
            .push(" WHERE issue.signed IS NULL ORDER BY entry.entered_at, issue.entry_id LIMIT ")
            .bind(i64::from(most));
        let rows = statement.build().fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::database("listing unsigned issues"))?;
        rows.iter().map(issue_of).collect()
    }

    /// What people handed out, the newest first, at most `most`.
    pub async fn issues(&self, most: u32) -> Result<Vec<IssueRow>, StoreError> {
        let mut statement = Statement::new(HEAD);
        statement
            .push(" WHERE issue.number IS NOT NULL ORDER BY entry.entered_at DESC, issue.number DESC LIMIT ")
            .bind(i64::from(most));
        let rows = statement.build().fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::database("listing issues"))?;
        rows.iter().map(issue_of).collect()
    }

    /// The chips that an entry of the ledger moved.
    pub async fn chips_of_entry(&self, entry: &str) -> Result<Vec<ChipSerial>, StoreError> {
        const DOING: &str = "reading the blanks of an entry";
        let rows = sqlx::query(
            "SELECT blank.chip_serial FROM stock_move AS move
             JOIN stock_blank AS blank ON blank.blank_id = move.blank_id WHERE move.entry_id = $1",
        )
        .bind(entry)
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let chip = |row: &EngineRow| {
            let columns = Columns {
                table: "stock_blank",
                id: entry.to_owned(),
                row,
            };
            columns.read("chip_serial", |bytes| bytes.try_into().ok())
        };
        rows.iter().map(chip).collect()
    }

    /// Keeps a signed issue. Where one is kept already, that one stays: both say the same.
    pub async fn keep_signed_issue(&self, entry: &str, signed: &[u8]) -> Result<(), StoreError> {
        const DOING: &str = "keeping a signed issue";
        transaction!(self, DOING, |tx| {
            sqlx::query("UPDATE stock_issue SET signed = $2 WHERE entry_id = $1 AND signed IS NULL")
                .bind(entry)
                .bind(signed)
                .execute(&mut **tx)
                .await
                .map(|_| ())
                .map_err(StoreError::database(DOING))
        })
    }
}

/// Writes that an entry is an issue; part of its transaction. Only what people hand out is numbered, for the number is a
/// row that all who hand out to one line wait for.
pub(super) async fn write(
    tx: &mut Tx,
    entry: &str,
    line: &LineName,
    by_person: bool,
) -> Result<(), StoreError> {
    const DOING: &str = "writing an issue of blanks";
    let number: Option<i64> = if by_person {
        let row = sqlx::query(
            "INSERT INTO stock_issue_count (line, issues) VALUES ($1, 1)
             ON CONFLICT (line) DO UPDATE SET issues = stock_issue_count.issues + 1
             RETURNING issues",
        )
        .bind(line.as_str())
        .fetch_one(&mut **tx)
        .await;
        let row = row.map_err(StoreError::database(DOING))?;
        Some(row.try_get("issues").map_err(StoreError::database(DOING))?)
    } else {
        None
    };
    sqlx::query("INSERT INTO stock_issue (entry_id, line, number) VALUES ($1, $2, $3)")
        .bind(entry)
        .bind(line.as_str())
        .bind(number)
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database(DOING))
}

/// Whether the issue by which a blank came to its line is signed; part of the caller's transaction.
pub(crate) async fn is_signed(tx: &mut Tx, blank: BlankId) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT CASE WHEN issue.signed IS NULL THEN 0 ELSE 1 END AS is_signed
         FROM stock_issue AS issue JOIN stock_move AS move ON move.entry_id = issue.entry_id
         WHERE move.blank_id = $1 ORDER BY move.step DESC LIMIT 1",
    )
    .bind(&blank.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("reading a blank's issue"))?;
    let Some(row) = row else { return Ok(false) };
    Ok(super::movement::count(&row, "is_signed")? == 1)
}

fn issue_of(row: &EngineRow) -> Result<IssueRow, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let entry: String = columns.get("entry_id")?;
    columns.id.clone_from(&entry);
    let line = columns.word_if_any("line", |line| line.parse().ok())?;
    let number: Option<i64> = columns.get("number")?;
    let at = from_micros(columns.get("entered_at")?);
    Ok(IssueRow {
        entry,
        line: line.ok_or_else(|| columns.bad("line"))?,
        number: number.map(i64::unsigned_abs),
        blanks: super::movement::count(row, "blanks")?,
        at: at.ok_or_else(|| columns.bad("entered_at"))?,
        shift: columns.read_if_any("shift_id", |bytes| bytes.try_into().ok())?,
        by: columns.read_if_any("by_person", staff::person_id)?,
        signed: columns.get("signed")?,
    })
}

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
    row::{Columns, from_micros, micros},
    staff,
    statement::Statement,
    transaction::{Tx, transaction},
};

const TABLE: &str = "stock_issue";
const WRITING: &str = "writing an issue of blanks";
/// What is read of an issue.
const HEAD: &str =
    "SELECT issue.entry_id, issue.line, issue.number, issue.signed, entry.entered_at, entry.blanks,
     entry.shift_id, entry.by_person
 FROM stock_issue AS issue JOIN stock_entry AS entry ON entry.entry_id = issue.entry_id";
/// Which of them wait for stock.
const UNSIGNED: &str =
    " WHERE issue.signed IS NULL AND issue.number IS NOT NULL AND entry.by_person IS NOT NULL";

/// By which entry a blank came to a line last.
const LAST_ENTRY: &str =
    "SELECT move.entry_id FROM stock_move AS move WHERE move.state = 'line' AND move.blank_id = ";
const NEWEST: &str = " ORDER BY move.step DESC LIMIT 1";
/// What people handed out, the newest first; `stock_entry_handed` has it in that order.
const HANDED_OUT: &str = " WHERE issue.number IS NOT NULL AND entry.by_person IS NOT NULL
     AND substr(entry.to_account, 1, 5) = 'line:'
     ORDER BY entry.entered_at DESC, issue.number DESC LIMIT ";

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
    /// By which issue a blank came to its line last; none where that was no issue, whatever was before.
    pub async fn issue_of(&self, blank: BlankId) -> Result<Option<IssueRow>, StoreError> {
        let mut statement = Statement::new(HEAD);
        statement
            .push(" WHERE issue.entry_id = (")
            .push(LAST_ENTRY)
            .bind(blank.as_bytes().to_vec())
            .push(NEWEST)
            .push(")");
        let row = statement.build().fetch_optional(&self.pool).await;
        let row = row.map_err(StoreError::database("reading a blank's issue"))?;
        row.as_ref().map(issue_of).transpose()
    }

    /// What people handed out and stock has not signed, where a blank of it still is at its line: the oldest first,
    /// without the first `passed_over`, at most `most`.
    pub async fn unsigned_issues(
        &self,
        passed_over: u64,
        most: u32,
    ) -> Result<Vec<IssueRow>, StoreError> {
        let mut statement = Statement::new(HEAD);
        statement
            .push(UNSIGNED)
            .push(
                " AND EXISTS (SELECT 1 FROM stock_move AS move
                      JOIN stock_blank AS blank ON blank.blank_id = move.blank_id
                      WHERE move.entry_id = issue.entry_id
                      AND blank.state = 'line' AND blank.line = issue.line)
                  ORDER BY entry.entered_at, issue.entry_id LIMIT ",
            )
            .bind(i64::from(most))
            .push(" OFFSET ")
            .bind(i64::try_from(passed_over).unwrap_or(i64::MAX));
        let rows = statement.build().fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::database("listing unsigned issues"))?;
        rows.iter().map(issue_of).collect()
    }

    /// What that person handed out to that line at that moment, and stock has not signed.
    pub async fn unsigned_issues_of(
        &self,
        line: &LineName,
        by: PersonId,
        at: OffsetDateTime,
    ) -> Result<Vec<IssueRow>, StoreError> {
        let mut statement = Statement::new(HEAD);
        statement
            .push(UNSIGNED)
            .push(" AND issue.line = ")
            .bind(line.as_str().to_owned())
            .push(" AND entry.by_person = ")
            .bind(by.as_bytes().to_vec())
            .push(" AND entry.entered_at = ")
            .bind(micros(at))
            .push(" ORDER BY issue.number");
        let rows = statement.build().fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::database("listing unsigned issues"))?;
        rows.iter().map(issue_of).collect()
    }

    /// What people handed out, the newest first, at most `most`.
    pub async fn issues(&self, most: u32) -> Result<Vec<IssueRow>, StoreError> {
        let mut statement = Statement::new(HEAD);
        statement.push(HANDED_OUT).bind(i64::from(most));
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
    // The line's role may write no number.
    let written = if by_person {
        let number = next_number(tx, line).await?;
        sqlx::query("INSERT INTO stock_issue (entry_id, line, number) VALUES ($1, $2, $3)")
            .bind(entry)
            .bind(line.as_str())
            .bind(number)
            .execute(&mut **tx)
            .await
    } else {
        sqlx::query("INSERT INTO stock_issue (entry_id, line) VALUES ($1, $2)")
            .bind(entry)
            .bind(line.as_str())
            .execute(&mut **tx)
            .await
    };
    written.map(|_| ()).map_err(StoreError::database(WRITING))
}

async fn next_number(tx: &mut Tx, line: &LineName) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "INSERT INTO stock_issue_count (line, issues) VALUES ($1, 1)
         ON CONFLICT (line) DO UPDATE SET issues = stock_issue_count.issues + 1
         RETURNING issues",
    )
    .bind(line.as_str())
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database(WRITING))?;
    row.try_get("issues").map_err(StoreError::database(WRITING))
}

/// Whether the issue by which a blank came to its line is signed; part of the caller's transaction.
pub(crate) async fn is_signed(tx: &mut Tx, blank: BlankId) -> Result<bool, StoreError> {
    let mut statement = Statement::new(
        "SELECT COUNT(*) AS signed FROM stock_issue AS issue
         WHERE issue.signed IS NOT NULL AND issue.entry_id = (",
    );
    statement
        .push(LAST_ENTRY)
        .bind(blank.as_bytes().to_vec())
        .push(NEWEST)
        .push(")");
    let row = statement.build().fetch_one(&mut **tx).await;
    let row = row.map_err(StoreError::database("reading a blank's issue"))?;
    Ok(super::movement::count(&row, "signed")? == 1)
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

#[cfg(test)]
mod tests {
    use super::{super::blank::TO_DESTROY, HANDED_OUT, HEAD};
    use crate::{Store, sealing::Sealer};

    #[tokio::test]
    async fn what_the_pages_of_the_stock_list_is_read_by_an_index_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let sealer = Sealer::new(Box::new(zeroize::Zeroizing::new([7; 32])));
        let database = folder.path().join("centre.db");
        let store = Store::open(database.as_path(), sealer).await.unwrap();
        for (statement, index) in [
            (format!("{HEAD}{HANDED_OUT}50"), "stock_entry_handed"),
            (
                TO_DESTROY.replace("$1", "'spoiled'").replace("$2", "9"),
                "stock_blank_state",
            ),
        ] {
            let explained = format!("EXPLAIN QUERY PLAN {statement}");
            let rows = sqlx::query(sqlx::AssertSqlSafe(explained))
                .fetch_all(&store.pool)
                .await
                .unwrap();
            let step = |row| sqlx::Row::get::<String, _>(row, "detail");
            let plan = rows.iter().map(step).collect::<Vec<_>>().join("; ");
            assert!(plan.contains(index), "{statement}: {plan}");
            assert!(!plan.contains("FOR ORDER BY"), "{statement}: {plan}");
        }
    }
}

//! Counts at the end of a shift, each as it was made: one that is made again does not replace the one before.

use dossier::PersonId;
use personalisation_core::{
    ids::ShiftId,
    stock::shift::{Count, Counted},
};
use time::OffsetDateTime;

use super::{movement, shift::number};
use crate::{
    Store, StoreError,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    staff,
    transaction::Tx,
};

const TABLE: &str = "stock_count";

/// A count that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptCount {
    /// What was found, what the ledger said, who counted.
    pub counted: Counted,
    /// When.
    pub at: OffsetDateTime,
}

impl Store {
    /// The counts of a shift's end, in the order in which they were made.
    pub async fn shift_counts(&self, id: ShiftId) -> Result<Vec<KeptCount>, StoreError> {
        let rows = sqlx::query("SELECT * FROM stock_count WHERE shift_id = $1 ORDER BY number")
            .bind(&id.as_bytes()[..])
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("reading a shift's counts"))?;
        rows.iter().map(|row| kept_of(id, row)).collect()
    }
}

/// How many counts of its end a shift has; part of the caller's transaction, which has the shift's row.
pub(super) async fn before(tx: &mut Tx, id: ShiftId) -> Result<u32, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS counts FROM stock_count WHERE shift_id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_one(&mut **tx)
        .await
        .map_err(StoreError::database("reading a shift's counts"))?;
    let counts = movement::count(&row, "counts")?;
    Ok(u32::try_from(counts).unwrap_or(u32::MAX))
}

/// Keeps a count.
pub(super) async fn keep(
    tx: &mut Tx,
    (id, count): (ShiftId, u32),
    found: &Counted,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let Counted {
        by,
        counted,
        expected,
    } = found;
    sqlx::query(
        "INSERT INTO stock_count (shift_id, number, counted_at, by_person, unused, documents,
             spoiled, expected_unused, expected_documents, expected_spoiled)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&id.as_bytes()[..])
    .bind(i64::from(count))
    .bind(micros(now))
    .bind(&by.as_bytes()[..])
    .bind(number(counted.unused))
    .bind(number(counted.documents))
    .bind(number(counted.spoiled))
    .bind(number(expected.unused))
    .bind(number(expected.documents))
    .bind(number(expected.spoiled))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("keeping a shift's count"))
}

/// Who made the counts of a shift's end.
pub(super) async fn counters(tx: &mut Tx, id: ShiftId) -> Result<Vec<PersonId>, StoreError> {
    let rows = sqlx::query("SELECT * FROM stock_count WHERE shift_id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_all(&mut **tx)
        .await
        .map_err(StoreError::database("reading a shift's counts"))?;
    let kept = rows.iter().map(|row| kept_of(id, row));
    kept.map(|kept| Ok(kept?.counted.by)).collect()
}

fn kept_of(id: ShiftId, row: &EngineRow) -> Result<KeptCount, StoreError> {
    let columns = Columns {
        table: TABLE,
        id: id.to_string(),
        row,
    };
    let at = from_micros(columns.get("counted_at")?);
    Ok(KeptCount {
        counted: Counted {
            by: columns.read("by_person", staff::person_id)?,
            counted: Count {
                unused: movement::count(row, "unused")?,
                documents: movement::count(row, "documents")?,
                spoiled: movement::count(row, "spoiled")?,
            },
            expected: Count {
                unused: movement::count(row, "expected_unused")?,
                documents: movement::count(row, "expected_documents")?,
                spoiled: movement::count(row, "expected_spoiled")?,
            },
        },
        at: at.ok_or_else(|| columns.bad("counted_at"))?,
    })
}

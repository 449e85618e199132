//! What was released, in order: for whoever compares signatures with attempts.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use tokio::sync::oneshot;

use super::{
    Store, StoreError,
    operation::{Operation, write},
};

/// The most entries of one answer.
pub(crate) const MOST: u32 = 1000;

/// A signature that was released. No personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its place in the journal, from 1.
    pub id: u64,
    /// The order, 16 bytes.
    pub order: Vec<u8>,
    /// The attempt.
    pub attempt: u32,
    /// The chip's serial, 10 bytes.
    pub chip_serial: Vec<u8>,
    /// 1 EF.SOD, 2 EF.CardSecurity.
    pub kind: i64,
    /// Seconds since 1970 UTC.
    pub released_at: i64,
}

impl Store {
    /// What was released after the entry `after` (0: from the beginning), at most `most`, and never more than a thousand.
    pub(crate) async fn journal(&self, after: u64, most: u32) -> Result<Vec<Signed>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let most = most.min(MOST);
        self.send(Operation::Journal { after, most, reply }).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

pub(super) async fn read(
    connection: &mut SqliteConnection,
    after: u64,
    most: u32,
) -> Result<Vec<Signed>, StoreError> {
    let query = sqlx::query(
        "SELECT journal.id, journal.order_id, journal.number, journal.kind, attempt.chip_serial, \
             permit.released_at \
         FROM journal \
         JOIN attempt ON attempt.order_id = journal.order_id AND attempt.number = journal.number \
         JOIN permit ON permit.order_id = journal.order_id AND permit.number = journal.number \
             AND permit.kind = journal.kind \
         WHERE journal.id > ? ORDER BY journal.id LIMIT ?",
    );
    let query = query.bind(i64::try_from(after).unwrap_or(i64::MAX));
    let rows = query.bind(most).fetch_all(connection).await;
    rows.map_err(write)?.iter().map(signed).collect()
}

fn signed(row: &SqliteRow) -> Result<Signed, StoreError> {
    let bad = |column| StoreError::BadRow {
        table: "journal",
        column,
        row: row.try_get::<i64, _>("id").unwrap_or_default().to_string(),
    };
    let id: i64 = row.try_get("id").map_err(|_| bad("id"))?;
    let number: i64 = row.try_get("number").map_err(|_| bad("number"))?;
    Ok(Signed {
        id: id.unsigned_abs(),
        order: row.try_get("order_id").map_err(|_| bad("order_id"))?,
        attempt: u32::try_from(number).map_err(|_| bad("number"))?,
        chip_serial: row.try_get("chip_serial").map_err(|_| bad("chip_serial"))?,
        kind: row.try_get("kind").map_err(|_| bad("kind"))?,
        released_at: row.try_get("released_at").map_err(|_| bad("released_at"))?,
    })
}

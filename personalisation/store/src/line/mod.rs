//! Attempts on the line: the queue, leases, binding to a blank, moves, and what they leave behind.

mod advance;
mod bind;
mod cancel;
mod content;
mod floor;
mod lease;
mod lost;
mod machine;
mod queue;
mod stranded;

pub use advance::Advance;
pub(crate) use advance::{end_of_attempt, write_unleased};
pub use bind::{Bind, Bound};
pub use content::AttemptContent;
pub use floor::{MachineSeen, Made, Waiting};
pub use lease::{Lease, TakenUp};
pub use lost::{LostCard, MachineLoss};
use personalisation_core::{
    attempt::{
        Attempt, AttemptId, AttemptNumber, Binding, ChipPublicKey, ScrapReason, record::Record,
    },
    ids::OrderId,
};
pub(crate) use queue::queue;
use sqlx::Row as _;
pub use stranded::Stranded;
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    engine::{Engine, EngineRow},
    row::{Columns, micros},
    transaction::Tx,
};

/// How many attempts wait and how many are being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLength {
    /// Queued.
    pub queued: u64,
    /// Bound to a blank and not finished.
    pub under_way: u64,
}

/// When an attempt came into a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveRecord {
    /// The state's name.
    pub state: String,
    /// Microseconds since 1970-01-01 UTC.
    pub at_micros: i64,
}

impl Store {
    /// One attempt.
    pub async fn attempt(&self, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
        let row = sqlx::query("SELECT * FROM line_attempt WHERE order_id = $1 AND attempt = $2")
            .bind(&id.order.as_bytes()[..])
            .bind(i64::from(id.attempt.get()))
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading an attempt"))?;
        row.as_ref().map(attempt_of).transpose()
    }

    /// Every attempt at an order, first one first.
    pub async fn attempts(&self, order: OrderId) -> Result<Vec<Attempt>, StoreError> {
        let rows = sqlx::query("SELECT * FROM line_attempt WHERE order_id = $1 ORDER BY attempt")
            .bind(&order.as_bytes()[..])
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("reading attempts"))?;
        rows.iter().map(attempt_of).collect()
    }

    /// How much there is to do.
    pub async fn queue_length(&self) -> Result<QueueLength, StoreError> {
        const DOING: &str = "counting the queue";
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS attempts FROM line_attempt
             WHERE state IN ('queued', 'bound', 'chip_keyed', 'lds_built', 'signed', 'written', 'locked', 'printed')
             OR (state = 'read_back' AND machine IS NOT NULL)
             GROUP BY state",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut length = QueueLength {
            queued: 0,
            under_way: 0,
        };
        for row in &rows {
            let columns = Columns {
                table: "line_attempt",
                id: "any".to_owned(),
                row,
            };
            let (state, attempts): (String, i64) =
                (columns.get("state")?, columns.get("attempts")?);
            let count = if state == "queued" {
                &mut length.queued
            } else {
                &mut length.under_way
            };
            *count += attempts.unsigned_abs();
        }
        Ok(length)
    }

    /// Whether anybody waits. Asked often, so nothing is counted.
    pub async fn is_anybody_queued(&self) -> Result<bool, StoreError> {
        let first = sqlx::query("SELECT 1 FROM line_attempt WHERE state = 'queued' LIMIT 1")
            .fetch_optional(&self.pool)
            .await;
        let first = first.map_err(StoreError::database("looking at the queue"))?;
        Ok(first.is_some())
    }

    /// When the attempt came into each of its states, in order.
    pub async fn moves(&self, id: AttemptId) -> Result<Vec<MoveRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, moved_at FROM line_move WHERE order_id = $1 AND attempt = $2 ORDER BY step",
        )
        .bind(&id.order.as_bytes()[..])
        .bind(i64::from(id.attempt.get()))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("reading an attempt's moves"))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "line_move",
                    id: id.to_string(),
                    row,
                };
                Ok(MoveRecord {
                    state: columns.get("state")?,
                    at_micros: columns.get("moved_at")?,
                })
            })
            .collect()
    }

    /// The state of every document number ever allocated: `allocated`, `produced` or `void`.
    pub async fn numbers(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT number, state FROM line_number ORDER BY number")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("reading document numbers"))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "line_number",
                    id: "any".to_owned(),
                    row,
                };
                Ok((columns.get("number")?, columns.get("state")?))
            })
            .collect()
    }
}

/// Records that the attempt came into its state; part of the caller's transaction.
pub(crate) async fn insert_move(
    tx: &mut Tx,
    attempt: &Attempt,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO line_move (order_id, attempt, step, state, moved_at)
         SELECT $1, $2, COUNT(*) + 1, $3, $4 FROM line_move WHERE order_id = $1 AND attempt = $2",
    )
    .bind(&attempt.id().order.as_bytes()[..])
    .bind(i64::from(attempt.id().attempt.get()))
    .bind(attempt.state().name())
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("recording an attempt's move"))?;
    Ok(())
}

/// The attempt that a row of `line_attempt` describes.
pub(crate) fn attempt_of(row: &EngineRow) -> Result<Attempt, StoreError> {
    const TABLE: &str = "line_attempt";
    let unnamed = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let order: OrderId = unnamed.read("order_id", |bytes| bytes.try_into().ok())?;
    let number: i64 = unnamed.get("attempt")?;
    let number = u32::try_from(number).ok().and_then(AttemptNumber::new);
    let id = AttemptId {
        order,
        attempt: number.ok_or_else(|| unnamed.bad("attempt"))?,
    };
    let columns = Columns {
        table: TABLE,
        id: id.to_string(),
        row,
    };
    let record = Record {
        state: columns.get("state")?,
        from_state: columns.get("from_state")?,
        scrap_reason: columns.word_if_any("scrap_reason", ScrapReason::from_name)?,
        binding: binding_of(&columns)?,
        chip_key: columns.read_if_any("chip_key", |bytes| ChipPublicKey::try_from(bytes).ok())?,
        lds_digest: columns.digest("lds_digest")?,
        sod_digest: columns.digest("sod_digest")?,
        card_security_digest: columns.digest("card_security_digest")?,
        shipment: columns.read_if_any("shipment_id", |bytes| bytes.try_into().ok())?,
    };
    Attempt::from_record(id, &record).map_err(StoreError::bad_record(id.to_string()))
}

fn binding_of(columns: &Columns<'_>) -> Result<Option<Binding>, StoreError> {
    let blank = columns.read_if_any("blank_id", |bytes| bytes.try_into().ok())?;
    let chip = columns.read_if_any("chip_serial", |bytes| bytes.try_into().ok())?;
    let number = columns.word_if_any("document_number", |text| text.parse().ok())?;
    Ok(match (blank, chip, number) {
        (Some(blank), Some(chip), Some(number)) => Some(Binding {
            blank,
            chip,
            number,
            card: machine::card_of(columns)?,
        }),
        _ => None,
    })
}

/// The row's order and attempt, for tables that have both.
pub(crate) fn bind_id<'q>(
    query: sqlx::query::Query<'q, Engine, <Engine as sqlx::Database>::Arguments>,
    id: &AttemptId,
) -> sqlx::query::Query<'q, Engine, <Engine as sqlx::Database>::Arguments> {
    query
        .bind(id.order.as_bytes().to_vec())
        .bind(i64::from(id.attempt.get()))
}

/// A count from a row, for statements that return one.
pub(crate) fn tries_of(row: &EngineRow) -> Result<u32, StoreError> {
    let tries: i64 = row
        .try_get("tries")
        .map_err(StoreError::database("reading an attempt"))?;
    Ok(u32::try_from(tries).unwrap_or(u32::MAX))
}

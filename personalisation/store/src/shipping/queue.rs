//! What lies in the exit trays and waits to be packed, by destination: express first, then the oldest.
//!
//! Which cards are ready is [`Known::may_be_packed`](personalisation_core::quality::Known::may_be_packed); the condition here is
//! the same in SQL, and a test compares the two.

use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    document_number::DocumentNumber,
    ids::OrderId,
    shipping::Destination,
};
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    engine::EngineRow,
    line::bind_id,
    row::{Columns, from_micros},
};

/// Cards that wait for one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingToPack {
    /// Where they go.
    pub destination: Destination,
    /// Those that may be packed.
    pub ready: u64,
    /// Those of them that are express.
    pub express: u64,
    /// Those in the exit tray that wait for an inspector.
    pub to_inspect: u64,
    /// When the oldest of all left its machine.
    pub oldest: OffsetDateTime,
}

/// A card that may be packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToPack {
    /// Which.
    pub id: AttemptId,
    /// What is printed on it.
    pub number: DocumentNumber,
    /// Whether it is express.
    pub express: bool,
    /// When it was printed and found good by its machine.
    pub since: OffsetDateTime,
}

/// Cards in exit trays, with what was said of each.
macro_rules! in_trays {
    () => {
        "FROM line_attempt AS attempt
         JOIN order_item AS item ON item.order_id = attempt.order_id
         JOIN quality_inspection AS seen ON seen.order_id = attempt.order_id
             AND seen.attempt = attempt.attempt AND seen.look = 'machine'
         LEFT JOIN quality_inspection AS person ON person.order_id = attempt.order_id
             AND person.attempt = attempt.attempt AND person.look = seen.asks
         WHERE attempt.state = 'quality_passed'"
    };
}
/// Which of them may be packed.
macro_rules! ready {
    () => {
        "(seen.passed = 1 AND (seen.asks IS NULL OR person.passed = 1))"
    };
}

impl Store {
    /// What waits in the exit trays for each destination: those with express first, then by the oldest.
    pub async fn waiting_to_pack(&self) -> Result<Vec<WaitingToPack>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT attempt.destination,
                    CAST(SUM(CASE WHEN ",
            ready!(),
            " THEN 1 ELSE 0 END) AS BIGINT) AS ready,
                    CAST(SUM(CASE WHEN ",
            ready!(),
            " AND item.express = 1 THEN 1 ELSE 0 END) AS BIGINT) AS express,
                    COUNT(*) AS cards, MIN(seen.inspected_at) AS oldest ",
            in_trays!(),
            " GROUP BY attempt.destination
              ORDER BY CASE WHEN MAX(item.express) = 1 THEN 0 ELSE 1 END, oldest, attempt.destination"
        ))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing what waits to be packed"))?;
        rows.iter().map(waiting_of).collect()
    }

    /// Cards that may be packed for one destination, express first, then the oldest, at most `most`.
    pub async fn cards_to_pack(
        &self,
        destination: &Destination,
        most: u32,
    ) -> Result<Vec<ToPack>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT attempt.order_id, attempt.attempt, attempt.document_number, item.express, seen.inspected_at ",
            in_trays!(),
            " AND attempt.destination = $1 AND ",
            ready!(),
            " ORDER BY item.express DESC, seen.inspected_at, attempt.document_number LIMIT $2"
        ))
        .bind(destination.as_str())
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing cards to pack"))?;
        rows.iter().map(card_of).collect()
    }
}

impl Store {
    /// Number and destination of a card that may be packed, for its cover; none where it may not.
    pub async fn card_to_cover(
        &self,
        id: AttemptId,
    ) -> Result<Option<(DocumentNumber, Destination)>, StoreError> {
        let query = sqlx::query(concat!(
            "SELECT attempt.document_number, attempt.destination ",
            in_trays!(),
            " AND attempt.order_id = $1 AND attempt.attempt = $2 AND ",
            ready!()
        ));
        let row = bind_id(query, &id)
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a card's cover"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: "line_attempt",
            id: id.to_string(),
            row: &row,
        };
        let number = columns.word_if_any("document_number", |text| text.parse().ok())?;
        let destination = columns.word_if_any("destination", |text| text.parse().ok())?;
        Ok(Some((
            number.ok_or_else(|| columns.bad("document_number"))?,
            destination.ok_or_else(|| columns.bad("destination"))?,
        )))
    }
}

fn waiting_of(row: &EngineRow) -> Result<WaitingToPack, StoreError> {
    let columns = Columns {
        table: "line_attempt",
        id: "any".to_owned(),
        row,
    };
    let destination = columns.word_if_any("destination", |text| text.parse().ok())?;
    let count = |column| -> Result<u64, StoreError> {
        let number: i64 = columns.get(column)?;
        Ok(number.unsigned_abs())
    };
    let (ready, cards) = (count("ready")?, count("cards")?);
    let oldest = from_micros(columns.get("oldest")?);
    Ok(WaitingToPack {
        destination: destination.ok_or_else(|| columns.bad("destination"))?,
        ready,
        express: count("express")?,
        to_inspect: cards.saturating_sub(ready),
        oldest: oldest.ok_or_else(|| columns.bad("inspected_at"))?,
    })
}

fn card_of(row: &EngineRow) -> Result<ToPack, StoreError> {
    let mut columns = Columns {
        table: "line_attempt",
        id: "unknown".to_owned(),
        row,
    };
    let order: OrderId = columns.read("order_id", |bytes| bytes.try_into().ok())?;
    columns.id = order.to_string();
    let attempt: i64 = columns.get("attempt")?;
    let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
    let number = columns.word_if_any("document_number", |text| text.parse().ok())?;
    let express: i64 = columns.get("express")?;
    let since = from_micros(columns.get("inspected_at")?);
    Ok(ToPack {
        id: AttemptId {
            order,
            attempt: attempt.ok_or_else(|| columns.bad("attempt"))?,
        },
        number: number.ok_or_else(|| columns.bad("document_number"))?,
        express: express == 1,
        since: since.ok_or_else(|| columns.bad("inspected_at"))?,
    })
}

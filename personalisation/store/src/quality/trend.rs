//! Trends: how many cards were looked at, and why they failed, by day, machine and box of their blanks.

use personalisation_core::quality::{Look, Reason};
use time::{Duration, OffsetDateTime};

use crate::{
    Store, StoreError,
    row::{Columns, from_micros, micros},
};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// From a moment on, and before another.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// The first moment.
    pub from: OffsetDateTime,
    /// The first moment after it.
    pub until: OffsetDateTime,
}

/// So many cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The day (UTC), at midnight.
    pub day: OffsetDateTime,
    /// Serial number of the machine that made them.
    pub machine: String,
    /// What stands on the box that their blanks came in.
    pub label: String,
    /// Who looked at them.
    pub look: Look,
    /// Why they failed; none: they passed. A card that failed for two reasons is in two rows.
    pub reason: Option<Reason>,
    /// How many.
    pub cards: u64,
}

impl Store {
    /// What inspections of a period said, the oldest day first.
    pub async fn trends(&self, period: Period) -> Result<Vec<Counted>, StoreError> {
        let rows = sqlx::query(
            "SELECT inspection.inspected_at / 86400000000 AS day, inspection.machine, stock_box.label,
                    inspection.look, reason.reason, COUNT(*) AS cards
             FROM quality_inspection AS inspection
             JOIN line_attempt AS attempt ON attempt.order_id = inspection.order_id
                 AND attempt.attempt = inspection.attempt
             JOIN stock_blank AS blank ON blank.blank_id = attempt.blank_id
             JOIN stock_box ON stock_box.box_id = blank.box_id
             LEFT JOIN quality_reason AS reason ON reason.order_id = inspection.order_id
                 AND reason.attempt = inspection.attempt AND reason.look = inspection.look
             WHERE inspection.inspected_at >= $1 AND inspection.inspected_at < $2
             GROUP BY inspection.inspected_at / 86400000000, inspection.machine, stock_box.label,
                      inspection.look, reason.reason
             ORDER BY 1, 2, 3, 4, 5",
        )
        .bind(micros(period.from))
        .bind(micros(period.until))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("counting inspections"))?;
        let counted = rows.iter().map(|row| {
            let columns = Columns {
                table: "quality_inspection",
                id: "any".to_owned(),
                row,
            };
            let day: i64 = columns.get("day")?;
            let cards: i64 = columns.get("cards")?;
            Ok(Counted {
                day: from_micros(day.saturating_mul(DAY)).ok_or_else(|| columns.bad("day"))?,
                machine: columns.get("machine")?,
                label: columns.get("label")?,
                look: columns
                    .word_if_any("look", Look::from_name)?
                    .ok_or_else(|| columns.bad("look"))?,
                reason: columns.word_if_any("reason", Reason::from_name)?,
                cards: cards.unsigned_abs(),
            })
        });
        counted.collect()
    }
}

impl Period {
    /// The last so many days before a moment, and the day that it is in.
    pub fn last_days(days: i64, now: OffsetDateTime) -> Self {
        Self {
            from: now.replace_time(time::Time::MIDNIGHT) - Duration::days(days),
            until: now + Duration::seconds(1),
        }
    }
}

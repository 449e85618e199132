//! Machines at which no line works any more, with cards inside: nobody else may give those up, so somebody must hear of them.

use personalisation_core::machine::MachineSerial;
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    row::{Columns, micros},
};

/// Such a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    /// Which.
    pub machine: MachineSerial,
    /// The line that drove it last, where one ever said so.
    pub line: Option<String>,
    /// Attempts whose cards lie there: under way, on hold, or on their way to the tray of bad cards.
    pub cards: u64,
}

impl Store {
    /// The machines with attempts' cards inside of which no line has spoken since `silent_since`, and at which no worker has one of
    /// these attempts now; by serial number.
    pub async fn stranded(
        &self,
        silent_since: OffsetDateTime,
    ) -> Result<Vec<Stranded>, StoreError> {
        const DOING: &str = "looking for machines that no line works at";
        let clock = self.lease_clock(&self.pool).await?;
        let rows = sqlx::query(
            "SELECT attempt.machine AS machine, seen.line AS line, COUNT(*) AS cards FROM line_attempt AS attempt
             LEFT JOIN line_machine AS seen ON seen.serial = attempt.machine
             WHERE attempt.machine IS NOT NULL AND attempt.left_machine IS NULL
             AND (seen.seen_at IS NULL OR seen.seen_at <= $1)
             AND NOT EXISTS (SELECT 1 FROM line_attempt AS held
                             WHERE held.machine = attempt.machine AND held.left_machine IS NULL
                             AND held.lease_expires_at > $2)
             GROUP BY attempt.machine, seen.line ORDER BY attempt.machine",
        )
        .bind(micros(silent_since))
        .bind(clock)
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "line_attempt",
                    id: "any".to_owned(),
                    row,
                };
                let machine = columns.word_if_any("machine", |text| text.parse().ok())?;
                let cards: i64 = columns.get("cards")?;
                Ok(Stranded {
                    machine: machine.ok_or_else(|| columns.bad("machine"))?,
                    line: columns.get("line")?,
                    cards: cards.unsigned_abs(),
                })
            })
            .collect()
    }
}

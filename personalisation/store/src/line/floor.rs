//! The floor at a glance: machines as their lines last said, who waits, what was made and given up of late.

use personalisation_core::queue::Class;
use sqlx::Row as _;
use time::{Duration, OffsetDateTime};

use crate::{
    Store, StoreError,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
};

/// A machine as its line saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSeen {
    /// The maker's serial number.
    pub serial: String,
    /// The line that drives it.
    pub line: String,
    /// What somebody must do there, and where, in the words of the machine's docs.
    pub task: Option<(String, Option<String>)>,
    /// Cards inside.
    pub cards: u32,
    /// When its line said so.
    pub seen_at: OffsetDateTime,
}

/// Who waits in one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The class.
    pub class: Class,
    /// How many.
    pub attempts: u64,
    /// Since when the first of them.
    pub since: OffsetDateTime,
}

/// What came of attempts in one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Documents.
    pub documents: u64,
    /// Attempts given up.
    pub scrapped: u64,
}

impl Store {
    /// What a line says of its machine; what it said before is replaced. Nothing but the floor's page depends on it.
    pub async fn machine_seen(&self, seen: &MachineSeen) -> Result<(), StoreError> {
        let (task, place) = seen.task.as_ref().map_or((None, None), |(task, place)| {
            (Some(task.as_str()), place.as_deref())
        });
        sqlx::query(
            "INSERT INTO line_machine (serial, line, task, place, cards, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (serial) DO UPDATE SET line = excluded.line, task = excluded.task, place = excluded.place,
                                                cards = excluded.cards, seen_at = excluded.seen_at",
        )
        .bind(&seen.serial)
        .bind(&seen.line)
        .bind(task)
        .bind(place)
        .bind(i64::from(seen.cards))
        .bind(micros(seen.seen_at))
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(StoreError::database("recording what a machine looks like"))
    }

    /// Every machine that a line ever drove, by serial number.
    pub async fn machines(&self) -> Result<Vec<MachineSeen>, StoreError> {
        let rows = sqlx::query("SELECT * FROM line_machine ORDER BY serial")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("listing machines"))?;
        rows.iter().map(machine_of).collect()
    }

    /// Who waits, by class; classes in which nobody does are left out.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, StoreError> {
        let rows = sqlx::query(
            "SELECT class, COUNT(*) AS attempts, MIN(queued_at) AS since FROM line_attempt
             WHERE state = 'queued' GROUP BY class ORDER BY class",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("counting the queue"))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "line_attempt",
                    id: "any".to_owned(),
                    row,
                };
                let attempts: i64 = columns.get("attempts")?;
                let since: i64 = columns.get("since")?;
                let class = columns.word_if_any("class", Class::from_name)?;
                Ok(Waiting {
                    class: class.ok_or_else(|| columns.bad("class"))?,
                    attempts: attempts.unsigned_abs(),
                    since: from_micros(since).ok_or_else(|| columns.bad("since"))?,
                })
            })
            .collect()
    }

    /// What was made and given up in each stretch of `each` from `from` on, `count` of them.
    pub async fn made(
        &self,
        from: OffsetDateTime,
        each: Duration,
        count: usize,
    ) -> Result<Vec<Made>, StoreError> {
        const DOING: &str = "counting what was made";
        let first = micros(from);
        let each = i64::try_from(each.whole_microseconds())
            .unwrap_or(i64::MAX)
            .max(1);
        let rows = sqlx::query(
            "SELECT (move.moved_at - $1) / $2 AS stretch, move.state, COUNT(*) AS attempts FROM line_move AS move
             JOIN line_attempt AS attempt ON attempt.order_id = move.order_id AND attempt.attempt = move.attempt
             WHERE move.moved_at >= $1 AND (move.state IN ('quality_passed', 'scrapped')
                                            OR (move.state = 'read_back' AND attempt.machine IS NULL))
             AND NOT EXISTS (SELECT 1 FROM line_move AS before
                             WHERE before.order_id = move.order_id AND before.attempt = move.attempt
                             AND before.step < move.step AND before.state = 'packed')
             GROUP BY 1, 2",
        )
        .bind(first)
        .bind(each)
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut made = vec![Made::default(); count];
        for row in &rows {
            let failed = || StoreError::database(DOING);
            let stretch: i64 = row.try_get("stretch").map_err(failed())?;
            let state: String = row.try_get("state").map_err(failed())?;
            let attempts: i64 = row.try_get("attempts").map_err(failed())?;
            let place = usize::try_from(stretch).ok();
            let Some(stretch) = place.and_then(|place| made.get_mut(place)) else {
                continue;
            };
            let attempts = attempts.unsigned_abs();
            if state == "scrapped" {
                stretch.scrapped += attempts;
            } else {
                stretch.documents += attempts;
            }
        }
        Ok(made)
    }

    /// Attempts given up since a time, by reason; the most frequent first.
    pub async fn scrapped_since(
        &self,
        since: OffsetDateTime,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        const DOING: &str = "counting what was given up";
        let rows = sqlx::query(
            "SELECT attempt.scrap_reason AS reason, COUNT(*) AS attempts FROM line_move AS move
             JOIN line_attempt AS attempt ON attempt.order_id = move.order_id AND attempt.attempt = move.attempt
             WHERE move.moved_at >= $1 AND move.state = 'scrapped' AND attempt.scrap_reason IS NOT NULL
             GROUP BY attempt.scrap_reason ORDER BY 2 DESC, 1",
        )
        .bind(micros(since))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        rows.iter()
            .map(|row| {
                let attempts: i64 = row.try_get("attempts")?;
                Ok((row.try_get("reason")?, attempts.unsigned_abs()))
            })
            .collect::<Result<_, _>>()
            .map_err(StoreError::database(DOING))
    }

    /// Another text after every change that the floor's page shows.
    pub async fn floor_now(&self) -> Result<String, StoreError> {
        const DOING: &str = "looking for changes on the floor";
        let row = sqlx::query(
            "SELECT (SELECT MAX(moved_at) FROM line_move) AS moved,
                    (SELECT MAX(seen_at) FROM line_machine) AS seen,
                    (SELECT COUNT(*) FROM line_attempt WHERE state = 'queued') AS queued",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let column = |name: &str| -> Result<Option<i64>, StoreError> {
            row.try_get(name).map_err(StoreError::database(DOING))
        };
        let [moved, seen, queued] = [column("moved")?, column("seen")?, column("queued")?];
        Ok(format!("{moved:?} {seen:?} {queued:?}"))
    }
}

fn machine_of(row: &EngineRow) -> Result<MachineSeen, StoreError> {
    let mut columns = Columns {
        table: "line_machine",
        id: "any".to_owned(),
        row,
    };
    let serial: String = columns.get("serial")?;
    columns.id.clone_from(&serial);
    let (task, place): (Option<String>, Option<String>) =
        (columns.get("task")?, columns.get("place")?);
    let cards: i64 = columns.get("cards")?;
    let seen_at: i64 = columns.get("seen_at")?;
    Ok(MachineSeen {
        serial,
        line: columns.get("line")?,
        task: task.map(|task| (task, place)),
        cards: u32::try_from(cards).map_err(|_| columns.bad("cards"))?,
        seen_at: from_micros(seen_at).ok_or_else(|| columns.bad("seen_at"))?,
    })
}

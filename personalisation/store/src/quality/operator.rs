//! Who worked at a machine: they made its cards, and inspect none of them.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::attempt::AttemptId;
use sqlx::Row as _;
use time::{Duration, OffsetDateTime};

use crate::{
    Store, StoreError, audit,
    row::{Columns, from_micros, micros},
    transaction::{Tx, transaction},
};

/// How long somebody works at a machine at most without saying so again: who forgot to sign off is nobody's maker after that.
pub const SHIFT: Duration = Duration::hours(12);

/// The same in microseconds.
const SHIFT_MICROS: i64 = 12 * 3_600_000_000;

/// Somebody says that they work at a machine.
#[derive(Clone, Copy, Debug)]
pub struct SignOn<'a> {
    /// Which machine, by its serial number.
    pub machine: &'a str,
    /// Who.
    pub person: PersonId,
    /// Since when, which may be before it is said.
    pub since: OffsetDateTime,
}

/// Somebody says who else worked at a machine, and did not say so.
#[derive(Clone, Copy, Debug)]
pub struct Worked<'a> {
    /// Which machine, by its serial number.
    pub machine: &'a str,
    /// Who worked there.
    pub person: PersonId,
    /// Since when.
    pub since: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
    /// Who says so: inspects as little of what was made meanwhile as who made it.
    pub entered_by: PersonId,
}

impl Worked<'_> {
    /// Whether somebody can have worked like that by now: for no longer than a [`SHIFT`].
    pub fn is_possible(&self, now: OffsetDateTime) -> bool {
        self.since < self.until && self.until <= now && self.until - self.since <= SHIFT
    }
}

/// Somebody who works at a machine now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtMachine {
    /// Who.
    pub person: PersonId,
    /// Since when.
    pub since: OffsetDateTime,
}

impl Store {
    /// Somebody works at a machine. Whether that was not known yet.
    pub async fn sign_on(
        &self,
        sign_on: &SignOn<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "recording who works at a machine";
        transaction!(self, DOING, |tx| {
            let begun = sqlx::query(
                "INSERT INTO quality_operator (machine, person, since, entered_at)
                 SELECT $1, $2, $3, $4 WHERE NOT EXISTS (
                     SELECT 1 FROM quality_operator
                     WHERE machine = $1 AND person = $2
                     AND (since = $3 OR (until IS NULL AND since <= $3 AND since + $5 > $3)))",
            )
            .bind(sign_on.machine)
            .bind(&sign_on.person.as_bytes()[..])
            .bind(micros(sign_on.since))
            .bind(micros(now))
            .bind(SHIFT_MICROS)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(begun.rows_affected() == 1)
        })
    }

    /// Somebody says who worked at a machine. Whether that can be, and was not known yet.
    pub async fn enter_work(
        &self,
        worked: &Worked<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "recording who worked at a machine";
        if !worked.is_possible(now) {
            return Ok(false);
        }
        transaction!(self, DOING, |tx| {
            let entered = sqlx::query(
                "INSERT INTO quality_operator (machine, person, since, until, entered_at, entered_by)
                 SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (
                     SELECT 1 FROM quality_operator WHERE machine = $1 AND person = $2 AND since = $3)",
            )
            .bind(worked.machine)
            .bind(worked.person.as_bytes().to_vec())
            .bind(micros(worked.since))
            .bind(micros(worked.until))
            .bind(micros(now))
            .bind(worked.entered_by.as_bytes().to_vec())
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let is_new = entered.rows_affected() == 1;
            if is_new {
                audit::write(tx, entries).await?;
            }
            Ok(is_new)
        })
    }

    /// Somebody ends their work at a machine. Whether they worked there.
    pub async fn sign_off(
        &self,
        machine: &str,
        person: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "recording who works at a machine";
        transaction!(self, DOING, |tx| {
            let ended = sqlx::query(
                "UPDATE quality_operator SET until = CASE WHEN since + $4 < $3 THEN since + $4 ELSE $3 END
                 WHERE machine = $1 AND person = $2 AND until IS NULL",
            )
            .bind(machine)
            .bind(&person.as_bytes()[..])
            .bind(micros(now))
            .bind(SHIFT_MICROS)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(ended.rows_affected() > 0)
        })
    }

    /// Who works at a machine now, whoever is there longest first.
    pub async fn at_machine(
        &self,
        machine: &str,
        now: OffsetDateTime,
    ) -> Result<Vec<AtMachine>, StoreError> {
        let rows = sqlx::query(
            "SELECT person, MIN(since) AS since FROM quality_operator
             WHERE machine = $1 AND until IS NULL AND since + $2 > $3 GROUP BY person ORDER BY 2, 1",
        )
        .bind(machine)
        .bind(SHIFT_MICROS)
        .bind(micros(now))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("reading who works at a machine"))?;
        let at = rows.iter().map(|row| {
            let columns = Columns {
                table: "quality_operator",
                id: machine.to_owned(),
                row,
            };
            let person = columns.read("person", |bytes| {
                Some(PersonId::from_bytes(bytes.try_into().ok()?))
            })?;
            let since: i64 = columns.get("since")?;
            let since = from_micros(since).ok_or_else(|| columns.bad("since"))?;
            Ok(AtMachine { person, since })
        });
        at.collect()
    }
}

/// By whom a card was made, as far as a stranger has to know.
pub(super) struct Made {
    /// At which machine.
    pub(super) machine: String,
    /// Whether anybody is known to have worked there.
    maker_is_known: bool,
}

impl Made {
    /// Refuses a card of which nobody knows who made it.
    pub(super) fn demand_maker(&self, card: AttemptId) -> Result<(), StoreError> {
        if self.maker_is_known {
            return Ok(());
        }
        let machine = self.machine.clone();
        Err(StoreError::MakerUnknown { card, machine })
    }
}

/// Refuses somebody who worked at the card's machine while the card was made, from its blank to its exit picture, or who said
/// who did; and everybody, where no exit picture is.
pub(super) async fn demand_stranger(
    tx: &mut Tx,
    card: AttemptId,
    person: PersonId,
) -> Result<Made, StoreError> {
    const DOING: &str = "looking who made a card";
    let failed = || StoreError::database(DOING);
    let seen = sqlx::query(
        "SELECT machine, inspected_at, (
             SELECT MIN(moved_at) FROM line_move
             WHERE line_move.order_id = $1 AND line_move.attempt = $2 AND line_move.state = 'bound') AS bound_at
         FROM quality_inspection WHERE order_id = $1 AND attempt = $2 AND look = 'machine'",
    )
    .bind(&card.order.as_bytes()[..])
    .bind(i64::from(card.attempt.get()))
    .fetch_optional(&mut **tx)
    .await
    .map_err(failed())?;
    let Some(seen) = seen else {
        return Err(StoreError::NeverSeen { card });
    };
    let machine: String = seen.try_get("machine").map_err(failed())?;
    let until: i64 = seen.try_get("inspected_at").map_err(failed())?;
    let bound: Option<i64> = seen.try_get("bound_at").map_err(failed())?;
    let rows = sqlx::query(
        "SELECT person, entered_by FROM quality_operator
         WHERE machine = $1 AND since <= $2 AND COALESCE(until, since + $4) >= $3",
    )
    .bind(&machine)
    .bind(until)
    .bind(bound.unwrap_or(until))
    .bind(SHIFT_MICROS)
    .fetch_all(&mut **tx)
    .await
    .map_err(failed())?;
    for row in &rows {
        let maker: Vec<u8> = row.try_get("person").map_err(failed())?;
        let said: Option<Vec<u8>> = row.try_get("entered_by").map_err(failed())?;
        let own = &person.as_bytes()[..];
        if maker == own || said.is_some_and(|said| said == own) {
            return Err(StoreError::MadeIt { card });
        }
    }
    let maker_is_known = !rows.is_empty();
    Ok(Made {
        machine,
        maker_is_known,
    })
}

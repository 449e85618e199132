//! Who worked at a machine: they made its cards, and inspect none of them.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::attempt::AttemptId;
use sqlx::Row as _;
use time::OffsetDateTime;

use crate::{
    Store, StoreError, audit,
    row::{Columns, from_micros, micros},
    transaction::{Tx, transaction},
};

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
                     WHERE machine = $1 AND person = $2 AND (since = $3 OR (until IS NULL AND since <= $3)))",
            )
            .bind(sign_on.machine)
            .bind(&sign_on.person.as_bytes()[..])
            .bind(micros(sign_on.since))
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(begun.rows_affected() == 1)
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
                "UPDATE quality_operator SET until = $3
                 WHERE machine = $1 AND person = $2 AND until IS NULL",
            )
            .bind(machine)
            .bind(&person.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(ended.rows_affected() > 0)
        })
    }

    /// Who works at a machine now, whoever is there longest first.
    pub async fn at_machine(&self, machine: &str) -> Result<Vec<AtMachine>, StoreError> {
        let rows = sqlx::query(
            "SELECT person, MIN(since) AS since FROM quality_operator
             WHERE machine = $1 AND until IS NULL GROUP BY person ORDER BY 2, 1",
        )
        .bind(machine)
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

/// Refuses somebody who worked at the card's machine while the card was made, from its blank to its exit picture; and
/// everybody, where nobody is known to have worked there, or no exit picture is. The machine.
pub(super) async fn demand_stranger(
    tx: &mut Tx,
    card: AttemptId,
    person: PersonId,
) -> Result<String, StoreError> {
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
    let makers: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT person FROM quality_operator
         WHERE machine = $1 AND since <= $2 AND (until IS NULL OR until >= $3)",
    )
    .bind(&machine)
    .bind(until)
    .bind(bound.unwrap_or(until))
    .fetch_all(&mut **tx)
    .await
    .map_err(failed())?;
    if makers.is_empty() {
        return Err(StoreError::MakerUnknown { card, machine });
    }
    if makers.iter().any(|maker| *maker == person.as_bytes()[..]) {
        return Err(StoreError::MadeIt { card });
    }
    Ok(machine)
}

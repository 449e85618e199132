//! Who worked at a machine: they made its cards, and inspect none of them.

use dossier::PersonId;
use personalisation_core::attempt::AttemptId;
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    row::micros,
    transaction::{Tx, transaction},
};

impl Store {
    /// Somebody begins to work at a machine. Safe to repeat.
    pub async fn begin_at_machine(
        &self,
        machine: &str,
        person: PersonId,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "recording who works at a machine";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO quality_operator (machine, person, since)
                 SELECT $1, $2, $3 WHERE NOT EXISTS (
                     SELECT 1 FROM quality_operator
                     WHERE machine = $1 AND person = $2 AND until IS NULL)",
            )
            .bind(machine)
            .bind(&person.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }

    /// Somebody ends their work at a machine. Safe to repeat.
    pub async fn end_at_machine(
        &self,
        machine: &str,
        person: PersonId,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "recording who works at a machine";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "UPDATE quality_operator SET until = $3
                 WHERE machine = $1 AND person = $2 AND until IS NULL",
            )
            .bind(machine)
            .bind(&person.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }
}

/// Refuses somebody who worked at the card's machine while the card was made: from its blank to its exit picture.
pub(super) async fn demand_stranger(
    tx: &mut Tx,
    card: AttemptId,
    person: PersonId,
) -> Result<(), StoreError> {
    const DOING: &str = "looking who made a card";
    let made: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM quality_inspection AS seen
         JOIN quality_operator AS worker ON worker.machine = seen.machine
         WHERE seen.order_id = $1 AND seen.attempt = $2 AND seen.look = 'machine'
         AND worker.person = $3 AND worker.since <= seen.inspected_at
         AND (worker.until IS NULL OR worker.until >= (
             SELECT MIN(moved_at) FROM line_move
             WHERE line_move.order_id = $1 AND line_move.attempt = $2 AND line_move.state = 'bound'))",
    )
    .bind(&card.order.as_bytes()[..])
    .bind(i64::from(card.attempt.get()))
    .bind(&person.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    match made {
        Some(_) => Err(StoreError::MadeIt { card }),
        None => Ok(()),
    }
}

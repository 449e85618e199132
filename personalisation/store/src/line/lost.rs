//! Machines that do not come back: a person gives up what lies in one. Its blanks are missing from then on, looked for like all
//! others that are not where they should be.

use std::time::Duration;

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{Attempt, AttemptState, ScrapReason},
    blank::BlankStep,
    machine::{LeftTo, MachineSerial},
    remake::{Doubt, remake},
};
use sqlx::Row as _;
use time::OffsetDateTime;

use super::{
    advance::{end_of_attempt, write_unleased},
    attempt_of, bind_id,
    lease::{exactly_one, rfc3339},
};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{length, micros},
    stock::{self, COUNTERS, Movement, demand, move_blanks},
    transaction::{Tx, transaction},
};

const DOING: &str = "giving up what lies in a machine";
/// The outcome of what was meant to be done with such a card.
const OUTCOME: &str = "lost with its machine";

/// What came of giving a machine up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineLoss {
    /// The cards that were lost with it, the oldest first; none where nothing was known to lie there.
    Lost(Vec<LostCard>),
    /// Nothing was changed: a worker has the attempt of such a card now, or its line says that it drives the machine; so it
    /// reaches the machine, or waits for it.
    Worked {
        /// Which worker, or which line.
        holder: String,
    },
}

/// A card that was lost with its machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostCard {
    /// Its attempt as it is now: scrapped, or cancelled.
    pub attempt: Attempt,
    /// Whether the attempt was given up for this; the others had ended before, and their cards were on their way to the tray
    /// of bad cards.
    pub given_up: bool,
    /// Why its remake waits for a person; none where it is queued, or there is none.
    pub doubt: Option<Doubt>,
}

impl Store {
    /// Gives up every attempt whose card lies in a machine, as somebody who may say that blanks are missing: number void,
    /// blank missing, remake queued or on hold. Cards that had been given up before are missing too. `entries` speaks about what was
    /// lost. `lease`: a line that spoke of the machine within this time before `now` drives it still. Safe to repeat: a second time
    /// there is nothing in the machine.
    pub async fn lose_machine(
        &self,
        machine: MachineSerial,
        (by, lease): (PersonId, Duration),
        entries: impl Fn(&[LostCard]) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<MachineLoss, StoreError> {
        let entries = &entries;
        transaction!(self, DOING, |tx| {
            demand(tx, by, COUNTERS, now).await?;
            let clock = self.lease_clock(&mut **tx).await?;
            let rows = sqlx::query(
                "SELECT * FROM line_attempt WHERE machine = $1 AND left_machine IS NULL
                 ORDER BY machine_card",
            )
            .bind(machine.as_str())
            .fetch_all(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            for row in &rows {
                if let Some(holder) = worker(row, clock)? {
                    return Ok(MachineLoss::Worked { holder });
                }
            }
            let since = micros(now).saturating_sub(length(lease));
            if let Some(holder) = driver(tx, machine, since).await? {
                return Ok(MachineLoss::Worked { holder });
            }
            let mut lost = Vec::with_capacity(rows.len());
            for row in &rows {
                lost.push(self.lose_card(tx, attempt_of(row)?, by, now).await?);
            }
            audit::write(tx, &entries(&lost)).await?;
            Ok(MachineLoss::Lost(lost))
        })
    }

    async fn lose_card(
        &self,
        tx: &mut Tx,
        attempt: Attempt,
        by: PersonId,
        now: OffsetDateTime,
    ) -> Result<LostCard, StoreError> {
        if let Some(binding) = attempt.binding() {
            let state = stock::state_of(tx, binding.blank).await?;
            // Somebody may have found the card, and destroyed it.
            if state.after(BlankStep::Lose).is_ok() {
                let movement = Movement::by_person(BlankStep::Lose, by, now);
                move_blanks(tx, &[binding.blank], &movement).await?;
            }
        }
        let id = attempt.id();
        let scrapped = attempt.clone().scrap(ScrapReason::ChipRemoved);
        let given_up = scrapped.is_ok();
        // Before the move, which calls what it finds open interrupted.
        let object = format!("attempt {id}");
        audit::close_open_intents(tx, &object, &rfc3339(now), OUTCOME).await?;
        if let Ok(scrapped) = &scrapped {
            write_unleased(self, tx, &attempt, scrapped, now).await?;
            end_of_attempt(tx, scrapped, now).await?;
        }
        let query = sqlx::query(
            "UPDATE line_attempt SET left_machine = $3
             WHERE order_id = $1 AND attempt = $2 AND left_machine IS NULL",
        );
        let left = bind_id(query, &id)
            .bind(LeftTo::Removed.name())
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
        exactly_one(left.rows_affected(), DOING, &id)?;
        let attempt = scrapped.unwrap_or(attempt);
        Ok(LostCard {
            doubt: doubt(&attempt),
            attempt,
            given_up,
        })
    }
}

/// A remake that waited for the machine to put its forerunner into the tray of bad cards waits for a person now.
fn doubt(attempt: &Attempt) -> Option<Doubt> {
    let remake = remake(attempt)?;
    let is_held = matches!(remake.attempt.state(), AttemptState::OnHold(_));
    remake.doubt.or(is_held.then_some(Doubt::CardMayWork))
}

/// The worker that has a row's attempt now, or gave it back just now: it was there then.
fn worker(row: &EngineRow, clock: i64) -> Result<Option<String>, StoreError> {
    let failed = || StoreError::database("reading a lease");
    let expires: Option<i64> = row.try_get("lease_expires_at").map_err(failed())?;
    let holder: Option<String> = row.try_get("lease_holder").map_err(failed())?;
    let is_live = expires.is_some_and(|expires| expires > clock);
    Ok(is_live.then(|| holder.unwrap_or_else(|| "a worker".to_owned())))
}

/// The line that spoke of the machine after `since`, in microseconds. Leases alone do not tell: nobody has the attempt of a card
/// that waits to be rejected, or for a person.
async fn driver(
    tx: &mut Tx,
    machine: MachineSerial,
    since: i64,
) -> Result<Option<String>, StoreError> {
    sqlx::query_scalar("SELECT line FROM line_machine WHERE serial = $1 AND seen_at > $2")
        .bind(machine.as_str())
        .bind(since)
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))
}

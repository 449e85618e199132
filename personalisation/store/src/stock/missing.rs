//! Blanks that are not where they should be: looked for, and found or written off by two supervisors.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    blank::{BlankState, BlankStep},
    chip_serial::ChipSerial,
    stock::Signatures,
};
use time::OffsetDateTime;

use super::{
    Movement,
    blank::{BlankHead, find_all, not_under_way, was_used},
    duty::{COUNTERS, SUPERVISORS, demand, demand_both},
    handing::{counted, ids},
    move_blanks,
};
use crate::{
    Store, StoreError, audit,
    row::Columns,
    transaction::{Tx, transaction},
};

impl Store {
    /// Records that blanks are not where they should be. How many.
    pub async fn lose_blanks(
        &self,
        chips: &[ChipSerial],
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        transaction!(self, "recording missing blanks", |tx| {
            demand(tx, by, COUNTERS, now).await?;
            let blanks = find_all(tx, chips).await?;
            for blank in &blanks {
                not_under_way(tx, blank.id).await?;
            }
            let blanks = ids(&blanks);
            let movement = Movement::by_person(BlankStep::Lose, by, now);
            move_blanks(tx, &blanks, &movement).await?;
            audit::write(tx, entries).await?;
            counted(&blanks)
        })
    }

    /// Records before two supervisors that blanks turned up. Where each one goes is what
    /// [`BlankState::when_found`] says; how many went back into the vault, and how many wait for their destruction.
    pub async fn find_blanks(
        &self,
        chips: &[ChipSerial],
        both: Signatures,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(u64, u64), StoreError> {
        transaction!(self, "recording blanks that were found", |tx| {
            demand_both(tx, both, SUPERVISORS, now).await?;
            let (mut usable, mut unusable) = (Vec::new(), Vec::new());
            for blank in find_all(tx, chips).await? {
                let lost_from = lost_from(tx, &blank).await?;
                let used = was_used(tx, blank.id).await?;
                match blank.state.when_found(lost_from, used) {
                    BlankStep::Find => usable.push(blank.id),
                    _ => unusable.push(blank.id),
                }
            }
            let found = Movement::by_both(BlankStep::Find, both, now);
            move_blanks(tx, &usable, &found).await?;
            let surfaced = Movement {
                spoil_reason: Some("was_missing"),
                ..Movement::by_both(BlankStep::Surface, both, now)
            };
            move_blanks(tx, &unusable, &surfaced).await?;
            audit::write(tx, entries).await?;
            let number = |of: usize| u64::try_from(of).unwrap_or(u64::MAX);
            Ok((number(usable.len()), number(unusable.len())))
        })
    }

    /// Two supervisors give blanks up that were looked for in vain. How many.
    pub async fn write_off_blanks(
        &self,
        chips: &[ChipSerial],
        both: Signatures,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        transaction!(self, "writing blanks off", |tx| {
            demand_both(tx, both, SUPERVISORS, now).await?;
            let blanks = ids(&find_all(tx, chips).await?);
            let movement = Movement::by_both(BlankStep::WriteOff, both, now);
            move_blanks(tx, &blanks, &movement).await?;
            audit::write(tx, entries).await?;
            counted(&blanks)
        })
    }
}

/// The state that a blank was in when it went missing.
async fn lost_from(tx: &mut Tx, blank: &BlankHead) -> Result<BlankState, StoreError> {
    let row = sqlx::query(
        "SELECT state FROM stock_move WHERE blank_id = $1 AND step < (
             SELECT MAX(step) FROM stock_move WHERE blank_id = $1 AND state = 'missing')
         ORDER BY step DESC LIMIT 1",
    )
    .bind(&blank.id.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("looking where a blank was last"))?;
    // One that was never missing makes no such move: the state's own guard says so.
    let Some(row) = row else {
        return Ok(blank.state);
    };
    let columns = Columns {
        table: "stock_move",
        id: blank.id.to_string(),
        row: &row,
    };
    super::blank::blank_state(&columns)
}

//! Receiving inspection: a box is counted, some of its chips were read, and each of its blanks goes where it belongs.

use std::collections::{BTreeMap, BTreeSet};

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    blank::BlankStep,
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId},
    stock::inspection::{BoxFindings, judge},
};
use time::OffsetDateTime;

use super::{
    Movement,
    blank::BlankHead,
    duty::{KEEPERS, demand},
    move_blanks,
};
use crate::{
    Store, StoreError, audit,
    row::micros,
    transaction::{Tx, transaction},
};

const DOING: &str = "inspecting a box of blanks";

/// What was found in a box, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Inspection<'a> {
    /// The box.
    pub of: BoxId,
    /// What was found.
    pub found: &'a BoxFindings,
    /// By whom.
    pub by: PersonId,
}

impl Store {
    /// Takes a box into the vault as `personalisation_core::stock::inspection` judges it, once: good blanks into the
    /// vault, bad ones aside, missing ones to be looked for. How many are in the vault.
    pub async fn inspect_box(
        &self,
        inspection: &Inspection<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        transaction!(self, DOING, |tx| {
            demand(tx, inspection.by, KEEPERS, now).await?;
            close_box(tx, inspection, now).await?;
            let blanks = announced(tx, inspection.of).await?;
            let chips: BTreeSet<ChipSerial> = blanks.keys().copied().collect();
            let accepted = judge(&chips, inspection.found)?;
            for (chips, step) in [
                (&accepted.good, BlankStep::Receive),
                (&accepted.defective, BlankStep::Reject),
                (&accepted.missing, BlankStep::Lose),
            ] {
                let of_box = chips.iter().filter_map(|chip| blanks.get(chip).copied());
                let movement = Movement::by_person(step, inspection.by, now);
                move_blanks(tx, &of_box.collect::<Vec<_>>(), &movement).await?;
            }
            audit::write(tx, entries).await?;
            Ok(u64::try_from(accepted.good.len()).unwrap_or(u64::MAX))
        })
    }
}

async fn close_box(
    tx: &mut Tx,
    inspection: &Inspection<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let number = |of: u64| i64::try_from(of).unwrap_or(i64::MAX);
    let sampled = u64::try_from(inspection.found.sampled.len()).unwrap_or(u64::MAX);
    let closed = sqlx::query(
        "UPDATE stock_box SET counted = $2, sampled = $3, inspected_at = $4, inspected_by = $5
         WHERE box_id = $1 AND counted IS NULL",
    )
    .bind(&inspection.of.as_bytes()[..])
    .bind(number(inspection.found.counted))
    .bind(number(sampled))
    .bind(micros(now))
    .bind(&inspection.by.as_bytes()[..])
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if closed.rows_affected() == 1 {
        return Ok(());
    }
    Err(StoreError::Stale {
        doing: DOING,
        object: format!("box {}", inspection.of),
    })
}

async fn announced(tx: &mut Tx, of: BoxId) -> Result<BTreeMap<ChipSerial, BlankId>, StoreError> {
    let rows = sqlx::query("SELECT * FROM stock_blank WHERE box_id = $1 AND state = 'in_delivery'")
        .bind(&of.as_bytes()[..])
        .fetch_all(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    let heads = rows.iter().map(BlankHead::of);
    heads
        .map(|head| head.map(|head| (head.chip, head.id)))
        .collect()
}

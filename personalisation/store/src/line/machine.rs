//! Cards in machines: which attempts a machine has inside, and where their cards left it to.

use personalisation_core::{
    attempt::{Attempt, AttemptId, AttemptState, Scrap},
    machine::{LeftTo, MachineCard, MachineSerial},
    remake::{Remake, remake},
};
use time::OffsetDateTime;

use super::{
    advance, attempt_of, bind_id,
    lease::{exactly_one, rfc3339},
};
use crate::{
    Store, StoreError, audit,
    row::Columns,
    transaction::{Tx, transaction},
};

impl Store {
    /// The attempts whose cards a machine has inside, as far as anybody recorded: also scrapped and cancelled ones
    /// whose cards are not in the tray of bad cards yet. The oldest card first.
    pub async fn attempts_inside(
        &self,
        machine: MachineSerial,
    ) -> Result<Vec<Attempt>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM line_attempt WHERE machine = $1 AND left_machine IS NULL
             ORDER BY machine_card",
        )
        .bind(machine.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("reading the attempts in a machine"))?;
        rows.iter().map(attempt_of).collect()
    }

    /// Records where the card of an attempt that has ended without a document, or is on hold, left its machine to, which is the
    /// outcome of what was meant to be done with it. In the tray of bad cards it lets the remake go on that waited for it; the card
    /// of one on hold may be put in again once that goes on. Safe to repeat.
    pub async fn card_left(
        &self,
        id: AttemptId,
        to: LeftTo,
        outcome: &str,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "recording where a card left its machine to";
        transaction!(self, DOING, |tx| {
            let scrapped = still_inside(tx, &id).await?;
            let query = sqlx::query(
                "UPDATE line_attempt SET left_machine = COALESCE(left_machine, $3)
                 WHERE order_id = $1 AND attempt = $2 AND machine IS NOT NULL
                 AND state IN ('scrapped', 'cancelled', 'on_hold')",
            );
            let moved = bind_id(query, &id)
                .bind(to.name())
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            exactly_one(moved.rows_affected(), DOING, &id)?;
            let object = format!("attempt {id}");
            audit::close_open_intents(tx, &object, &rfc3339(now), outcome).await?;
            match scrapped {
                Some(scrapped) if to == LeftTo::Reject => self.go_on(tx, &scrapped, now).await,
                _ => Ok(()),
            }
        })
    }

    /// Lets the remake go on that waits for its predecessor's card to be in the tray of bad cards, and for no person.
    async fn go_on(
        &self,
        tx: &mut Tx,
        scrapped: &Attempt,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let waits = |scrap: &Scrap| scrap.reason.ends_in_reject_tray();
        let held = match scrapped.state() {
            AttemptState::Scrapped(scrap) if waits(scrap) => remake(scrapped),
            _ => None,
        };
        let Some(Remake {
            attempt: held,
            doubt: None,
        }) = held
        else {
            return Ok(());
        };
        let Ok(released) = held.clone().resume() else {
            return Ok(());
        };
        match advance::write_unleased(self, tx, &held, &released, now).await {
            // Cancelled by a person meanwhile.
            Err(StoreError::Stale { .. }) => Ok(()),
            done => done,
        }
    }

    /// Gives acts about an object that has no attempt the outcome `outcome`, where they have none.
    pub async fn close_acts(
        &self,
        object: &str,
        outcome: &str,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        transaction!(self, "closing acts in the audit", |tx| {
            audit::close_open_intents(tx, object, &rfc3339(now), outcome).await
        })
    }

    /// The same for acts about cards of a machine that have no attempt: their object is `card MACHINE/HANDLE`.
    pub async fn close_acts_about_cards(
        &self,
        machine: MachineSerial,
        outcome: &str,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        transaction!(self, "closing acts in the audit", |tx| {
            let objects = audit::open_cards(tx, machine).await?;
            let mut closed = 0;
            for object in objects {
                closed += audit::close_open_intents(tx, &object, &rfc3339(now), outcome).await?;
            }
            Ok(closed)
        })
    }
}

/// The attempt, when nobody has recorded yet where its card left the machine to.
async fn still_inside(tx: &mut Tx, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
    let query = sqlx::query(
        "SELECT * FROM line_attempt WHERE order_id = $1 AND attempt = $2 AND left_machine IS NULL",
    );
    let row = bind_id(query, id)
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading an attempt"))?;
    row.as_ref().map(attempt_of).transpose()
}

/// Writes where an attempt's card lies now; part of the caller's transaction.
pub(super) async fn lies_in(
    tx: &mut Tx,
    id: &AttemptId,
    card: Option<MachineCard>,
) -> Result<(), StoreError> {
    const DOING: &str = "recording where a card lies";
    let query = sqlx::query(
        "UPDATE line_attempt SET machine = $3, machine_card = $4, left_machine = NULL
         WHERE order_id = $1 AND attempt = $2",
    );
    let moved = bind_id(query, id)
        .bind(card.map(|card| card.machine.to_string()))
        .bind(card.map(column_of))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    exactly_one(moved.rows_affected(), DOING, id)
}

/// A handle as its column has it; `CardHandle` promises that it fits.
pub(super) fn column_of(card: MachineCard) -> i64 {
    i64::try_from(card.handle.get()).unwrap_or(i64::MAX)
}

/// The card that a row of `line_attempt` names.
pub(super) fn card_of(columns: &Columns<'_>) -> Result<Option<MachineCard>, StoreError> {
    use personalisation_core::machine::CardHandle;
    let machine = columns.word_if_any("machine", |text| text.parse().ok())?;
    let handle: Option<i64> = columns.get("machine_card")?;
    let (Some(machine), Some(handle)) = (machine, handle) else {
        return Ok(None);
    };
    let handle = u64::try_from(handle).ok().and_then(CardHandle::new);
    Ok(Some(MachineCard {
        machine,
        handle: handle.ok_or_else(|| columns.bad("machine_card"))?,
    }))
}

//! Leases: the right to move one attempt, by token and until a time, so that two workers never do.

use std::time::Duration;

use evidence::entry::Entry;
use personalisation_core::{
    attempt::{Attempt, AttemptId},
    chip_serial::ChipSerial,
    ids::LeaseToken,
    machine::{MachineCard, MachineSerial},
    stock::LineName,
};
use sqlx::{Executor, Row as _};
use time::OffsetDateTime;

use super::{attempt_of, bind_id, machine, tries_of};
use crate::{
    Store, StoreError, audit,
    engine::{Engine, EngineRow},
    row::length,
    transaction::{Tx, transaction},
};

/// The right to move an attempt. Every move renews it.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Known to its holder only.
    pub token: LeaseToken,
    /// Which worker: a reader of a line. The same worker, started again, takes its lease back.
    pub holder: String,
    /// How long it lasts from each move on, by the engine's clock.
    pub lasts: Duration,
}

impl Lease {
    /// The line that its holder belongs to.
    pub fn line(&self) -> LineName {
        LineName::of_worker(&self.holder)
    }
}

/// What came of looking for the attempt of a chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenUp {
    /// It goes on here; it was taken up so many times in this state.
    Attempt(Attempt, u32),
    /// No attempt is under way for this chip.
    None,
    /// Another worker has it.
    Leased {
        /// Which.
        holder: String,
    },
    /// It goes on in machines only, and the chip was shown elsewhere.
    InMachine {
        /// The attempt.
        attempt: AttemptId,
        /// The machine that had the card last.
        machine: MachineSerial,
    },
}

impl Store {
    /// Takes up the unfinished attempt that is bound to this chip, unless another worker has it. `card`: where the
    /// chip lies, if in a machine, which is recorded. An attempt that was begun in a machine, or came into one, is taken up in
    /// machines only: a plain reader's end is an unprinted document.
    /// Acts whose outcome nobody recorded get `interrupted` as their outcome in the audit; `entries`
    /// speaks about the attempt that was taken up.
    pub async fn take_up(
        &self,
        (chip, card): (ChipSerial, Option<MachineCard>),
        lease: &Lease,
        interrupted: &str,
        entries: impl Fn(&Attempt) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<TakenUp, StoreError> {
        let entries = &entries;
        // Most chips are new: that costs no transaction, and whoever binds one looks again.
        if under_way(&self.pool, chip).await?.is_none() {
            return Ok(TakenUp::None);
        }
        transaction!(self, "taking up an attempt", |tx| {
            let Some(row) = under_way(&mut **tx, chip).await? else {
                return Ok(TakenUp::None);
            };
            let mut attempt = attempt_of(&row)?;
            let known = attempt.binding().and_then(|binding| binding.card);
            if let (None, Some(MachineCard { machine, .. })) = (card, known) {
                let attempt = attempt.id();
                return Ok(TakenUp::InMachine { attempt, machine });
            }
            let clock = self.lease_clock(&mut **tx).await?;
            if !take(tx, &attempt.id(), lease, clock).await? {
                let holder: Option<String> = row
                    .try_get("lease_holder")
                    .map_err(StoreError::database("reading a lease"))?;
                return Ok(TakenUp::Leased {
                    holder: holder.unwrap_or_default(),
                });
            }
            if known != card {
                machine::lies_in(tx, &attempt.id(), card).await?;
                if let Some(row) = under_way(&mut **tx, chip).await? {
                    attempt = attempt_of(&row)?;
                }
            }
            let object = format!("attempt {}", attempt.id());
            let time = rfc3339(now);
            audit::close_open_intents(tx, &object, &time, interrupted).await?;
            audit::write(tx, &entries(&attempt)).await?;
            Ok(TakenUp::Attempt(attempt, tries_of(&row)? + 1))
        })
    }

    /// Takes up one attempt under way whose lease ran out longer than `silent` ago: its card has not
    /// been seen since. What lies in a machine is taken up by the worker at that one only (`at`), for nobody else knows what
    /// becomes of the card when the machine goes on; of one that does not come back, [`Store::lose_machine`] ends it.
    pub async fn take_up_abandoned(
        &self,
        (lease, at): (&Lease, Option<MachineSerial>),
        silent: Duration,
        interrupted: &str,
        entries: impl Fn(&Attempt) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<Option<Attempt>, StoreError> {
        let entries = &entries;
        transaction!(self, "taking up an abandoned attempt", |tx| {
            let clock = self.lease_clock(&mut **tx).await?;
            let row = sqlx::query(
                "SELECT * FROM line_attempt
                 WHERE (state IN ('bound', 'chip_keyed', 'lds_built', 'signed', 'written', 'locked', 'printed')
                        OR (state = 'read_back' AND machine IS NOT NULL))
                 AND lease_expires_at <= $1
                 AND (machine IS NULL OR left_machine IS NOT NULL OR machine = $2)
                 ORDER BY queued_at, order_id LIMIT 1",
            )
            .bind(clock.saturating_sub(length(silent)))
            .bind(at.map(|machine| machine.to_string()))
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database("taking up an abandoned attempt"))?;
            let Some(row) = row else { return Ok(None) };
            let attempt = attempt_of(&row)?;
            if !take(tx, &attempt.id(), lease, clock).await? {
                return Ok(None);
            }
            let object = format!("attempt {}", attempt.id());
            audit::close_open_intents(tx, &object, &rfc3339(now), interrupted).await?;
            audit::write(tx, &entries(&attempt)).await?;
            Ok(Some(attempt))
        })
    }

    /// Attempts of which the chip may be locked already, and which this worker may take up; those too that a machine has
    /// yet to print, whose card somebody may have taken elsewhere.
    pub async fn maybe_locked(&self, holder: &str) -> Result<Vec<Attempt>, StoreError> {
        const DOING: &str = "looking for the attempt of a locked chip";
        transaction!(self, DOING, |tx| {
            let clock = self.lease_clock(&mut **tx).await?;
            let rows = sqlx::query(
                "SELECT * FROM line_attempt
             WHERE (state IN ('written', 'locked')
                    OR (state IN ('read_back', 'printed') AND machine IS NOT NULL AND left_machine IS NULL))
             AND (lease_token IS NULL OR lease_expires_at <= $2 OR lease_holder = $1)
             ORDER BY CASE WHEN lease_holder = $1 THEN 0 ELSE 1 END, queued_at, order_id",
            )
            .bind(holder)
            .bind(clock)
            .fetch_all(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            rows.iter().map(attempt_of).collect()
        })
    }

    /// Whether a worker has an attempt in its hands now.
    pub async fn is_leased(&self, id: AttemptId) -> Result<bool, StoreError> {
        let clock = self.lease_clock(&self.pool).await?;
        let query = sqlx::query(
            "SELECT 1 FROM line_attempt WHERE order_id = $1 AND attempt = $2
             AND lease_token IS NOT NULL AND lease_expires_at > $3",
        );
        let leased = bind_id(query, &id)
            .bind(clock)
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("looking for an attempt's lease"))?;
        Ok(leased.is_some())
    }

    /// Keeps the lease while a long act is under way.
    pub async fn renew(&self, id: AttemptId, lease: &Lease) -> Result<(), StoreError> {
        const DOING: &str = "renewing a lease";
        transaction!(self, DOING, |tx| {
            let clock = self.lease_clock(&mut **tx).await?;
            let query = sqlx::query(
                "UPDATE line_attempt SET lease_expires_at = $4
                 WHERE order_id = $1 AND attempt = $2 AND lease_token = $3",
            );
            let renewed = bind_id(query, &id)
                .bind(&lease.token.as_bytes()[..])
                .bind(clock.saturating_add(length(lease.lasts)))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            exactly_one(renewed.rows_affected(), DOING, &id)
        })
    }

    /// Gives the lease back at once, so that the next worker need not wait for its end; what was
    /// missing was not the card's fault, so the tries do not count. When it would have run out stays
    /// on record: the card was seen, so the attempt is not abandoned.
    pub async fn release(&self, id: AttemptId, lease: &Lease) -> Result<(), StoreError> {
        const DOING: &str = "releasing a lease";
        transaction!(self, DOING, |tx| {
            let clock = self.lease_clock(&mut **tx).await?;
            let query = sqlx::query(
                "UPDATE line_attempt
                 SET lease_token = NULL, lease_holder = NULL, lease_expires_at = $4, tries = 0
                 WHERE order_id = $1 AND attempt = $2 AND lease_token = $3",
            );
            let released = bind_id(query, &id)
                .bind(&lease.token.as_bytes()[..])
                .bind(clock.saturating_add(length(lease.lasts)))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            exactly_one(released.rows_affected(), DOING, &id)
        })
    }
}

/// The attempt of a chip that has not ended, also one that its machine has yet to print.
async fn under_way<'e>(
    from: impl Executor<'e, Database = Engine>,
    chip: ChipSerial,
) -> Result<Option<EngineRow>, StoreError> {
    sqlx::query(
        "SELECT * FROM line_attempt WHERE chip_serial = $1
         AND (state IN ('bound', 'chip_keyed', 'lds_built', 'signed', 'written', 'locked')
              OR (machine IS NOT NULL AND state IN ('read_back', 'printed')))",
    )
    .bind(chip.as_bytes().to_vec())
    .fetch_optional(from)
    .await
    .map_err(StoreError::database("taking up an attempt"))
}

/// Takes the lease if it is free, has run out, or was this worker's before; counts the try.
async fn take(tx: &mut Tx, id: &AttemptId, lease: &Lease, clock: i64) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "UPDATE line_attempt SET lease_token = $3, lease_holder = $4, lease_expires_at = $5,
                tries = tries + 1
         WHERE order_id = $1 AND attempt = $2
         AND (lease_token IS NULL OR lease_expires_at <= $6 OR lease_holder = $4)",
    );
    let taken = bind_id(query, id)
        .bind(&lease.token.as_bytes()[..])
        .bind(&lease.holder)
        .bind(clock.saturating_add(length(lease.lasts)))
        .bind(clock)
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("taking a lease"))?;
    Ok(taken.rows_affected() == 1)
}

pub(super) fn exactly_one(
    rows: u64,
    doing: &'static str,
    id: &AttemptId,
) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale {
            doing,
            object: format!("attempt {id}"),
        })
    }
}

pub(super) fn rfc3339(at: OffsetDateTime) -> String {
    use time::{UtcOffset, format_description::well_known::Rfc3339};
    // Fails for years beyond 9999 only.
    at.to_offset(UtcOffset::UTC)
        .format(&Rfc3339)
        .unwrap_or_default()
}

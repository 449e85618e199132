//! Moves of attempts: guarded by the old state and the lease, with what follows for blank and number.

use evidence::entry::Entry;
use personalisation_core::{
    attempt::{Attempt, AttemptState, Digest, ScrapReason},
    blank::{BlankState, BlankStep},
    document::VoidReason,
    ids::BatchId,
    remake::remake,
    template::Template,
};
use rand::CryptoRng;
use sqlx::Row as _;
use time::OffsetDateTime;

use super::{
    AttemptContent, Lease, bind_id, cancel, content, insert_move,
    lease::{exactly_one, rfc3339},
    machine, queue,
};
use crate::{
    Store, StoreError, audit, document,
    quality::{ByMachine, seen_by_machine},
    row::length,
    statement::Statement,
    stock::{self, Movement, move_blanks},
    template,
    transaction::{Tx, transaction},
};

const DOING: &str = "moving an attempt";

/// A move, or several in one commit, with the outcome of one act and the intent of the next.
#[derive(Debug)]
pub struct Advance<'a> {
    /// Where the attempt is.
    pub from: &'a Attempt,
    /// Where it goes, one after the other; the last is where it stays.
    pub path: &'a [Attempt],
    /// What the moves leave behind, to be sealed.
    pub content: &'a [(AttemptContent, &'a [u8])],
    /// SHA-256 of the certificate of whose key signed the card, with the move that this leads to.
    pub signer: Option<Digest>,
    /// The outcome of the act before, the intent of the act after.
    pub entries: &'a [Entry],
    /// What the exit camera saw, where the move follows from that.
    pub seen: Option<&'a ByMachine<'a>>,
}

impl Store {
    /// Moves an attempt. With the last step of its machine's profile its blank becomes a document and its number is
    /// produced; with Scrapped the blank is spoiled, the number void, and the remake is in the queue. Whether somebody asked
    /// meanwhile that it be cancelled.
    pub async fn advance(
        &self,
        rng: &mut impl CryptoRng,
        lease: &Lease,
        advance: &Advance<'_>,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let id = advance.from.id();
        let mut sealed = Vec::with_capacity(advance.content.len());
        for (kind, plain) in advance.content {
            sealed.push((*kind, self.sealer.seal(rng, &kind.place(id), plain)?));
        }
        let sealed = &sealed;
        let sighting = match advance.seen {
            Some(seen) => Some(self.sighting(rng, id, seen)?),
            None => None,
        };
        let sighting = &sighting;
        let Some(to) = advance.path.last() else {
            return Ok(false);
        };
        transaction!(self, DOING, |tx| {
            let is_unwanted = write(self, tx, (advance.from, to), lease).await?;
            for step in advance.path {
                insert_move(tx, step, now).await?;
            }
            content::insert(tx, id, sealed).await?;
            if let Some(sighting) = sighting {
                seen_by_machine(tx, id, sighting, now).await?;
            }
            if let Some(signer) = advance.signer {
                stock::note_signer(tx, id, signer).await?;
            }
            end_of_attempt(tx, to, now).await?;
            audit::write(tx, advance.entries).await?;
            Ok(is_unwanted)
        })
    }
}

/// What an attempt's end means for its blank, its number and its order; nothing before the end.
pub(crate) async fn end_of_attempt(
    tx: &mut Tx,
    attempt: &Attempt,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let void = match attempt.state() {
        state if state.is_document() => None,
        AttemptState::Cancelled(_) => Some(VoidReason::Cancelled),
        AttemptState::Scrapped(scrap) => Some(VoidReason::Scrapped(scrap.reason)),
        _ => return Ok(()),
    };
    let spoil_reason = void.map(VoidReason::name);
    if let Some(binding) = attempt.binding() {
        let step = if spoil_reason.is_some() {
            BlankStep::Spoil
        } else {
            BlankStep::Finish
        };
        let state = stock::state_of(tx, binding.blank).await?;
        // A finished card that is given up was a document.
        let given_up = spoil_reason.is_some() && state == BlankState::Document;
        if given_up || state == BlankState::Line {
            let movement = Movement {
                spoil_reason,
                ..Movement::by_program(step, now)
            };
            move_blanks(tx, &[binding.blank], &movement).await?;
        }
        let number = if spoil_reason.is_some() {
            "void"
        } else {
            "produced"
        };
        let moved =
            sqlx::query("UPDATE line_number SET state = $2 WHERE number = $1 AND state <> 'void'")
                .bind(binding.number.as_str())
                .bind(number)
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
        exactly_one(moved.rows_affected(), DOING, &attempt.id())?;
        document::end_of_number(tx, binding.number, attempt.id(), void, now).await?;
    }
    if let Some(next) = remake(attempt) {
        // Nobody wants it any more: the order ends with what would have been made again, unless a person must look first.
        let next = if next.doubt.is_none() && cancel::wanted(&mut **tx, attempt.id()).await? {
            next.attempt.cancel()?
        } else {
            next.attempt
        };
        queue(tx, &next, now).await?;
    }
    Ok(())
}

impl Store {
    /// Writes the state that binding leads to and takes the lease.
    pub(super) async fn write_bound(
        &self,
        tx: &mut Tx,
        (from, to, batch, template): (&Attempt, &Attempt, BatchId, &Template),
        lease: &Lease,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let record = to.record();
        let Some(binding) = record.binding else {
            return Ok(());
        };
        let mut update = Statement::new("UPDATE line_attempt SET tries = 1, state = ");
        update.bind(&*record.state).push(", blank_id = ");
        update.bind(binding.blank.as_bytes().to_vec());
        update.push(", chip_serial = ");
        update.bind(binding.chip.as_bytes().to_vec());
        update
            .push(", document_number = ")
            .bind(binding.number.as_str());
        update
            .push(", lease_token = ")
            .bind(lease.token.as_bytes().to_vec());
        update.push(", lease_holder = ").bind(&*lease.holder);
        update.push(", lease_expires_at = ");
        self.push_lease_clock(&mut update);
        update.push(" + ").bind(length(lease.lasts));
        update.push(", batch_id = ").bind(batch.as_bytes().to_vec());
        update.push(", machine = ");
        update.bind(binding.card.map(|card| card.machine.to_string()));
        update
            .push(", machine_card = ")
            .bind(binding.card.map(machine::column_of));
        update
            .push(", template_version = ")
            .bind(i64::from(template.key.version));
        update
            .push(", template_digest = ")
            .bind(template::hex(template.digest));
        push_where(&mut update, from);
        let moved = update.build().execute(&mut **tx).await;
        let moved = moved.map_err(StoreError::database(DOING))?;
        exactly_one(moved.rows_affected(), DOING, &to.id())?;
        insert_move(tx, to, now).await
    }
}

/// The attempt, as long as it is where it was.
fn push_where(update: &mut Statement, from: &Attempt) {
    let id = from.id();
    update
        .push(" WHERE order_id = ")
        .bind(id.order.as_bytes().to_vec());
    update
        .push(" AND attempt = ")
        .bind(i64::from(id.attempt.get()));
    update.push(" AND state = ").bind(from.state().name());
}

/// Writes a state under the lease; the lease ends with the attempt. Whether somebody asked that the attempt be cancelled.
async fn write(
    store: &Store,
    tx: &mut Tx,
    (from, to): (&Attempt, &Attempt),
    lease: &Lease,
) -> Result<bool, StoreError> {
    let record = to.record();
    let digest = |digest: Option<Digest>| digest.map(|digest| digest.0.to_vec());
    let mut update = Statement::new("UPDATE line_attempt SET tries = 0, state = ");
    update.bind(&*record.state).push(", from_state = ");
    update.bind(record.from_state.as_deref());
    update.push(", scrap_reason = ");
    update.bind(record.scrap_reason.map(ScrapReason::name));
    update.push(", chip_key = ");
    update.bind(record.chip_key.as_ref().map(|key| key.as_bytes().to_vec()));
    update
        .push(", lds_digest = ")
        .bind(digest(record.lds_digest));
    update
        .push(", sod_digest = ")
        .bind(digest(record.sod_digest));
    update.push(", card_security_digest = ");
    update.bind(digest(record.card_security_digest));
    if to.state().is_final() {
        update.push(", lease_token = NULL, lease_holder = NULL, lease_expires_at = NULL");
    } else {
        update.push(", lease_expires_at = ");
        store.push_lease_clock(&mut update);
        update.push(" + ").bind(length(lease.lasts));
    }
    if matches!(to.state(), AttemptState::QualityPassed(_)) {
        update.push(", left_machine = 'exit'");
    }
    push_where(&mut update, from);
    update
        .push(" AND lease_token = ")
        .bind(lease.token.as_bytes().to_vec());
    update.push(" AND lease_expires_at > ");
    store.push_lease_clock(&mut update);
    update.push(" RETURNING cancel_at");
    let row = update.build().fetch_optional(&mut **tx).await;
    let row = row.map_err(StoreError::database(DOING))?;
    exactly_one(u64::from(row.is_some()), DOING, &to.id())?;
    let cancel_at = row.map(|row| row.try_get::<Option<i64>, _>("cancel_at"));
    let cancel_at = cancel_at.transpose().map_err(StoreError::database(DOING))?;
    Ok(cancel_at.flatten().is_some())
}

/// Writes a state that somebody decided on, provided that no worker has the attempt.
pub(crate) async fn write_unleased(
    store: &Store,
    tx: &mut Tx,
    from: &Attempt,
    to: &Attempt,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let record = to.record();
    let query = sqlx::query(
        "UPDATE line_attempt SET state = $3, from_state = $5, scrap_reason = $7, tries = 0,
                lease_token = NULL, lease_holder = NULL, lease_expires_at = $6, shipment_id = $8
         WHERE order_id = $1 AND attempt = $2 AND state = $4
         AND (lease_token IS NULL OR lease_expires_at <= $6)",
    );
    let moved = bind_id(query, &to.id())
        .bind(&record.state)
        .bind(from.state().name())
        .bind(&record.from_state)
        .bind(store.lease_clock(&mut **tx).await?)
        .bind(record.scrap_reason.map(ScrapReason::name))
        .bind(record.shipment.map(|shipment| shipment.as_bytes().to_vec()))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    exactly_one(moved.rows_affected(), DOING, &to.id())?;
    // What its worker meant to do when it fell silent: nobody takes that up any more.
    let object = format!("attempt {}", to.id());
    audit::close_open_intents(tx, &object, &rfc3339(now), "interrupted").await?;
    insert_move(tx, to, now).await
}

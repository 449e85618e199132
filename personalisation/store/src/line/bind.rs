//! Binding: the next attempt, a blank whose chip was read, and a new number, in one transaction.

use evidence::entry::Entry;
use personalisation_core::{
    attempt::{Attempt, Binding},
    blank::BlankState,
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::BatchId,
    machine::MachineCard,
    template::Template,
};
use time::OffsetDateTime;

use super::{Lease, queue};
use crate::{
    Store, StoreError, audit,
    row::micros,
    stock::{self, Movement, move_blanks},
    template::{self, NoTemplate},
    transaction::{Tx, transaction},
};

/// What to bind.
#[derive(Debug)]
pub struct Bind<'a> {
    /// The serial that the chip in the reader showed.
    pub chip: ChipSerial,
    /// The card in its machine, where the reader is one's.
    pub card: Option<MachineCard>,
    /// Freshly drawn numbers; the first that was never used is taken.
    pub numbers: &'a [DocumentNumber],
    /// Who works on it from now on.
    pub lease: &'a Lease,
    /// Id of the batch that begins, if one does.
    pub batch: BatchId,
    /// Every template that the program prints by.
    pub templates: &'a [Template],
    /// Only a blank that somebody handed out to this line, by an issue that is signed; else one in the vault is taken.
    pub handed_out_only: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The attempt, in state Bound.
    Attempt(Attempt),
    /// Nothing waits.
    NothingQueued,
    /// Nothing was bound: somebody asked that who is next be cancelled, before anybody had it in hands.
    Unwanted(Attempt),
    /// Something waits, but by no template of its document type may be printed.
    NoTemplate(NoTemplate),
    /// Nothing was bound: who is next is of a State for whose documents of that type no template that anybody knows may be printed
    /// by, though for another State's one may. Others wait behind it until somebody sets it aside.
    Unprintable(Attempt, NoTemplate),
    /// No delivery named this chip.
    UnknownChip,
    /// The chip's blank was not handed out, or that is not signed yet.
    NotHandedOut,
    /// The chip's blank is not to be had: a document, spoiled, not received yet, or handed out to another line.
    NotAvailable(BlankState),
}

impl Store {
    /// Binds the attempt that is next for this worker (`personalisation_core::queue`) to the blank of that chip.
    /// `entries` speaks about the attempt that was chosen.
    pub async fn bind_next(
        &self,
        bind: &Bind<'_>,
        entries: impl Fn(&Attempt) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<Bound, StoreError> {
        let entries = &entries;
        let bound = transaction!(
            self,
            "binding a blank",
            taking | tx | {
                let standing = template::standing(tx, bind.templates).await?;
                let Some(head) = self.head_of_queue(tx, &standing).await? else {
                    let refused = queue::refused(tx, &standing).await?;
                    return Ok(refused.map_or(Bound::NothingQueued, Bound::NoTemplate));
                };
                if head.is_unwanted {
                    return Ok(Bound::Unwanted(head.attempt));
                }
                let Some(blank) = stock::find(tx, bind.chip).await? else {
                    return Ok(Bound::UnknownChip);
                };
                let line = bind.lease.line();
                if blank.state.is_in_vault() && bind.handed_out_only {
                    return Ok(Bound::NotHandedOut);
                }
                if blank.state.is_in_vault() {
                    let issue = Movement::issue(&line, now);
                    move_blanks(tx, &[blank.id], &issue).await?;
                } else if !blank.is_at(&line) || !stock::keep_at(tx, blank.id, &line).await? {
                    return Ok(Bound::NotAvailable(blank.state));
                } else if bind.handed_out_only && !stock::is_signed(tx, blank.id).await? {
                    return Ok(Bound::NotHandedOut);
                }
                let (attempt, batch) = self.take_next(tx, head, (bind, &standing), now).await?;
                let printable = queue::template_for(tx, &attempt, &standing).await?;
                template::freeze(tx, printable, now).await?;
                let number = allocate(tx, bind.numbers, &attempt, now).await?;
                let bound = attempt.clone().bind(Binding {
                    blank: blank.id,
                    chip: bind.chip,
                    number,
                    card: bind.card,
                })?;
                let written = (&attempt, &bound, batch, printable.template);
                self.write_bound(tx, written, bind.lease, now).await?;
                audit::write(tx, &entries(&bound)).await?;
                Ok(Bound::Attempt(bound))
            }
        );
        match bound {
            // Of the transaction nothing is left, neither the blank's issue nor the batch's count.
            Err(StoreError::NoTemplate(unprintable)) => {
                let (attempt, refused) = *unprintable;
                Ok(Bound::Unprintable(attempt, refused))
            }
            bound => bound,
        }
    }
}

/// Writes the first of `numbers` that no document ever had.
async fn allocate(
    tx: &mut Tx,
    numbers: &[DocumentNumber],
    attempt: &Attempt,
    now: OffsetDateTime,
) -> Result<DocumentNumber, StoreError> {
    const DOING: &str = "allocating a document number";
    for number in numbers {
        let inserted = sqlx::query(
            "INSERT INTO line_number (number, order_id, attempt, state, allocated_at)
             VALUES ($1, $2, $3, 'allocated', $4) ON CONFLICT (number) DO NOTHING",
        )
        .bind(number.as_str())
        .bind(&attempt.id().order.as_bytes()[..])
        .bind(i64::from(attempt.id().attempt.get()))
        .bind(micros(now))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
        if inserted.rows_affected() == 1 {
            return Ok(*number);
        }
    }
    Err(StoreError::AlreadyThere {
        doing: DOING,
        constraint: "line_number.number".to_owned(),
    })
}

//! What is set aside: blanks that no attempt can use, and orders that no blank helps or that nobody wants any more.

use evidence::entry::Act;
use personalisation_core::{
    attempt::{Attempt, AttemptId, ScrapReason},
    blank::BlankState,
    chip_serial::ChipSerial,
    ids::ActId,
    machine::MachineSerial,
    stock::LineName,
};
use personalisation_store::StoreError;
use rand::CryptoRng;

use super::{ACTOR, Worker, WorkerError, seat::Turn};
use crate::line::{
    event::{Event, Subject},
    machine::{Instruction, Task},
    reader::CardReader,
};

impl<R: CardReader, G: CryptoRng> Worker<R, G> {
    /// Holds an order that cannot be bound to any blank, and has nobody behind it wait.
    pub(super) fn set_aside(&mut self, queued: &Attempt, why: &str) -> Result<Turn, WorkerError> {
        let now = self.now();
        let held = queued.clone().hold().map_err(StoreError::from)?;
        let order = queued.id().order;
        let id = *ActId::generate(&mut self.rng).as_bytes();
        let act = Act::new(id, ACTOR, "hold-order", format!("order {order}"));
        let entries = [act.intent(now), act.outcome(now, why)];
        match self.wait(self.store.decide(queued, &held, &entries, now)) {
            // Another worker did, or a person.
            Err(StoreError::Stale { .. }) => return Ok(Turn::Busy),
            decided => decided?,
        }
        self.tell(Event::Held {
            order: order.to_string(),
            attempt: queued.id().attempt.get(),
            reader: self.reader.name().to_owned(),
            why: why.to_owned(),
        });
        Ok(Turn::Held)
    }

    /// Ends an order that somebody cancelled before anybody had its attempt in hands: no blank is touched.
    pub(super) fn end_unwanted(&mut self, queued: &Attempt) -> Result<Turn, WorkerError> {
        let now = self.now();
        let cancelled = queued.clone().cancel().map_err(StoreError::from)?;
        let (order, attempt) = (queued.id().order, queued.id().attempt.get());
        let id = *ActId::generate(&mut self.rng).as_bytes();
        let act = Act::new(id, ACTOR, "cancel-order", format!("order {order}"));
        let outcome = "not begun: the order was cancelled";
        let entries = [act.intent(now), act.outcome(now, outcome)];
        match self.wait(self.store.decide(queued, &cancelled, &entries, now)) {
            // Another worker did, or a person.
            Err(StoreError::Stale { .. }) => return Ok(Turn::Busy),
            decided => decided?,
        }
        let subject = Subject {
            order: order.to_string(),
            attempt,
            reader: self.reader.name().to_owned(),
            chip: String::new(),
            number: String::new(),
        };
        self.tell(Event::Cancelled { subject });
        Ok(Turn::Cancelled)
    }

    /// Records the fate of a blank that no attempt is bound to.
    pub(super) fn refuse(
        &mut self,
        chip: Option<ChipSerial>,
        reason: &'static str,
        detail: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let blank = match chip {
            Some(chip) => self.wait(self.store.blank_by_chip(chip))?,
            None => None,
        };
        let usable = |state: BlankState| state.is_in_vault() || state == BlankState::Line;
        if let Some(blank) = blank.filter(|blank| usable(blank.state))
            && reason == ScrapReason::ChipLifeCycle.name()
        {
            let id = *ActId::generate(&mut self.rng).as_bytes();
            let act = Act::new(id, ACTOR, "spoil-blank", format!("blank {}", blank.id));
            let entries = [act.intent(now), act.outcome(now, reason)];
            let line = LineName::of_worker(&self.settings.holder);
            let spoiled = (reason, &line);
            match self.wait(self.store.spoil_unbound(blank.id, spoiled, &entries, now)) {
                // An attempt on hold has it: a person releases or ends that.
                Err(StoreError::Stale { .. }) => {}
                spoiled => spoiled?,
            }
        }
        let reader = self.reader.name().to_owned();
        let chip = chip.map(|chip| chip.to_string());
        self.tell(Event::BlankRefused {
            reader,
            chip,
            reason,
            detail: detail.to_owned(),
        });
        Ok(())
    }

    /// The card of a machine's attempt, shown in a plain reader, in which it would end as a document without a print.
    pub(super) fn refuse_taken_out(
        &mut self,
        chip: ChipSerial,
        attempt: AttemptId,
        machine: MachineSerial,
    ) -> Result<(), StoreError> {
        let task = Task::DestroyRemoved;
        let instruction = Instruction { machine, task };
        let detail = format!("attempt {attempt} goes on in machines only; {instruction}");
        self.refuse(Some(chip), "taken_out", &detail)
    }
}

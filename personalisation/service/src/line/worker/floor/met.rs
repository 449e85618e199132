//! Cards that were inside before: what the database says of them, after a start or when the machine was away.

use personalisation_core::attempt::{Attempt, AttemptState};
use personalisation_store::line::TakenUp;
use rand::CryptoRng;

use super::{Floor, Hand, obstacle::Obstacle};
use crate::line::{
    event::Event,
    machine::{Machine, MachineError, Status},
    worker::{
        Worker,
        job::Job,
        seat::{INTERRUPTED, Seat},
    },
};

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Takes up every attempt whose card this machine has, or had when it was last heard of.
    pub(super) fn meet(&mut self, floor: &mut Floor, status: &Status) -> Result<(), Obstacle> {
        let machine = self.reader.serial();
        let now = self.now();
        self.wait(self.store.close_acts_about_cards(machine, INTERRUPTED, now))?;
        for attempt in self.wait(self.store.attempts_inside(machine))? {
            let handle = attempt.binding().and_then(|binding| binding.card);
            let Some(handle) = handle.map(|card| card.handle) else {
                continue;
            };
            if floor.hands.contains_key(&handle) {
                continue;
            }
            let inside = status.card(handle).is_some();
            if let Some(hand) = self.hand_for(floor, &attempt, inside)? {
                floor.hands.insert(handle, hand);
            }
        }
        floor.met = true;
        Ok(())
    }

    /// What is to be done with the card of an attempt; nothing yet where its chip is to be asked first.
    fn hand_for(
        &mut self,
        floor: &Floor,
        attempt: &Attempt,
        inside: bool,
    ) -> Result<Option<Hand>, Obstacle> {
        match attempt.state() {
            // One on hold goes out of the way: a person decides about it.
            AttemptState::Scrapped(_) | AttemptState::Cancelled(_) | AttemptState::OnHold(_) => {
                self.mean_to_reject(format!("attempt {}", attempt.id()))?;
                Ok(Some(Hand::ToReject(Some(attempt.id()))))
            }
            AttemptState::ReadBack(_) => Ok(Some(Hand::ToPrint {
                job: self.resume_in_machine(floor, attempt)?,
                loaded: false,
            })),
            AttemptState::Printed(_) => {
                let job = self.resume_in_machine(floor, attempt)?;
                Ok(Some(Hand::ToExit(job)))
            }
            // Its chip says how far it came, if it is still here.
            _ if inside => Ok(None),
            _ => {
                let job = self.resume_in_machine(floor, attempt)?;
                Ok(Some(Hand::Chip(job)))
            }
        }
    }

    /// Takes up an attempt whose chip need not be asked, or cannot.
    pub(super) fn resume_in_machine(
        &mut self,
        floor: &Floor,
        attempt: &Attempt,
    ) -> Result<Box<Job>, Obstacle> {
        let gone = || MachineError::Wait(format!("attempt {} has moved on", attempt.id()));
        let binding = attempt.binding().copied().ok_or_else(gone)?;
        let seat = Seat::of(floor.seat.token, binding.card);
        let (taken, act) = self.take_up(binding.chip, &seat)?;
        let attempt = match taken {
            TakenUp::Attempt(attempt, _) => attempt,
            TakenUp::Leased { holder } => {
                let id = attempt.id();
                return Err(MachineError::Wait(format!("{holder} has attempt {id}")).into());
            }
            TakenUp::None | TakenUp::InMachine { .. } => return Err(gone().into()),
        };
        let job = Job::beside_its_chip(attempt, binding, seat.token, act);
        self.tell(Event::TakenUp(job.subject(self.reader.name())));
        Ok(Box::new(job))
    }
}

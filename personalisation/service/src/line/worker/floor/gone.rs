//! Cards that have left: into a tray, which is what was wanted, or by a person's hands.

use personalisation_core::{
    attempt::ScrapReason,
    machine::{CardHandle, LeftTo},
};
use rand::CryptoRng;

use super::{Floor, Hand, obstacle::Obstacle};
use crate::line::{
    machine::{Machine, Place},
    worker::{Worker, seat::Turn},
};

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Ends what was to be done with a card that is no longer inside, by where it went.
    pub(super) fn conclude(
        &mut self,
        floor: &mut Floor,
        handle: CardHandle,
    ) -> Result<Turn, Obstacle> {
        let place = self.reader.card(handle)?.map(|card| card.at);
        let (left, outcome) = match place {
            Some(Place::Exit) => (LeftTo::Exit, "in the exit tray"),
            Some(Place::Reject) => (LeftTo::Reject, "in the reject tray"),
            // Or so long ago that the machine has forgotten it.
            _ => (LeftTo::Removed, "taken out of the machine by hand"),
        };
        let now = self.now();
        let turn = match floor.hands.get_mut(&handle) {
            Some(Hand::ToExit(job)) if left == LeftTo::Exit => {
                let to = job.attempt.clone().pass_quality()?;
                self.finish(job, to, outcome)?;
                Turn::Document
            }
            Some(Hand::ToReject(Some(attempt))) => {
                let attempt = *attempt;
                self.wait(self.store.card_left(attempt, left, outcome, now))?;
                if left != LeftTo::Reject {
                    let why = format!(
                        "the card of attempt {attempt} was to be rejected and is {outcome}: find it and destroy it"
                    );
                    self.tell_waiting(&mut floor.seat, why);
                }
                Turn::Busy
            }
            Some(Hand::ToReject(None)) => {
                let object = format!("card {}", self.machine_card(handle));
                self.wait(self.store.close_acts(&object, outcome, now))?;
                Turn::Busy
            }
            Some(Hand::Chip(job) | Hand::ToPrint { job, .. } | Hand::ToExit(job)) => {
                let doubt = self.scrap(job, ScrapReason::ChipRemoved, outcome)?;
                let id = job.attempt.id();
                self.wait(self.store.card_left(id, left, outcome, now))?;
                Turn::Scrapped(ScrapReason::ChipRemoved.fault(), doubt)
            }
            None => Turn::Idle,
        };
        floor.hands.remove(&handle);
        Ok(turn)
    }
}

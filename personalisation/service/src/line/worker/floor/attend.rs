//! One card inside: what is to be done with it where it is, if anything.

use std::time::Duration;

use personalisation_core::{attempt::ScrapReason, machine::CardHandle};
use personalisation_store::line::TakenUp;
use rand::CryptoRng;

use super::{Floor, Hand, obstacle::Obstacle};
use crate::line::{
    event::Event,
    machine::{CardStatus, Inked, Machine, Motion, Place, PrintJob, Status},
    reader::NoCard,
    worker::{
        Worker,
        job::Job,
        seat::{POLL, Seat, Turn},
    },
};

/// How long a chip that the machine says is in the station may take to show there.
const CHIP_PATIENCE: Duration = Duration::from_secs(2);

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Does the next thing for a card; none while it moves, is printed, or waits for another one.
    pub(super) fn attend(
        &mut self,
        floor: &mut Floor,
        status: &Status,
        card: &CardStatus,
    ) -> Result<Option<Turn>, Obstacle> {
        let handle = card.handle;
        let rejected = matches!(floor.hands.get(&handle), Some(Hand::ToReject(_)));
        if card.motion == Motion::Busy {
            return Ok(None);
        }
        if let (Some(other), false) = (card.doubled_with, rejected) {
            return self.refuse_both(floor, [handle, other]).map(Some);
        }
        if rejected {
            // Two that lie on each other go together.
            self.reader.to_reject(handle)?;
            return Ok(Some(Turn::Busy));
        }
        match (card.motion, card.at) {
            (Motion::Stopped { to }, _) => self.go_on(handle, to).map(Some),
            (_, Place::Station) => self.at_station(floor, status, handle),
            (_, Place::Printer) => self.at_printer(floor, status.ribbon, card),
            _ => Ok(None),
        }
    }

    /// The rollers slipped: the same again.
    fn go_on(&mut self, card: CardHandle, to: Place) -> Result<Turn, Obstacle> {
        match to {
            Place::Station => self.reader.feed(card)?,
            Place::Printer => self.reader.to_printer(card)?,
            Place::Exit => self.reader.to_exit(card)?,
            _ => self.reader.to_reject(card)?,
        }
        Ok(Turn::Busy)
    }

    fn at_station(
        &mut self,
        floor: &mut Floor,
        status: &Status,
        handle: CardHandle,
    ) -> Result<Option<Turn>, Obstacle> {
        let Some(Hand::ToPrint { job, loaded }) = floor.hands.get_mut(&handle) else {
            return self.chip_in_station(floor, handle);
        };
        if !*loaded {
            let pictures = self.pictures(job)?;
            let print = PrintJob::of(job.attempt.id());
            self.reader.load(handle, print, &pictures)?;
            *loaded = true;
            return Ok(Some(Turn::Busy));
        }
        if !status.is_free(Place::Printer) {
            return Ok(None);
        }
        self.reader.to_printer(handle)?;
        Ok(Some(Turn::Busy))
    }

    /// Works on the chip in the station, as in any reader.
    fn chip_in_station(
        &mut self,
        floor: &mut Floor,
        handle: CardHandle,
    ) -> Result<Option<Turn>, Obstacle> {
        let card = Some(self.machine_card(handle));
        if floor.seat.card != card {
            floor.seat = Seat::of(floor.seat.token, card);
        }
        if floor.seat.waits_for_order {
            if floor.seat.rests() || self.wait(self.store.queue_length())?.queued == 0 {
                return Ok(None);
            }
            floor.seat.waits_for_order = false;
        }
        let turn = match self.reader.connect(CHIP_PATIENCE) {
            Ok(chip) => self.reconcile(chip, &mut floor.seat)?,
            Err(NoCard::Empty) => self.mute(&mut floor.seat, "no chip shows itself".to_owned()),
            Err(NoCard::Mute(why)) => self.mute(&mut floor.seat, why),
            // The machine says more, when it is asked.
            Err(NoCard::Unavailable(why)) => {
                self.tell_waiting(&mut floor.seat, why);
                std::thread::sleep(POLL);
                return Ok(Some(Turn::Idle));
            }
        };
        let turn = match turn {
            Turn::Personalised(job) => {
                let loaded = false;
                floor.hands.insert(handle, Hand::ToPrint { job, loaded });
                Turn::Busy
            }
            Turn::Interrupted(job) => {
                floor.hands.insert(handle, Hand::Chip(job));
                Turn::Busy
            }
            turn if floor.seat.settled => return self.settle(floor, handle, turn).map(Some),
            turn => turn,
        };
        // A good blank that waits for an order leaves the machine to its other cards.
        Ok((!floor.seat.waits_for_order).then_some(turn))
    }

    /// Nothing more can be done with the card in the station: it is to be rejected, and its attempt ends if it has not.
    fn settle(
        &mut self,
        floor: &mut Floor,
        handle: CardHandle,
        turn: Turn,
    ) -> Result<Turn, Obstacle> {
        let attempt = self.attempt_of(handle)?;
        let Some(attempt) = attempt else {
            if let Some((reason, why)) = floor.seat.failed.take() {
                self.refused(reason.name(), why);
            }
            self.reject_unbound(floor, handle)?;
            return Ok(turn);
        };
        if attempt.state().is_final() {
            let id = attempt.id();
            floor.hands.insert(handle, Hand::ToReject(Some(id)));
            return Ok(turn);
        }
        let failed = floor.seat.failed.take();
        let chip = attempt.binding().map(|binding| binding.chip);
        let taken = match chip {
            Some(chip) => Some(self.take_up(chip, &floor.seat)?),
            None => None,
        };
        let (Some((TakenUp::Attempt(attempt, _), act)), Some((reason, why))) = (taken, failed)
        else {
            // On hold: its card goes out of the way, and may be put in again when a person has decided.
            self.reject_unbound(floor, handle)?;
            return Ok(turn);
        };
        let Some(binding) = attempt.binding().copied() else {
            return Ok(turn);
        };
        let mut job = Job::beside_its_chip(attempt, binding, floor.seat.token, act);
        let ended = self.give_up(&mut job, reason, &why)?;
        let hand = Hand::ToReject(Some(job.attempt.id()));
        floor.hands.insert(handle, hand);
        Ok(ended)
    }

    fn at_printer(
        &mut self,
        floor: &mut Floor,
        ribbon: Option<u64>,
        card: &CardStatus,
    ) -> Result<Option<Turn>, Obstacle> {
        let handle = card.handle;
        match floor.hands.get_mut(&handle) {
            Some(Hand::ToPrint { job, loaded }) => {
                let print = PrintJob::of(job.attempt.id());
                let failed = match card.inked {
                    Inked::Begun(_) => return Ok(None),
                    Inked::No => {
                        let id = job.attempt.id();
                        if !self.may_print(&mut floor.article, ribbon, id)? {
                            return Ok(None);
                        }
                        if !*loaded {
                            let pictures = self.pictures(job)?;
                            self.reader.load(handle, print, &pictures)?;
                            *loaded = true;
                        }
                        self.reader.print(handle, print)?;
                        return Ok(Some(Turn::Busy));
                    }
                    Inked::Whole(other) if other != print => {
                        let why = "another job's print is on the card".to_owned();
                        Some((ScrapReason::ExitInspectionFailed, why))
                    }
                    Inked::Whole(_) => self
                        .inspect_print(handle, job)?
                        .map(|why| (ScrapReason::ExitInspectionFailed, why)),
                    Inked::Spoiled(_) => {
                        let why = "the print was interrupted".to_owned();
                        Some((ScrapReason::PrintSpoiled, why))
                    }
                };
                let ended = failed.is_some();
                let turn = if let Some((reason, why)) = failed {
                    self.give_up(job, reason, &why)?
                } else {
                    let printed = job.attempt.clone().print()?;
                    self.advance(job, &[printed], &[], "printed and found right")?;
                    Turn::Busy
                };
                let id = job.attempt.id();
                if let Some(Hand::ToPrint { job, .. }) = floor.hands.remove(&handle) {
                    let hand = if ended {
                        Hand::ToReject(Some(id))
                    } else {
                        Hand::ToExit(job)
                    };
                    floor.hands.insert(handle, hand);
                }
                Ok(Some(turn))
            }
            Some(Hand::ToExit(_)) => {
                self.reader.to_exit(handle)?;
                Ok(Some(Turn::Busy))
            }
            Some(Hand::Chip(_) | Hand::ToReject(_)) | None => {
                // No card comes here but from this worker's hands.
                self.refused(
                    "card_unknown",
                    "no attempt knows the card in the printer".to_owned(),
                );
                self.reject_unbound(floor, handle)?;
                Ok(Some(Turn::Busy))
            }
        }
    }

    /// Gives an attempt up whose card the machine has; its reject is meant with the same commit.
    fn give_up(&mut self, job: &mut Job, reason: ScrapReason, why: &str) -> Result<Turn, Obstacle> {
        let doubt = self.scrap(job, reason, why)?;
        Ok(Turn::Scrapped(reason.fault(), doubt))
    }

    /// Two cards that lie on each other: no chip of theirs was spoken to.
    fn refuse_both(&mut self, floor: &mut Floor, cards: [CardHandle; 2]) -> Result<Turn, Obstacle> {
        for card in cards {
            self.refused(
                "double_feed",
                format!("card {card} came along with another"),
            );
            self.reject_unbound(floor, card)?;
        }
        Ok(Turn::Busy)
    }

    fn reject_unbound(&mut self, floor: &mut Floor, card: CardHandle) -> Result<(), Obstacle> {
        let object = format!("card {}", self.machine_card(card));
        self.mean_to_reject(object)?;
        floor.hands.insert(card, Hand::ToReject(None));
        Ok(())
    }

    fn refused(&mut self, reason: &'static str, detail: String) {
        let reader = self.reader.name().to_owned();
        self.tell(Event::BlankRefused {
            reader,
            chip: None,
            reason,
            detail,
        });
    }
}

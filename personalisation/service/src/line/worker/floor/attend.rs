//! One card inside: what is to be done with it where it is, if anything.

use std::time::Duration;

use personalisation_core::{attempt::ScrapReason, machine::CardHandle};
use personalisation_store::line::TakenUp;
use rand::CryptoRng;

use super::{Floor, Hand, obstacle::Obstacle};
use crate::line::{
    event::Event,
    machine::{CardStatus, Inked, Machine, MachineError, Motion, Place, PrintJob, Status},
    reader::NoCard,
    worker::{
        Worker,
        failure::Remedy,
        job::Job,
        seat::{POLL, Seat, Turn},
        steps::is_complete,
    },
};

/// How long a chip that the machine says is in the station may take to show there.
const CHIP_PATIENCE: Duration = Duration::from_secs(2);

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Does the next thing for a card; none while it moves, is printed, or waits for another one. What cannot be mended for its
    /// attempt ends that, and nothing else.
    pub(super) fn attend(
        &mut self,
        floor: &mut Floor,
        status: &Status,
        card: &CardStatus,
    ) -> Result<Option<Turn>, Obstacle> {
        match self.serve(floor, status, card) {
            Err(Obstacle::Step {
                remedy: Remedy::Scrap(reason),
                why,
            }) => self
                .give_up_hand(floor, card.handle, reason, &why)
                .map(Some),
            served => served,
        }
    }

    fn serve(
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
        match card.motion {
            Motion::Stopped { .. } => floor.slips.permit(self.reader.serial(), status, card)?,
            // The machine may refuse that too: counted until it has left.
            _ if rejected => {}
            _ => floor.slips.forget(handle),
        }
        if rejected {
            return self.reject(floor, status, card).map(Some);
        }
        if let Motion::Stopped { to } = card.motion {
            let turn = self.go_on(floor, handle, to)?;
            floor.slips.count(handle);
            return Ok(Some(turn));
        }
        match card.at {
            Place::Station => self.at_station(floor, handle),
            Place::Printer => self.at_printer(floor, status.ribbon, card),
            _ => Ok(None),
        }
    }

    /// Takes a card to the reject tray. Where the machine refuses even that for good, somebody is asked to free the card.
    fn reject(
        &mut self,
        floor: &mut Floor,
        status: &Status,
        card: &CardStatus,
    ) -> Result<Turn, Obstacle> {
        floor.slips.permit(self.reader.serial(), status, card)?;
        // Two that lie on each other go together.
        match self.reader.to_reject(card.handle) {
            Err(MachineError::Reject { why, .. }) => {
                floor.slips.count(card.handle);
                Err(MachineError::Wait(why).into())
            }
            asked => {
                asked?;
                if let Motion::Stopped { .. } = card.motion {
                    floor.slips.count(card.handle);
                }
                Ok(Turn::Busy)
            }
        }
    }

    /// The rollers slipped: the same again; but to the good cards only what is good still.
    fn go_on(&mut self, floor: &mut Floor, card: CardHandle, to: Place) -> Result<Turn, Obstacle> {
        let is_good = matches!(floor.hands.get(&card), Some(Hand::ToExit(_)));
        match to {
            Place::Station => self.reader.feed(card)?,
            Place::Printer => self.reader.to_printer(card)?,
            Place::Exit if is_good => self.reader.to_exit(card)?,
            Place::Exit => {
                // Its machine was given up meanwhile.
                let why = "no attempt knows the card that goes to the exit tray".to_owned();
                self.refused("card_unknown", why);
                self.reject_unbound(floor, card)?;
            }
            _ => self.reader.to_reject(card)?,
        }
        Ok(Turn::Busy)
    }

    fn at_station(
        &mut self,
        floor: &mut Floor,
        handle: CardHandle,
    ) -> Result<Option<Turn>, Obstacle> {
        let Some(Hand::ToPrint { job, loaded }) = floor.hands.get_mut(&handle) else {
            return self.chip_in_station(floor, handle);
        };
        if !*loaded {
            self.send_faces(handle, job)?;
            *loaded = true;
            return Ok(Some(Turn::Busy));
        }
        // It goes on as soon as the printer is free; see `fill_printer`.
        Ok(None)
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
            if floor.seat.rests() || !self.wait(self.store.is_anybody_queued())? {
                return Ok(None);
            }
            floor.seat.waits_for_order = false;
        }
        let turn = match self.reader.connect(CHIP_PATIENCE) {
            Ok(chip) => self.reconcile(chip, &mut floor.seat)?,
            Err(NoCard::Empty) => self.silent(floor, handle, "no chip shows itself".to_owned())?,
            Err(NoCard::Mute(why)) => self.silent(floor, handle, why)?,
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

    /// A chip that does not show itself: counted where its machine says that its card rests in the station.
    fn silent(
        &mut self,
        floor: &mut Floor,
        handle: CardHandle,
        why: String,
    ) -> Result<Turn, Obstacle> {
        let rests = |card: CardStatus| card.at == Place::Station && card.motion == Motion::Resting;
        if self.reader.card(handle)?.is_some_and(rests) {
            Ok(self.mute(&mut floor.seat, why))
        } else {
            Ok(Turn::Idle)
        }
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
        let Some(binding) = attempt.binding().copied() else {
            return Ok(turn);
        };
        let (attempt, act) = match self.take_up(binding.chip, &floor.seat)? {
            (TakenUp::Attempt(attempt, tries), _)
                if failed.is_none()
                    && is_complete(attempt.state())
                    && tries <= self.settings.max_tries =>
            {
                // A locked chip is known by its attempt alone, which somebody else had when it was asked.
                floor.seat = Seat::of(floor.seat.token, floor.seat.card);
                return Ok(Turn::Busy);
            }
            (TakenUp::Attempt(attempt, _), act) => (attempt, act),
            (TakenUp::Leased { holder }, _) => {
                // Asked again until that one's lease has run out.
                floor.seat = Seat::of(floor.seat.token, floor.seat.card);
                let id = attempt.id();
                return Err(MachineError::Wait(format!("{holder} has attempt {id}")).into());
            }
            (TakenUp::None | TakenUp::InMachine { .. }, _) => {
                // On hold: its card goes out of the way, and may be put in again when a person has decided.
                let id = attempt.id();
                self.mean_to_reject(format!("attempt {id}"))?;
                floor.hands.insert(handle, Hand::ToReject(Some(id)));
                return Ok(turn);
            }
        };
        let (reason, why) = failed.unwrap_or_else(|| {
            let why = "its chip is not as the attempt left it".to_owned();
            (ScrapReason::ChipLifeCycle, why)
        });
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
                            self.send_faces(handle, job)?;
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
                if let Some((reason, why)) = failed {
                    return self.give_up_hand(floor, handle, reason, &why).map(Some);
                }
                let printed = job.attempt.clone().print()?;
                self.advance(job, &[printed], &[], "printed and found right")?;
                if let Some(Hand::ToPrint { job, .. }) = floor.hands.remove(&handle) {
                    floor.hands.insert(handle, Hand::ToExit(job));
                }
                Ok(Some(Turn::Busy))
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

    /// Gives up the attempt of a card in hand, which goes to the reject tray.
    fn give_up_hand(
        &mut self,
        floor: &mut Floor,
        handle: CardHandle,
        reason: ScrapReason,
        why: &str,
    ) -> Result<Turn, Obstacle> {
        let Some(Hand::Chip(job) | Hand::ToPrint { job, .. } | Hand::ToExit(job)) =
            floor.hands.get_mut(&handle)
        else {
            return Err(MachineError::Wait(why.to_owned()).into());
        };
        let ended = self.give_up(job, reason, why)?;
        let hand = Hand::ToReject(Some(job.attempt.id()));
        floor.hands.insert(handle, hand);
        Ok(ended)
    }

    /// The machine refuses what was asked of a card: nothing but the reject tray is left, and its attempt ends.
    pub(super) fn refused_by_machine(
        &mut self,
        floor: &mut Floor,
        handle: CardHandle,
        why: String,
    ) -> Result<Turn, Obstacle> {
        let reason = match floor.hands.get(&handle) {
            Some(Hand::ToReject(_)) => return Err(MachineError::Wait(why).into()),
            Some(Hand::ToPrint { .. } | Hand::ToExit(_)) => ScrapReason::PrintSpoiled,
            Some(Hand::Chip(_)) => ScrapReason::ChipSilent,
            None => {
                let card = Some(self.machine_card(handle));
                floor.seat = Seat::of(floor.seat.token, card);
                floor.seat.failed = Some((ScrapReason::ChipSilent, why));
                return self.settle(floor, handle, Turn::Busy);
            }
        };
        self.give_up_hand(floor, handle, reason, &why)
    }

    /// Gives an attempt up whose card the machine has; its reject is meant with the same commit.
    fn give_up(&mut self, job: &mut Job, reason: ScrapReason, why: &str) -> Result<Turn, Obstacle> {
        let doubt = self.scrap(job, reason, why)?;
        Ok(Turn::Scrapped(reason.fault(), doubt))
    }

    /// Two cards that lie on each other: no chip of theirs was spoken to.
    fn refuse_both(&mut self, floor: &mut Floor, cards: [CardHandle; 2]) -> Result<Turn, Obstacle> {
        for card in cards {
            self.reject_unbound(floor, card)?;
            let why = format!("card {card} came along with another");
            self.refused("double_feed", why);
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

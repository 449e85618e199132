//! A machine's floor: several cards at once, each at its place. A turn asks the machine what is true, does one thing for
//! one card, and comes again; so a crash, a power loss or a person's hands are no special case.
//!
//! ```text
//! station: chip work ── ToPrint ──> printer: print, exit pictures ── ToExit ──> exit tray: a document
//!             └──────────── given up, refused: ToReject ────────────────┴─────> reject tray
//! ```
//! The machine moves and prints by itself, so the next chip is worked on meanwhile.

mod article;
mod attend;
mod gone;
mod met;
mod obstacle;
mod shown;
pub(super) mod sight;
mod slips;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use evidence::entry::Act;
use personalisation_core::{
    attempt::{Attempt, AttemptId},
    ids::{ActId, LeaseToken},
    machine::{CardHandle, MachineCard},
};
use personalisation_store::StoreError;
use rand::CryptoRng;

use self::{article::Article, obstacle::Obstacle, shown::Shown, slips::Slips};
use super::{
    ACTOR, Tally, Worker, WorkerError, Workplace,
    failure::Remedy,
    job::Job,
    seat::{POLL, Seat, Turn},
};
use crate::line::machine::{
    CardStatus, Instruction, Machine, MachineError, Motion, Place, Status, Task,
};

/// How long the machine is listened to when nothing is to be done: orders come in meanwhile.
const LISTEN: Duration = Duration::from_millis(200);

/// How often in a row a machine may ask to be asked again, or to be waited for, before somebody hears of it.
const RETRIES: u32 = 20;

/// What a worker knows of its machine's cards, beyond what machine and database say.
struct Floor {
    /// The card in the station.
    seat: Seat,
    hands: BTreeMap<CardHandle, Hand>,
    /// Whether the database was asked what is inside, since the machine was last away.
    met: bool,
    /// When the leases were last renewed.
    renewed: Instant,
    /// What the floor's page was told.
    shown: Shown,
    /// The card that a person has to approve before others are printed.
    article: Article,
    /// Cards that slip.
    slips: Slips,
    /// How often in a row the machine asked to be asked again, or to be waited for.
    retries: u32,
}

/// What is to be done with a card.
enum Hand {
    /// Its chip failed at something, and is tried again.
    Chip(Box<Job>),
    /// Its chip is finished. `loaded`: the machine has its pictures.
    ToPrint { job: Box<Job>, loaded: bool },
    /// It is printed and right.
    ToExit(Box<Job>),
    /// Its attempt has failed or is on hold, or it has none.
    ToReject(Option<AttemptId>),
}

impl Hand {
    /// The attempt in hand, until it has ended.
    fn job(&self) -> Option<&Job> {
        match self {
            Self::Chip(job) | Self::ToPrint { job, .. } | Self::ToExit(job) => Some(job),
            Self::ToReject(_) => None,
        }
    }
}

impl Floor {
    fn new(token: LeaseToken) -> Self {
        Self {
            seat: Seat::new(token),
            hands: BTreeMap::new(),
            met: false,
            renewed: Instant::now(),
            shown: Shown::default(),
            article: Article::default(),
            slips: Slips::default(),
            retries: 0,
        }
    }
}

impl Workplace for Floor {
    fn seat(&mut self) -> &mut Seat {
        &mut self.seat
    }

    fn is_clear(&self) -> bool {
        self.hands.is_empty()
    }

    fn is_known_to_be_clear(&self) -> bool {
        self.met && self.is_clear()
    }
}

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Works at a machine until there is nothing to do (with `once`), or until the database fails.
    pub fn run_machine(mut self) -> Result<Tally, WorkerError> {
        let mut floor = Floor::new(LeaseToken::generate(&mut self.rng));
        self.work_at(&mut floor, Self::turn_at_machine)
    }

    fn turn_at_machine(&mut self, floor: &mut Floor) -> Result<Turn, WorkerError> {
        let looked = match self.look(floor) {
            Err(Obstacle::Machine(MachineError::Reject { card, why })) => {
                self.refused_by_machine(floor, card, why)
            }
            looked => looked,
        };
        let turn = match looked {
            Ok(turn) => turn,
            Err(Obstacle::Machine(error)) => self.hindered(floor, error)?,
            Err(Obstacle::Step { remedy, why }) => {
                tracing::warn!(machine = self.reader.name(), %why, "a step failed");
                match remedy {
                    Remedy::Stop(error) => return Err(*error),
                    // Somebody else has an attempt, or something is away: machine and database are asked again.
                    Remedy::Leave => floor.forget(),
                    // Of a card in hand its attempt has ended already: this one is gone, or good, and stays what it is.
                    Remedy::Scrap(_) => return Err(WorkerError::NoCards(why)),
                    _ => self.tell_waiting(&mut floor.seat, why),
                }
                std::thread::sleep(POLL);
                Turn::Idle
            }
        };
        if !matches!(turn, Turn::Idle) {
            floor.seat.told = None;
            floor.retries = 0;
        }
        Ok(turn)
    }

    fn look(&mut self, floor: &mut Floor) -> Result<Turn, Obstacle> {
        self.keep_leases(floor)?;
        let status = self.reader.status(None, Duration::ZERO)?;
        let article = self.first_article(&mut floor.article)?;
        floor.slips.keep_inside(&status);
        let stuck = floor.slips.instruction().cloned();
        let instruction = status.instruction().or(stuck.as_ref());
        let instruction = instruction.or(article.as_ref());
        self.show(floor, instruction, Some(status.cards.len()));
        if !floor.met {
            self.meet(floor, &status)?;
        }
        if self.fill_printer(floor, &status)? {
            return Ok(Turn::Busy);
        }
        let mut handles = floor.hands.keys();
        if let Some(&gone) = handles.find(|handle| status.card(**handle).is_none()) {
            return self.conclude(floor, gone);
        }
        if let Some(error) = status.hindrance() {
            return Err(error.clone().into());
        }
        for card in &status.cards {
            if let Some(turn) = self.attend(floor, &status, card)? {
                return Ok(turn);
            }
        }
        if self.feed_next(&status)? {
            return Ok(Turn::Busy);
        }
        // Nothing until the machine moves, or an order comes.
        let after = self.reader.status(Some(status.revision), LISTEN)?;
        if after.revision != status.revision || !floor.hands.is_empty() {
            return Ok(Turn::Idle);
        }
        let own = Some(self.reader.serial());
        let turn = self.give_up_abandoned(&mut floor.seat, own)?;
        if matches!(turn, Turn::Abandoned(_)) {
            floor.met = false;
        }
        Ok(turn)
    }

    /// Takes the card that waits for the printer there before anything else is done: what follows, even about the card that was
    /// there before, takes its time while this one moves.
    fn fill_printer(&mut self, floor: &Floor, status: &Status) -> Result<bool, Obstacle> {
        if status.hindrance().is_some() || !status.is_free(Place::Printer) {
            return Ok(false);
        }
        let waits = |card: &&CardStatus| {
            let loaded = matches!(
                floor.hands.get(&card.handle),
                Some(Hand::ToPrint { loaded: true, .. })
            );
            let rests = card.motion == Motion::Resting && card.at == Place::Station;
            loaded && rests && card.doubled_with.is_none()
        };
        let Some(next) = status.cards.iter().find(waits) else {
            return Ok(false);
        };
        self.reader.to_printer(next.handle)?;
        Ok(true)
    }

    /// Takes the next blank into the station when it is free and somebody waits for a card.
    fn feed_next(&mut self, status: &Status) -> Result<bool, Obstacle> {
        let Some(next) = status.next_card.filter(|_| status.is_free(Place::Station)) else {
            return Ok(false);
        };
        if !self.wait(self.store.is_anybody_queued())? {
            return Ok(false);
        }
        self.reader.feed(next)?;
        Ok(true)
    }

    /// What the machine says against going on, and who can do something about it.
    fn hindered(&mut self, floor: &mut Floor, error: MachineError) -> Result<Turn, WorkerError> {
        match error {
            MachineError::Program(_) => return Err(WorkerError::Machine(error)),
            MachineError::Lost(instruction) => {
                floor.met = false;
                self.show(floor, Some(&instruction), None);
                self.tell_waiting(&mut floor.seat, instruction.to_string());
                std::thread::sleep(POLL);
                return Ok(Turn::Idle);
            }
            MachineError::Person(instruction) => {
                self.tell_waiting(&mut floor.seat, instruction.to_string());
            }
            MachineError::CardMissing(_) => {
                let machine = self.reader.serial();
                let task = Task::DestroyRemoved;
                let instruction = Instruction { machine, task };
                self.tell_waiting(&mut floor.seat, instruction.to_string());
                if self.reader.clear().is_ok() {
                    return Ok(Turn::Idle);
                }
            }
            MachineError::NotLoaded(card) => {
                if let Some(Hand::ToPrint { loaded, .. }) = floor.hands.get_mut(&card) {
                    *loaded = false;
                }
                return Ok(Turn::Idle);
            }
            MachineError::Retry(why) | MachineError::Wait(why) => {
                floor.retries += 1;
                if floor.retries >= RETRIES {
                    self.tell_waiting(&mut floor.seat, why);
                }
            }
            // What is to be rejected is on its way there already.
            MachineError::Reject { .. } => {}
        }
        std::thread::sleep(POLL);
        Ok(Turn::Idle)
    }

    /// Whatever the machine waits for, its cards' attempts stay ours.
    fn keep_leases(&mut self, floor: &mut Floor) -> Result<(), Obstacle> {
        if floor.renewed.elapsed() < self.settings.lease / 4 {
            return Ok(());
        }
        for job in floor.hands.values().filter_map(Hand::job) {
            let lease = self.lease(job.token);
            self.wait(self.store.renew(job.attempt.id(), &lease))?;
        }
        floor.renewed = Instant::now();
        Ok(())
    }

    /// The attempt whose card this is, as far as anybody recorded.
    fn attempt_of(&self, card: CardHandle) -> Result<Option<Attempt>, StoreError> {
        let inside = self.wait(self.store.attempts_inside(self.reader.serial()))?;
        let card = self.machine_card(card);
        let its = |attempt: &Attempt| {
            attempt
                .binding()
                .is_some_and(|known| known.card == Some(card))
        };
        Ok(inside.into_iter().find(its))
    }

    fn machine_card(&self, handle: CardHandle) -> MachineCard {
        let machine = self.reader.serial();
        MachineCard { machine, handle }
    }

    /// Means to reject a card whose attempt did not say so with its end: the intent before the act.
    fn mean_to_reject(&mut self, object: String) -> Result<(), StoreError> {
        let now = self.now();
        self.wait(
            self.store
                .close_acts(&object, super::seat::INTERRUPTED, now),
        )?;
        let id = *ActId::generate(&mut self.rng).as_bytes();
        let act = Act::new(id, ACTOR, "reject", object);
        self.wait(self.store.audit(&[act.intent(now)]))
    }
}

impl Floor {
    /// Nothing is known any more but by machine and database.
    fn forget(&mut self) {
        self.hands.clear();
        self.slips = Slips::default();
        self.met = false;
    }
}

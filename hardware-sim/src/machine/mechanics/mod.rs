//! The machine as a state machine: acts and time in, effects on the world out. It does no I/O and
//! reads no clock.
//!
//! What it knows without power is [`Memory`]; motors in motion are not in it. At power-on, cards that
//! were on their way run on to where they were going, and a card whose print had begun is spoiled.

mod acts;
mod person;
#[cfg(test)]
mod tests;
mod troubles;

use std::collections::BTreeMap;

use super::build::Build;
use super::card::{Card, Handle, Print, Stage, Stop};
use super::failure::Failure;
use super::fault::Faults;
use super::job::Id;
use super::memory::Memory;
use super::paint::Defect;
use super::place::Place;

pub use person::{Person, PersonError};

/// Milliseconds of the machine's own clock.
pub type Millis = u64;

/// What happens in the world, in this order. Every effect is safe to repeat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// The uppermost card of the hopper becomes this card.
    Pick(Handle),
    /// The card's chip lies in the station: the reader sees it.
    Seat(Handle),
    /// The station is empty.
    Unseat,
    /// The pictures of its job are on the card now, with this defect.
    Ink(Handle, Id, Option<Defect>),
    /// Some of the job is on the card.
    Blot(Handle, Id),
    /// The card is in a tray, or in somebody's hands; its pictures are erased.
    Leave(Handle, Place),
}

/// What came of an act that was taken on.
#[derive(Debug, PartialEq)]
pub struct Taken {
    /// It had been done, or was going on, already.
    pub already: bool,
    /// What happens at once.
    pub effects: Vec<Effect>,
}

impl Taken {
    const ALREADY: Self = Self {
        already: true,
        effects: Vec::new(),
    };

    const fn now(effects: Vec<Effect>) -> Self {
        Self {
            already: false,
            effects,
        }
    }
}

/// The machine's inside.
#[derive(Debug)]
pub struct Mechanics {
    build: Build,
    memory: Memory,
    /// What moves, and when it ends; empty without power.
    motions: BTreeMap<Handle, Motion>,
    /// The chip did not answer its last power-up.
    misread: bool,
    /// What goes wrong on command.
    pub faults: Faults,
}

/// One card under way.
#[derive(Debug, Clone, Copy)]
struct Motion {
    ends: Millis,
    outcome: Outcome,
}

/// How a motion ends; decided when it begins.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Arrives,
    Sticks(Place, Stop),
    Printed(Option<Defect>),
}

impl Mechanics {
    /// A machine without power.
    pub fn new(build: Build, memory: Memory) -> Self {
        Self {
            build,
            memory,
            motions: BTreeMap::new(),
            misread: false,
            faults: Faults::default(),
        }
    }

    /// The maker's plate.
    pub const fn build(&self) -> &Build {
        &self.build
    }

    /// What survives a power loss.
    pub const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The same, for what the edge keeps there: acts and pictures.
    pub const fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// When the next motion ends.
    pub fn next_end(&self) -> Option<Millis> {
        self.motions.values().map(|motion| motion.ends).min()
    }

    /// Milliseconds until a card rests.
    pub fn ready_in(&self, handle: Handle, now: Millis) -> Millis {
        let motion = self.motions.get(&handle);
        motion.map_or(0, |motion| motion.ends.saturating_sub(now))
    }

    /// Power comes: everything is looked at, and runs on as far as it can.
    pub fn power_on(&mut self, now: Millis) -> Vec<Effect> {
        self.memory.counters.power_ons += 1;
        self.memory.revision += 1;
        self.motions.clear();
        self.misread = false;
        let mut effects = self.spoil_begun_prints();
        let resting = |card: &Card| card.stage == Stage::Resting(Place::Station);
        let seated = self
            .memory
            .cards
            .iter()
            .find(|(_, card)| resting(card) && card.doubled_with.is_none() && !card.missing);
        effects.extend(seated.map(|(handle, _)| Effect::Seat(*handle)));
        if self.memory.door_open {
            self.stop_all();
        } else {
            self.run_on(&[Stop::Door], now);
        }
        effects
    }

    /// Power goes: motors stand still. The memory is as it is.
    pub fn power_off(&mut self) {
        self.motions.clear();
        self.misread = false;
    }

    /// Time passes: motions end.
    pub fn advance(&mut self, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        loop {
            let due = self.motions.iter().filter(|(_, motion)| motion.ends <= now);
            let Some((&handle, &motion)) = due.min_by_key(|(_, motion)| motion.ends) else {
                return effects;
            };
            self.motions.remove(&handle);
            self.memory.revision += 1;
            effects.extend(self.end(handle, motion.outcome));
        }
    }

    /// The chip answered its power-up, or did not; whether that is new.
    pub fn set_misread(&mut self, misread: bool) -> bool {
        let is_new = self.misread != misread;
        self.memory.revision += u64::from(is_new);
        self.misread = misread;
        is_new
    }

    fn end(&mut self, handle: Handle, outcome: Outcome) -> Option<Effect> {
        let card = self.memory.cards.get_mut(&handle)?;
        match (outcome, card.stage, card.print) {
            (Outcome::Arrives, Stage::Moving { to, .. }, _) => {
                card.stage = Stage::Resting(to);
                match to {
                    Place::Station if card.doubled_with.is_none() => Some(Effect::Seat(handle)),
                    Place::Exit | Place::Reject => {
                        self.memory.let_go(handle, to);
                        Some(Effect::Leave(handle, to))
                    }
                    _ => None,
                }
            }
            (Outcome::Sticks(at, cause), Stage::Moving { from, to }, _) => {
                card.stage = Stage::Stopped {
                    from,
                    to,
                    at,
                    cause,
                };
                None
            }
            (Outcome::Printed(defect), Stage::Printing, Print::Begun(job)) => {
                card.stage = Stage::Resting(Place::Printer);
                card.print = Print::Done(job);
                self.memory.counters.printed += 1;
                Some(Effect::Ink(handle, job, defect))
            }
            _ => None,
        }
    }

    /// Prints that had begun are over; nobody knows how far they came.
    fn spoil_begun_prints(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (handle, card) in &mut self.memory.cards {
            if let Print::Begun(job) = card.print {
                card.stage = Stage::Resting(Place::Printer);
                card.print = Print::Spoiled(job);
                self.memory.counters.spoiled += 1;
                self.motions.remove(handle);
                effects.push(Effect::Blot(*handle, job));
            }
        }
        effects
    }

    /// The drive lets go of everything that moves.
    fn stop_all(&mut self) {
        for card in self.memory.cards.values_mut() {
            if let Stage::Moving { from, to } = card.stage {
                card.stage = Stage::Stopped {
                    from,
                    to,
                    at: from,
                    cause: Stop::Door,
                };
            }
        }
        self.motions.clear();
    }

    /// What was on its way, or stopped for one of these causes, moves again; two cards that lie on
    /// each other do it together.
    fn run_on(&mut self, causes: &[Stop], now: Millis) {
        let way = |card: &Card| match card.stage {
            _ if card.missing => None,
            Stage::Moving { from, to } => Some((from, to)),
            Stage::Stopped {
                from, to, cause, ..
            } if causes.contains(&cause) => Some((from, to)),
            _ => None,
        };
        let cards = self.memory.cards.iter();
        let moving: Vec<_> = cards
            .filter(|(handle, card)| card.doubled_with.is_none_or(|other| other > **handle))
            .filter(|(handle, _)| !self.motions.contains_key(handle))
            .filter_map(|(&handle, card)| Some((handle, card.doubled_with, way(card)?)))
            .collect();
        for (handle, doubled_with, (from, to)) in moving {
            let together: Vec<_> = [Some(handle), doubled_with].into_iter().flatten().collect();
            self.set_off(&together, from, to, now);
        }
    }

    /// A card begins to move, or two that lie on each other.
    fn set_off(&mut self, cards: &[Handle], from: Place, to: Place, now: Millis) {
        let pace = self.build.pace;
        let takes = if from == Place::Hopper {
            pace.feed
        } else {
            pace.transfer
        };
        let stick = self.faults.jam(from, to);
        let outcome = stick.map_or(Outcome::Arrives, |(at, cause)| Outcome::Sticks(at, cause));
        for handle in cards {
            self.begin(*handle, takes, outcome, now);
            if let Some(card) = self.memory.cards.get_mut(handle) {
                card.stage = Stage::Moving { from, to };
            }
        }
    }

    fn begin(&mut self, handle: Handle, takes: u32, outcome: Outcome, now: Millis) {
        let takes = f64::from(takes) * self.faults.slowness();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most a thousand times a u32, and not negative"
        )]
        let ends = now + takes.round() as Millis;
        self.motions.insert(handle, Motion { ends, outcome });
        self.memory.revision += 1;
    }

    /// The card that is at a place or on its way there, or that comes from there.
    fn occupant(&self, place: Place, but: Handle) -> Option<Handle> {
        let mut cards = self.memory.cards.iter();
        let found = cards.find(|(handle, card)| **handle != but && card.blocks(place));
        found.map(|(handle, _)| *handle)
    }

    fn card(&self, handle: Handle) -> Option<&Card> {
        self.memory.cards.get(&handle)
    }
}

type ActResult = Result<Taken, Failure>;

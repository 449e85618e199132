//! The machine's controller: mechanics, memory, folder and faults under one lock. Commands come in,
//! answers go out, and what happens in between survives the end of the process.

mod answer;
mod pictures;
mod recovery;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::build::{Build, BuildError};
use super::camera::Camera;
use super::card::Handle;
use super::failure::Failure;
use super::fault::{Fault, When};
use super::job::{self, Face, Id};
use super::mechanics::{Effect, Mechanics, Millis, Person, PersonError};
use super::memory::{Act, Memory};
use super::paint::{self, Defect};
use super::plant::Plant;
use super::protocol::Request;

pub use answer::refuse;

/// A machine with its folder.
#[derive(Debug)]
pub struct Controller {
    mechanics: Mechanics,
    plant: Plant,
    /// Cards in the hopper, counted when they change.
    hopper: u32,
    camera: Camera,
    power: Power,
    /// Exit pictures that were taken since power came; the same again when taken again.
    photographs: BTreeMap<(Handle, Face), Vec<u8>>,
    /// What the station's slot has not been told yet.
    seatings: Vec<Seating>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    Off { back_at: Option<Millis> },
}

/// What happens to the chip under the reader.
#[derive(Debug, PartialEq, Eq)]
pub enum Seating {
    /// This chip lies there now.
    Chip(PathBuf),
    /// Nothing lies there.
    Empty,
}

/// What comes back of a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// These bytes.
    Answer(Vec<u8>),
    /// Nothing: no power, or the answer was lost.
    Nothing,
}

/// Why a machine could not be taken into use.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its plate cannot be read.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Its folder or memory cannot be used.
    #[error("the machine's folder {folder} cannot be used")]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Why something was not done on command of the control socket.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// A person could not do it.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// Files could not be moved.
    #[error("the machine's files could not be moved")]
    Files(#[from] io::Error),
}

impl Controller {
    /// Takes a machine's folder into use. It has no power yet.
    pub fn open(folder: &Path, camera: Camera) -> Result<Self, OpenError> {
        let build = Build::read(folder)?;
        let unusable = |source| OpenError::Folder {
            folder: folder.to_owned(),
            source,
        };
        let memory = Memory::read(folder).map_err(unusable)?;
        let memory = memory.unwrap_or_else(|| Memory::new(&build));
        let plant = Plant::open(folder).map_err(unusable)?;
        let hopper = plant.hopper_level().map_err(unusable)?;
        Ok(Self {
            mechanics: Mechanics::new(build, memory),
            plant,
            hopper,
            camera,
            power: Power::Off { back_at: None },
            photographs: BTreeMap::new(),
            seatings: Vec::new(),
        })
    }

    /// Whether it has power.
    pub fn is_on(&self) -> bool {
        self.power == Power::On
    }

    /// Grows with every change.
    pub const fn revision(&self) -> u64 {
        self.mechanics.memory().revision
    }

    /// The mechanics, for whoever watches.
    pub const fn mechanics(&self) -> &Mechanics {
        &self.mechanics
    }

    /// The folder, for whoever watches.
    pub const fn plant(&self) -> &Plant {
        &self.plant
    }

    /// What the station's slot must be told, in this order.
    pub fn take_seatings(&mut self) -> Vec<Seating> {
        std::mem::take(&mut self.seatings)
    }

    /// When something happens by itself.
    pub fn next_event(&self) -> Option<Millis> {
        match self.power {
            Power::On => self.mechanics.next_end(),
            Power::Off { back_at } => back_at,
        }
    }

    /// Time passes.
    pub fn advance(&mut self, now: Millis) -> io::Result<()> {
        match self.power {
            Power::Off { back_at } if back_at.is_some_and(|at| at <= now) => self.power_on(now),
            Power::Off { .. } => Ok(()),
            Power::On => {
                let before = self.revision();
                let effects = self.mechanics.advance(now);
                if self.revision() == before {
                    return Ok(());
                }
                self.settle(&effects)
            }
        }
    }

    /// Answers one command, with whatever fault is due. A machine that cannot keep its memory does
    /// not go on: it loses power.
    pub fn handle(&mut self, request: &Request, now: Millis) -> Reply {
        if let Err(error) = self.advance(now) {
            return self.die(&error);
        }
        if !self.is_on() {
            return Reply::Nothing;
        }
        let kind = request.kind();
        if self.fails_at(kind, When::Before, now) {
            return Reply::Nothing;
        }
        let answer = match self.answer(request, now) {
            Ok(answer) => answer,
            Err(error) => return self.die(&error),
        };
        if self.fails_at(kind, When::After, now) || self.mechanics.faults.answer_lost(kind) {
            return Reply::Nothing;
        }
        Reply::Answer(answer)
    }

    /// Arms a fault.
    pub fn arm(&mut self, fault: Fault) {
        self.mechanics.faults.arm(fault);
    }

    /// Forgets all faults.
    pub fn clear_faults(&mut self) {
        self.mechanics.faults.clear();
    }

    /// Lets a person do something.
    pub fn person(&mut self, person: Person, now: Millis) -> Result<(), OrderError> {
        self.advance(now)?;
        let effects = self.mechanics.person(person, now)?;
        if !self.is_on() {
            // Nothing moves until power comes.
            self.mechanics.power_off();
        }
        if person == Person::EmptyTrays {
            self.plant.empty_trays()?;
        }
        Ok(self.settle(&effects)?)
    }

    /// A person fills the hopper from a folder of chips; how many.
    pub fn refill(&mut self, from: &Path) -> Result<usize, OrderError> {
        let count = self.plant.refill(from)?;
        self.hopper = self.plant.hopper_level()?;
        self.mechanics.memory_mut().revision += 1;
        self.settle(&[])?;
        Ok(count)
    }

    /// The chip is to answer a power-up; false when it stays silent.
    pub fn chip_answers(&mut self) -> bool {
        let silent = self.mechanics.faults.misread();
        if self.mechanics.set_misread(silent)
            && let Err(error) = self.settle(&[])
        {
            self.die(&error);
            return false;
        }
        !silent
    }

    fn fails_at(&mut self, kind: super::fault::Command, when: When, now: Millis) -> bool {
        let Some(back_in) = self.mechanics.faults.power_loss(kind, when) else {
            return false;
        };
        let start = u64::from(self.mechanics.build().pace.start);
        self.power_off(back_in.map(|millis| now + u64::from(millis) + start));
        true
    }

    fn die(&mut self, error: &io::Error) -> Reply {
        let folder = self.plant.folder().display();
        tracing::error!(%folder, %error, "the machine cannot keep its memory and is off");
        self.power_off(None);
        Reply::Nothing
    }

    /// Takes an act on: the memory first where it is the intent, the world first where the world can
    /// be asked at the next power-on.
    fn take_on(&mut self, id: Id, act: Act, now: Millis) -> io::Result<Result<bool, Failure>> {
        let taken = match self.mechanics.act(act, self.hopper, now) {
            Ok(taken) => taken,
            Err(failure) => {
                // What a card's motion changed meanwhile is kept too.
                self.settle(&[])?;
                return Ok(Err(failure));
            }
        };
        self.mechanics.memory_mut().remember(id, act);
        self.settle(&taken.effects)?;
        Ok(Ok(taken.already))
    }

    /// Lets effects happen and keeps the memory.
    fn settle(&mut self, effects: &[Effect]) -> io::Result<()> {
        let (picks, others): (Vec<Effect>, Vec<Effect>) = effects
            .iter()
            .copied()
            .partition(|effect| matches!(effect, Effect::Pick(_)));
        for effect in others {
            self.happen(effect)?;
        }
        self.mechanics.memory().write(self.plant.folder())?;
        for effect in picks {
            self.happen(effect)?;
        }
        Ok(())
    }

    fn happen(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Pick(card) => {
                self.plant.pick(card)?;
                self.hopper = self.plant.hopper_level()?;
                Ok(())
            }
            Effect::Seat(card) => {
                let chip = self.plant.chip(card)?;
                self.seatings.extend(chip.map(Seating::Chip));
                Ok(())
            }
            Effect::Unseat => {
                self.seatings.push(Seating::Empty);
                Ok(())
            }
            Effect::Ink(card, _, defect) => self.ink(card, defect),
            Effect::Blot(card, _) => self.blot(card),
            Effect::Leave(card, place) => {
                self.photographs.retain(|(of, _), _| *of != card);
                self.plant.leave(card, place)
            }
        }
    }

    /// The faces come onto the card: as the pictures are, or as a defect makes them.
    fn ink(&mut self, card: Handle, defect: Option<Defect>) -> io::Result<()> {
        let build = self.mechanics.build();
        let loaded = self.mechanics.memory().cards.get(&card);
        let back = loaded.and_then(|card| card.job.as_ref()?.back.as_ref());
        let two_faces = back.is_some();
        if paint::is_faithful(build.marking, defect) {
            for face in Face::ALL.into_iter().take(1 + usize::from(two_faces)) {
                self.plant.ink(card, face, &self.plant.load(card, face)?)?;
            }
            return Ok(());
        }
        let picture = |face| -> io::Result<_> {
            let decoded = job::decode(&self.plant.load(card, face)?, build.size());
            decoded.ok_or_else(|| io::Error::other("a loaded picture cannot be decoded"))
        };
        let back = if two_faces {
            picture(Face::Back)?
        } else {
            paint::blank(build)
        };
        let printed = paint::print(build, [picture(Face::Front)?, back], defect);
        self.put(card, &printed)
    }

    /// Some of the front comes onto the card.
    fn blot(&mut self, card: Handle) -> io::Result<()> {
        let build = self.mechanics.build();
        let front = job::decode(&self.plant.load(card, Face::Front)?, build.size());
        match front {
            Some(front) => self.put(card, &paint::begun(build, &front)),
            None => Ok(()),
        }
    }

    fn put(&self, card: Handle, faces: &paint::Faces) -> io::Result<()> {
        for (face, picture) in Face::ALL.into_iter().zip(faces) {
            let mut png = io::Cursor::new(Vec::new());
            let written = picture.write_to(&mut png, image::ImageFormat::Png);
            written.map_err(io::Error::other)?;
            self.plant.ink(card, face, png.get_ref())?;
        }
        Ok(())
    }
}

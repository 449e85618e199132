//! A person at the machine: door, ribbon, trays, and cards taken by hand.

use serde::{Deserialize, Serialize};

use super::{Effect, Mechanics, Millis};
use crate::machine::build::Marking;
use crate::machine::card::{Handle, Stage, Stop};
use crate::machine::place::Place;

/// What a person does. Whoever reaches inside opens the door first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    /// Opens the door: drives stop, a print is spoiled.
    OpenDoor,
    /// Closes the door: what the door stopped runs on.
    CloseDoor,
    /// Puts in a new ribbon and film.
    ChangeRibbon,
    /// Frees the wedged card: it can run on.
    FreeJam,
    /// Takes out whatever card is at this place, or wedged on its way there.
    TakeOut(Place),
    /// Empties both trays.
    EmptyTrays,
}

/// Why a person could not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// The door is in the way.
    #[error("the door is closed; open it first")]
    DoorClosed,
    /// There is nothing to do it to.
    #[error("there is no such card")]
    NoCard,
    /// Lasers have none.
    #[error("this machine needs no ribbon")]
    NoRibbon,
}

impl Mechanics {
    /// Lets a person do something.
    pub fn person(&mut self, person: Person, now: Millis) -> Result<Vec<Effect>, PersonError> {
        let reaches_in = matches!(
            person,
            Person::ChangeRibbon | Person::FreeJam | Person::TakeOut(_)
        );
        if reaches_in && !self.memory.door_open {
            return Err(PersonError::DoorClosed);
        }
        let effects = self.help(person, now)?;
        self.memory.revision += 1;
        Ok(effects)
    }

    fn help(&mut self, person: Person, now: Millis) -> Result<Vec<Effect>, PersonError> {
        match person {
            Person::OpenDoor => {
                self.memory.door_open = true;
                self.stop_all();
                return Ok(self.spoil_begun_prints());
            }
            Person::CloseDoor => {
                self.memory.door_open = false;
                self.run_on(&[Stop::Door], now);
            }
            Person::ChangeRibbon => {
                if self.build.marking == Marking::Laser {
                    return Err(PersonError::NoRibbon);
                }
                self.memory.ribbon = Some(self.build.ribbon);
            }
            Person::FreeJam => self.free_jam()?,
            Person::TakeOut(place) => return self.take_out(place),
            Person::EmptyTrays => {
                self.memory.exit_cards = 0;
                self.memory.reject_cards = 0;
            }
        }
        Ok(Vec::new())
    }

    fn free_jam(&mut self) -> Result<(), PersonError> {
        let mut freed = false;
        for card in self.memory.cards.values_mut() {
            if let Stage::Stopped { cause, .. } = &mut card.stage
                && *cause == Stop::Wedged
            {
                *cause = Stop::Slip;
                freed = true;
            }
        }
        freed.then_some(()).ok_or(PersonError::NoCard)
    }

    /// The machine learns of it when it looks again; the reader sees it at once.
    fn take_out(&mut self, place: Place) -> Result<Vec<Effect>, PersonError> {
        let in_reach: Vec<Handle> = self
            .memory
            .cards
            .iter()
            .filter(|(_, card)| !card.missing && card.blocks(place))
            .map(|(handle, _)| *handle)
            .collect();
        let mut effects = Vec::new();
        for handle in &in_reach {
            if let Some(card) = self.memory.cards.get_mut(handle) {
                card.missing = true;
                if card.stage == Stage::Resting(Place::Station) {
                    effects.push(Effect::Unseat);
                }
            }
        }
        (!in_reach.is_empty())
            .then_some(effects)
            .ok_or(PersonError::NoCard)
    }
}

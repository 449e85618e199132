//! Power comes and goes. The process may have ended between what happened to a card and the memory's
//! write: then the folder says where the card is, and the memory learns it.

use std::collections::BTreeMap;
use std::io;

use super::{Controller, Power, Seating};
use crate::machine::card::Handle;
use crate::machine::mechanics::Millis;
use crate::machine::memory::Memory;
use crate::machine::place::Place;

impl Controller {
    /// Power comes.
    pub fn power_on(&mut self, now: Millis) -> io::Result<()> {
        if self.is_on() {
            return Ok(());
        }
        self.recall()?;
        self.let_departed_go()?;
        self.look_inside()?;
        self.hopper = self.plant.hopper_level()?;
        let effects = self.mechanics.power_on(now);
        self.settle(&effects)?;
        self.power = Power::On;
        Ok(())
    }

    /// Power goes, until `back_at` or until it is given.
    pub fn power_off(&mut self, back_at: Option<Millis>) {
        self.power = Power::Off { back_at };
        self.mechanics.power_off();
        self.photographs.clear();
        self.seatings.push(Seating::Empty);
        if let Err(error) = self.recall() {
            let folder = self.plant.folder().display();
            tracing::error!(%folder, %error, "the machine's memory cannot be read");
        }
    }

    /// What is known without power is what was written.
    fn recall(&mut self) -> io::Result<()> {
        if let Some(memory) = Memory::read(self.plant.folder())? {
            *self.mechanics.memory_mut() = memory;
        }
        Ok(())
    }

    /// Cards that lie outside already have left, whatever the memory says; of two that lie on each
    /// other the second goes where the first one went.
    fn let_departed_go(&mut self) -> io::Result<()> {
        let mut departed: BTreeMap<Handle, Place> = BTreeMap::new();
        for (handle, card) in &self.mechanics.memory().cards {
            if let Some(place) = self.plant.left(*handle)? {
                let together = [Some(*handle), card.doubled_with];
                departed.extend(together.into_iter().flatten().map(|card| (card, place)));
            }
        }
        for (card, place) in departed {
            self.plant.leave(card, place)?;
            self.mechanics.memory_mut().let_go(card, place);
        }
        Ok(())
    }

    /// A card that was fed may lie in the hopper still; any other that is not inside is missing, and
    /// no blank takes its place.
    fn look_inside(&mut self) -> io::Result<()> {
        let cards: Vec<_> = self.mechanics.memory().cards.keys().copied().collect();
        for handle in cards {
            if let Some(card) = self.mechanics.memory_mut().cards.get_mut(&handle) {
                let is_there = if card.comes_from_hopper() && !card.missing {
                    self.plant.pick(handle)?
                } else {
                    self.plant.chip(handle)?.is_some()
                };
                card.missing |= !is_there;
            }
            self.look_at_pictures(handle);
        }
        Ok(())
    }
}

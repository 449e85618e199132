//! The four acts. Each is done once however often it is asked for: it names the state it leads to.

use super::{ActResult, Effect, Mechanics, Millis, Outcome, Taken};
use crate::machine::build::Marking;
use crate::machine::card::{Card, Handle, Print, Stage, Stop};
use crate::machine::failure::{Failure, Kind};
use crate::machine::job::Id;
use crate::machine::memory::Act;
use crate::machine::place::Place;

impl Mechanics {
    /// Takes an act on, or says why not. `hopper`: cards in it.
    pub fn act(&mut self, act: Act, hopper: u32, now: Millis) -> ActResult {
        match act {
            Act::Feed { card } => self.feed(card, hopper, now),
            Act::Move { card, to } => self.bring(card, to, now),
            Act::Print { card, job } => self.print(card, job, now),
            Act::Clear => self.clear(now),
        }
    }

    /// Whether an act that was taken on before is to be tried again: a card slipped on the way there.
    pub fn slipped(&self, act: Act) -> bool {
        let Act::Move { card, to: wanted } = act else {
            return false;
        };
        let slipped = |card: &Card| matches!(card.stage, Stage::Stopped { to, cause: Stop::Slip, .. } if to == wanted);
        self.card(card).is_some_and(slipped)
    }

    fn feed(&mut self, handle: Handle, hopper: u32, now: Millis) -> ActResult {
        let next = self.memory.next_card;
        if handle > next || handle == 0 {
            return Err(Failure::new(Kind::OutOfOrder).of(next));
        }
        if handle < next {
            let known = self.card(handle).is_some() || self.memory.gone(handle).is_some();
            let forgotten = Failure::new(Kind::UnknownCard).of(handle);
            return known.then_some(Taken::ALREADY).ok_or(forgotten);
        }
        self.door_closed()?;
        if let Some(other) = self.occupant(Place::Station, handle) {
            return Err(Failure::new(Kind::Occupied).at(Place::Station).of(other));
        }
        if hopper == 0 || self.faults.hopper_empty() {
            return Err(Failure::new(Kind::HopperEmpty).at(Place::Hopper));
        }
        let mut drawn = vec![handle];
        if hopper > 1 && self.faults.double_feed() {
            drawn.push(handle + 1);
        }
        for card in &drawn {
            self.memory.cards.insert(*card, Card::drawn());
            self.memory.next_card += 1;
            self.memory.counters.fed += 1;
        }
        if let [first, second] = drawn[..] {
            self.pair(first, second);
        }
        self.set_off(&drawn, Place::Hopper, Place::Station, now);
        Ok(Taken::now(drawn.into_iter().map(Effect::Pick).collect()))
    }

    fn pair(&mut self, first: Handle, second: Handle) {
        for (one, other) in [(first, second), (second, first)] {
            if let Some(card) = self.memory.cards.get_mut(&one) {
                card.doubled_with = Some(other);
            }
        }
    }

    fn bring(&mut self, handle: Handle, to: Place, now: Millis) -> ActResult {
        let Some(card) = self.memory.cards.get(&handle) else {
            return match self.memory.gone(handle) {
                Some(gone) if gone.place == to => Ok(Taken::ALREADY),
                Some(gone) => Err(Failure::new(Kind::OutOfOrder).at(gone.place).of(handle)),
                None => Err(Failure::new(Kind::UnknownCard).of(handle)),
            };
        };
        if card.missing {
            return Err(Failure::new(Kind::CardMissing).of(handle));
        }
        let from = match card.stage {
            Stage::Resting(at) if at == to => return Ok(Taken::ALREADY),
            Stage::Moving { to: already, .. } if already == to => return Ok(Taken::ALREADY),
            Stage::Moving { .. } | Stage::Printing => {
                return Err(Failure::new(Kind::Busy).of(handle));
            }
            Stage::Stopped {
                at,
                cause: Stop::Wedged,
                ..
            } => return Err(Failure::new(Kind::Jam).at(at).of(handle)),
            Stage::Resting(from) | Stage::Stopped { from, .. } => from,
        };
        if to == Place::Exit && matches!(card.print, Print::Spoiled(_)) {
            return Err(Failure::new(Kind::Spoiled).of(handle));
        }
        let doubled_with = card.doubled_with;
        self.door_closed()?;
        // A card that slipped on its way out of the hopper has left it: the reject tray takes it too.
        let leads = from.leads_to(to) || (from == Place::Hopper && to == Place::Reject);
        if doubled_with.is_some() && to != Place::Reject && from != Place::Hopper {
            return Err(Failure::new(Kind::DoubleFeed).at(from).of(handle));
        }
        if !leads {
            return Err(Failure::new(Kind::OutOfOrder).at(from).of(handle));
        }
        let both: Vec<_> = [Some(handle), doubled_with].into_iter().flatten().collect();
        self.room(to, &both)?;
        self.set_off(&both, from, to, now);
        let leaves_station = from == Place::Station && doubled_with.is_none();
        if leaves_station {
            self.misread = false;
        }
        let effects = leaves_station.then_some(Effect::Unseat);
        Ok(Taken::now(effects.into_iter().collect()))
    }

    /// Whether these cards fit into a place.
    fn room(&self, place: Place, cards: &[Handle]) -> Result<(), Failure> {
        let trays = [
            (Place::Exit, self.memory.exit_cards, self.build.exit_tray),
            (
                Place::Reject,
                self.memory.reject_cards,
                self.build.reject_tray,
            ),
        ];
        if let Some((_, inside, room)) = trays.into_iter().find(|(tray, ..)| *tray == place) {
            let coming =
                |card: &Card| matches!(card.stage, Stage::Moving { to, .. } if to == place);
            let coming = self
                .memory
                .cards
                .values()
                .filter(|card| coming(card))
                .count();
            if inside as usize + coming + cards.len() > room as usize {
                return Err(Failure::new(Kind::TrayFull).at(place));
            }
            return Ok(());
        }
        let other = self.memory.cards.iter();
        let mut other =
            other.filter(|(handle, card)| !cards.contains(handle) && card.blocks(place));
        match other.next() {
            Some((other, _)) => Err(Failure::new(Kind::Occupied).at(place).of(*other)),
            None => Ok(()),
        }
    }

    fn print(&mut self, handle: Handle, job: Id, now: Millis) -> ActResult {
        let gone = self.memory.gone(handle).map(|gone| gone.print);
        let card = self.memory.cards.get(&handle);
        let Some(print) = card.map(|card| card.print).or(gone) else {
            return Err(Failure::new(Kind::UnknownCard).of(handle));
        };
        match print {
            Print::Begun(known) | Print::Done(known) if known == job => return Ok(Taken::ALREADY),
            Print::Spoiled(_) => return Err(Failure::new(Kind::Spoiled).of(handle)),
            Print::Begun(_) | Print::Done(_) => {
                return Err(Failure::new(Kind::OutOfOrder).of(handle));
            }
            Print::Nothing => {}
        }
        if let Some(bearer) = self.memory.bearer(job) {
            return Err(Failure::new(Kind::OutOfOrder).of(bearer));
        }
        let Some(card) = card.filter(|card| card.stage == Stage::Resting(Place::Printer)) else {
            return Err(Failure::new(Kind::OutOfOrder).of(handle));
        };
        if card.missing {
            return Err(Failure::new(Kind::CardMissing).of(handle));
        }
        let loaded = card.job.as_ref().filter(|loaded| loaded.id == job);
        let Some(loaded) = loaded else {
            return Err(Failure::new(Kind::UnknownJob).of(handle));
        };
        if !loaded.is_complete() {
            return Err(Failure::new(Kind::PictureIncomplete).of(handle));
        }
        let faces = 1 + u32::from(loaded.back.is_some());
        self.door_closed()?;
        if self.build.marking == Marking::Ribbon {
            let left = self.memory.ribbon.and_then(|left| left.checked_sub(1));
            let Some(left) = left else {
                return Err(Failure::new(Kind::RibbonOut).at(Place::Printer).of(handle));
            };
            self.memory.ribbon = Some(left);
        }
        if let Some(card) = self.memory.cards.get_mut(&handle) {
            card.print = Print::Begun(job);
            card.stage = Stage::Printing;
        }
        let takes = faces * self.build.pace.face + self.build.pace.camera;
        let defect = self.faults.print();
        self.begin(handle, takes, Outcome::Printed(defect), now);
        Ok(Taken::now(Vec::new()))
    }

    fn clear(&mut self, now: Millis) -> ActResult {
        self.door_closed()?;
        let mut effects = Vec::new();
        let cards = self.memory.cards.iter();
        let missing = cards.filter(|(_, card)| card.missing);
        let missing: Vec<_> = missing.map(|(handle, _)| *handle).collect();
        for handle in missing {
            self.memory.let_go(handle, Place::Removed);
            self.memory.revision += 1;
            effects.push(Effect::Leave(handle, Place::Removed));
        }
        self.run_on(&[Stop::Slip, Stop::Door], now);
        let jam = self
            .troubles(1)
            .into_iter()
            .find(|trouble| trouble.kind == Kind::Jam);
        match jam {
            Some(jam) if effects.is_empty() => Err(jam),
            _ => Ok(Taken::now(effects)),
        }
    }

    pub(super) fn door_closed(&self) -> Result<(), Failure> {
        if self.memory.door_open {
            return Err(Failure::new(Kind::DoorOpen));
        }
        Ok(())
    }
}

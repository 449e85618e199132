//! What is wrong now: computed from where things are, so that it ends when its cause ends.

use super::Mechanics;
use crate::machine::card::{Print, Stage, Stop};
use crate::machine::failure::{Failure, Kind, Remedy};
use crate::machine::place::Place;

impl Mechanics {
    /// All troubles, the worst first. `hopper`: cards in it.
    pub fn troubles(&self, hopper: u32) -> Vec<Failure> {
        let memory = &self.memory;
        let mut troubles = Vec::new();
        if memory.door_open {
            troubles.push(Failure::new(Kind::DoorOpen));
        }
        // Of two cards that lie on each other, trouble is told once.
        let told = memory.cards.iter();
        let told =
            told.filter(|(handle, card)| card.doubled_with.is_none_or(|other| other > **handle));
        for (&handle, card) in told {
            let here = |kind: Kind, place| Failure::new(kind).at(place).of(handle);
            if card.missing {
                troubles.push(Failure::new(Kind::CardMissing).of(handle));
                continue;
            }
            match card.stage {
                Stage::Stopped { at, cause, .. } if cause != Stop::Door => {
                    let remedy = match cause {
                        Stop::Wedged => Remedy::Person,
                        _ => Remedy::Retry,
                    };
                    troubles.push(here(Kind::Jam, at).by(remedy));
                }
                Stage::Resting(place) if card.doubled_with.is_some() => {
                    troubles.push(here(Kind::DoubleFeed, place));
                }
                Stage::Resting(place) if matches!(card.print, Print::Spoiled(_)) => {
                    troubles.push(here(Kind::Spoiled, place));
                }
                Stage::Resting(Place::Station) if self.misread => {
                    troubles.push(here(Kind::Misread, Place::Station));
                }
                _ => {}
            }
        }
        if memory.ribbon == Some(0) {
            troubles.push(Failure::new(Kind::RibbonOut).at(Place::Printer));
        }
        for (tray, inside, room) in [
            (Place::Exit, memory.exit_cards, self.build.exit_tray),
            (Place::Reject, memory.reject_cards, self.build.reject_tray),
        ] {
            if inside >= room {
                troubles.push(Failure::new(Kind::TrayFull).at(tray));
            }
        }
        if hopper == 0 {
            troubles.push(Failure::new(Kind::HopperEmpty).at(Place::Hopper));
        }
        troubles.sort_by_key(|trouble| trouble.kind);
        troubles
    }
}

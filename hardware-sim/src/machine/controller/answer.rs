//! From a command to its answer.

use std::io;

use ::wire::machine::{self as wire, answer::Result as Content};
use prost::Message;

use super::Controller;
use crate::machine::card::Handle;
use crate::machine::failure::{Failure, Kind};
use crate::machine::job::Id;
use crate::machine::mechanics::Millis;
use crate::machine::memory::Act;
use crate::machine::place::Place;
use crate::machine::protocol::Request;
use crate::machine::wire_form;

impl Controller {
    /// The encoded answer; an error when memory or files fail.
    pub(super) fn answer(&mut self, request: &Request, now: Millis) -> io::Result<Vec<u8>> {
        let answer = match request {
            Request::Identify => of(Content::Identity(wire_form::identity(
                self.mechanics.build(),
            ))),
            Request::GetStatus { card, .. } => of(Content::Status(self.status(*card, now))),
            Request::LoadPicture(part) => {
                let loaded = self.load_picture(part)?;
                of(loaded.map_or_else(|failure| failed(&failure), Content::PictureReceived))
            }
            Request::ReadPicture {
                card,
                face,
                offset,
                length,
            } => {
                let read = self.read_picture(*card, *face, *offset, *length)?;
                of(read.map_or_else(|failure| failed(&failure), Content::PicturePart))
            }
            Request::Act(id, act) => self.answer_act(*id, *act, now)?,
        };
        Ok(answer.encode_to_vec())
    }

    /// Where everything is, and one card more if it has left.
    pub fn status(&self, asked: Option<Handle>, now: Millis) -> wire::Status {
        let memory = self.mechanics.memory();
        let build = self.mechanics.build();
        let inside = memory.cards.iter().map(|(handle, card)| {
            let ready_in = self.mechanics.ready_in(*handle, now);
            wire_form::card(*handle, card, ready_in)
        });
        let left = asked.and_then(|card| memory.gone(card));
        let sensor = |place| wire::Sensor {
            position: wire_form::position(Some(place)),
            card_present: memory.cards.values().any(|card| card.is_seen_at(place)),
        };
        let troubles = self.mechanics.troubles(self.hopper);
        wire::Status {
            revision: memory.revision,
            sensors: [Place::Station, Place::Printer].map(sensor).to_vec(),
            cards: inside.chain(left.iter().map(wire_form::gone)).collect(),
            troubles: troubles.iter().map(wire_form::failure).collect(),
            door_open: memory.door_open,
            hopper_cards: self.hopper,
            exit_room: build.exit_tray.saturating_sub(memory.exit_cards),
            reject_room: build.reject_tray.saturating_sub(memory.reject_cards),
            ribbon_left: memory.ribbon,
            counters: Some(wire_form::counters(memory.counters)),
            next_card: memory.next_card,
        }
    }

    /// An act that was taken on before is not looked at again: its card is as it is. But rollers that
    /// slipped try again.
    fn answer_act(&mut self, id: Id, act: Act, now: Millis) -> io::Result<wire::Answer> {
        let known = self.mechanics.memory().act(id);
        let outcome = match known {
            Some(known) if known != act => Err(Failure::new(Kind::IdReused)),
            Some(_) if !self.mechanics.slipped(act) => Ok(true),
            _ => self.take_on(id, act, now)?,
        };
        let (repeated, result) = match outcome {
            Ok(repeated) => (repeated, self.after(act, now)),
            Err(failure) => (false, failed(&failure)),
        };
        Ok(wire::Answer {
            id: id.0.to_vec(),
            repeated,
            result: Some(result),
        })
    }

    /// How things are after an act.
    fn after(&self, act: Act, now: Millis) -> Content {
        let memory = self.mechanics.memory();
        let Some(handle) = act.card() else {
            return Content::Status(self.status(None, now));
        };
        let card = memory.cards.get(&handle);
        let inside =
            card.map(|card| wire_form::card(handle, card, self.mechanics.ready_in(handle, now)));
        let card = inside.or_else(|| memory.gone(handle).as_ref().map(wire_form::gone));
        let forgotten = || failed(&Failure::new(Kind::UnknownCard).of(handle));
        card.map_or_else(forgotten, Content::Card)
    }
}

fn of(result: Content) -> wire::Answer {
    wire::Answer {
        result: Some(result),
        ..wire::Answer::default()
    }
}

fn failed(failure: &Failure) -> Content {
    Content::Failure(wire_form::failure(failure))
}

/// The answer to a message that is no command.
pub fn refuse(malformed: &crate::machine::protocol::Malformed) -> Vec<u8> {
    of(Content::Failure(wire_form::malformed(malformed))).encode_to_vec()
}

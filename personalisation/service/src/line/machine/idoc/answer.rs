//! What a machine answers, taken from the wire: bounded, checked, and turned into the line's own words.

use personalisation_core::machine::{CardHandle, MachineSerial};
use prost::Message as _;
use wire::machine::{self as wire_form, FailureKind, Position, Remedy, answer::Result as Content};

use crate::line::machine::{
    CardStatus, Face, Inked, Instruction, MachineError, Motion, Place, PrintJob, Status, Task,
    Trouble,
};

/// Longest answer, in bytes.
const LONGEST: usize = 60 * 1024;
/// Most characters of a machine's own words that are repeated.
const WORDS: usize = 200;

/// The content of an answer.
pub(super) fn decode(answer: &[u8]) -> Result<Content, MachineError> {
    if answer.len() > LONGEST {
        return Err(unexpected("longer than a message may be"));
    }
    let answer = wire_form::Answer::decode(answer).map_err(|_| unexpected("no message"))?;
    answer.result.ok_or_else(|| unexpected("Answer.result"))
}

/// An answer that this protocol does not know.
pub(super) fn unexpected(field: &str) -> MachineError {
    MachineError::Program(format!("its answer is none of the protocol's: {field}"))
}

/// A length as a message has it.
pub(super) fn number(length: usize) -> Result<u32, MachineError> {
    let too_long =
        |_| MachineError::Program("a picture is longer than the protocol carries".to_owned());
    u32::try_from(length).map_err(too_long)
}

pub(super) const fn face(face: Face) -> wire_form::Face {
    match face {
        Face::Front => wire_form::Face::Front,
        Face::Back => wire_form::Face::Back,
    }
}

/// One card.
pub(super) fn card(card: &wire_form::Card) -> Result<CardStatus, MachineError> {
    let handle = CardHandle::new(card.handle).ok_or_else(|| unexpected("Card.handle"))?;
    let at = place(card.at()).ok_or_else(|| unexpected("Card.at"))?;
    let going_to = place(card.going_to());
    let motion = match card.activity() {
        wire_form::Activity::Resting => Motion::Resting,
        wire_form::Activity::Moving | wire_form::Activity::Printing => Motion::Busy,
        wire_form::Activity::Stopped => Motion::Stopped {
            to: going_to.ok_or_else(|| unexpected("Card.going_to"))?,
        },
        wire_form::Activity::Unspecified => return Err(unexpected("Card.activity")),
    };
    let job = || {
        let bytes = card.print_job.as_slice().try_into();
        let bytes = bytes.map_err(|_| unexpected("Card.print_job"))?;
        Ok(PrintJob::from_bytes(bytes))
    };
    let inked = match card.print() {
        wire_form::PrintState::Unspecified => Inked::No,
        wire_form::PrintState::Printing => Inked::Begun(job()?),
        wire_form::PrintState::Printed => Inked::Whole(job()?),
        wire_form::PrintState::Spoiled => Inked::Spoiled(job()?),
    };
    Ok(CardStatus {
        handle,
        at,
        going_to,
        motion,
        doubled_with: CardHandle::new(card.doubled_with),
        inked,
    })
}

const fn place(position: Position) -> Option<Place> {
    match position {
        Position::Unspecified => None,
        Position::Hopper => Some(Place::Hopper),
        Position::Station => Some(Place::Station),
        Position::Printer => Some(Place::Printer),
        Position::Exit => Some(Place::Exit),
        Position::Reject => Some(Place::Reject),
        Position::Removed => Some(Place::Removed),
    }
}

/// At which print of the machine's life its ribbon ends: no other ribbon ends there too, but one that was put in for
/// another that was still whole.
fn ribbon(status: &wire_form::Status) -> Option<u64> {
    let counters = status.counters.unwrap_or_default();
    let begun = counters.printed.saturating_add(counters.spoiled);
    let left = status.ribbon_left?;
    Some(begun.saturating_add(left.into()))
}

/// Reads what a machine says in its name.
pub(super) struct Reader {
    pub(super) machine: MachineSerial,
}

impl Reader {
    pub(super) fn status(&self, status: &wire_form::Status) -> Result<Status, MachineError> {
        let cards: Result<_, _> = status.cards.iter().map(card).collect();
        let trouble = |failure: &wire_form::Failure| {
            let blocks_all = match failure.kind() {
                FailureKind::DoorOpen | FailureKind::CardMissing => true,
                FailureKind::Jam => failure.remedy() == Remedy::Person,
                _ => false,
            };
            Trouble {
                error: self.failure(failure),
                blocks_all,
            }
        };
        Ok(Status {
            revision: status.revision,
            cards: cards?,
            troubles: status.troubles.iter().map(trouble).collect(),
            next_card: CardHandle::new(status.next_card),
            ribbon: ribbon(status),
        })
    }

    /// A failure by who can do something about it: what the machine says of the remedy counts where the kind has more
    /// than one.
    pub(super) fn failure(&self, failure: &wire_form::Failure) -> MachineError {
        let at = place(failure.position());
        let person = |task| {
            let machine = self.machine;
            MachineError::Person(Instruction { machine, task })
        };
        let of_card = |error: fn(CardHandle) -> MachineError| {
            CardHandle::new(failure.card).map_or_else(|| unexpected("Failure.card"), error)
        };
        let words: String = failure.detail.chars().take(WORDS).collect();
        match failure.kind() {
            FailureKind::Jam if failure.remedy() == Remedy::Person => {
                person(Task::FreeJam(at.unwrap_or(Place::Station)))
            }
            FailureKind::DoorOpen => person(Task::CloseDoor),
            FailureKind::HopperEmpty => person(Task::FillHopper),
            FailureKind::RibbonOut => person(Task::ChangeRibbon),
            FailureKind::TrayFull => person(Task::EmptyTray(at.unwrap_or(Place::Exit))),
            FailureKind::CardMissing => of_card(MachineError::CardMissing),
            FailureKind::UnknownJob | FailureKind::PictureIncomplete => {
                of_card(MachineError::NotLoaded)
            }
            FailureKind::DoubleFeed | FailureKind::Spoiled => match CardHandle::new(failure.card) {
                Some(card) => MachineError::Reject { card, why: words },
                None => unexpected("Failure.card"),
            },
            FailureKind::Jam | FailureKind::Misread | FailureKind::PictureDamaged => {
                MachineError::Retry(words)
            }
            FailureKind::Busy | FailureKind::Occupied => MachineError::Wait(words),
            kind => MachineError::Program(format!("{}: {words}", kind.as_str_name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> wire_form::Status {
        wire_form::Status {
            revision: 7,
            cards: vec![wire_form::Card {
                handle: 3,
                at: Position::Printer.into(),
                activity: wire_form::Activity::Resting.into(),
                print: wire_form::PrintState::Spoiled.into(),
                print_job: vec![9; 16],
                ..wire_form::Card::default()
            }],
            troubles: vec![wire_form::Failure {
                kind: FailureKind::Jam.into(),
                remedy: Remedy::Person.into(),
                position: Position::Station.into(),
                card: 4,
                detail: "stuck".to_owned(),
            }],
            next_card: 5,
            ..wire_form::Status::default()
        }
    }

    fn reader() -> Reader {
        let machine = "SN-1".parse().unwrap();
        Reader { machine }
    }

    #[test]
    fn a_status_is_read_in_the_lines_own_words() {
        let read = reader().status(&status()).unwrap();
        assert_eq!(read.next_card, CardHandle::new(5));
        assert_eq!(
            read.cards[0].inked,
            Inked::Spoiled(PrintJob::from_bytes([9; 16]))
        );
        let hindrance = read.hindrance().unwrap().to_string();
        assert!(
            hindrance.contains("free the card at the chip station"),
            "{hindrance}"
        );
        assert!(read.is_free(Place::Station) && !read.is_free(Place::Printer));
    }

    #[test]
    fn a_ribbon_is_the_same_until_it_is_changed() {
        let after = |printed, spoiled, left| {
            let counters = wire_form::Counters {
                printed,
                spoiled,
                ..wire_form::Counters::default()
            };
            let status = wire_form::Status {
                counters: Some(counters),
                ribbon_left: left,
                ..status()
            };
            reader().status(&status).unwrap().ribbon
        };
        assert_eq!(after(0, 0, Some(1_000)), Some(1_000));
        assert_eq!(after(7, 2, Some(991)), Some(1_000));
        assert_eq!(after(7, 2, Some(1_000)), Some(1_009));
        assert_eq!(after(7, 2, None), None);
    }

    #[test]
    fn what_the_protocol_does_not_know_is_refused_by_field() {
        type Spoil = fn(&mut wire_form::Card);
        let spoils: [(&str, Spoil); 5] = [
            ("Card.handle", |card| card.handle = 0),
            ("Card.at", |card| card.at = 99),
            ("Card.activity", |card| card.activity = 0),
            ("Card.print_job", |card| card.print_job.truncate(15)),
            ("Card.going_to", |card| {
                card.activity = wire_form::Activity::Stopped.into();
            }),
        ];
        for (field, spoil) in spoils {
            let mut status = status();
            spoil(&mut status.cards[0]);
            let error = reader().status(&status).unwrap_err();
            assert!(error.to_string().contains(field), "{field}: {error}");
        }
    }

    /// Whatever bytes come, there is an answer or an error, and never more than a message may hold.
    #[test]
    fn damaged_answers_are_errors_or_answers() {
        let answer = wire_form::Answer {
            result: Some(Content::Status(status())),
            ..wire_form::Answer::default()
        };
        let bytes = answer.encode_to_vec();
        assert!(decode(&bytes).is_ok());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                if let Ok(Content::Status(status)) = decode(&damaged) {
                    let _answered_or_refused = reader().status(&status);
                }
            }
            if let Ok(Content::Status(status)) = decode(&bytes[..at]) {
                let _answered_or_refused = reader().status(&status);
            }
        }
        assert!(decode(&vec![0; LONGEST + 1]).is_err());
        assert!(decode(&[]).is_err(), "an answer says something");
    }
}

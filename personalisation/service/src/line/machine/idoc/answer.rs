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

//! What can be wrong with a machine, by who can do something about it.

use std::fmt;

use personalisation_core::machine::{CardHandle, MachineSerial};
use thiserror::Error;

use super::Place;

/// Why a machine did not do what it was asked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MachineError {
    /// The machine can, when it is asked again.
    #[error("the machine asks to be asked again: {0}")]
    Retry(String),
    /// Another card is in the way, or this one moves: time helps.
    #[error("the machine is not ready yet: {0}")]
    Wait(String),
    /// This card can only go to the reject tray.
    #[error("card {card} can only be rejected: {why}")]
    Reject {
        /// Which card.
        card: CardHandle,
        /// What happened to it.
        why: String,
    },
    /// The machine does not have the job's pictures, or not all of them.
    #[error("the machine lacks pictures of card {0}")]
    NotLoaded(CardHandle),
    /// A card is not where it was: somebody took it out.
    #[error("card {0} was taken out of the machine")]
    CardMissing(CardHandle),
    /// Somebody must do something at the machine.
    #[error("{0}")]
    Person(Instruction),
    /// The machine does not answer; what it was asked may have been done or not.
    #[error("{0}")]
    Lost(Instruction),
    /// The line asked for something that cannot be: a defect of driver or line. For the developer.
    #[error("the machine refuses what cannot be: {0}; report this with the log")]
    Program(String),
}

/// What somebody must do, at which machine: the words of docs/machine.md.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The machine.
    pub machine: MachineSerial,
    /// What is to be done there.
    pub task: Task,
}

/// What is to be done at a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A card is wedged.
    FreeJam(Place),
    /// The hopper is empty.
    FillHopper,
    /// Ribbon or film is at its end.
    ChangeRibbon,
    /// A tray is full.
    EmptyTray(Place),
    /// The door is open.
    CloseDoor,
    /// Somebody took a card out.
    DestroyRemoved,
    /// Nothing more is printed before a person approved the first card.
    InspectFirstArticle,
    /// It does not answer.
    CheckPower,
    /// Its reader is gone.
    PlugIn,
    /// It is behind no reader at all.
    Find,
    /// The daemon that all readers are behind is away.
    StartDaemon(String),
}

impl Task {
    /// The name in the database, and where: the console has the words for it in each language.
    pub const fn name(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::FreeJam(place) => ("free_jam", Some(place.name())),
            Self::FillHopper => ("fill_hopper", None),
            Self::ChangeRibbon => ("change_ribbon", None),
            Self::EmptyTray(tray) => ("empty_tray", Some(tray.name())),
            Self::CloseDoor => ("close_door", None),
            Self::DestroyRemoved => ("destroy_removed", None),
            Self::InspectFirstArticle => ("inspect_first_article", None),
            Self::CheckPower => ("check_power", None),
            Self::PlugIn => ("plug_in", None),
            Self::Find => ("find", None),
            Self::StartDaemon(_) => ("start_daemon", None),
        }
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.machine;
        match &self.task {
            Task::FreeJam(place) => write!(
                f,
                "open the door of {machine}, free the card at the {place} or take it out, close the door"
            ),
            Task::FillHopper => write!(f, "fill the hopper of {machine}"),
            Task::ChangeRibbon => write!(f, "change the ribbon of {machine}"),
            Task::EmptyTray(tray) => write!(f, "empty the {tray} of {machine}"),
            Task::CloseDoor => write!(f, "close the door of {machine}"),
            Task::DestroyRemoved => write!(
                f,
                "put the card that you took out of {machine} into the destruction box"
            ),
            Task::InspectFirstArticle => write!(
                f,
                "take the last card out of the exit tray of {machine} to an inspector: the next ones are printed once it is approved"
            ),
            Task::CheckPower => write!(f, "check the power of {machine}"),
            Task::PlugIn => write!(f, "put the cable of {machine} in again"),
            Task::Find => write!(
                f,
                "{machine} is behind no reader: check its power and its cable"
            ),
            Task::StartDaemon(why) => write!(f, "{machine} cannot be reached: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_those_of_the_docs() {
        let docs = include_str!("../../../../../docs/machine.md");
        let machine: MachineSerial = "MACHINE".parse().unwrap();
        for (task, words) in [
            (Task::FillHopper, "fill the hopper of MACHINE"),
            (Task::ChangeRibbon, "change the ribbon of MACHINE"),
            (Task::CloseDoor, "close the door of MACHINE"),
            (
                Task::DestroyRemoved,
                "put the card that you took out of MACHINE into the destruction box",
            ),
            (
                Task::InspectFirstArticle,
                "take the last card out of the exit tray of MACHINE to an inspector: the next ones are printed once it is approved",
            ),
            (Task::CheckPower, "check the power of MACHINE"),
            (Task::PlugIn, "put the cable of MACHINE in again"),
        ] {
            assert_eq!(Instruction { machine, task }.to_string(), words);
            assert!(docs.contains(words), "{words}");
        }
    }
}

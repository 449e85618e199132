//! Where everything is in a machine, and what is wrong.

use std::fmt;

use personalisation_core::machine::CardHandle;

use super::{Instruction, MachineError, PrintJob};

/// Where a card can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Among the blanks.
    Hopper,
    /// Where its chip can be spoken to.
    Station,
    /// Printer or laser, with the exit camera.
    Printer,
    /// The tray of good cards.
    Exit,
    /// The tray of bad cards.
    Reject,
    /// In a person's hands.
    Removed,
}

impl Place {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hopper => "hopper",
            Self::Station => "station",
            Self::Printer => "printer",
            Self::Exit => "exit",
            Self::Reject => "reject",
            Self::Removed => "removed",
        }
    }
}

/// For people at the machine.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hopper => "hopper",
            Self::Station => "chip station",
            Self::Printer => "printer",
            Self::Exit => "exit tray",
            Self::Reject => "reject tray",
            Self::Removed => "hands of a person",
        })
    }
}

/// What a card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// It lies where it is.
    Resting,
    /// It moves, or is being printed.
    Busy,
    /// It stopped on its way to there.
    Stopped {
        /// Where it was to go.
        to: Place,
    },
}

/// What is printed on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inked {
    /// Nothing.
    No,
    /// A job is being printed.
    Begun(PrintJob),
    /// All of a job.
    Whole(PrintJob),
    /// Some of a job; nobody knows how much.
    Spoiled(PrintJob),
}

/// One card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardStatus {
    /// The machine's number for it.
    pub handle: CardHandle,
    /// Where it is, or comes from.
    pub at: Place,
    /// Where it goes, when it is under way.
    pub going_to: Option<Place>,
    /// What it does.
    pub motion: Motion,
    /// The card that came along with it, when two were drawn at once.
    pub doubled_with: Option<CardHandle>,
    /// What is printed on it.
    pub inked: Inked,
}

impl CardStatus {
    /// Whether no other card can be at this place now.
    pub fn blocks(&self, place: Place) -> bool {
        self.at == place || self.going_to == Some(place)
    }
}

/// Something that is wrong now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What an act that it hinders is refused with.
    pub error: MachineError,
    /// Whether nothing at all goes on before it is dealt with: an open door, a wedged card, one that is gone.
    pub blocks_all: bool,
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Another number after every change.
    pub revision: u64,
    /// The cards inside, the oldest first.
    pub cards: Vec<CardStatus>,
    /// What is wrong, the worst first.
    pub troubles: Vec<Trouble>,
    /// The number that the next card out of the hopper gets.
    pub next_card: Option<CardHandle>,
    /// Which ribbon is in: the same number as long as it is the same one and nothing is being printed, another one after
    /// a change; none where none is needed.
    pub ribbon: Option<u64>,
}

impl Status {
    /// Whether no card is at a place, comes from there or goes there.
    pub fn is_free(&self, place: Place) -> bool {
        !self.cards.iter().any(|card| card.blocks(place))
    }

    /// A card inside.
    pub fn card(&self, handle: CardHandle) -> Option<&CardStatus> {
        self.cards.iter().find(|card| card.handle == handle)
    }

    /// What somebody must do, the worst first.
    pub fn instruction(&self) -> Option<&Instruction> {
        self.troubles
            .iter()
            .find_map(|trouble| match &trouble.error {
                MachineError::Person(instruction) => Some(instruction),
                _ => None,
            })
    }

    /// What must be dealt with before anything else.
    pub fn hindrance(&self) -> Option<&MachineError> {
        let mut troubles = self.troubles.iter();
        troubles
            .find(|trouble| trouble.blocks_all)
            .map(|trouble| &trouble.error)
    }
}

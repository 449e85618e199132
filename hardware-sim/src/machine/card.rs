//! A card inside the machine: its states, the moves between them, and what was printed on it.

use serde::{Deserialize, Serialize};

use super::job::{Id, Job};
use super::place::Place;

/// The machine's own number for a card; counts up from 1 and never comes again.
pub type Handle = u64;

/// A card from the hopper to a tray.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Where it is and what happens to it.
    pub stage: Stage,
    /// The other card, when two were drawn at once.
    pub doubled_with: Option<Handle>,
    /// What was printed on it.
    pub print: Print,
    /// Pictures that wait for it.
    pub job: Option<Job>,
    /// A person took it out, and the machine has not looked since.
    pub missing: bool,
}

/// Where a card is and what happens to it.
///
/// ```text
/// Moving ──arrive──> Resting ──depart──> Moving
///   │ stop   ↑ resume   │ ↑ finish
///   └─> Stopped         └─ Printing
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It lies there.
    Resting(Place),
    /// It is on its way and blocks both ends.
    Moving {
        /// Where it comes from.
        from: Place,
        /// Where it goes.
        to: Place,
    },
    /// It stopped on its way and blocks both ends.
    Stopped {
        /// Where it comes from.
        from: Place,
        /// Where it was to go.
        to: Place,
        /// Where it stopped: at one end or the other.
        at: Place,
        /// Why.
        cause: Stop,
    },
    /// In the printer, ink going on.
    Printing,
}

/// Why a card stopped on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The rollers slip; they try again when asked to.
    Slip,
    /// It is wedged until a person frees it or takes it out.
    Wedged,
    /// The door was opened; it runs on when the door is closed.
    Door,
}

/// What was printed on a card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Print {
    /// Nothing.
    #[default]
    Nothing,
    /// Written before the first ink: what is found like this at power-on was interrupted.
    Begun(Id),
    /// Everything.
    Done(Id),
    /// Some of it.
    Spoiled(Id),
}

impl Card {
    /// A card that is drawn from the hopper.
    pub const fn drawn() -> Self {
        Self {
            stage: Stage::Moving {
                from: Place::Hopper,
                to: Place::Station,
            },
            doubled_with: None,
            print: Print::Nothing,
            job: None,
            missing: false,
        }
    }

    /// Whether it is on its way out of the hopper, or stopped there.
    pub const fn comes_from_hopper(&self) -> bool {
        matches!(
            self.stage,
            Stage::Moving {
                from: Place::Hopper,
                ..
            } | Stage::Stopped {
                from: Place::Hopper,
                ..
            }
        )
    }

    /// Whether the card is, or may come to be, at a place.
    pub fn blocks(&self, place: Place) -> bool {
        match self.stage {
            Stage::Resting(at) => at == place,
            Stage::Moving { from, to } | Stage::Stopped { from, to, .. } => {
                from == place || to == place
            }
            Stage::Printing => place == Place::Printer,
        }
    }

    /// Whether the sensor of a place sees it.
    pub fn is_seen_at(&self, place: Place) -> bool {
        let at = match self.stage {
            Stage::Resting(at) | Stage::Moving { from: at, .. } | Stage::Stopped { at, .. } => at,
            Stage::Printing => Place::Printer,
        };
        at == place && !self.missing
    }
}

impl Print {
    /// The job, if there was one.
    pub const fn job(&self) -> Option<Id> {
        match self {
            Self::Nothing => None,
            Self::Begun(job) | Self::Done(job) | Self::Spoiled(job) => Some(*job),
        }
    }
}

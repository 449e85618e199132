//! Personalisation machines, as the line sees them: what it asks of one, free of any maker's protocol.
//!
//! ```text
//!            feed              to_printer               to_exit
//!  hopper ─────────> station ────────────> printer, camera ─────────> exit tray
//!                     │ chip (CardReader)    │ print, exit_picture
//!                     └──────────┬───────────┘
//!                                └─ to_reject ──────────────────────> reject tray
//! ```
//! How a driver for another machine is written is in docs/machine-driver.md.

mod error;
pub mod exit;
pub mod idoc;
mod job;
mod status;

use std::time::Duration;

pub use error::{Instruction, MachineError, Task};
pub use job::PrintJob;
use personalisation_core::machine::{CardHandle, MachineSerial};
pub use status::{CardStatus, Inked, Motion, Place, Status, Trouble};

use super::reader::CardReader;
use crate::faces::Pictures;

/// One side of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// The portrait's side.
    Front,
    /// The machine-readable zone's side.
    Back,
}

impl Face {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Front, Self::Back];
}

/// How a machine marks cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marking {
    /// Dyes from a ribbon.
    Ribbon,
    /// Laser engraving: luminance only.
    Laser,
}

/// What the exit camera saw of a printed card, as JPEG files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitPictures {
    /// Of the portrait's side.
    pub front: Vec<u8>,
    /// Of the other side.
    pub back: Vec<u8>,
}

/// A personalisation machine that a worker has for itself: its chip station is the [`CardReader`].
///
/// A command returns once the machine has taken it on, and the status tells when the card rests. Every command may be
/// given again: it names what it leads to, so what is done already is not done twice, also after a crash of either
/// side. In particular a job is printed once, whatever is asked.
pub trait Machine: CardReader {
    /// Its serial number, by which it is known whatever its reader is called.
    fn serial(&self) -> MachineSerial;

    /// How it marks cards.
    fn marking(&mut self) -> Result<Marking, MachineError>;

    /// Where everything is; waits for a change of the status `known` for at most so long.
    fn status(&mut self, known: Option<u64>, patience: Duration) -> Result<Status, MachineError>;

    /// Where one card is, also when it has left the machine not long ago.
    fn card(&mut self, card: CardHandle) -> Result<Option<CardStatus>, MachineError>;

    /// Takes the next card from the hopper into the station: the one that the status names as next. One that slipped
    /// on its way goes on.
    fn feed(&mut self, card: CardHandle) -> Result<(), MachineError>;

    /// Takes a card from the station to the printer.
    fn to_printer(&mut self, card: CardHandle) -> Result<(), MachineError>;

    /// Brings the pictures of a job into the machine's memory, for a card inside; returns when they are there.
    fn load(
        &mut self,
        card: CardHandle,
        job: PrintJob,
        pictures: &Pictures,
    ) -> Result<(), MachineError>;

    /// Prints both faces of the card in the printer, whose pictures were loaded, and takes its exit pictures.
    fn print(&mut self, card: CardHandle, job: PrintJob) -> Result<(), MachineError>;

    /// A picture that the exit camera took of the printed card.
    fn exit_picture(&mut self, card: CardHandle, face: Face) -> Result<Vec<u8>, MachineError>;

    /// Puts a printed card into the tray of good cards.
    fn to_exit(&mut self, card: CardHandle) -> Result<(), MachineError>;

    /// Puts a card into the tray of bad cards, with the one that came along with it.
    fn to_reject(&mut self, card: CardHandle) -> Result<(), MachineError>;

    /// Has the machine look at all places again, after a person took a card out.
    fn clear(&mut self) -> Result<(), MachineError>;
}

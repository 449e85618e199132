//! One house: a PKI, readers with chips, and a centre, in a folder of its own.
//!
//! Every part is one of our real programs, or the real daemon or token it needs; nothing is faked in
//! this process. Dropping a part ends its programs.

mod centre;
pub mod counter;
mod floor;
mod line_run;
mod machines;
pub mod people;
mod pki;
pub mod reception;
mod whole;

use std::path::{Path, PathBuf};

pub use centre::{Centre, Document, LineEvent};
pub use counter::{Devices, Register, Station};
pub use floor::{Floor, FloorPlan};
pub use line_run::{LineEnd, LineRun};
pub use machines::{MachinePlan, Machines};
pub use pki::Pki;
pub use reception::{Member, Reception};
pub use whole::{House, HousePlan};

use crate::programs::ProgramError;
use crate::visitor::VisitError;

/// Why a part of the house did not come up or did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// A program of ours.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A page.
    #[error(transparent)]
    Visit(#[from] VisitError),
    /// The card reader daemon.
    #[error(transparent)]
    Daemon(#[from] hardware_sim::pcscd::DaemonError),
    /// A file of the house.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program said something that this house does not understand.
    #[error("{program} said what nobody understands: {line}")]
    Speech {
        /// Which program.
        program: &'static str,
        /// The line.
        line: String,
    },
    /// A program did not say what it should in time, or ended before.
    #[error("{program} did not come to {wanted} within {seconds} s; it said:\n{said}")]
    Silence {
        /// Which program.
        program: &'static str,
        /// What was waited for.
        wanted: String,
        /// How long.
        seconds: u64,
        /// What it said until then.
        said: String,
    },
    /// The control socket refused.
    #[error("the simulated chips refused {command}: {answer}")]
    Control {
        /// What was asked.
        command: String,
        /// What came back.
        answer: String,
    },
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), HouseError> {
    std::fs::write(path, text).map_err(|source| HouseError::File {
        path: path.into(),
        source,
    })
}

pub(crate) fn read(path: &Path) -> Result<String, HouseError> {
    std::fs::read_to_string(path).map_err(|source| HouseError::File {
        path: path.into(),
        source,
    })
}

pub(crate) fn folder(path: PathBuf) -> Result<PathBuf, HouseError> {
    match std::fs::create_dir_all(&path) {
        Ok(()) => Ok(path),
        Err(source) => Err(HouseError::File { path, source }),
    }
}

/// A path as an argument; ours are made by us and always UTF-8.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

/// A path as a TOML string.
pub(crate) fn quoted(path: &Path) -> String {
    toml::Value::from(text(path)).to_string()
}

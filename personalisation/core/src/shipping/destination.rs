//! Where a card is handed over, as its order says.

use std::{fmt, str::FromStr};

use dossier::OfficeId;
use thiserror::Error;

/// The word for the centre's own desk, in the database and in manifests.
pub const CENTRE: &str = "centre";

/// Where a card is handed over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// At the centre's own desk, for express.
    Centre,
    /// A commune, an embassy, the immigration office.
    Office(OfficeId),
}

/// A text that is no destination. For the developer: it is written by us.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("reading a destination: the name of an office or `centre` is expected")]
pub struct BadDestination;

impl Destination {
    /// The word in the database and in manifests.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Centre => CENTRE,
            Self::Office(office) => office.as_str(),
        }
    }
}

impl FromStr for Destination {
    type Err = BadDestination;

    fn from_str(text: &str) -> Result<Self, BadDestination> {
        if text == CENTRE {
            return Ok(Self::Centre);
        }
        text.parse().map(Self::Office).map_err(|_| BadDestination)
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

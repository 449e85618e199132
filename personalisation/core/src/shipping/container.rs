//! Bags and boxes, and the numbered seals that close them.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{chip_serial::ChipSerial, document_number::DocumentNumber};

/// What cards are packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A bag.
    Bag,
    /// A box.
    Box,
}

impl Container {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Bag, Self::Box];

    /// The name in the database and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bag => "bag",
            Self::Box => "box",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl From<Container> for evidence::manifest::Container {
    fn from(container: Container) -> Self {
        match container {
            Container::Bag => Self::Bag,
            Container::Box => Self::Box,
        }
    }
}

/// The number on a seal, as its maker printed it: 4 to 20 of `A-Z 0-9 -`, and nothing that is a card's, a cover's or a manifest's
/// code: a scanner reads those as well. Used once, for ever.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SealNumber(String);

/// What the codes of covers and manifests begin with.
const OTHER_CODES: [&str; 2] = ["COVER", "MANIFEST"];

/// A text that is no number of a seal. For the dispatcher.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "reading the number of a seal: 4 to 20 letters, digits and hyphens are expected, and no code of a card or a cover"
)]
pub struct BadSeal;

impl SealNumber {
    /// As it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SealNumber {
    type Err = BadSeal;

    fn from_str(text: &str) -> Result<Self, BadSeal> {
        let known = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-';
        let text = text.trim().to_ascii_uppercase();
        let another = text.parse::<DocumentNumber>().is_ok()
            || text.parse::<ChipSerial>().is_ok()
            || OTHER_CODES.iter().any(|code| text.starts_with(code));
        if (4..=20).contains(&text.len()) && text.bytes().all(known) && !another {
            Ok(Self(text))
        } else {
            Err(BadSeal)
        }
    }
}

impl fmt::Display for SealNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SealNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealNumber({self})")
    }
}

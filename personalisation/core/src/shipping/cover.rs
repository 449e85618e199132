//! Covers: the letter that each card goes out in, and the proof that card and cover belong together.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::document_number::DocumentNumber;

/// What the code on a cover says: `COVER` and the number of the card that belongs into it. No document number has these letters,
/// so that a card which is scanned twice is never taken for its cover. Letters and digits only: scanners type them alike on
/// every keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoverCode(DocumentNumber);

/// A text that is no cover's code. For the dispatcher.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("reading a cover's code: COVER and a document number are expected")]
pub struct BadCover;

impl CoverCode {
    const PREFIX: &str = "COVER";

    /// That of a card's cover.
    pub const fn of(number: DocumentNumber) -> Self {
        Self(number)
    }

    /// The card that belongs into it.
    pub const fn number(self) -> DocumentNumber {
        self.0
    }
}

impl fmt::Display for CoverCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, self.0)
    }
}

impl FromStr for CoverCode {
    type Err = BadCover;

    fn from_str(text: &str) -> Result<Self, BadCover> {
        let number = text.strip_prefix(Self::PREFIX).ok_or(BadCover)?;
        number.parse().map(Self).map_err(|_| BadCover)
    }
}

/// A card and its cover, both read. There is no other way to put a card into a bag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched(DocumentNumber);

/// A card and the cover of another one. For the dispatcher.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "matching a card to its cover: the card is {card}, the cover is for {cover}; put both aside and look for the right ones"
)]
pub struct NotMatched {
    /// What was read of the card.
    pub card: DocumentNumber,
    /// What was read of the cover.
    pub cover: DocumentNumber,
}

impl Matched {
    /// Of what was read of both.
    pub fn new(card: DocumentNumber, cover: CoverCode) -> Result<Self, NotMatched> {
        if card == cover.0 {
            Ok(Self(card))
        } else {
            let cover = cover.0;
            Err(NotMatched { card, cover })
        }
    }

    /// The card's number.
    pub const fn number(self) -> DocumentNumber {
        self.0
    }
}

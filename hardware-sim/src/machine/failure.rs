//! Why something was not done or is wrong, and who can do something about it.

use std::fmt;

use super::card::Handle;
use super::place::Place;

/// A failure with its facts.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What.
    pub kind: Kind,
    /// Who can do something about it.
    pub remedy: Remedy,
    /// Where.
    pub place: Option<Place>,
    /// Which card.
    pub card: Option<Handle>,
}

/// What can be wrong; the order in which troubles are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "explained where the protocol defines them")]
pub enum Kind {
    DoorOpen,
    CardMissing,
    Jam,
    DoubleFeed,
    Spoiled,
    Misread,
    RibbonOut,
    TrayFull,
    HopperEmpty,
    Busy,
    Occupied,
    OutOfOrder,
    UnknownCard,
    UnknownJob,
    PictureIncomplete,
    PictureDamaged,
    PictureUnfit,
    NoPicture,
    IdReused,
}

/// Who can do something about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The machine, when it is asked again.
    Retry,
    /// Time.
    Wait,
    /// The caller, by rejecting the card.
    Reject,
    /// A person at the machine.
    Person,
    /// Nobody: the caller's program is wrong.
    Program,
}

impl Failure {
    /// A failure of its kind's own remedy, without place or card.
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            remedy: kind.remedy(),
            place: None,
            card: None,
        }
    }

    /// At a place.
    pub const fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Of a card.
    pub const fn of(mut self, card: Handle) -> Self {
        self.card = Some(card);
        self
    }

    /// With another remedy.
    pub const fn by(mut self, remedy: Remedy) -> Self {
        self.remedy = remedy;
        self
    }
}

impl Kind {
    const fn remedy(self) -> Remedy {
        match self {
            Self::DoorOpen
            | Self::CardMissing
            | Self::Jam
            | Self::RibbonOut
            | Self::TrayFull
            | Self::HopperEmpty => Remedy::Person,
            Self::DoubleFeed | Self::Spoiled => Remedy::Reject,
            Self::Misread | Self::PictureDamaged => Remedy::Retry,
            Self::Busy | Self::Occupied => Remedy::Wait,
            Self::OutOfOrder
            | Self::UnknownCard
            | Self::UnknownJob
            | Self::PictureIncomplete
            | Self::PictureUnfit
            | Self::NoPicture
            | Self::IdReused => Remedy::Program,
        }
    }
}

/// For people at the machine.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DoorOpen => "the door is open; close it",
            Self::CardMissing => "a card is gone from its place",
            Self::Jam => "a card does not go on",
            Self::DoubleFeed => "two cards were drawn at once",
            Self::Spoiled => "the print was interrupted",
            Self::Misread => "the chip in the station does not answer",
            Self::RibbonOut => "the ribbon is used up; change it",
            Self::TrayFull => "the tray is full; empty it",
            Self::HopperEmpty => "the hopper is empty; fill it",
            Self::Busy => "the card is under way",
            Self::Occupied => "another card is in the way",
            Self::OutOfOrder => "not from where the card is, or not after what happened to it",
            Self::UnknownCard => "no such card",
            Self::UnknownJob => "the card has no such job",
            Self::PictureIncomplete => "the pictures of the job are not whole yet",
            Self::PictureDamaged => "the picture is not what its hash says; send it again",
            Self::PictureUnfit => "the picture is no PNG of the machine's size",
            Self::NoPicture => "there is no exit picture of the card",
            Self::IdReused => "the id belongs to another act",
        })
    }
}

//! One attempt to make the document of an order: its states and the facts each of them carries.
//!
//! ```text
//! Queued → Bound → ChipKeyed → LdsBuilt → Signed → Written → Locked → ReadBack ┄→ Printed → QualityPassed ⇄ Packed
//!    └───────┴─────────┴──────────┴─────────┴─────────┘ hold ⇄ OnHold, cancel → Cancelled
//!    every state before Packed ─ scrap → Scrapped(reason)
//! ```
//! The last three belong to machines that print; a card in a plain reader ends with `ReadBack`.
//! The arrows are in [`moves`]; what the database keeps of a state is in [`record`].

mod facts;
mod moves;
pub mod record;
mod scrap;

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

pub use facts::{BadChipKey, Binding, Built, ChipPublicKey, Digest, Keyed, Packed, Signed};
pub use moves::{IllegalMove, Step};
pub use scrap::{Fault, Scrap, ScrapReason};

use crate::{ids::OrderId, machine::MachineProfile};

/// Which attempt at which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId {
    /// The order.
    pub order: OrderId,
    /// 1 for the first attempt; a remake counts on.
    pub attempt: AttemptNumber,
}

/// The count of attempts at one order, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptNumber(u32);

impl AttemptNumber {
    /// The first attempt.
    pub const FIRST: Self = Self(1);

    /// The attempt with that number; zero is none.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 {
            None
        } else {
            Some(Self(number))
        }
    }

    /// The number, from 1.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number of the remake.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.order, self.attempt.0)
    }
}

/// One attempt and where it has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    id: AttemptId,
    state: AttemptState,
}

/// The states of an attempt. Each carries what is known from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// Waits for a blank.
    Queued,
    /// Has a blank, whose chip's serial was read, and a document number; both for good.
    Bound(Binding),
    /// The chip is under the centre's keys and has made its own key pair.
    ChipKeyed(Keyed),
    /// What is to be signed is fixed.
    LdsBuilt(Built),
    /// Both signatures are here and were verified.
    Signed(Signed),
    /// Every file and secret is in the chip and was compared byte for byte.
    Written(Signed),
    /// The chip takes no personalisation command any more and is operational.
    Locked(Signed),
    /// Read and verified as any inspector would: a document, unless its machine prints it first.
    ReadBack(Signed),
    /// Both faces are on the card, and the exit camera's pictures of them passed the machine's inspection.
    Printed(Signed),
    /// In the tray of good cards: a document.
    QualityPassed(Signed),
    /// In a bag or box, with its cover.
    Packed(Box<Packed>),
    /// Stopped by a decision or a doubt, in the state inside; continues there.
    OnHold(Box<AttemptState>),
    /// Ended by a decision, in the state inside.
    Cancelled(Box<AttemptState>),
    /// Ended by a failure. Its number is void for ever.
    Scrapped(Scrap),
}

impl Attempt {
    /// The first attempt at an order.
    pub const fn first(order: OrderId) -> Self {
        Self::queued(AttemptId {
            order,
            attempt: AttemptNumber::FIRST,
        })
    }

    /// An attempt that waits for a blank.
    pub(crate) const fn queued(id: AttemptId) -> Self {
        Self {
            id,
            state: AttemptState::Queued,
        }
    }

    /// Which attempt this is.
    pub const fn id(&self) -> AttemptId {
        self.id
    }

    /// Where it has got to.
    pub const fn state(&self) -> &AttemptState {
        &self.state
    }

    /// Blank, chip and number, once bound (also when held, cancelled or scrapped later).
    pub fn binding(&self) -> Option<&Binding> {
        self.state.binding()
    }
}

impl AttemptState {
    /// The name in the database, in reports and in the docs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Bound(_) => "bound",
            Self::ChipKeyed(_) => "chip_keyed",
            Self::LdsBuilt(_) => "lds_built",
            Self::Signed(_) => "signed",
            Self::Written(_) => "written",
            Self::Locked(_) => "locked",
            Self::ReadBack(_) => "read_back",
            Self::Printed(_) => "printed",
            Self::QualityPassed(_) => "quality_passed",
            Self::Packed(_) => "packed",
            Self::OnHold(_) => "on_hold",
            Self::Cancelled(_) => "cancelled",
            Self::Scrapped(_) => "scrapped",
        }
    }

    /// Nothing follows: the order has its document, or this attempt has failed for good.
    pub const fn is_final(&self) -> bool {
        self.is_document() || matches!(self, Self::Cancelled(_) | Self::Scrapped(_))
    }

    /// The order has its document: the last step of the machine's profile is done.
    pub const fn is_document(&self) -> bool {
        match self {
            Self::ReadBack(signed) => {
                matches!(
                    signed.built.keyed.binding.profile(),
                    MachineProfile::Encoder
                )
            }
            Self::QualityPassed(_) | Self::Packed(_) => true,
            _ => false,
        }
    }

    /// Blank, chip and number, once bound (also when held, cancelled or scrapped later).
    pub fn binding(&self) -> Option<&Binding> {
        match self {
            Self::Queued => None,
            Self::Bound(binding) => Some(binding),
            Self::ChipKeyed(keyed) => Some(&keyed.binding),
            Self::LdsBuilt(built) => Some(&built.keyed.binding),
            Self::Signed(signed)
            | Self::Written(signed)
            | Self::Locked(signed)
            | Self::ReadBack(signed)
            | Self::Printed(signed)
            | Self::QualityPassed(signed) => Some(&signed.built.keyed.binding),
            Self::Packed(packed) => Some(&packed.signed.built.keyed.binding),
            Self::OnHold(inner) | Self::Cancelled(inner) => inner.binding(),
            Self::Scrapped(scrap) => scrap.from.binding(),
        }
    }
}

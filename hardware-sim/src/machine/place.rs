//! Where a card can be, and the ways between.

use serde::{Deserialize, Serialize};

/// A place for cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Blanks, in the order in which they are drawn.
    Hopper,
    /// Where the reader's APDUs go.
    Station,
    /// Printer or laser, with the exit camera.
    Printer,
    /// Tray of good cards.
    Exit,
    /// Tray of bad cards.
    Reject,
    /// In the hands of a person.
    Removed,
}

impl Place {
    /// Whether a card there is still the machine's; one card at a time.
    pub const fn is_inside(self) -> bool {
        matches!(self, Self::Station | Self::Printer)
    }

    /// Whether the transport can bring a card from here to there. From the hopper it is called
    /// feeding.
    pub const fn leads_to(self, to: Self) -> bool {
        match self {
            Self::Hopper => matches!(to, Self::Station),
            Self::Station => matches!(to, Self::Printer | Self::Exit | Self::Reject),
            Self::Printer => matches!(to, Self::Station | Self::Exit | Self::Reject),
            Self::Exit | Self::Reject | Self::Removed => false,
        }
    }
}

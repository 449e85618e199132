//! Why attempts fail, and whose fault it is: only the chip's fault is mended by another blank.

use std::fmt;

use super::AttemptState;

/// The end of an attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scrap {
    /// Why.
    pub reason: ScrapReason,
    /// The state it failed in.
    pub from: Box<AttemptState>,
}

/// Why an attempt was scrapped; the fate of its blank is recorded with the same word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScrapReason {
    /// Neither the delivery's keys nor the centre's open the chip.
    ChipKeysUnknown,
    /// The chip is in a life-cycle state in which the attempt cannot go on.
    ChipLifeCycle,
    /// The chip refused a command that a sound one obeys.
    ChipRefused,
    /// The card was taken away and did not come back in time.
    ChipRemoved,
    /// The chip does not answer, or answers what cannot be understood.
    ChipSilent,
    /// The chip does not hold what was written to it.
    MemoryMismatch,
    /// The locked card failed the inspection.
    ReadBackFailed,
    /// The print was interrupted: nobody knows how much of it is on the card.
    PrintSpoiled,
    /// The printed card is not what it should be, by the exit camera's pictures.
    ExitInspectionFailed,
    /// The order's stored content does not fit together.
    OrderInvalid,
    /// pki refused to sign for this order.
    SigningRefused,
    /// A signature came back that does not verify.
    SignatureInvalid,
    /// The same step failed too often.
    TooManyTries,
    /// A person who inspected the finished card found it wrong, and put it with the spoiled ones.
    InspectionFailed,
}

/// Where the cause lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// In this blank: another one will do.
    Blank,
    /// In the order or in what signs it: another blank would be wasted.
    Order,
}

impl ScrapReason {
    /// Every reason.
    pub const ALL: [Self; 14] = [
        Self::ChipKeysUnknown,
        Self::ChipLifeCycle,
        Self::ChipRefused,
        Self::ChipRemoved,
        Self::ChipSilent,
        Self::MemoryMismatch,
        Self::ReadBackFailed,
        Self::PrintSpoiled,
        Self::ExitInspectionFailed,
        Self::OrderInvalid,
        Self::SigningRefused,
        Self::SignatureInvalid,
        Self::TooManyTries,
        Self::InspectionFailed,
    ];

    /// The name in the database, in reports and in the docs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChipKeysUnknown => "chip_keys_unknown",
            Self::ChipLifeCycle => "chip_life_cycle",
            Self::ChipRefused => "chip_refused",
            Self::ChipRemoved => "chip_removed",
            Self::ChipSilent => "chip_silent",
            Self::MemoryMismatch => "memory_mismatch",
            Self::ReadBackFailed => "read_back_failed",
            Self::PrintSpoiled => "print_spoiled",
            Self::ExitInspectionFailed => "exit_inspection_failed",
            Self::OrderInvalid => "order_invalid",
            Self::SigningRefused => "signing_refused",
            Self::SignatureInvalid => "signature_invalid",
            Self::TooManyTries => "too_many_tries",
            Self::InspectionFailed => "inspection_failed",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Whether whoever gave the card up has it in the hand: it is counted and destroyed, and no doubt about its
    /// whereabouts holds up the remake.
    pub const fn card_is_kept(self) -> bool {
        matches!(self, Self::InspectionFailed)
    }

    /// Whether the card lay in a machine's printer when it was given up: the remake waits until the machine has put it
    /// into the tray of bad cards, where it is counted and destroyed.
    pub const fn ends_in_reject_tray(self) -> bool {
        matches!(self, Self::PrintSpoiled | Self::ExitInspectionFailed)
    }

    /// Where the cause lies.
    pub const fn fault(self) -> Fault {
        match self {
            Self::ChipKeysUnknown
            | Self::ChipLifeCycle
            | Self::ChipRefused
            | Self::ChipRemoved
            | Self::ChipSilent
            | Self::MemoryMismatch
            | Self::ReadBackFailed
            | Self::PrintSpoiled
            | Self::ExitInspectionFailed
            | Self::TooManyTries
            | Self::InspectionFailed => Fault::Blank,
            Self::OrderInvalid | Self::SigningRefused | Self::SignatureInvalid => Fault::Order,
        }
    }
}

impl fmt::Display for ScrapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

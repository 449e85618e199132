//! Card blanks: where each one is, from the maker's delivery to a finished document or the shredder.
//!
//! ```text
//! InDelivery ─receive→ Vault ─issue→ Line ─finish→ Document
//!     │ reject           │ set       │ ↑ │ spoil       │ spoil: found at fault before it was packed
//!     │                  │ aside     │ │ └──────┬──────┘
//!     │                  │     return│ │issue   ↓
//!     │                  │           ↓ │      Spoiled ──────────┐
//!     │                  │ ReturnedToVault      ↑ spoil         │ destroy
//!     │                  ↓ set aside ↓          │               ↓
//!     │                  TestCard ──────────────┘           Destroyed
//!     └────────→ DefectiveOnReceipt ──destroy───────────────────↑
//!
//! every other one ─lose→ Missing ─find→ ReturnedToVault
//!                           ├─surface→ Spoiled ←surface─┐
//!                           └─write off→ WrittenOff ────┘
//! ```
//!
//! Destroying, finding and writing off need two persons ([`crate::stock::Signatures`]).

use std::fmt;

use thiserror::Error;

/// Where a blank is. Blanks received equal the sum over all places, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlankState {
    /// Announced by the maker's delivery file, not counted in yet.
    InDelivery,
    /// In stock, in its maker's box.
    Vault,
    /// Handed out to a line.
    Line,
    /// Became a document: read back, and where its machine prints, found right.
    Document,
    /// Unusable; waits for its destruction.
    Spoiled,
    /// Destroyed before two persons. Final.
    Destroyed,
    /// Found unusable when it was received; waits for its destruction.
    DefectiveOnReceipt,
    /// Back in stock, out of its maker's box.
    ReturnedToVault,
    /// Taken out of the vault for tests and for setting up machines: never becomes a document.
    TestCard,
    /// Not where it should be; looked for.
    Missing,
    /// Given up by two supervisors.
    WrittenOff,
}

impl BlankState {
    /// Every state, in the order of a blank's life.
    pub const ALL: [Self; 11] = [
        Self::InDelivery,
        Self::Vault,
        Self::Line,
        Self::Document,
        Self::Spoiled,
        Self::Destroyed,
        Self::DefectiveOnReceipt,
        Self::ReturnedToVault,
        Self::TestCard,
        Self::Missing,
        Self::WrittenOff,
    ];

    /// The name in the database, in reports and in the docs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InDelivery => "in_delivery",
            Self::Vault => "vault",
            Self::Line => "line",
            Self::Document => "document",
            Self::Spoiled => "spoiled",
            Self::Destroyed => "destroyed",
            Self::DefectiveOnReceipt => "defective_on_receipt",
            Self::ReturnedToVault => "returned_to_vault",
            Self::TestCard => "test_card",
            Self::Missing => "missing",
            Self::WrittenOff => "written_off",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it lies in the vault and may be handed out.
    pub const fn is_in_vault(self) -> bool {
        matches!(self, Self::Vault | Self::ReturnedToVault)
    }

    /// The state after `step`.
    pub fn after(self, step: BlankStep) -> Result<Self, IllegalBlankMove> {
        use BlankStep as Step;
        match (self, step) {
            (Self::InDelivery, Step::Receive) => Ok(Self::Vault),
            (Self::InDelivery, Step::Reject) => Ok(Self::DefectiveOnReceipt),
            (Self::Vault | Self::ReturnedToVault, Step::Issue) => Ok(Self::Line),
            (Self::Vault | Self::ReturnedToVault, Step::SetAside) => Ok(Self::TestCard),
            (Self::Line, Step::Return) | (Self::Missing, Step::Find) => Ok(Self::ReturnedToVault),
            (Self::Line, Step::Finish) => Ok(Self::Document),
            (Self::Line | Self::TestCard | Self::Document, Step::Spoil)
            | (Self::Missing | Self::WrittenOff, Step::Surface) => Ok(Self::Spoiled),
            (Self::Spoiled | Self::DefectiveOnReceipt, Step::Destroy) => Ok(Self::Destroyed),
            (
                Self::InDelivery
                | Self::Vault
                | Self::ReturnedToVault
                | Self::Line
                | Self::TestCard
                | Self::Spoiled
                | Self::DefectiveOnReceipt,
                Step::Lose,
            ) => Ok(Self::Missing),
            (Self::Missing, Step::WriteOff) => Ok(Self::WrittenOff),
            (from, step) => Err(IllegalBlankMove { from, step }),
        }
    }

    /// What becomes of a blank that turns up again: only one that was unused and is merely looked for goes back
    /// into the vault. `lost_from` is the state that it went missing in, `used` whether a line ever took it.
    pub const fn when_found(self, lost_from: Self, used: bool) -> BlankStep {
        match (self, lost_from) {
            (
                Self::Missing,
                Self::InDelivery | Self::Vault | Self::ReturnedToVault | Self::Line,
            ) if !used => BlankStep::Find,
            _ => BlankStep::Surface,
        }
    }
}

/// What can be done with a blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlankStep {
    /// Counted in on receipt.
    Receive,
    /// Found unusable on receipt.
    Reject,
    /// Handed out to the line.
    Issue,
    /// Taken out for tests.
    SetAside,
    /// Given back unused.
    Return,
    /// Its document is complete.
    Finish,
    /// Found or made unusable.
    Spoil,
    /// Destroyed before two persons.
    Destroy,
    /// Not where it should be.
    Lose,
    /// Found again, unused.
    Find,
    /// Found again, and not to be used any more.
    Surface,
    /// Given up by two supervisors.
    WriteOff,
}

impl BlankStep {
    /// Every step.
    pub const ALL: [Self; 12] = [
        Self::Receive,
        Self::Reject,
        Self::Issue,
        Self::SetAside,
        Self::Return,
        Self::Finish,
        Self::Spoil,
        Self::Destroy,
        Self::Lose,
        Self::Find,
        Self::Surface,
        Self::WriteOff,
    ];
}

/// A move that a blank in that state cannot make. For the developer: the caller must read again.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "moving a blank: {step:?} is not possible for a blank that is {from}; read its state again"
)]
pub struct IllegalBlankMove {
    from: BlankState,
    step: BlankStep,
}

impl fmt::Display for BlankState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{BlankState as S, BlankStep as T, *};

    const LEGAL: [(S, T, S); 24] = [
        (S::InDelivery, T::Receive, S::Vault),
        (S::InDelivery, T::Reject, S::DefectiveOnReceipt),
        (S::InDelivery, T::Lose, S::Missing),
        (S::Vault, T::Issue, S::Line),
        (S::Vault, T::SetAside, S::TestCard),
        (S::Vault, T::Lose, S::Missing),
        (S::ReturnedToVault, T::Issue, S::Line),
        (S::ReturnedToVault, T::SetAside, S::TestCard),
        (S::ReturnedToVault, T::Lose, S::Missing),
        (S::Line, T::Return, S::ReturnedToVault),
        (S::Line, T::Finish, S::Document),
        (S::Line, T::Spoil, S::Spoiled),
        (S::Line, T::Lose, S::Missing),
        (S::TestCard, T::Spoil, S::Spoiled),
        (S::TestCard, T::Lose, S::Missing),
        (S::Document, T::Spoil, S::Spoiled),
        (S::Spoiled, T::Destroy, S::Destroyed),
        (S::Spoiled, T::Lose, S::Missing),
        (S::DefectiveOnReceipt, T::Destroy, S::Destroyed),
        (S::DefectiveOnReceipt, T::Lose, S::Missing),
        (S::Missing, T::Find, S::ReturnedToVault),
        (S::Missing, T::Surface, S::Spoiled),
        (S::Missing, T::WriteOff, S::WrittenOff),
        (S::WrittenOff, T::Surface, S::Spoiled),
    ];

    #[test]
    fn exactly_the_arrows_of_the_diagram_are_legal() {
        for from in S::ALL {
            for step in T::ALL {
                let expected = LEGAL
                    .iter()
                    .find(|arrow| (arrow.0, arrow.1) == (from, step));
                match expected {
                    Some(arrow) => assert_eq!(from.after(step), Ok(arrow.2)),
                    None => assert_eq!(from.after(step), Err(IllegalBlankMove { from, step })),
                }
            }
        }
    }

    #[test]
    fn names_lead_back_to_their_states() {
        for state in S::ALL {
            assert_eq!(S::from_name(state.name()), Some(state));
        }
        assert_eq!(S::from_name("lost"), None);
    }

    #[test]
    fn what_was_used_or_given_up_never_comes_back_into_the_vault() {
        assert_eq!(S::Missing.when_found(S::Vault, false), T::Find);
        assert_eq!(S::Missing.when_found(S::Line, false), T::Find);
        assert_eq!(S::Missing.when_found(S::Line, true), T::Surface);
        for lost_from in [S::Spoiled, S::TestCard, S::DefectiveOnReceipt] {
            assert_eq!(S::Missing.when_found(lost_from, false), T::Surface);
        }
        assert_eq!(S::WrittenOff.when_found(S::Vault, false), T::Surface);
    }
}

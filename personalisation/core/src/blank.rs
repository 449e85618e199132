//! Card blanks: where each one is, from the maker's delivery to a finished document or the shredder.
//!
//! ```text
//! InDelivery ─receive→ Vault ─issue→ Line ─finish→ Document
//!                        ↑            │ │              │ spoil: found at fault before it was packed
//!                        │            │ └─spoil→ Spoiled ←┘
//!                        └──return────┘
//! ```

use std::fmt;

use thiserror::Error;

/// Where a blank is. Blanks received equal the sum over all places, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlankState {
    /// Announced by the maker's delivery file, not counted in yet.
    InDelivery,
    /// In stock.
    Vault,
    /// Handed out to a machine of the line.
    Line,
    /// Became a document that was read back and found right.
    Document,
    /// Unusable; waits for its destruction.
    Spoiled,
}

impl BlankState {
    /// Every state, in the order of a blank's life.
    pub const ALL: [Self; 5] = [
        Self::InDelivery,
        Self::Vault,
        Self::Line,
        Self::Document,
        Self::Spoiled,
    ];

    /// The name in the database, in reports and in the docs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InDelivery => "in_delivery",
            Self::Vault => "vault",
            Self::Line => "line",
            Self::Document => "document",
            Self::Spoiled => "spoiled",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The state after `step`.
    pub fn after(self, step: BlankStep) -> Result<Self, IllegalBlankMove> {
        match (self, step) {
            (Self::InDelivery, BlankStep::Receive) | (Self::Line, BlankStep::Return) => {
                Ok(Self::Vault)
            }
            (Self::Vault, BlankStep::Issue) => Ok(Self::Line),
            (Self::Line, BlankStep::Finish) => Ok(Self::Document),
            (Self::Line | Self::Document, BlankStep::Spoil) => Ok(Self::Spoiled),
            (from, step) => Err(IllegalBlankMove { from, step }),
        }
    }
}

/// What can be done with a blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlankStep {
    /// Counted in on receipt.
    Receive,
    /// Handed out to the line.
    Issue,
    /// Given back unused.
    Return,
    /// Its document is complete.
    Finish,
    /// Found or made unusable.
    Spoil,
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

    #[test]
    fn exactly_the_arrows_of_the_diagram_are_legal() {
        let legal = [
            (S::InDelivery, T::Receive, S::Vault),
            (S::Vault, T::Issue, S::Line),
            (S::Line, T::Return, S::Vault),
            (S::Line, T::Finish, S::Document),
            (S::Line, T::Spoil, S::Spoiled),
            (S::Document, T::Spoil, S::Spoiled),
        ];
        for from in S::ALL {
            for step in [T::Receive, T::Issue, T::Return, T::Finish, T::Spoil] {
                let expected = legal
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
}

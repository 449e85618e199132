//! A shift at a line: what was counted when it began and when it ended, against what the ledger says.
//!
//! ```text
//! Open ─close, and the counts agree→ Closed
//!   └───close, and they differ→ Differing ─two supervisors sign, who counted nothing of it→ Discrepancy
//! ```
//!
//! One shift is open at a line at most, and the next one begins only when the last one is closed or signed for.

use dossier::PersonId;
use thiserror::Error;

use super::{LineName, NotTwo, Signatures};
use crate::ids::ShiftId;

/// What lies at a line when a shift ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Blanks that nobody used: in hoppers, in machines, beside them.
    pub unused: u64,
    /// Finished documents of this shift.
    pub documents: u64,
    /// Spoiled blanks of this shift.
    pub spoiled: u64,
}

/// A count and what the ledger said at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Who counted.
    pub by: PersonId,
    /// What they found.
    pub counted: Count,
    /// What the ledger said.
    pub expected: Count,
}

impl Counted {
    /// Whether what was found is what the ledger says.
    pub fn agrees(&self) -> bool {
        self.counted == self.expected
    }
}

/// How far a shift is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftState {
    /// Under way.
    Open,
    /// Ended, and everything was there. Final.
    Closed(Counted),
    /// Counted, and something was not as the ledger says.
    Differing(Counted),
    /// Ended so, signed by two supervisors. Final.
    Discrepancy(Counted, Signatures),
}

impl ShiftState {
    /// The name in the database.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed(_) => "closed",
            Self::Differing(_) => "differing",
            Self::Discrepancy(..) => "discrepancy",
        }
    }

    /// The closing count, once there is one.
    pub const fn closing(&self) -> Option<&Counted> {
        match self {
            Self::Open => None,
            Self::Closed(closing) | Self::Differing(closing) | Self::Discrepancy(closing, _) => {
                Some(closing)
            }
        }
    }
}

/// A shift at a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    id: ShiftId,
    line: LineName,
    opening: Counted,
    state: ShiftState,
}

/// Why a shift does not move. For whoever counts or signs.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ShiftError {
    /// It was counted already.
    #[error("closing a shift: it is {0}; open the next one")]
    NotOpen(&'static str),
    /// There is nothing to sign for.
    #[error("signing a shift's discrepancy: it is {0}; only one whose counts differ is signed")]
    NothingToSign(&'static str),
    /// The signatures do not count.
    #[error(transparent)]
    NotTwo(#[from] NotTwo),
}

impl Shift {
    /// Begins with the count of the unused blanks at the line.
    pub const fn open(id: ShiftId, line: LineName, opening: Counted) -> Self {
        Self {
            id,
            line,
            opening,
            state: ShiftState::Open,
        }
    }

    /// As it was written down.
    pub const fn recorded(
        id: ShiftId,
        line: LineName,
        opening: Counted,
        state: ShiftState,
    ) -> Self {
        Self {
            id,
            line,
            opening,
            state,
        }
    }

    /// Its id.
    pub const fn id(&self) -> ShiftId {
        self.id
    }

    /// Where.
    pub const fn line(&self) -> &LineName {
        &self.line
    }

    /// The count that it began with.
    pub const fn opening(&self) -> &Counted {
        &self.opening
    }

    /// How far it is.
    pub const fn state(&self) -> &ShiftState {
        &self.state
    }

    /// Ends it: closed where the first count and this one are what the ledger says, else it waits for signatures.
    pub fn close(self, closing: Counted) -> Result<Self, ShiftError> {
        if self.state != ShiftState::Open {
            return Err(ShiftError::NotOpen(self.state.name()));
        }
        let agrees = self.opening.agrees() && closing.agrees();
        let state = if agrees {
            ShiftState::Closed(closing)
        } else {
            ShiftState::Differing(closing)
        };
        Ok(Self { state, ..self })
    }

    /// Ends one whose counts differ: by two who counted neither its beginning nor its end. That both are supervisors is
    /// looked up where it is written down.
    pub fn sign(self, signatures: Signatures) -> Result<Self, ShiftError> {
        let ShiftState::Differing(closing) = self.state else {
            return Err(ShiftError::NothingToSign(self.state.name()));
        };
        let signatures = signatures.not_of(&[self.opening.by, closing.by])?;
        let state = ShiftState::Discrepancy(closing, signatures);
        Ok(Self { state, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(byte: u8) -> PersonId {
        PersonId::from_bytes([byte; 16])
    }

    fn unused(by: u8, counted: u64, expected: u64) -> Counted {
        let count = |unused| Count {
            unused,
            ..Count::default()
        };
        Counted {
            by: person(by),
            counted: count(counted),
            expected: count(expected),
        }
    }

    fn shift(opening: Counted) -> Shift {
        let line = "line-1".parse().unwrap();
        Shift::open(ShiftId::from_bytes([1; 16]), line, opening)
    }

    #[test]
    fn a_shift_whose_counts_agree_closes_and_stays_closed() {
        let closed = shift(unused(1, 50, 50)).close(unused(1, 7, 7)).unwrap();
        assert!(matches!(closed.state(), ShiftState::Closed(_)));
        let again = closed.clone().close(unused(1, 7, 7));
        assert_eq!(again, Err(ShiftError::NotOpen("closed")));
        let both = Signatures::new(person(3), person(4)).unwrap();
        assert_eq!(closed.sign(both), Err(ShiftError::NothingToSign("closed")));
    }

    #[test]
    fn any_difference_at_either_end_needs_two_who_did_not_count() {
        let documents = Counted {
            counted: Count {
                documents: 1,
                ..Count::default()
            },
            ..unused(2, 0, 0)
        };
        for (opening, closing) in [
            (unused(1, 49, 50), unused(2, 7, 7)),
            (unused(1, 50, 50), unused(2, 8, 7)),
            (unused(1, 50, 50), documents),
        ] {
            let differing = shift(opening).close(closing).unwrap();
            assert!(matches!(differing.state(), ShiftState::Differing(_)));
            for (one, other) in [(1, 3), (3, 1), (2, 3), (3, 2), (1, 2)] {
                let both = Signatures::new(person(one), person(other)).unwrap();
                assert_eq!(
                    differing.clone().sign(both),
                    Err(ShiftError::NotTwo(NotTwo::Counter))
                );
            }
            let both = Signatures::new(person(3), person(4)).unwrap();
            let signed = differing.sign(both).unwrap();
            assert_eq!(*signed.state(), ShiftState::Discrepancy(closing, both));
            assert!(signed.sign(both).is_err());
        }
    }
}

//! A shift at a line: what was counted when it began and when it ended, against what the ledger says.
//!
//! ```text
//! Open ─count, and it agrees→ Closed
//!   │ └─the first count differs→ Open: counted once more, by policy
//!   └───the second one differs, or nobody wants to count again→ Differing
//!                            Differing ─two supervisors sign, who counted nothing of it→ Discrepancy
//! ```
//!
//! Whoever counts is not told what the ledger says, and has two counts: with more, any number could be found by trying.
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

/// How often a shift is counted at its end, at most.
pub const MOST_COUNTS: u32 = 2;

/// A count at the end of a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// What was found, and what the ledger says.
    pub counted: Counted,
    /// Counts of this end that were made before.
    pub before: u32,
    /// End the shift also where this count differs: nobody counts again.
    pub although_differing: bool,
}

/// What comes of a count at the end of a shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The shift ended, or waits for signatures.
    Ended(Shift),
    /// The count differs and is made once more; the shift stays open.
    CountAgain(Shift),
}

impl Outcome {
    /// A word for the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ended(shift) => shift.state.name(),
            Self::CountAgain(_) => "differs; to be counted once more",
        }
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

    /// Counts it at its end: closed where the first count and this one are what the ledger says; where this one is not,
    /// it is made again, or the shift waits for signatures.
    pub fn close(self, closing: Closing) -> Result<Outcome, ShiftError> {
        if self.state != ShiftState::Open {
            return Err(ShiftError::NotOpen(self.state.name()));
        }
        let Closing {
            counted,
            before,
            although_differing,
        } = closing;
        let last = although_differing || before + 1 >= MOST_COUNTS;
        if !counted.agrees() && !last {
            return Ok(Outcome::CountAgain(self));
        }
        let state = if self.opening.agrees() && counted.agrees() {
            ShiftState::Closed(counted)
        } else {
            ShiftState::Differing(counted)
        };
        Ok(Outcome::Ended(Self { state, ..self }))
    }

    /// Ends one whose counts differ: by two who counted neither its beginning nor its end; `counters` made counts of it
    /// that were made again. That both are supervisors is looked up where it is written down.
    pub fn sign(self, signatures: Signatures, counters: &[PersonId]) -> Result<Self, ShiftError> {
        let ShiftState::Differing(closing) = self.state else {
            return Err(ShiftError::NothingToSign(self.state.name()));
        };
        let signatures = signatures
            .not_of(&[self.opening.by, closing.by])?
            .not_of(counters)?;
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

    fn counted(counted: Counted, before: u32) -> Closing {
        Closing {
            counted,
            before,
            although_differing: false,
        }
    }

    fn ended(outcome: Outcome) -> Shift {
        match outcome {
            Outcome::Ended(shift) => shift,
            Outcome::CountAgain(shift) => panic!("still {}", shift.state().name()),
        }
    }

    #[test]
    fn a_shift_whose_counts_agree_closes_and_stays_closed() {
        let right = counted(unused(1, 7, 7), 0);
        let closed = ended(shift(unused(1, 50, 50)).close(right).unwrap());
        assert!(matches!(closed.state(), ShiftState::Closed(_)));
        let again = closed.clone().close(right);
        assert_eq!(again, Err(ShiftError::NotOpen("closed")));
        let both = Signatures::new(person(3), person(4)).unwrap();
        let signed = closed.sign(both, &[]);
        assert_eq!(signed, Err(ShiftError::NothingToSign("closed")));
    }

    #[test]
    fn a_count_that_differs_is_made_once_more_and_no_more() {
        let open = shift(unused(1, 50, 50));
        let wrong = counted(unused(1, 6, 7), 0);
        let again = open.clone().close(wrong).unwrap();
        assert_eq!(again, Outcome::CountAgain(open.clone()));
        let right = ended(open.clone().close(counted(unused(1, 7, 7), 1)).unwrap());
        assert!(matches!(right.state(), ShiftState::Closed(_)));
        let insisting = Closing {
            although_differing: true,
            ..wrong
        };
        for last in [
            counted(unused(1, 8, 7), 1),
            counted(unused(1, 8, 7), 2),
            insisting,
        ] {
            let differing = ended(open.clone().close(last).unwrap());
            assert_eq!(*differing.state(), ShiftState::Differing(last.counted));
        }
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
            let differing = ended(shift(opening).close(counted(closing, 1)).unwrap());
            assert!(matches!(differing.state(), ShiftState::Differing(_)));
            for (one, other) in [(1, 3), (3, 1), (2, 3), (3, 2), (1, 2), (3, 5)] {
                let both = Signatures::new(person(one), person(other)).unwrap();
                assert_eq!(
                    differing.clone().sign(both, &[person(5)]),
                    Err(ShiftError::NotTwo(NotTwo::Counter))
                );
            }
            let both = Signatures::new(person(3), person(4)).unwrap();
            let signed = differing.sign(both, &[person(5)]).unwrap();
            assert_eq!(*signed.state(), ShiftState::Discrepancy(closing, both));
            assert!(signed.sign(both, &[]).is_err());
        }
    }
}

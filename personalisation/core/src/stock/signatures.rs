//! Acts on blanks that nobody does alone.

use dossier::PersonId;
use thiserror::Error;

/// Two different persons, who both sign for one act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signatures {
    first: PersonId,
    second: PersonId,
}

/// Why two signatures are not enough. For whoever signs.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotTwo {
    /// One person, twice.
    #[error("signing for blanks: the second person is the first one; somebody else must sign too")]
    SamePerson,
    /// Somebody who counted what is signed for.
    #[error(
        "signing a shift's discrepancy: who counted the shift cannot sign it; two other supervisors must"
    )]
    Counter,
}

impl Signatures {
    /// Of two persons; one alone is refused.
    pub fn new(first: PersonId, second: PersonId) -> Result<Self, NotTwo> {
        if first == second {
            return Err(NotTwo::SamePerson);
        }
        Ok(Self { first, second })
    }

    /// The same, provided that neither is among `counters`.
    pub fn not_of(self, counters: &[PersonId]) -> Result<Self, NotTwo> {
        let counted = |person| counters.contains(&person);
        if counted(self.first) || counted(self.second) {
            return Err(NotTwo::Counter);
        }
        Ok(self)
    }

    /// Who signed first.
    pub const fn first(&self) -> PersonId {
        self.first
    }

    /// Who signed with them.
    pub const fn second(&self) -> PersonId {
        self.second
    }

    /// Both.
    pub const fn both(&self) -> [PersonId; 2] {
        [self.first, self.second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(byte: u8) -> PersonId {
        PersonId::from_bytes([byte; 16])
    }

    #[test]
    fn one_person_is_not_two_and_a_counter_is_nobody() {
        assert_eq!(
            Signatures::new(person(1), person(1)),
            Err(NotTwo::SamePerson)
        );
        let both = Signatures::new(person(1), person(2)).unwrap();
        assert_eq!(both.not_of(&[person(3)]), Ok(both));
        assert_eq!(both.not_of(&[person(3), person(2)]), Err(NotTwo::Counter));
        assert_eq!(both.not_of(&[person(1)]), Err(NotTwo::Counter));
    }
}

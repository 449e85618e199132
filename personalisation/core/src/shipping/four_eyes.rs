//! Who seals: two persons, of whom the one that counts has packed nothing of it.

use dossier::PersonId;
use thiserror::Error;

/// Who sealed a container, and who counted it with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealers {
    by: PersonId,
    counted_by: PersonId,
}

/// Why two persons may not seal. For both.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotFourEyes {
    /// One person, twice.
    #[error("sealing: the second person is the first one; somebody else must count")]
    SamePerson,
    /// Whoever counts has packed.
    #[error(
        "sealing: whoever counts opened this container, or put something into it; somebody else must count"
    )]
    Packer,
}

impl Sealers {
    /// Who seals, and who counts and is none of those who worked at it (`packers`: who opened it, and all who ever put something
    /// into it, taken out again or not).
    pub fn new(
        by: PersonId,
        counted_by: PersonId,
        packers: &[PersonId],
    ) -> Result<Self, NotFourEyes> {
        if by == counted_by {
            return Err(NotFourEyes::SamePerson);
        }
        if packers.contains(&counted_by) {
            return Err(NotFourEyes::Packer);
        }
        Ok(Self { by, counted_by })
    }

    /// Two whom the database names: they were judged when they sealed.
    pub const fn recorded(by: PersonId, counted_by: PersonId) -> Self {
        Self { by, counted_by }
    }

    /// Who sealed it.
    pub const fn by(&self) -> PersonId {
        self.by
    }

    /// Who counted it.
    pub const fn counted_by(&self) -> PersonId {
        self.counted_by
    }
}

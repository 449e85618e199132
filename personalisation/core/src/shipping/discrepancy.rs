//! What can be wrong with a shipment. Each discrepancy has an owner, and a clock that says until when it is to be settled: the
//! clock only reminds, what happens to a card happens by an event.

use std::collections::BTreeSet;

use dossier::staff::Role;
use time::{Duration, OffsetDateTime};

use crate::document_number::DocumentNumber;

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A card of the manifest is not in the container.
    MissingPiece,
    /// A card is in the container that no manifest names for it.
    ExtraPiece,
    /// In a card's place another one lies.
    OtherPiece,
    /// The seal is broken, missing, or has another number.
    BrokenSeal,
    /// It came to another office than its own.
    WrongPlace,
    /// The office did not take it.
    Refused,
    /// It came back to the centre.
    Returned,
    /// It is not where it should be by now.
    Overdue,
}

impl Kind {
    /// All.
    pub const ALL: [Self; 8] = [
        Self::MissingPiece,
        Self::ExtraPiece,
        Self::OtherPiece,
        Self::BrokenSeal,
        Self::WrongPlace,
        Self::Refused,
        Self::Returned,
        Self::Overdue,
    ];

    /// The name in the database and on pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingPiece => "missing_piece",
            Self::ExtraPiece => "extra_piece",
            Self::OtherPiece => "other_piece",
            Self::BrokenSeal => "broken_seal",
            Self::WrongPlace => "wrong_place",
            Self::Refused => "refused",
            Self::Returned => "returned",
            Self::Overdue => "overdue",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whose it is. Where a card may be in the wrong hands, a supervisor's; where only the way is wrong, a dispatcher's.
    pub const fn owner(self) -> Role {
        match self {
            Self::MissingPiece | Self::ExtraPiece | Self::OtherPiece | Self::BrokenSeal => {
                Role::Supervisor
            }
            Self::WrongPlace | Self::Refused | Self::Returned | Self::Overdue => Role::Dispatcher,
        }
    }

    /// How long its owner has. Our policy, not a standard's.
    pub const fn clock(self) -> Duration {
        match self {
            Self::BrokenSeal | Self::Overdue => Duration::hours(4),
            Self::WrongPlace => Duration::hours(8),
            Self::MissingPiece | Self::ExtraPiece | Self::OtherPiece | Self::Refused => {
                Duration::hours(24)
            }
            Self::Returned => Duration::hours(72),
        }
    }

    /// Until when it is to be settled.
    pub fn due(self, opened_at: OffsetDateTime) -> OffsetDateTime {
        opened_at.saturating_add(self.clock())
    }
}

/// What a count found in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Of the manifest, and not there.
    Missing(DocumentNumber),
    /// There, and not of the manifest.
    Extra(DocumentNumber),
    /// One for another.
    Other {
        /// Of the manifest.
        instead_of: DocumentNumber,
        /// There.
        found: DocumentNumber,
    },
}

impl Difference {
    /// What is opened for it.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Missing(_) => Kind::MissingPiece,
            Self::Extra(_) => Kind::ExtraPiece,
            Self::Other { .. } => Kind::OtherPiece,
        }
    }
}

/// Compares what was found with the manifest. As many as are both missing and there in their place are told as one for another.
pub fn compare(
    manifest: &BTreeSet<DocumentNumber>,
    found: &BTreeSet<DocumentNumber>,
) -> Vec<Difference> {
    let mut missing = manifest.difference(found).copied();
    let mut extra = found.difference(manifest).copied();
    let mut differences = Vec::new();
    loop {
        differences.push(match (missing.next(), extra.next()) {
            (Some(instead_of), Some(found)) => Difference::Other { instead_of, found },
            (Some(number), None) => Difference::Missing(number),
            (None, Some(number)) => Difference::Extra(number),
            (None, None) => return differences,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(texts: &[&str]) -> BTreeSet<DocumentNumber> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn one_too_few_one_too_many_and_another_are_told_apart() {
        let [one, two, three] = ["C3F7K9T21", "C3F7K9T22", "C3F7K9T23"];
        let manifest = numbers(&[one, two]);
        assert_eq!(compare(&manifest, &manifest), []);
        let of = |text: &str| text.parse::<DocumentNumber>().unwrap();
        let few = compare(&manifest, &numbers(&[one]));
        assert_eq!(few, [Difference::Missing(of(two))]);
        let many = compare(&manifest, &numbers(&[one, two, three]));
        assert_eq!(many, [Difference::Extra(of(three))]);
        let other = compare(&manifest, &numbers(&[one, three]));
        let expected = Difference::Other {
            instead_of: of(two),
            found: of(three),
        };
        assert_eq!(other, [expected]);
        let kinds = [few, many, other].map(|differences| differences[0].kind());
        let expected = [Kind::MissingPiece, Kind::ExtraPiece, Kind::OtherPiece];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn each_has_a_name_an_owner_and_a_clock() {
        let now = OffsetDateTime::UNIX_EPOCH;
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
            assert!(kind.due(now) > now);
            assert!([Role::Supervisor, Role::Dispatcher].contains(&kind.owner()));
        }
        assert_eq!(Kind::BrokenSeal.owner(), Role::Supervisor);
        assert_eq!(Kind::from_name("lost"), None);
    }
}

//! What a party sees of a container when it changes hands.

use super::SealNumber;

/// How a container looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// As it was sealed.
    Good,
    /// Torn, wet, opened: a photograph belongs to it.
    Damaged,
}

impl Condition {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Good, Self::Damaged];

    /// The name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Damaged => "damaged",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What one side saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The number that is on the seal; none where nobody asked for it.
    pub seal: Option<SealNumber>,
    /// How the container looks.
    pub condition: Condition,
}

impl Seen {
    /// Whether it is what left the packing table, by its seal and its looks.
    pub fn is_as(&self, sealed: &SealNumber) -> bool {
        self.condition == Condition::Good && self.seal.as_ref().is_none_or(|seal| seal == sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_seal_and_damage_are_told_apart_from_what_was_sealed() {
        let (right, wrong): (SealNumber, SealNumber) =
            ("CTIE-1".parse().unwrap(), "CTIE-2".parse().unwrap());
        let seen = |seal: Option<&SealNumber>, condition| Seen {
            seal: seal.cloned(),
            condition,
        };
        assert!(seen(Some(&right), Condition::Good).is_as(&right));
        assert!(seen(None, Condition::Good).is_as(&right));
        assert!(!seen(Some(&wrong), Condition::Good).is_as(&right));
        assert!(!seen(Some(&right), Condition::Damaged).is_as(&right));
        for condition in Condition::ALL {
            assert_eq!(Condition::from_name(condition.name()), Some(condition));
        }
    }
}

//! When two captures are about one person: by keyed hashes, which say whether two are equal and nothing else.
//!
//! | one | other | same person |
//! |---|---|---|
//! | number | the same number | yes, whatever their names |
//! | number | another number | no, however alike their names: homonyms exist |
//! | number, naming | no number, same naming | yes: the number was not known the other time |
//! | no number, naming | no number, same naming | yes |

use std::{collections::BTreeSet, fmt};

/// A keyed hash.
pub type Key = [u8; 32];

/// What a key is the hash of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// The national number.
    Number,
    /// Names, birth and nationality.
    Naming,
    /// One of them, written before both were: nobody can tell which.
    Either,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Number, Self::Naming, Self::Either];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Naming => "naming",
            Self::Either => "either",
        }
    }
}

/// Somebody, under every key that is known of them. A recapture may add some.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person(BTreeSet<(KeyKind, Key)>);

impl Person {
    /// Somebody with this naming, and this number where it is known.
    pub fn new(naming: Key, number: Option<Key>) -> Self {
        let number = number.map(|key| (KeyKind::Number, key));
        Self(
            number
                .into_iter()
                .chain([(KeyKind::Naming, naming)])
                .collect(),
        )
    }

    /// Adds a key.
    pub fn add(&mut self, kind: KeyKind, key: Key) {
        self.0.insert((kind, key));
    }

    /// Adds every key of the same person.
    pub fn merge(&mut self, more: &Self) {
        self.0.extend(&more.0);
    }

    /// Every key, with what it is of.
    pub fn keys(&self) -> impl Iterator<Item = (KeyKind, &Key)> {
        self.0.iter().map(|(kind, key)| (*kind, key))
    }

    /// The key that says most: the number's where there is one.
    pub fn first(&self) -> Option<&Key> {
        self.0.first().map(|(_, key)| key)
    }

    /// Whether both are one person.
    pub fn is_same(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.numbers(), other.numbers());
        if !ours.is_empty() && !theirs.is_empty() {
            return !ours.is_disjoint(&theirs);
        }
        let every: BTreeSet<_> = other.0.iter().map(|(_, key)| key).collect();
        self.0.iter().any(|(_, key)| every.contains(key))
    }

    fn numbers(&self) -> BTreeSet<&Key> {
        let numbers = self.0.iter().filter(|(kind, _)| *kind == KeyKind::Number);
        numbers.map(|(_, key)| key).collect()
    }
}

impl FromIterator<(KeyKind, Key)> for Person {
    fn from_iter<I: IntoIterator<Item = (KeyKind, Key)>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

/// Who somebody is stays out of logs, as a hash too.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({} keys)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(byte: u8) -> Key {
        [byte; 32]
    }

    fn numbered(naming: u8, number: u8) -> Person {
        Person::new(key(naming), Some(key(number)))
    }

    fn unnumbered(naming: u8) -> Person {
        Person::new(key(naming), None)
    }

    fn old(byte: u8) -> Person {
        Person::from_iter([(KeyKind::Either, key(byte))])
    }

    #[test]
    fn each_line_of_the_table_holds_both_ways_round() {
        for (one, other, same) in [
            (numbered(1, 11), numbered(1, 11), true),
            (numbered(1, 11), numbered(2, 11), true),
            (numbered(1, 11), numbered(1, 12), false),
            (numbered(1, 11), unnumbered(1), true),
            (numbered(1, 11), unnumbered(2), false),
            (unnumbered(1), unnumbered(1), true),
            (unnumbered(1), unnumbered(2), false),
            (old(11), numbered(1, 11), true),
            (old(1), numbered(1, 11), true),
            (old(1), unnumbered(1), true),
            (old(1), old(2), false),
            (Person::default(), Person::default(), false),
        ] {
            assert_eq!(one.is_same(&other), same, "{one:?} {other:?}");
            assert_eq!(other.is_same(&one), same, "{other:?} {one:?}");
        }
    }

    #[test]
    fn a_recapture_that_knows_the_number_parts_homonyms() {
        let mut waiting = unnumbered(1);
        let homonym = numbered(1, 11);
        assert!(waiting.is_same(&homonym));
        waiting.merge(&numbered(1, 12));
        assert!(!waiting.is_same(&homonym));
        assert!(waiting.is_same(&unnumbered(1)));
        assert_eq!(waiting.first(), Some(&key(12)));
    }

    #[test]
    fn keys_are_not_shown() {
        assert_eq!(format!("{:?}", numbered(77, 88)), "Person(2 keys)");
    }
}

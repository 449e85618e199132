//! Erasing entries is an act like any other: intent and outcome stand in the log, and name what was erased by its places alone,
//! so that anybody can tell an erasure by rule from an entry that somebody made disappear.
//!
//! ```text
//! act     erase-entries
//! object  entries 12-15 40                 places in the log, ascending, ranges with both ends
//! detail  of the outcome: the rule, in words that a program chose
//! ```
//! The outcome is written in the same commit as the erasure: what is erased without one was not erased by rule.

use std::fmt::Write as _;

/// What such acts are called.
pub const ACT: &str = "erase-entries";
/// The most ranges of one act; of more there are several acts. At 40 bytes each they fit into an entry.
pub const MAX_RANGES: usize = 500;
const OBJECT: &str = "entries";

/// Places of a log: first and last of each run, in ascending order, with at least one place between two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(Vec<(u64, u64)>);

impl Places {
    /// From places in ascending order.
    pub fn of(places: impl IntoIterator<Item = u64>) -> Self {
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for place in places {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 >= place => *last = place.max(*last),
                _ => runs.push((place, place)),
            }
        }
        Self(runs)
    }

    /// First and last of each run.
    #[must_use]
    pub fn runs(&self) -> &[(u64, u64)] {
        &self.0
    }

    /// Parts that one act can name each.
    pub fn acts(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.chunks(MAX_RANGES).map(|runs| Self(runs.to_vec()))
    }

    /// What an act on them is on.
    #[must_use]
    pub fn object(&self) -> String {
        let mut object = OBJECT.to_owned();
        for (first, last) in &self.0 {
            // Writing into text does not fail.
            let _ = if first == last {
                write!(object, " {first}")
            } else {
                write!(object, " {first}-{last}")
            };
        }
        object
    }

    /// Reads [`Self::object`]; none where it has another form.
    #[must_use]
    pub fn parse(object: &str) -> Option<Self> {
        let mut words = object.strip_prefix(OBJECT)?.split(' ');
        if words.next() != Some("") {
            return None;
        }
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for word in words {
            let (first, last) = match word.split_once('-') {
                None => (number(word)?, number(word)?),
                Some((first, last)) => (number(first)?, number(last)?),
            };
            let ascends = runs.last().is_none_or(|(_, before)| before + 1 < first);
            let one_form = word.contains('-') == (first < last);
            if first == 0 || last < first || !ascends || !one_form || runs.len() == MAX_RANGES {
                return None;
            }
            runs.push((first, last));
        }
        (!runs.is_empty()).then_some(Self(runs))
    }
}

/// A place, without leading zeros.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = text.parse::<u64>().ok().filter(|number| number >> 63 == 0);
    number.filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_in_one_form() {
        let places = Places::of([3, 4, 5, 9, 12, 13]);
        assert_eq!(places.object(), "entries 3-5 9 12-13");
        assert_eq!(Places::parse(&places.object()), Some(places));
        for other in [
            "entries",
            "entries ",
            "entries 0",
            "entries 3-3",
            "entries 5-3",
            "entries 3 4",
            "entries 3-5 4",
            "entries 9 3",
            "entries 03",
            "entries +3",
            "entries 3  5",
            "entries 9223372036854775808",
            "order 1",
            "entriess 1",
        ] {
            assert_eq!(Places::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn an_act_fits_into_an_entry_whatever_it_names() {
        let far = (1_u64 << 62) + 1;
        let many = Places::of((0..=2 * MAX_RANGES as u64).map(|number| far + 2 * number));
        let acts: Vec<_> = many.acts().collect();
        assert_eq!(acts.len(), 3);
        for act in acts {
            assert!(act.object().len() < crate::record::MAX_ENTRY_LENGTH / 2);
            assert_eq!(Places::parse(&act.object()), Some(act));
        }
    }
}

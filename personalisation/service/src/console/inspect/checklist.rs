//! What an inspector looks at, by key: nine points, each ticked before a card passes.

use pages::Id;
use personalisation_core::quality::Reason;

/// A point of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// Its key, and its value in the form.
    pub(super) key: char,
    /// What to look at.
    pub(super) text: Id,
}

const fn point(key: char, text: Id) -> Point {
    Point { key, text }
}

/// All, in the order of the keys.
pub(super) const POINTS: [Point; 9] = [
    point('1', Id("point-sides")),
    point('2', Id("point-position")),
    point('3', Id("point-colour")),
    point('4', Id("point-portrait")),
    point('5', Id("point-text")),
    point('6', Id("point-zone")),
    point('7', Id("point-blemish")),
    point('8', Id("point-body")),
    point('9', Id("point-module")),
];

/// The key that accepts a card, and the one that rejects it: at the same place on every keyboard, and beside the digits.
pub(super) const ACCEPT: char = '+';
pub(super) const REJECT: char = '-';

/// The reasons that a person gives, each with its key: letters, after the digits of the points.
pub(super) fn reasons() -> impl Iterator<Item = (char, Reason)> {
    ('a'..='z').zip(Reason::of_people())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_does_two_things() {
        let points = POINTS.iter().map(|point| point.key);
        let keys: Vec<char> = points
            .chain(reasons().map(|(key, _)| key))
            .chain([ACCEPT, REJECT])
            .collect();
        let different: BTreeSet<char> = keys.iter().copied().collect();
        assert_eq!(keys.len(), different.len());
        assert_eq!(reasons().count(), Reason::ALL.len() - 1);
    }
}

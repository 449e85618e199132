//! Entries that were erased, and the acts of erasing that name them.

use std::collections::BTreeMap;

use crate::{
    entry::Phase,
    erasure::{ACT, Places},
    line::EntryText,
};

/// Runs of erased entries that wait for the act that names them.
const MAX_WAITING: usize = 1_000_000;

/// What is erased and was named by no act so far. An act stands behind what it names: what is erased has its place before.
#[derive(Debug, Default)]
pub(super) struct Erased {
    count: u64,
    /// First and last of each run.
    waiting: BTreeMap<u64, u64>,
    /// Some were not remembered.
    too_many: bool,
}

impl Erased {
    /// How many there are.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Whether there were more than are followed, so that not every one of them was held against the acts.
    pub(super) const fn is_partial(&self) -> bool {
        self.too_many
    }

    /// Takes an erased entry.
    pub(super) fn take(&mut self, position: u64) {
        self.count += 1;
        if let Some(mut last) = self.waiting.last_entry()
            && last.get().checked_add(1) == Some(position)
        {
            last.insert(position);
        } else if self.waiting.len() < MAX_WAITING {
            self.waiting.insert(position, position);
        } else {
            self.too_many = true;
        }
    }

    /// Takes an entry that was not erased: it may be an act of erasing.
    pub(super) fn hear(&mut self, entry: &EntryText<'_>) {
        if entry.phase != Phase::Outcome || entry.name != ACT {
            return;
        }
        let named = Places::parse(entry.object);
        for (first, last) in named.iter().flat_map(Places::runs) {
            self.name(*first, *last);
        }
    }

    fn name(&mut self, first: u64, last: u64) {
        // The run that begins before, and all that begin within.
        let before = self.waiting.range(..first).next_back();
        let before = before.filter(|(_, end)| **end >= first).map(|(at, _)| *at);
        let within = self.waiting.range(first..=last).map(|(at, _)| *at);
        let met: Vec<_> = before.into_iter().chain(within).collect();
        for from in met {
            let Some(to) = self.waiting.remove(&from) else {
                continue;
            };
            if from < first {
                self.waiting.insert(from, first - 1);
            }
            if to > last {
                self.waiting.insert(last + 1, to);
            }
        }
    }

    /// First and last of each run that no act names.
    pub(super) fn unnamed(&self) -> impl Iterator<Item = (u64, u64)> {
        self.waiting.iter().map(|(first, last)| (*first, *last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_take_away_what_they_name() {
        let mut erased = Erased::default();
        for position in [3, 4, 5, 6, 9, 12, 13] {
            erased.take(position);
        }
        let left = |erased: &Erased| erased.unnamed().collect::<Vec<_>>();
        assert_eq!(left(&erased), [(3, 6), (9, 9), (12, 13)]);
        erased.name(4, 5);
        assert_eq!(left(&erased), [(3, 3), (6, 6), (9, 9), (12, 13)]);
        erased.name(6, 12);
        assert_eq!(left(&erased), [(3, 3), (13, 13)]);
        erased.name(1, 20);
        assert_eq!(left(&erased), []);
        assert_eq!(erased.count(), 7);
    }
}

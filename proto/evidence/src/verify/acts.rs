//! Acts whose intent has no outcome (yet). Not an error in itself: a program may have been stopped between the two.

use std::collections::{HashMap, hash_map::Entry as Slot};

use crate::{entry::Phase, line::EntryText};

/// Open acts that are remembered.
const MAX_OPEN: usize = 1_000_000;

/// Intents and outcomes that wait for each other. What is closed takes no room.
#[derive(Debug, Default)]
pub(super) struct Acts {
    /// By act: intents less outcomes so far, and where the first of them stood.
    open: HashMap<u128, (i32, u64)>,
    /// Some were not remembered: what seems to lack an intent may have had one.
    too_many: bool,
}

impl Acts {
    pub(super) fn take(&mut self, entry: &EntryText<'_>, position: u64) {
        let step = match entry.phase {
            Phase::Intent => 1,
            Phase::Outcome => -1,
        };
        let full = self.open.len() >= MAX_OPEN;
        match self.open.entry(entry.act) {
            Slot::Occupied(act) if act.get().0.saturating_add(step) == 0 => {
                act.remove();
            }
            Slot::Occupied(mut act) => act.get_mut().0 = act.get().0.saturating_add(step),
            Slot::Vacant(_) if full => self.too_many = true,
            Slot::Vacant(act) => {
                act.insert((step, position));
            }
        }
    }

    /// Those with an intent and no outcome, in the log's order: act, position.
    pub(super) fn open(&self) -> Vec<(u128, u64)> {
        self.unbalanced(|balance| balance > 0)
    }

    /// Those with an outcome and no intent, likewise; none where that cannot be told.
    pub(super) fn without_intent(&self) -> Vec<(u128, u64)> {
        if self.too_many {
            return Vec::new();
        }
        self.unbalanced(|balance| balance < 0)
    }

    fn unbalanced(&self, which: impl Fn(i32) -> bool) -> Vec<(u128, u64)> {
        let acts = self.open.iter();
        let acts = acts.filter(|(_, (balance, _))| which(*balance));
        let mut acts: Vec<_> = acts.map(|(act, (_, at))| (*act, *at)).collect();
        acts.sort_unstable_by_key(|(_, at)| *at);
        acts
    }
}

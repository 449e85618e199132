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
            Slot::Vacant(_) if full => {}
            Slot::Vacant(act) => {
                act.insert((step, position));
            }
        }
    }

    /// Those with an intent and no outcome, in the log's order: act, position.
    pub(super) fn open(&self) -> Vec<(u128, u64)> {
        let open = self.open.iter();
        let open = open.filter(|(_, (balance, _))| *balance > 0);
        let mut open: Vec<_> = open.map(|(act, (_, at))| (*act, *at)).collect();
        open.sort_unstable_by_key(|(_, at)| *at);
        open
    }
}

//! What the floor's page shows of this machine: at each change of what somebody must do, and now and then that all is well.

use std::time::{Duration, Instant};

use personalisation_store::line::MachineSeen;
use rand::CryptoRng;

use super::Floor;
use crate::line::{
    machine::{Instruction, Machine, Task},
    worker::Worker,
};

/// So often without a change; the page takes a machine that is silent for three times as long for lost.
const EACH: Duration = Duration::from_secs(10);

/// What was shown last.
#[derive(Debug, Default)]
pub(super) struct Shown {
    task: Option<Task>,
    cards: u32,
    at: Option<Instant>,
}

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Shows what is to be done at the machine, and how many cards are inside; as many as before where nobody knows. A
    /// page that cannot be told holds no card up.
    pub(super) fn show(
        &mut self,
        floor: &mut Floor,
        instruction: Option<&Instruction>,
        cards: Option<usize>,
    ) {
        let shown = &mut floor.shown;
        let task = instruction.map(|instruction| &instruction.task);
        let is_due = shown.at.is_none_or(|at| at.elapsed() >= EACH);
        if !is_due && shown.task.as_ref() == task {
            return;
        }
        let cards = cards.map_or(shown.cards, |cards| {
            u32::try_from(cards).unwrap_or(u32::MAX)
        });
        *shown = Shown {
            task: task.cloned(),
            cards,
            at: Some(Instant::now()),
        };
        let holder = &self.settings.holder;
        let seen = MachineSeen {
            serial: self.reader.serial().to_string(),
            line: holder.split('/').next().unwrap_or(holder).to_owned(),
            task: task
                .map(Task::name)
                .map(|(task, place)| (task.to_owned(), place.map(str::to_owned))),
            cards,
            seen_at: self.now(),
        };
        if let Err(error) = self.wait(self.store.machine_seen(&seen)) {
            tracing::warn!(%error, machine = seen.serial, "the floor's page is not told of a machine");
        }
    }
}

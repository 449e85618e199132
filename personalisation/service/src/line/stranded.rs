//! Machines that no running line has, with cards inside: nobody else gives those up, so the lines say that they are there.

use std::{collections::BTreeSet, time::Duration};

use personalisation_core::machine::MachineSerial;
use personalisation_store::{Store, StoreError, line::Stranded};
use time::OffsetDateTime;

use super::event::Event;

/// How often a line looks.
const EACH: Duration = Duration::from_secs(30);

/// What a line has said of machines that are not its own.
#[derive(Debug)]
pub struct Lookout {
    own: Vec<MachineSerial>,
    /// How long a machine is silent before it counts as nobody's.
    silence: Duration,
    told: BTreeSet<MachineSerial>,
}

impl Lookout {
    /// Of a line that drives these machines itself.
    pub const fn new(own: Vec<MachineSerial>, silence: Duration) -> Self {
        let told = BTreeSet::new();
        Self { own, silence, told }
    }

    /// What is to be said now: of each such machine once, and again when it had been somebody's meanwhile.
    pub async fn look(
        &mut self,
        store: &Store,
        now: OffsetDateTime,
    ) -> Result<Vec<Event>, StoreError> {
        let mut found = store.stranded(now - self.silence).await?;
        found.retain(|one| !self.own.contains(&one.machine));
        self.told
            .retain(|told| found.iter().any(|one| one.machine == *told));
        found.retain(|one| self.told.insert(one.machine));
        Ok(found.iter().map(said).collect())
    }

    /// Looks again and again, and has everything said and logged; ends with the program.
    pub async fn watch(
        mut self,
        store: Store,
        clock: impl Fn() -> OffsetDateTime,
        mut tell: impl FnMut(&Event),
    ) {
        loop {
            match self.look(&store, clock()).await {
                Ok(events) => events.iter().for_each(&mut tell),
                Err(error) => {
                    tracing::warn!(%error, "nobody knows whether cards lie in machines that no line has");
                }
            }
            tokio::time::sleep(EACH).await;
        }
    }
}

fn said(stranded: &Stranded) -> Event {
    let Stranded {
        machine,
        line,
        cards,
    } = stranded;
    let last = line.as_ref();
    let last = last.map_or_else(String::new, |line| format!(" ({line} had it last)"));
    let why = format!(
        "no running line has {machine}{last}, and cards of attempts lie in it: {cards}; start its line, or where the machine does \
         not come back, `personalisation line lost-machine {machine} --by LOGIN`"
    );
    tracing::warn!(%machine, cards, "{why}");
    let reader = machine.to_string();
    Event::Waiting { reader, why }
}

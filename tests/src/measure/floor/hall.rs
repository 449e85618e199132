//! A house with machines, full of blanks, and its orders.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use serde_json::json;

use crate::{
    house::{
        Centre, Floor, FloorPlan, HouseError, MachinePlan, Machines, Pki,
        people::{self, Person},
    },
    programs::ProgramError,
};

/// Orders that are added at once.
const HANDS: usize = 2;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum FloorError {
    /// A part of the house.
    #[error(transparent)]
    House(#[from] HouseError),
    /// A program of ours.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The system, about a file or process.
    #[error("{what}: {source}")]
    System {
        /// Which.
        what: String,
        /// Its reason.
        source: std::io::Error,
    },
    /// A card was given up or refused, though nothing is wrong in this hall: its time stands in no figure.
    #[error("{count} cards were given up or refused; the first: {first}")]
    GivenUp {
        /// How many.
        count: usize,
        /// What the line said of the first.
        first: String,
    },
    /// A machine stood still, or did not work for long enough to have a pace.
    #[error("{working} of {machines} machines made two cards or more")]
    Idle {
        /// Those that did.
        working: usize,
        /// All.
        machines: usize,
    },
    /// The line's threads did not tell what they spent, so that nothing can be subtracted.
    #[error("no thread of the line told what it spent on {0}: is its log still what this reads?")]
    Untold(&'static str),
    /// The line did not do what it should.
    #[error("the line made {made} of {ordered} documents; it said last: {last}")]
    Incomplete {
        /// Orders.
        ordered: usize,
        /// Documents.
        made: usize,
        /// Its last words.
        last: String,
    },
}

/// How large the hall is.
#[derive(Debug, Clone)]
pub(super) struct HallPlan {
    pub(super) machines: usize,
    pub(super) cards: usize,
    pub(super) people: usize,
    /// How fast the machines' clocks go.
    pub(super) time_factor: u32,
    /// The link model of their stations.
    pub(super) link: Option<&'static str>,
}

/// The house; dropping it ends its programs.
#[derive(Debug)]
pub(super) struct Hall {
    pub(super) floor: Floor,
    pub(super) centre: Centre,
    /// Orders by their ids.
    pub(super) orders: Vec<String>,
    machines: usize,
    _pki: Pki,
}

impl Hall {
    /// Draws people, fills hoppers evenly (with a few blanks more than orders) and adds the orders.
    pub(super) fn open(place: &Path, plan: &HallPlan) -> Result<Self, FloorError> {
        let drawn = u16::try_from(plan.people).unwrap_or(u16::MAX);
        let people = people::draw(drawn, &place.join("people"), &people::cache())?;
        let mut pki = Pki::hold_ceremony(&place.join("pki"))?;
        pki.serve()?;
        let hopper = plan.cards.div_ceil(plan.machines) * 6 / 5 + 4;
        let floor_plan = FloorPlan {
            readers: 1,
            blanks: plan.machines * hopper,
            link: None,
        };
        let machines = MachinePlan {
            count: plan.machines,
            ports: 1,
            time_factor: plan.time_factor,
            link: plan.link,
        };
        let floor = Floor::start_with_machines(&place.join("floor"), &floor_plan, &machines)?;
        // Nobody is here to approve first articles.
        let settings = floor.machines().configuration() + "[quality]\nfirst_articles = false\n";
        let centre = Centre::open_with(&place.join("centre"), &pki, &floor, &settings)?;
        without_readers(centre.config())?;
        for (machine, chips) in floor.blanks().chunks(hopper).enumerate() {
            floor.machines().fill(machine, chips)?;
        }
        let mut hall = Self {
            floor,
            centre,
            orders: Vec::new(),
            machines: plan.machines,
            _pki: pki,
        };
        hall.orders = hall.order(&people, plan.cards)?;
        Ok(hall)
    }

    pub(super) fn machines(&self) -> (&Machines, usize) {
        (self.floor.machines(), self.machines)
    }

    /// A person takes away what lies in all trays.
    pub(super) fn empty_trays(&self) -> Result<(), FloorError> {
        for machine in 0..self.machines {
            let person = json!("empty_trays");
            self.floor.machines().person(machine, &person)?;
            self.floor.machines().forget_prints(machine)?;
        }
        Ok(())
    }

    /// Adds so many orders, of everybody the same number.
    fn order(&self, people: &[Person], cards: usize) -> Result<Vec<String>, FloorError> {
        let mut born: BTreeMap<String, u32> = BTreeMap::new();
        let mut files = Vec::with_capacity(cards);
        for nth in 0..cards {
            let person = &people[nth % people.len()];
            // No two who were born on one day may have one number.
            let day = person.identity("date_of_birth").to_owned();
            let namesakes = born.entry(day).or_default();
            *namesakes += 1;
            let ordered = person.homonym(*namesakes);
            files.push(ordered.write_order(&format!("order-{nth}"), |_| ())?);
        }
        let next = AtomicUsize::new(0);
        let add = || {
            let mut ids = Vec::new();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                ids.push(self.centre.add_order(file, &self.floor)?);
            }
            Ok::<_, HouseError>(ids)
        };
        let mut orders = Vec::with_capacity(cards);
        thread::scope(|scope| {
            let hands: Vec<_> = (0..HANDS).map(|_| scope.spawn(add)).collect();
            for hand in hands {
                // A hand that panicked has no result; the count below tells.
                orders.extend(hand.join().unwrap_or(Ok(Vec::new()))?);
            }
            Ok::<_, HouseError>(())
        })?;
        Ok(orders)
    }
}

/// Takes plain readers out of a line's configuration: only machines are measured.
fn without_readers(config: &Path) -> Result<(), FloorError> {
    let failed = |source| FloorError::System {
        what: config.display().to_string(),
        source,
    };
    let text = std::fs::read_to_string(config).map_err(failed)?;
    let lines = text.lines().map(|line| {
        if line.starts_with("readers = ") {
            "readers = []"
        } else {
            line
        }
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    std::fs::write(config, text).map_err(failed)
}

/// What a file of the system holds.
pub(super) fn system(path: &Path) -> Result<String, FloorError> {
    let read = std::fs::read_to_string(path);
    read.map_err(|source| FloorError::System {
        what: path.display().to_string(),
        source,
    })
}

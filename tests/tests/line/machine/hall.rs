//! A house whose line works at machines, and what must hold whenever that line stands still.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use e2e::house::{FloorPlan, House, HousePlan, LineEnd, LineRun, Machines};
use serde_json::Value;

use crate::line::journey::Journey;

/// A house with machines. Its journey's reader stays empty: an inspector's.
pub struct Hall {
    pub journey: Journey,
    machines: usize,
    /// Blanks put into hoppers so far.
    filled: usize,
}

impl Hall {
    /// So many machines with so many blanks in each hopper. Nobody is here to approve first articles, and none are asked for.
    pub fn begin(machines: usize, blanks: usize) -> Self {
        Self::with(
            machines,
            blanks,
            "idle_seconds = 60\n[quality]\nfirst_articles = false\n",
        )
    }

    /// The same, where machines wait for their first articles and a person looks at every card.
    pub fn inspected(machines: usize, blanks: usize) -> Self {
        Self::with(
            machines,
            blanks,
            "idle_seconds = 60\n[quality]\nsample_one_in = 1\n",
        )
    }

    fn with(machines: usize, blanks: usize, line: &'static str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let floor = FloorPlan {
            readers: 1,
            blanks: machines * blanks + 4,
            link: None,
        };
        let plan = HousePlan {
            floor,
            people: 3,
            line,
        };
        let house = House::start_with_machines(place.path(), &plan, machines).unwrap();
        let mut hall = Self {
            journey: Journey::of(house, place),
            machines,
            filled: 0,
        };
        for machine in 0..machines {
            hall.fill(machine, blanks);
        }
        hall
    }

    pub fn machines(&self) -> &Machines {
        self.journey.house.floor.machines()
    }

    /// Puts further blanks into a hopper.
    pub fn fill(&mut self, machine: usize, blanks: usize) {
        let chips = &self.journey.house.floor.blanks()[self.filled..][..blanks];
        self.machines().fill(machine, chips).unwrap();
        self.filled += blanks;
    }

    pub fn order(&mut self, orders: usize) {
        for _ in 0..orders {
            self.journey.order();
        }
    }

    pub fn line(&self) -> LineRun {
        self.journey.house.line().unwrap()
    }

    /// Lets the line work until its end, which must be a good one.
    pub fn finish(&mut self, line: LineRun, what: &str) -> LineEnd {
        let end = line.finish().unwrap();
        assert_eq!(
            end.status,
            Some(0),
            "{what}: {} {:#?}",
            end.errors,
            end.events
        );
        self.journey.note(end)
    }

    /// What must hold: a good card in the exit tray for each order and nothing else there, every card in one place,
    /// numbers used once, blanks that add up, an audit without gaps, and an inspector who agrees.
    pub fn check(&self, what: &str) {
        let journey = &self.journey;
        let states = journey.states();
        assert_eq!(states.len(), journey.orders.len(), "{what}");
        for (order, (_, state)) in &states {
            assert_eq!(state, "quality_passed", "{what}: {order}");
        }
        let documents = journey.cards_by_number(what);
        let mut exited = BTreeMap::new();
        let mut elsewhere = BTreeSet::new();
        for machine in 0..self.machines {
            let told = self.machines().status(machine).unwrap();
            assert_eq!(told["adds_up"], true, "{what}: {told}");
            for place in ["exit", "reject", "removed", "taken", "inside", "hopper"] {
                for chip in self.machines().chips(machine, place) {
                    let name = chip.file_stem().unwrap().to_str().unwrap();
                    // HANDLE-SERIAL, or SERIAL in the hopper.
                    let serial = name.rsplit('-').next().unwrap().to_owned();
                    if place == "exit" {
                        exited.insert(serial, chip);
                    } else {
                        assert!(elsewhere.insert(serial), "{what}: {name} is in two places");
                    }
                }
            }
        }
        let made: BTreeSet<_> = documents.values().cloned().collect();
        let in_tray: BTreeSet<_> = exited.keys().cloned().collect();
        assert_eq!(made, in_tray, "{what}: documents lie in the exit trays");
        let stock = journey.stock();
        let all = journey.house.floor.blanks().len() as u64;
        assert_eq!(stock.values().sum::<u64>(), all, "{what}: {stock:?}");
        assert_eq!(journey.stock_of("line"), 0, "{what}: {stock:?}");
        assert_eq!(journey.stock_of("document"), made.len() as u64, "{what}");
        for (number, chip) in &documents {
            self.is_genuine(number, &exited[chip], what);
        }
        journey.check_audit(what);
    }

    /// An inspector finds the card from the tray genuine, and both faces are printed on it as they were drawn.
    fn is_genuine(&self, number: &str, chip: &Path, what: &str) {
        // Its own state stays where it lies.
        let copy = self.journey.place.path().join("inspected.chip");
        fs::copy(chip, &copy).unwrap();
        self.journey.swap(0, &copy);
        self.journey.is_genuine(0, number, what);
        self.journey.house.floor.remove(0).unwrap();
        let name = chip.file_name().unwrap().to_str().unwrap();
        let handle = name.split('-').next().unwrap();
        let drawn = self.journey.house.documents().join(number);
        for face in ["front", "back"] {
            let printed = chip.with_file_name(format!("{handle}-{face}.png"));
            let drawn = fs::read(drawn.join(format!("{face}.png"))).unwrap();
            assert!(
                fs::read(printed).unwrap() == drawn,
                "{what}: {number} {face}"
            );
        }
    }
}

/// Whether the line asks somebody to do this.
pub fn asks_for(event: &Value, words: &str) -> bool {
    event["event"] == "waiting" && event["why"].as_str().is_some_and(|why| why.contains(words))
}

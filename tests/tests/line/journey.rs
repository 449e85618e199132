//! A house with its orders and blanks, and what must hold whenever its line stands still.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use e2e::house::{FloorPlan, House, HousePlan, LineEnd};
use serde_json::Value;
use tempfile::TempDir;

/// A house, and what its lines have said in all their runs.
pub struct Journey {
    pub house: House,
    pub place: TempDir,
    pub orders: Vec<String>,
    pub runs: Vec<LineEnd>,
    /// Chips taken out of the box of blanks so far.
    pub used: usize,
}

impl Journey {
    pub fn begin(readers: usize, blanks: usize, line: &'static str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let floor = FloorPlan {
            readers,
            blanks,
            link: None,
        };
        let plan = HousePlan {
            floor,
            people: 3,
            line,
        };
        let house = House::start(place.path(), &plan).unwrap();
        Self::of(house, place)
    }

    /// In a house that stands.
    pub fn of(house: House, place: TempDir) -> Self {
        Self {
            house,
            place,
            orders: Vec::new(),
            runs: Vec::new(),
            used: 0,
        }
    }

    pub fn order(&mut self) -> String {
        let order = self.house.order(self.orders.len()).unwrap();
        self.orders.push(order.clone());
        order
    }

    /// Puts the next blank into a slot, in the place of what lies there.
    pub fn blank(&mut self, slot: usize) -> PathBuf {
        let chip = self.house.floor.blanks()[self.used].clone();
        self.used += 1;
        self.swap(slot, &chip);
        chip
    }

    pub fn swap(&self, slot: usize, chip: &Path) {
        self.house.floor.remove(slot).unwrap();
        self.house.floor.insert(slot, chip).unwrap();
    }

    /// Lets the line work until its end.
    pub fn run(&mut self) -> LineEnd {
        let end = self.house.line().unwrap().finish().unwrap();
        self.note(end)
    }

    pub fn note(&mut self, end: LineEnd) -> LineEnd {
        self.runs.push(end.clone());
        end
    }

    /// Blanks by place, as `blanks count` has them.
    pub fn stock(&self) -> BTreeMap<String, u64> {
        let ended = self.house.centre_says(&["blanks", "count"]).unwrap();
        assert_eq!(ended.status, Some(0), "{}", ended.errors);
        let line = |line: &str| {
            let (place, count) = line.split_once(' ').unwrap();
            (place.to_owned(), count.parse().unwrap())
        };
        ended.output.lines().map(line).collect()
    }

    pub fn stock_of(&self, place: &str) -> u64 {
        self.stock().get(place).copied().unwrap_or_default()
    }

    /// The state of the newest attempt at each order, with its number: order → (attempt, state).
    pub fn states(&self) -> BTreeMap<String, (u32, String)> {
        let ended = self.house.centre_says(&["order", "list"]).unwrap();
        let state = |line: &str| {
            let mut words = line.split(' ');
            let (order, attempt) = words.next().unwrap().split_once('/').unwrap();
            assert_eq!(words.next(), Some("luxembourg"));
            let state = words.next().unwrap().to_owned();
            (order.to_owned(), (attempt.parse().unwrap(), state))
        };
        ended.output.lines().map(state).collect()
    }

    pub fn events(&self) -> impl Iterator<Item = &Value> {
        self.runs.iter().flat_map(|run| &run.events)
    }

    /// An inspector finds what lies in a slot genuine, by the MRZ that stands on the document.
    pub fn is_genuine(&self, slot: usize, number: &str, what: &str) {
        let dg1 = self.house.documents().join(number).join("chip/EF_DG1.bin");
        let dg1 = fs::read(dg1).unwrap();
        // 61 5D 5F1F 5A, then the ninety characters.
        let mrz = std::str::from_utf8(&dg1[dg1.len() - 90..]).unwrap();
        let trust = self.house.pki.trust();
        let ended = self.house.inspect(slot, ["--mrz", mrz], &trust).unwrap();
        let said = ended.output + &ended.errors;
        assert_eq!(ended.status, Some(0), "{what}: {number}: {said}");
    }

    /// What must hold whenever the line stands still: one good card for each order and no other
    /// card that anything opens; numbers used once; blanks that add up; an audit without gaps.
    pub fn check(&self, what: &str) {
        let states = self.states();
        assert_eq!(states.len(), self.orders.len(), "{what}");
        for (order, (_, state)) in &states {
            assert_eq!(state, "read_back", "{what}: {order}");
        }
        let documents = self.cards_by_number(what);
        assert_eq!(
            documents.len(),
            self.orders.len(),
            "{what}: a card an order"
        );
        let stock = self.stock();
        let all = self.house.floor.blanks().len();
        assert_eq!(stock.values().sum::<u64>(), all as u64, "{what}: {stock:?}");
        assert_eq!(self.stock_of("line"), 0, "{what}: {stock:?}");
        assert_eq!(
            self.stock_of("document"),
            self.orders.len() as u64,
            "{what}: {stock:?}"
        );
        for slot in 0..self.house.floor.readers().len() {
            self.house.floor.remove(slot).unwrap();
        }
        let mut operational = 0;
        for chip in &self.house.floor.blanks()[..self.used] {
            self.swap(0, chip);
            let life_cycle = self.house.floor.status(0).unwrap()["life_cycle"].clone();
            let serial = chip.file_stem().unwrap().to_str().unwrap();
            let number = documents.iter().find(|(_, chip)| **chip == serial);
            match number {
                Some((number, _)) => {
                    assert_eq!(life_cycle, "operational", "{what}: {number}");
                    self.is_genuine(0, number, what);
                    operational += 1;
                }
                None => assert_ne!(life_cycle, "operational", "{what}: {serial}"),
            }
        }
        assert_eq!(operational, self.orders.len(), "{what}");
        self.check_audit(what);
    }

    /// Document number → chip of the cards that are finished; every attempt had a number of its own.
    pub fn cards_by_number(&self, what: &str) -> BTreeMap<String, String> {
        let mut attempts = BTreeMap::new();
        for event in self.events().filter(|event| event["number"].is_string()) {
            let field = |name: &str| event[name].as_str().unwrap().to_owned();
            let attempt = (field("order"), event["attempt"].as_u64().unwrap());
            let card = (field("number"), field("chip"));
            let before = attempts.entry(attempt).or_insert_with(|| card.clone());
            assert_eq!(*before, card, "{what}: an attempt keeps number and chip");
        }
        let numbers: BTreeSet<_> = attempts.values().map(|(number, _)| number).collect();
        assert_eq!(
            numbers.len(),
            attempts.len(),
            "{what}: numbers are used once"
        );
        let newest = self.states();
        let finished = attempts.iter().filter(|((order, attempt), _)| {
            newest
                .get(order)
                .is_some_and(|(newest, _)| u64::from(*newest) == *attempt)
        });
        finished.map(|(_, card)| card.clone()).collect()
    }

    /// Every intent has its outcome, also that of a signing service that was killed meanwhile.
    pub fn check_audit(&self, what: &str) {
        let mut audit = self.house.centre.audit(&self.house.floor).unwrap();
        audit += &fs::read_to_string(self.house.pki.audit()).unwrap();
        let mut acts = BTreeMap::<String, (i32, Value)>::new();
        for line in audit.lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            let act = acts.entry(entry["id"].as_str().unwrap().to_owned());
            let step = if entry["phase"] == "intent" { 1 } else { -1 };
            act.or_insert((0, entry)).0 += step;
        }
        assert!(acts.len() > self.orders.len(), "{what}");
        acts.retain(|_, (open, _)| *open != 0);
        assert!(acts.is_empty(), "{what}: {acts:#?}");
    }
}

/// Whether the line says that an attempt came into a state; binding is an event of its own.
pub fn came_to(event: &Value, state: &str) -> bool {
    event["event"] == state || (event["event"] == "step" && event["state"] == state)
}

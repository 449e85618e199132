//! The line in the whole house, while programs are killed, cards are torn out and chips are wrong:
//! real daemon, real token, real programs. Whatever happens, every order gets one good card or none.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use e2e::house::{FloorPlan, House, HousePlan, LineEnd};
use e2e::privacy;
use hardware_sim::card::{delivery, maker::Blank};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A house, and what its lines have said in all their runs.
struct Journey {
    house: House,
    place: TempDir,
    orders: Vec<String>,
    runs: Vec<LineEnd>,
    /// Chips taken out of the box of blanks so far.
    used: usize,
}

impl Journey {
    fn begin(readers: usize, blanks: usize, line: &'static str) -> Self {
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
        Self {
            house,
            place,
            orders: Vec::new(),
            runs: Vec::new(),
            used: 0,
        }
    }

    fn order(&mut self) -> String {
        let order = self.house.order(self.orders.len() % 3).unwrap();
        self.orders.push(order.clone());
        order
    }

    /// Puts the next blank into a slot, in the place of what lies there.
    fn blank(&mut self, slot: usize) -> PathBuf {
        let chip = self.house.floor.blanks()[self.used].clone();
        self.used += 1;
        self.swap(slot, &chip);
        chip
    }

    fn swap(&self, slot: usize, chip: &Path) {
        self.house.floor.remove(slot).unwrap();
        self.house.floor.insert(slot, chip).unwrap();
    }

    /// Lets the line work until its end.
    fn run(&mut self) -> LineEnd {
        let end = self.house.line().unwrap().finish().unwrap();
        self.note(end)
    }

    fn note(&mut self, end: LineEnd) -> LineEnd {
        self.runs.push(end.clone());
        end
    }

    /// Blanks by place, as `blanks count` has them.
    fn stock(&self) -> BTreeMap<String, u64> {
        let ended = self.house.centre_says(&["blanks", "count"]).unwrap();
        assert_eq!(ended.status, Some(0), "{}", ended.errors);
        let line = |line: &str| {
            let (place, count) = line.split_once(' ').unwrap();
            (place.to_owned(), count.parse().unwrap())
        };
        ended.output.lines().map(line).collect()
    }

    fn stock_of(&self, place: &str) -> u64 {
        self.stock().get(place).copied().unwrap_or_default()
    }

    /// The state of the newest attempt at each order, with its number: order → (attempt, state).
    fn states(&self) -> BTreeMap<String, (u32, String)> {
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

    fn events(&self) -> impl Iterator<Item = &Value> {
        self.runs.iter().flat_map(|run| &run.events)
    }

    /// An inspector finds what lies in a slot genuine, by the MRZ that stands on the document.
    fn is_genuine(&self, slot: usize, number: &str, what: &str) {
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
    fn check(&self, what: &str) {
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
    fn cards_by_number(&self, what: &str) -> BTreeMap<String, String> {
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
    fn check_audit(&self, what: &str) {
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

fn is_step(event: &Value, state: &str) -> bool {
    event["event"] == "step" && event["state"] == state
}

/// Orders and blanks for so many readers; the line is killed after so many events, and started again.
fn killed_after(journey: &mut Journey, events: usize, readers: usize) {
    for slot in 0..readers {
        journey.order();
        journey.blank(slot);
    }
    let mut line = journey.house.line().unwrap();
    assert!(line.wait_for_events(events), "{events} events");
    let end = line.kill();
    journey.note(end);
    let end = journey.run();
    let what = format!("killed after {events}, {readers} readers");
    assert_eq!(end.status, Some(0), "{what}: {}", end.errors);
    assert_eq!(
        end.named("scrapped").len(),
        0,
        "{what}: the same card goes on"
    );
}

#[test]
fn the_line_is_killed_after_every_event() {
    let mut journey = Journey::begin(2, 24, "idle_seconds = 30\n");
    journey.order();
    journey.blank(0);
    let events = journey.run().events.len();
    // started, bound, six steps, document, finished.
    assert_eq!(events, 10);
    for kill_after in 1..events {
        killed_after(&mut journey, kill_after, 1);
    }
    // Two cards at once: anywhere between the first event and the last.
    for kill_after in [3, 6, 9, 12, 15] {
        killed_after(&mut journey, kill_after, 2);
    }
    assert_eq!(journey.stock_of("spoiled"), 0);
    journey.check("killed after every event");
}

#[test]
fn the_line_is_killed_in_the_middle_of_its_steps() {
    let mut journey = Journey::begin(1, 20, "idle_seconds = 30\n");
    let moments = [
        ("bound", [5, 30, 60]),
        ("signed", [5, 40, 90]),
        ("written", [0, 4, 15]),
        ("locked", [0, 20, 60]),
    ];
    for (state, delays) in moments {
        for delay in delays {
            journey.order();
            journey.blank(0);
            let mut line = journey.house.line().unwrap();
            let reached = |event: &Value| is_step(event, state) || event["event"] == state;
            line.wait_for(state, reached).unwrap();
            std::thread::sleep(Duration::from_millis(delay));
            let end = line.kill();
            journey.note(end);
            let end = journey.run();
            assert_eq!(end.status, Some(0), "{state} + {delay} ms: {}", end.errors);
        }
    }
    assert_eq!(
        journey.stock_of("spoiled"),
        0,
        "a killed program spoils no blank"
    );
    journey.check("killed between events");
}

#[test]
fn the_signing_service_is_killed_and_comes_back() {
    let mut journey = Journey::begin(2, 6, "idle_seconds = 60\n");
    // Away before it is asked: the line says so, waits, and goes on with the same card.
    for (round, state) in ["started", "bound", "lds_built"].into_iter().enumerate() {
        for slot in 0..2 {
            journey.order();
            journey.blank(slot);
        }
        if round == 0 {
            journey.house.pki.kill();
        }
        let mut line = journey.house.line().unwrap();
        line.wait_for(state, |event| {
            is_step(event, state) || event["event"] == state
        })
        .unwrap();
        if round == 0 {
            let waiting = line
                .wait_for("waiting", |event| event["event"] == "waiting")
                .unwrap();
            let why = waiting["why"].as_str().unwrap();
            assert!(why.contains("pki") && why.contains("tries again"), "{why}");
            std::thread::sleep(Duration::from_secs(2));
        } else {
            journey.house.pki.kill();
            std::thread::sleep(Duration::from_millis(300));
        }
        journey.house.pki.serve().unwrap();
        let end = line.finish().unwrap();
        assert_eq!(end.status, Some(0), "{state}: {}", end.errors);
        assert_eq!(
            end.named("scrapped").len(),
            0,
            "{state}: {:?}",
            end.named("scrapped")
        );
        journey.note(end);
    }
    assert_eq!(journey.stock_of("spoiled"), 0);
    journey.check("signing service killed");
}

/// Has the card torn out at an APDU of the line's, and waits until it is out.
fn tear_out(journey: &mut Journey, at_apdu: u64) -> (e2e::house::LineRun, PathBuf) {
    journey.order();
    let chip = journey.blank(0);
    let fault = json!({ "slot": 0, "fault": { "power_loss_after_apdu": at_apdu } });
    journey.house.floor.control(&fault).unwrap();
    let mut line = journey.house.line().unwrap();
    line.wait_for("bound", |event| event["event"] == "bound")
        .unwrap();
    let torn = || journey.house.floor.status(0).unwrap()["serial"].is_null();
    let mut tries = 0;
    while !torn() {
        tries += 1;
        assert!(tries < 6000, "the card was never torn out at {at_apdu}");
        std::thread::sleep(Duration::from_millis(10));
    }
    (line, chip)
}

/// APDUs of a good run, from insertion to the end.
fn apdus_of_a_good_run(journey: &mut Journey) -> u64 {
    journey.order();
    journey.blank(0);
    let apdus = || {
        journey.house.floor.status(0).unwrap()["apdus"]
            .as_u64()
            .unwrap()
    };
    let before = apdus();
    let end = journey.house.line().unwrap().finish().unwrap();
    let count = apdus() - before;
    assert_eq!(end.status, Some(0), "{}", end.errors);
    journey.note(end);
    count
}

#[test]
fn a_card_torn_out_and_put_back_is_finished() {
    let mut journey = Journey::begin(1, 8, "removal_grace_seconds = 60\nidle_seconds = 30\n");
    let apdus = apdus_of_a_good_run(&mut journey);
    for part in [4, 8, 12, 16, 18] {
        let (line, chip) = tear_out(&mut journey, apdus * part / 20);
        std::thread::sleep(Duration::from_millis(300));
        journey.house.floor.insert(0, &chip).unwrap();
        let end = line.finish().unwrap();
        assert_eq!(end.status, Some(0), "{}", end.errors);
        let document = end.named("document")[0];
        assert_eq!(
            document["attempt"], 1,
            "the same card, at {part}/20: {document}"
        );
        journey.note(end);
    }
    assert_eq!(journey.stock_of("spoiled"), 0);
    journey.check("torn out and put back");
}

#[test]
fn a_card_torn_out_for_good_is_scrapped_and_made_again() {
    let mut journey = Journey::begin(1, 10, "removal_grace_seconds = 1\nidle_seconds = 1\n");
    let apdus = apdus_of_a_good_run(&mut journey);
    for (round, part) in [4, 8, 11].into_iter().enumerate() {
        let (line, torn) = tear_out(&mut journey, apdus * part / 20);
        let end = line.finish().unwrap();
        assert_eq!(end.status, Some(1), "an order is left");
        let scrapped = end.named("scrapped")[0].clone();
        assert_eq!(scrapped["reason"], "chip_removed", "{scrapped}");
        assert_eq!(end.named("document").len(), 0);
        journey.note(end);
        assert_eq!(journey.stock_of("spoiled"), round as u64 + 1);
        // Back after all: it is no blank any more, and nothing that an inspector would take for a card.
        journey.swap(0, &torn);
        assert_eq!(
            journey.house.floor.status(0).unwrap()["life_cycle"],
            "personalising"
        );
        let end = journey.run();
        let refused = end.named("blank_refused");
        assert_eq!(refused.len(), 1, "{:?}", end.events);
        assert_eq!(refused[0]["reason"], "chip_life_cycle", "{}", refused[0]);
        assert_eq!((end.status, end.named("document").len()), (Some(1), 0));
        let trust = journey.house.pki.trust();
        let inspected = journey
            .house
            .inspect(0, ["--can", "123456"], &trust)
            .unwrap();
        assert_ne!(inspected.status, Some(0), "{}", inspected.output);

        journey.blank(0);
        let end = journey.run();
        assert_eq!(end.status, Some(0), "{}", end.errors);
        let document = end.named("document")[0].clone();
        assert_eq!(
            (&document["order"], &document["attempt"]),
            (&scrapped["order"], &json!(2))
        );
        assert_ne!(
            document["number"], scrapped["number"],
            "the number is void for ever"
        );
    }
    journey.check("torn out for good");
}

/// After the lock the card is finished, and nothing can take that back: it is counted as spoiled, its
/// number is void, and no second card is made until a person has seen the first one destroyed.
#[test]
fn a_card_that_is_lost_after_its_lock_is_made_again_only_when_a_person_says_so() {
    let mut journey = Journey::begin(1, 5, "removal_grace_seconds = 1\nidle_seconds = 1\n");
    let apdus = apdus_of_a_good_run(&mut journey);
    let (line, lost) = tear_out(&mut journey, apdus - 6);
    let end = line.finish().unwrap();
    let scrapped = end.named("scrapped")[0].clone();
    assert_eq!(
        (end.status, &scrapped["reason"]),
        (Some(1), &json!("chip_removed")),
        "{scrapped}"
    );
    let doubt = scrapped["on_hold"].as_str().unwrap();
    assert!(doubt.contains("destroy it"), "{scrapped}");
    assert!(end.errors.contains("1 remakes wait"), "{}", end.errors);
    journey.note(end);

    // A good blank lies there, and nobody has released the remake: nothing is made.
    journey.blank(0);
    let end = journey.run();
    assert_eq!((end.status, end.named("bound").len()), (Some(0), 0));

    // The lost card turns up. The line takes it neither for a blank nor for the next order's card.
    journey.order();
    journey.swap(0, &lost);
    let life_cycle = journey.house.floor.status(0).unwrap()["life_cycle"].clone();
    assert_eq!(life_cycle, "operational");
    let end = journey.run();
    let refused = end.named("blank_refused");
    assert_eq!(
        (end.status, &refused[0]["reason"]),
        (Some(1), &json!("chip_locked")),
        "{:?}",
        end.events
    );
    assert_eq!(journey.stock_of("spoiled"), 1);

    // It is destroyed, and a person says so.
    fs::remove_file(&lost).unwrap();
    let order = scrapped["order"].as_str().unwrap();
    let released = journey.house.centre_says(&["order", "release", order]);
    assert_eq!(released.unwrap().status, Some(0));
    for _ in 0..2 {
        journey.blank(0);
        let end = journey.run();
        assert_eq!(end.named("document").len(), 1, "{}", end.errors);
    }
    let document = journey.runs.iter().flat_map(|run| run.named("document"));
    let remade = document.filter(|document| document["order"] == scrapped["order"]);
    let remade: Vec<_> = remade.collect();
    assert_eq!(remade.len(), 1, "one document for the order");
    assert_eq!(remade[0]["attempt"], 2);
    assert_ne!(remade[0]["number"], scrapped["number"], "void for ever");
    assert_ne!(remade[0]["can"], Value::Null);
    assert_eq!(
        (journey.stock_of("document"), journey.stock_of("spoiled")),
        (3, 1)
    );
    journey.cards_by_number("lost after the lock");
    journey.check_audit("lost after the lock");
}

#[test]
fn the_reader_daemon_is_killed_and_comes_back() {
    let mut journey = Journey::begin(2, 8, "idle_seconds = 60\n");
    for (state, delay) in [("bound", 20), ("signed", 30), ("written", 0)] {
        for slot in 0..2 {
            journey.order();
            journey.blank(slot);
        }
        let mut line = journey.house.line().unwrap();
        line.wait_for(state, |event| {
            is_step(event, state) || event["event"] == state
        })
        .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        journey.house.floor.kill_daemon();
        std::thread::sleep(Duration::from_millis(800));
        journey.house.floor.restart_daemon().unwrap();
        let end = line.finish().unwrap();
        assert_eq!(end.status, Some(0), "{state}: {}", end.errors);
        assert_eq!(
            end.named("scrapped").len(),
            0,
            "{state}: {:?}",
            end.named("scrapped")
        );
        journey.note(end);
    }
    // Away from the start: it is said, and the line goes on when there is one.
    journey.house.floor.kill_daemon();
    let order = journey.order();
    let mut line = journey.house.line().unwrap();
    let waiting = line
        .wait_for("waiting", |event| event["event"] == "waiting")
        .unwrap();
    let why = waiting["why"].as_str().unwrap();
    assert!(why.contains("pcscd"), "{why}");
    journey.house.floor.restart_daemon().unwrap();
    journey.blank(0);
    let end = line.finish().unwrap();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    assert_eq!(end.named("document")[0]["order"], order.as_str());
    journey.note(end);
    assert_eq!(journey.stock_of("spoiled"), 0);
    journey.check("daemon killed");
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one wrong chip after another, told as a list"
)]
fn chips_that_are_wrong_are_refused_each_with_its_reason() {
    let mut journey = Journey::begin(1, 4, "idle_seconds = 1\n");
    journey.order();
    let finished = journey.blank(0);
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    let number = end.named("document")[0]["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = journey.stock();

    // A finished card among the blanks: refused, and still the document that it was.
    let order = journey.order();
    journey.swap(0, &finished);
    let end = journey.run();
    assert_eq!((end.status, end.named("bound").len()), (Some(1), 0));
    let refused = end.named("blank_refused");
    assert_eq!(refused.len(), 1, "{:?}", end.events);
    assert_eq!(refused[0]["reason"], "chip_locked");
    assert!(
        refused[0]["detail"]
            .as_str()
            .unwrap()
            .contains("take it out")
    );
    journey.is_genuine(0, &number, "a finished card");
    assert_eq!(journey.stock(), before, "no blank was touched");

    // A sound chip of the same maker that no delivery names.
    let stranger = journey.place.path().join("stranger.chip");
    let keys = hardware_sim_keys(&[0x11; 32], b"MSSTRANGER");
    Blank::new(*b"MSSTRANGER", keys).make(&stranger).unwrap();
    journey.swap(0, &stranger);
    let end = journey.run();
    let refused = end.named("blank_refused");
    assert_eq!(refused[0]["reason"], "chip_unknown", "{:?}", end.events);
    assert_eq!(refused[0]["chip"], "4D53535452414E474552");
    assert_eq!((end.status, end.named("bound").len()), (Some(1), 0));
    assert_eq!(
        journey.house.floor.status(0).unwrap()["life_cycle"],
        "blank"
    );
    assert_eq!(journey.stock(), before, "no blank was touched");

    // A chip with the serial of a blank and other keys: a copy, or a maker's mistake.
    let copied = journey.house.floor.blanks()[1].clone();
    let serial = hex_serial(&copied);
    let impostor = journey.place.path().join("impostor.chip");
    Blank::new(serial, hardware_sim_keys(&[0x66; 32], &serial))
        .make(&impostor)
        .unwrap();
    journey.swap(0, &impostor);
    let end = journey.run();
    let scrapped = end.named("scrapped")[0].clone();
    assert_eq!(scrapped["reason"], "chip_keys_unknown", "{:?}", end.events);
    assert_eq!((end.status, end.named("document").len()), (Some(1), 0));
    assert_eq!(
        journey.house.floor.status(0).unwrap()["life_cycle"],
        "blank",
        "nothing was written to it"
    );
    assert_eq!(journey.stock_of("spoiled"), 1);
    // The real chip of that serial is spoiled with it: nobody can say which of them was delivered.
    journey.swap(0, &copied);
    let end = journey.run();
    assert_eq!(
        end.named("blank_refused")[0]["reason"],
        "blank_not_available",
        "{:?}",
        end.events
    );
    assert_eq!((end.status, end.named("bound").len()), (Some(1), 0));

    journey.used = 2;
    journey.blank(0);
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    let document = end.named("document")[0];
    assert_eq!(
        (&document["order"], &document["attempt"]),
        (&json!(order), &json!(2))
    );
    journey.check("wrong chips");
}

fn hardware_sim_keys(batch: &[u8; 32], serial: &[u8; 10]) -> hardware_sim::card::scp03::KeySet {
    let batch = icao9303::crypto::cipher::AesKey::from_bytes(batch).unwrap();
    delivery::transport_keys(&batch, serial).unwrap()
}

fn hex_serial(chip: &Path) -> [u8; 10] {
    let name = chip.file_stem().unwrap().to_str().unwrap();
    std::array::from_fn(|byte| u8::from_str_radix(&name[2 * byte..2 * byte + 2], 16).unwrap())
}

#[test]
fn nothing_that_is_kept_in_the_clear_names_the_holder() {
    let mut journey = Journey::begin(1, 3, "removal_grace_seconds = 1\nidle_seconds = 1\n");
    // A failure on the way says more than a good run does.
    let apdus = apdus_of_a_good_run(&mut journey);
    let (line, _) = tear_out(&mut journey, apdus / 2);
    let end = line.finish().unwrap();
    journey.note(end);
    journey.blank(0);
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    let mut secrets: Vec<String> = journey
        .house
        .people
        .iter()
        .flat_map(privacy::secrets_of)
        .collect();
    let documents = journey
        .events()
        .filter(|event| event["event"] == "document");
    let cans: Vec<String> = documents
        .map(|event| event["can"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(cans.len(), 2);
    secrets.extend(cans.clone());
    let place = journey.place.path();
    let audit = journey.house.centre.audit(&journey.house.floor).unwrap();
    let mut kept = vec![("audit".to_owned(), audit)];
    kept.extend(
        journey
            .runs
            .iter()
            .map(|run| ("the line's errors".to_owned(), run.errors.clone())),
    );
    for file in [
        "pki/serve.log",
        "pki/audit.jsonl",
        "floor/chips.log",
        "floor/pcscd/pcscd.log",
    ] {
        kept.push((
            file.to_owned(),
            fs::read_to_string(place.join(file)).unwrap(),
        ));
    }
    // The databases are sealed: their bytes as text, as far as they are text.
    for folder in ["centre", "pki"] {
        for entry in fs::read_dir(place.join(folder)).unwrap().flatten() {
            let path = entry.path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.contains(".db") || name.contains(".sqlite") {
                kept.push((
                    name,
                    String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
                ));
            }
        }
    }
    assert!(kept.len() >= 8, "{}", kept.len());
    for (what, text) in &kept {
        assert_eq!(privacy::found_in(text, &secrets), [""; 0], "{what}");
    }
    // What is said to the machine beside the line has the access number: the search does find.
    let said = journey
        .events()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(
        privacy::found_in(&said, &secrets).len(),
        cans.iter().collect::<BTreeSet<_>>().len()
    );
}

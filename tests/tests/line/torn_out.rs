//! Cards are torn out: put back, lost for good, and lost after their lock.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use e2e::house::LineRun;
use serde_json::{Value, json};

use crate::line::journey::Journey;

/// How long a card that comes back is out: the daemon has then seen the empty reader.
const OUT: Duration = Duration::from_millis(300);

/// Has the card torn out at an APDU of the line's, and waits until it is out.
pub fn tear_out(journey: &mut Journey, at_apdu: u64) -> (LineRun, PathBuf) {
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
pub fn apdus_of_a_good_run(journey: &mut Journey) -> u64 {
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
        std::thread::sleep(OUT);
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
    assert!(
        end.errors.contains("1 orders wait for a person"),
        "{}",
        end.errors
    );
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

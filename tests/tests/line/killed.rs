//! Programs are killed and come back: the line, the signing service, the reader daemon.

use std::time::Duration;

use serde_json::Value;

use crate::line::journey::{Journey, came_to};

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
            line.wait_for(state, |event| came_to(event, state)).unwrap();
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
        line.wait_for(state, |event| came_to(event, state)).unwrap();
        if round == 0 {
            let waiting = line
                .wait_for("waiting", |event| event["event"] == "waiting")
                .unwrap();
            let why = waiting["why"].as_str().unwrap();
            assert!(why.contains("pki") && why.contains("tries again"), "{why}");
            // It does try again, and costs nothing but time.
            for _ in 0..2 {
                let taken_up = |event: &Value| event["event"] == "taken_up";
                line.wait_for("taken_up", taken_up).unwrap();
            }
        } else {
            journey.house.pki.kill();
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

#[test]
fn the_reader_daemon_is_killed_and_comes_back() {
    let mut journey = Journey::begin(2, 8, "idle_seconds = 60\n");
    for (state, delay) in [("bound", 20), ("signed", 30), ("written", 0)] {
        for slot in 0..2 {
            journey.order();
            journey.blank(slot);
        }
        let mut line = journey.house.line().unwrap();
        line.wait_for(state, |event| came_to(event, state)).unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        journey.house.floor.kill_daemon();
        line.wait_for("waiting", |event| event["event"] == "waiting")
            .unwrap();
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

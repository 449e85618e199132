//! One trouble a test, in the real process of a machine: what recovers by itself, and what a person is asked for.

use std::time::Duration;

use serde_json::{Value, json};

use super::hall::{Hall, asks_for};

/// A hall with two orders and a line that has begun, and has bound its first card.
fn begun(blanks: usize, fault: Option<&Value>) -> (Hall, e2e::house::LineRun) {
    let mut hall = Hall::begin(1, blanks);
    hall.order(2);
    if let Some(fault) = fault {
        hall.machines().fault(0, fault).unwrap();
    }
    let line = hall.line();
    (hall, line)
}

/// By itself: no card is lost, and nobody is asked.
fn recovers(what: &str, fault: &Value) {
    let (mut hall, line) = begun(3, Some(fault));
    let end = hall.finish(line, what);
    assert_eq!(end.named("scrapped").len(), 0, "{what}: {:#?}", end.events);
    let waiting = end.named("waiting");
    let power = |event: &&Value| asks_for(event, "check the power of SN-0");
    assert!(waiting.iter().all(power), "{what}: {waiting:?}");
    hall.check(what);
}

/// When a person has done what the line asked for.
fn is_helped(what: &str, fault: &Value, asked: &str, deeds: &[Value]) -> Hall {
    let (mut hall, mut line) = begun(4, Some(fault));
    line.wait_for(asked, |event| asks_for(event, asked))
        .unwrap();
    for deed in deeds {
        hall.machines().person(0, deed).unwrap();
    }
    let end = hall.finish(line, what);
    assert_eq!(end.named("scrapped").len(), 0, "{what}: {:#?}", end.events);
    hall.check(what);
    hall
}

#[test]
fn rollers_that_slip_are_asked_again() {
    recovers(
        "a slip to the printer",
        &json!({ "jam": { "at": "printer" } }),
    );
}

#[test]
fn a_wedged_card_is_freed_and_runs_on() {
    is_helped(
        "wedged",
        &json!({ "jam": { "at": "printer", "wedged": true } }),
        "open the door of SN-0, free the card at the",
        &[json!("open_door"), json!("free_jam"), json!("close_door")],
    );
}

#[test]
fn a_hopper_that_is_empty_is_filled() {
    let (mut hall, mut line) = begun(1, None);
    let asked = "fill the hopper of SN-0";
    line.wait_for(asked, |event| asks_for(event, asked))
        .unwrap();
    hall.fill(0, 2);
    let end = hall.finish(line, asked);
    assert_eq!(end.named("document").len(), 2);
    hall.check(asked);
}

#[test]
fn two_cards_drawn_at_once_go_to_the_reject_tray() {
    let (mut hall, line) = begun(5, Some(&json!("double_feed")));
    let end = hall.finish(line, "double feed");
    let refused = end.named("blank_refused");
    assert!(refused.iter().all(|event| event["reason"] == "double_feed"));
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(hall.machines().chips(0, "reject").len(), 2);
    hall.check("double feed");
}

#[test]
fn a_chip_that_is_silent_for_a_moment_is_asked_again() {
    recovers("misread", &json!({ "misread": { "times": 1 } }));
}

#[test]
fn an_open_door_is_to_be_closed() {
    let mut hall = Hall::begin(1, 3);
    hall.order(2);
    hall.machines().person(0, &json!("open_door")).unwrap();
    let mut line = hall.line();
    let asked = "close the door of SN-0";
    line.wait_for(asked, |event| asks_for(event, asked))
        .unwrap();
    hall.machines().person(0, &json!("close_door")).unwrap();
    hall.finish(line, asked);
    hall.check(asked);
}

#[test]
fn power_that_fails_at_a_step_comes_back_and_the_card_goes_on() {
    for (command, when) in [
        ("feed", "before"),
        ("feed", "after"),
        ("move", "after"),
        ("load_picture", "before"),
        ("print", "before"),
    ] {
        let fault = json!({ "power_loss": { "command": command, "when": when, "back_in": 2000 } });
        recovers(&format!("power lost {when} {command}"), &fault);
    }
}

#[test]
fn power_that_fails_while_it_prints_costs_the_card_and_the_order_is_made_again() {
    let fault = json!({ "power_loss": { "command": "print", "when": "after", "back_in": 2000 } });
    let (mut hall, line) = begun(4, Some(&fault));
    let end = hall.finish(line, "spoiled print");
    let scrapped = end.named("scrapped");
    assert_eq!(scrapped.len(), 1, "{:#?}", end.events);
    assert_eq!(scrapped[0]["reason"], "print_spoiled");
    assert_eq!(scrapped[0]["on_hold"], Value::Null, "the machine keeps it");
    assert_eq!(hall.machines().chips(0, "reject").len(), 1);
    hall.check("spoiled print");
}

#[test]
fn a_cable_in_another_port_is_the_same_machine() {
    let (mut hall, mut line) = begun(3, None);
    line.wait_for("bound", |event| event["event"] == "bound")
        .unwrap();
    hall.machines().order(0, &json!({ "plug": null })).unwrap();
    let asked = "put the cable of SN-0 in again";
    line.wait_for(asked, |event| asks_for(event, asked))
        .unwrap();
    hall.machines().order(0, &json!({ "plug": 1 })).unwrap();
    let end = hall.finish(line, asked);
    assert_eq!(end.named("scrapped").len(), 0, "{:#?}", end.events);
    hall.check(asked);
}

#[test]
fn a_daemon_that_starts_anew_and_numbers_readers_otherwise_costs_nothing() {
    let mut hall = Hall::begin(2, 3);
    hall.order(3);
    let mut line = hall.line();
    line.wait_for("bound", |event| event["event"] == "bound")
        .unwrap();
    let floor = &mut hall.journey.house.floor;
    floor.kill_daemon();
    std::thread::sleep(Duration::from_millis(300));
    floor.renumber_machines();
    floor.restart_daemon().unwrap();
    let end = hall.finish(line, "renumbered");
    assert_eq!(end.named("scrapped").len(), 0, "{:#?}", end.events);
    hall.check("renumbered");
}

/// The machines' process is killed in the middle of what they do, and comes back.
#[test]
fn machines_that_are_killed_come_back_with_their_cards() {
    let (mut hall, mut line) = begun(4, None);
    line.wait_for("read back", |event| event["state"] == "read_back")
        .unwrap();
    let machines = hall.journey.house.floor.machines_mut();
    machines.kill();
    std::thread::sleep(Duration::from_millis(500));
    machines.restart().unwrap();
    let end = hall.finish(line, "machines killed");
    for scrapped in end.named("scrapped") {
        assert_eq!(scrapped["reason"], "print_spoiled", "{scrapped}");
    }
    hall.check("machines killed");
}

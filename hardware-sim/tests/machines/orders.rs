//! The control socket: every order of docs/machine.md is understood, and does what it says.

use std::path::Path;

use ::wire::machine::{self as wire, FailureKind};
use wire::Position::{Exit, Printer, Station};

use super::caller::{Caller, card, failure};
use super::floor::{files, order, refused};
use super::{picture, with_machines};
use crate::readers::{context, reader};

/// Documented forms that leave the machine as it was, once faults are cleared.
const FAULTS: [&str; 14] = [
    r#"{"jam":{"at":"printer","wedged":true}}"#,
    r#"{"jam":{"at":"hopper"}}"#,
    r#""double_feed""#,
    r#""hopper_empty""#,
    r#"{"misread":{"times":3}}"#,
    r#"{"print":"blank"}"#,
    r#"{"print":"smear"}"#,
    r#"{"print":"wrong_side"}"#,
    r#"{"print":{"missing_colour":"cyan"}}"#,
    r#"{"print":{"shifted":{"x_mm":1.5,"y_mm":-0.5}}}"#,
    r#"{"power_loss":{"command":"print","when":"after","back_in":5000}}"#,
    r#"{"power_loss":{"when":"before"}}"#,
    r#"{"answer_lost":{"command":"get_status"}}"#,
    r#"{"slow":{"factor":3.0}}"#,
];

#[test]
fn a_person_helps_a_machine_out_of_everything() {
    let test = "orders::a_person_helps_a_machine_out_of_everything";
    with_machines(test, 1, 3, "time_factor = 20.0", helped);
}

fn helped(folder: &Path) {
    let order = |text: &str| order(folder, 0, text);
    for fault in FAULTS {
        order(&format!("\"fault\":{{\"what\":{fault}}}"));
    }
    order(r#""clear_faults":true"#);
    let error = refused(folder, 0, r#""person":"free_jam""#);
    assert_eq!(error, "the door is closed; open it first");

    let context = context();
    let name = reader(&context, "Machine 0");
    let mut machine = Caller::connect(&context, &name);
    wedged(&mut machine, &order);
    // The chip of the card in the station says nothing, as it would in a reader of chips.
    order(r#""chip_fault":{"what":"silent"}"#);

    machine.load(1, 1, wire::Face::Front, &picture(1));
    card(machine.bring(1, Printer));
    machine.wait_for(1, Printer);
    order(r#""fault":{"what":{"print":"smear"}}"#);
    card(machine.print(1, 1));
    let printed = machine.wait_for(1, Printer);
    assert_eq!(
        printed.print(),
        wire::PrintState::Printed,
        "it does not know"
    );
    card(machine.bring(1, Exit));
    machine.wait_until(|status| status.cards.is_empty());
    let smeared = std::fs::read(folder.join("machine-0/exit/00000001-front.png")).unwrap();
    assert_ne!(smeared, picture(1));

    order(r#""person":"empty_trays""#);
    assert!(files(folder, 0, "exit").is_empty());
    assert_eq!(files(folder, 0, "taken").len(), 3);
    taken_out(&mut machine, &order);
    order(r#""power":false"#);
    machine
        .ask(0, ::wire::machine::command::Act::Clear(wire::Clear {}))
        .unwrap_err();
    assert_eq!(order(r#""status":true"#)["power"], false);
    order(r#""power":true"#);
    assert_eq!(machine.status(0, 0).counters.unwrap().power_ons, 2);
    let delivery = folder.join("machine-0/taken");
    let filled = order(&format!("\"refill\":\"{}\"", delivery.display()));
    assert_eq!(filled["cards"], 1, "the card that was in the exit tray");
}

/// A wedged card: the machine asks for a person, and runs on when it was freed.
fn wedged(machine: &mut Caller, order: &impl Fn(&str) -> serde_json::Value) {
    order(r#""fault":{"what":{"jam":{"at":"station","wedged":true}}}"#);
    machine.feed(1);
    let jam = |status: &wire::Status| {
        let mut troubles = status.troubles.iter();
        troubles.any(|trouble| trouble.kind() == FailureKind::Jam)
    };
    machine.wait_until(jam);
    let refused = failure(machine.bring(1, Station));
    assert_eq!(
        (refused.kind(), refused.remedy()),
        (FailureKind::Jam, wire::Remedy::Person)
    );
    assert_eq!(refused.position(), Station);
    order(r#""person":"open_door""#);
    order(r#""person":"free_jam""#);
    let open = failure(machine.clear());
    assert_eq!(open.kind(), FailureKind::DoorOpen);
    order(r#""person":"change_ribbon""#);
    order(r#""person":"close_door""#);
    machine.clear();
    machine.wait_for(1, Station);
}

/// A card that somebody takes out: gone for the reader at once, written off when the machine looks.
fn taken_out(machine: &mut Caller, order: &impl Fn(&str) -> serde_json::Value) {
    card(machine.feed(2));
    machine.wait_for(2, Station);
    for deed in [
        r#""open_door""#,
        r#"{"take_out":"station"}"#,
        r#""close_door""#,
    ] {
        order(&format!("\"person\":{deed}"));
    }
    let missing = failure(machine.bring(2, Printer));
    assert_eq!(missing.kind(), FailureKind::CardMissing);
    machine.clear();
    let status = machine.status(0, 0);
    let counters = status.counters.unwrap();
    assert_eq!((counters.fed, counters.exited, counters.removed), (2, 1, 1));
    assert!(status.cards.is_empty());
}

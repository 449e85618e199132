//! Chips that are wrong: each is refused with its reason.

use std::path::Path;

use hardware_sim::card::{delivery, maker::Blank};
use serde_json::json;

use crate::line::journey::Journey;

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

//! Slots: faults, insertion and removal, and the time that link and chip would take.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::time::Duration;

use crate::bench::{Bench, hex, locked_card, seeded};
use hardware_sim::card::Card;
use hardware_sim::card::fault::Fault;
use hardware_sim::card::link::{BitRate, LinkModel};
use hardware_sim::card::slot::{Exchanged, Reply, Slot, Spent, WAITING_TIME};

const LIFE_CYCLE: &str = "80CA005A01";

fn fault(json: &str) -> Fault {
    serde_json::from_str(json).unwrap()
}

/// A blank chip in a slot, powered.
fn slot(link: Option<LinkModel>) -> (Slot, tempfile::TempDir) {
    let Bench { card, folder } = Bench::new(seeded(1));
    let mut slot = Slot::new(link);
    slot.insert(card).unwrap();
    slot.power_up().unwrap();
    (slot, folder)
}

fn send(slot: &mut Slot) -> Reply {
    slot.transmit(&hex(LIFE_CYCLE)).reply
}

fn response(text: &str) -> Reply {
    Reply::Response(hex(text))
}

#[test]
fn faults_happen_when_they_are_due_and_once() {
    let (mut slot, _folder) = slot(None);
    let good = || response("01 9000");
    slot.arm(fault(r#"{"at_apdu":2,"what":{"status":"6F00"}}"#));
    assert_eq!(send(&mut slot), good());
    assert_eq!(send(&mut slot), response("6F00"));
    assert_eq!(send(&mut slot), good());
    slot.arm(fault(r#"{"what":{"flip_bit":9}}"#));
    assert_eq!(send(&mut slot), response("01 D000"));
    slot.arm(fault(r#"{"what":{"truncate":2}}"#));
    assert_eq!(send(&mut slot), response("01"));
    slot.arm(fault(r#"{"what":{"append":2}}"#));
    assert_eq!(send(&mut slot), response("01 A5A5 9000"));
    slot.arm(fault(r#"{"what":"silent"}"#));
    let Exchanged { reply, delay } = slot.transmit(&hex(LIFE_CYCLE));
    assert_eq!((reply, delay), (Reply::Silent, WAITING_TIME));
    assert_eq!(send(&mut slot), good());
    slot.arm(fault(r#"{"what":"endless_chain"}"#));
    for _ in 0..3 {
        assert!(
            matches!(send(&mut slot), Reply::Response(bytes) if bytes.ends_with(&[0x61, 0x00]))
        );
    }
    slot.disarm();
    assert_eq!(send(&mut slot), good());
    assert!(serde_json::from_str::<Fault>(r#"{"what":"unheard_of"}"#).is_err());
    assert!(serde_json::from_str::<Fault>(r#"{"at":1}"#).is_err());
}

#[test]
fn a_torn_chip_is_gone_and_a_flicker_is_not() {
    let (mut slot, _folder) = slot(None);
    let before = slot.presence();
    slot.arm(fault(r#"{"power_loss_after_apdu":1,"returns":true}"#));
    assert_eq!(send(&mut slot), Reply::Silent);
    // No power, no answer, until a reset.
    assert_eq!(send(&mut slot), Reply::Silent);
    assert!(slot.is_occupied() && slot.presence() == before);
    slot.power_up().unwrap();
    assert_eq!(send(&mut slot), response("01 9000"));
    slot.arm(fault(r#"{"at_apdu":1,"what":"power_loss_before"}"#));
    assert_eq!(send(&mut slot), Reply::NoCard);
    assert!(!slot.is_occupied() && slot.presence() > before);
    assert_eq!(send(&mut slot), Reply::NoCard);
    assert!(slot.power_up().is_none() && slot.remove().is_none());
}

#[test]
fn a_chip_is_in_one_place_at_a_time() {
    let Bench { card, folder } = Bench::new(seeded(1));
    assert!(Card::open(&folder.path().join("chip"), seeded(2)).is_err());
    let mut slot = Slot::new(None);
    slot.insert(card).unwrap();
    let other = Bench::new(seeded(3));
    assert!(slot.insert(other.card).is_err());
    drop(slot.remove());
    assert!(Card::open(&folder.path().join("chip"), seeded(2)).is_ok());
    std::fs::write(folder.path().join("other"), [0; 6_400]).unwrap();
    let error = Card::open(&folder.path().join("other"), seeded(2)).unwrap_err();
    assert!(error.to_string().contains("card new"), "{error}");
    std::fs::write(folder.path().join("short"), [0; 64]).unwrap();
    assert!(Card::open(&folder.path().join("short"), seeded(2)).is_err());
}

#[test]
fn a_chip_that_lies_about_lengths() {
    let Bench {
        card,
        folder: _folder,
    } = locked_card();
    let mut slot = Slot::new(None);
    slot.insert(card).unwrap();
    slot.power_up().unwrap();
    slot.arm(fault(r#"{"what":"lie_length"}"#));
    let mut read = |command: &str| match slot.transmit(&hex(command)).reply {
        Reply::Response(bytes) => ::hex::encode_upper(bytes),
        other => panic!("{other:?}"),
    };
    assert_eq!(read("00B09C00 08"), "31847FFFFFFF04009000");
    assert_eq!(read("00B09C04 04"), "FFFF04009000");
    assert_eq!(read("00B09C16 01"), "6B00");
    slot.arm(fault(r#"{"what":"lie_endless"}"#));
    let mut read = |command: &str| match slot.transmit(&hex(command)).reply {
        Reply::Response(bytes) => ::hex::encode_upper(bytes),
        other => panic!("{other:?}"),
    };
    assert_eq!(read("00B09C15 03"), "0D5A5A9000");
    assert_eq!(read("00B07FFF 02"), "5A5A9000");
}

#[test]
fn time_on_the_air_and_in_the_chip() {
    let link = LinkModel {
        bit_rate: BitRate::K848,
        page_write_micros: 2_000,
        key_generation_millis: 150,
    };
    let (mut slot, _folder) = slot(Some(link));
    let command = hex(LIFE_CYCLE);
    assert_eq!(slot.transmit(&command).delay, link.wire_time(5, 3));
    // INITIALIZE UPDATE writes one page: the counter.
    let begin = hex("80503000 08 0102030405060708 00");
    let expected = link.wire_time(begin.len(), 34) + Duration::from_millis(2);
    assert_eq!(slot.transmit(&begin).delay, expected);
    let [blank, others @ ..] = slot.status().spent;
    assert_eq!(blank.wire + blank.chip, link.wire_time(5, 3) + expected);
    assert_eq!(blank.chip, Duration::from_millis(2));
    assert_eq!(others, [Spent::default(); 3]);
    // Faster links, larger pieces: at 848 kbit/s a kilobyte takes about 13 ms.
    let kilobyte = link.wire_time(1_024, 2);
    assert!((12..15).contains(&kilobyte.as_millis()), "{kilobyte:?}");
}

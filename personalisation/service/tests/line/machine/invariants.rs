//! What must hold whenever a machine's line stands still, whatever happened before.

use std::collections::BTreeMap;

use evidence::entry::{Entry, Phase};
use hardware_sim::card::life_cycle::LifeCycle;
use personalisation_core::{attempt::AttemptState, blank::BlankState, chip_serial::ChipSerial};

use crate::line::{bench::Bench, hall::Hall};

/// Checks everything: `halls` are all machines.
pub fn check(bench: &Bench, halls: &[&Hall], what: &str) {
    let mut places = BTreeMap::new();
    for hall in halls {
        assert!(hall.adds_up(), "{what}: a machine has lost a card");
        hall.outside(|hall| {
            for (place, serial, life_cycle) in hall.chips() {
                let known = places.insert(ChipSerial::from_bytes(serial), (place, life_cycle));
                assert_eq!(known, None, "{what}: a chip in two places");
            }
        });
    }
    documents_are_in_the_exit_tray_and_nothing_else_is(bench, &places, what);
    numbers_are_used_once(bench, what);
    every_intent_has_its_outcome(bench, what);
}

fn documents_are_in_the_exit_tray_and_nothing_else_is(
    bench: &Bench,
    places: &BTreeMap<ChipSerial, (&str, LifeCycle)>,
    what: &str,
) {
    let mut documents = Vec::new();
    for head in bench.runtime.block_on(bench.store.orders()).unwrap() {
        let attempts = bench.runtime.block_on(bench.store.attempts(head.id));
        let mut made = 0;
        for attempt in attempts.unwrap() {
            let state = attempt.state();
            let idle = attempt.binding().is_none() || state.is_final();
            assert!(idle, "{what}: {state:?} is under way");
            if state.is_document() {
                assert!(matches!(state, AttemptState::QualityPassed(_)), "{what}");
                documents.push(attempt.binding().unwrap().chip);
                made += 1;
            }
        }
        assert!(made <= 1, "{what}: two documents for one order");
    }
    for (chip, (place, life_cycle)) in places {
        let is_document = documents.contains(chip);
        let in_tray = matches!(*place, "exit");
        assert_eq!(is_document, in_tray, "{what}: {chip} in {place}");
        let blank = bench.runtime.block_on(bench.store.blank_by_chip(*chip));
        let blank = blank.unwrap().unwrap();
        assert_eq!(blank.state == BlankState::Document, is_document, "{what}");
        assert_ne!(blank.state, BlankState::Line, "{what}: {chip} in {place}");
        if is_document {
            assert_eq!(*life_cycle, LifeCycle::Operational, "{what}");
        }
        if blank.state == BlankState::Vault {
            assert_eq!(*life_cycle, LifeCycle::Blank, "{what}: {chip} in {place}");
        }
    }
    for chip in documents {
        assert!(places.contains_key(&chip), "{what}: {chip} is nowhere");
    }
}

fn numbers_are_used_once(bench: &Bench, what: &str) {
    let numbers = bench.runtime.block_on(bench.store.numbers()).unwrap();
    for (number, state) in &numbers {
        assert_ne!(state, "allocated", "{what}: {number} is produced or void");
    }
}

fn every_intent_has_its_outcome(bench: &Bench, what: &str) {
    let mut lines = Vec::new();
    let export = bench.store.export_audit(&mut lines);
    bench.runtime.block_on(export).unwrap();
    let text = String::from_utf8(lines).unwrap();
    assert!(!text.contains("MUELLER"), "{what}: personal data");
    let mut open = BTreeMap::new();
    for entry in text.lines().map(|line| Entry::parse(line).unwrap()) {
        let step = if entry.phase == Phase::Intent { 1 } else { -1 };
        let act = open.entry(entry.id.clone()).or_insert((0, entry));
        act.0 += step;
    }
    open.retain(|_, (count, _)| *count != 0);
    assert!(open.is_empty(), "{what}: {open:#?}");
}

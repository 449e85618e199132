//! What must hold whenever the line stands still, whatever happened before.

use std::collections::{BTreeMap, BTreeSet};

use evidence::entry::{Entry, Phase};
use hardware_sim::card::life_cycle::LifeCycle;
use personalisation_core::{attempt::AttemptState, blank::BlankState};

use crate::line::{bench::Bench, tray::life_cycle};

/// Checks everything.
pub fn check(bench: &Bench, what: &str) {
    stock_adds_up(bench, what);
    bench
        .tray
        .outside(|| every_document_is_a_finished_chip_and_no_order_has_two(bench, what));
    numbers_are_used_once(bench, what);
    every_intent_has_its_outcome(bench, what);
}

fn stock_adds_up(bench: &Bench, what: &str) {
    let stock = bench.runtime.block_on(bench.store.stock()).unwrap();
    let line = stock.iter().find(|(state, _)| *state == BlankState::Line);
    assert_eq!(line, None, "{what}: no blank is left on the line");
    let findings = bench.runtime.block_on(bench.store.check_stock()).unwrap();
    assert_eq!(findings, [], "{what}: the books of the stock");
}

fn every_document_is_a_finished_chip_and_no_order_has_two(bench: &Bench, what: &str) {
    let mut documents = BTreeMap::new();
    let mut orders = BTreeMap::new();
    for head in bench.runtime.block_on(bench.store.orders()).unwrap() {
        for attempt in bench
            .runtime
            .block_on(bench.store.attempts(head.id))
            .unwrap()
        {
            if let Some(binding) = attempt.binding() {
                orders.insert(binding.chip, head.id);
            }
            let done = matches!(attempt.state(), AttemptState::ReadBack(_));
            assert!(
                done || attempt.state().is_final() || attempt.binding().is_none(),
                "{what}"
            );
            if done {
                let chip = attempt.binding().unwrap().chip;
                assert_eq!(
                    documents.insert(head.id, chip),
                    None,
                    "{what}: two for one order"
                );
            }
        }
    }
    let mut working = BTreeSet::new();
    for chip in &bench.chips {
        let serial = serial(chip);
        if life_cycle(chip) == LifeCycle::Operational
            && let Some(order) = orders.get(&serial)
        {
            assert!(
                working.insert(*order),
                "{what}: two working cards for one order"
            );
        }
        let blank = bench
            .runtime
            .block_on(bench.store.blank_by_chip(serial))
            .unwrap();
        let is_document = documents.values().any(|chip| *chip == serial);
        let found = life_cycle(chip);
        if let Some(blank) = blank {
            let called_document = blank.state == BlankState::Document;
            assert_eq!(called_document, is_document, "{what}: {blank:?}");
            let untouched = matches!(blank.state, BlankState::Vault);
            assert!(
                !untouched || found == LifeCycle::Blank,
                "{what}: {blank:?} {found:?}"
            );
        }
        assert!(
            !is_document || found == LifeCycle::Operational,
            "{what}: {found:?}"
        );
    }
}

fn numbers_are_used_once(bench: &Bench, what: &str) {
    let numbers = bench.runtime.block_on(bench.store.numbers()).unwrap();
    let mut produced = 0;
    for (_, state) in &numbers {
        assert_ne!(
            state, "allocated",
            "{what}: every number is produced or void"
        );
        produced += usize::from(state == "produced");
    }
    let stock = bench.runtime.block_on(bench.store.stock()).unwrap();
    let documents = stock
        .iter()
        .find(|(state, _)| *state == BlankState::Document);
    assert_eq!(
        produced as u64,
        documents.map_or(0, |(_, count)| *count),
        "{what}"
    );
}

fn every_intent_has_its_outcome(bench: &Bench, what: &str) {
    let mut lines = Vec::new();
    bench
        .runtime
        .block_on(bench.store.export_audit(&mut lines))
        .unwrap();
    let text = String::from_utf8(lines).unwrap();
    assert!(
        !text.contains("MUELLER") && !text.contains("19900101"),
        "{what}: personal data"
    );
    let mut open = BTreeMap::new();
    for entry in text.lines().map(|line| Entry::parse(line).unwrap()) {
        let count: &mut i32 = open.entry(entry.id).or_default();
        *count += if entry.phase == Phase::Intent { 1 } else { -1 };
    }
    assert!(
        open.values().all(|count| *count == 0),
        "{what}: an act without intent or outcome"
    );
}

fn serial(chip: &std::path::Path) -> personalisation_core::chip_serial::ChipSerial {
    use rand::{SeedableRng as _, rngs::StdRng};
    let rng = Box::new(StdRng::seed_from_u64(0));
    let card = hardware_sim::card::Card::open(chip, rng).unwrap();
    personalisation_core::chip_serial::ChipSerial::from_bytes(card.serial())
}

//! Machines that do not come back: a person gives up what lies in one, and its blanks are missing.

use dossier::staff::Role;
use evidence::entry::Act;
use personalisation_core::{attempt::ScrapReason, blank::BlankState, remake::Doubt};
use personalisation_store::{
    StoreError,
    line::{LostCard, MachineLoss, MachineSeen, Stranded},
};
use time::Duration;

use crate::{
    Bench, Engine, MINUTE, NOW, chip, lease,
    machine::card,
    on_each_engine,
    stock::people::{balance, check, somebody},
};

/// Three cards in SN-1: one bound, one that was read back, one that was given up in the printer; and one in SN-2.
async fn floor(engine: Engine) -> Bench {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3, 4].map(chip)).await;
    for name in ["ONE", "TWO", "THREE", "FOUR"] {
        bench.order(name, NOW).await;
    }
    let mine = lease("machine", 1);
    let spoiled = bench.read_back_in(1, card("SN-1", 1)).await;
    bench
        .scrap(&mine, &spoiled, ScrapReason::PrintSpoiled)
        .await;
    bench.read_back_in(2, card("SN-1", 2)).await;
    let bound = bench.bound_in(3, card("SN-1", 3)).await;
    bench.bound_in(4, card("SN-2", 1)).await;
    let act = Act::new(
        [5; 16],
        "line",
        "key-chip",
        format!("attempt {}", bound.id()),
    );
    bench.store.audit(&[act.intent(NOW)]).await.unwrap();
    bench
}

async fn audit(bench: &Bench) -> String {
    let mut lines = Vec::new();
    bench.store.export_audit(&mut lines).await.unwrap();
    String::from_utf8(lines).unwrap()
}

async fn what_lies_in_a_lost_machine_is_missing_and_its_orders_are_made_again(engine: Engine) {
    let mut bench = floor(engine).await;
    let operator = somebody(&mut bench, Role::Operator).await;
    bench.set_clock(NOW + Duration::minutes(2));
    let machine = card("SN-1", 1).machine;
    let act = Act::new([6; 16], "somebody", "give-machine-up", "machine SN-1");
    bench.store.audit(&[act.intent(NOW)]).await.unwrap();
    let entries = |lost: &[LostCard]| vec![act.outcome(NOW, format!("{} cards", lost.len()))];
    let lost = bench
        .store
        .lose_machine(machine, (operator, MINUTE), entries, NOW);
    let MachineLoss::Lost(lost) = lost.await.unwrap() else {
        panic!("nobody works there")
    };
    let told: Vec<_> = lost
        .iter()
        .map(|card| (card.given_up, card.doubt))
        .collect();
    let expected = [
        (false, Some(Doubt::CardMayWork)),
        (true, Some(Doubt::CardMayWork)),
        (true, None),
    ];
    assert_eq!(told, expected);
    for byte in [1, 2, 3] {
        let blank = bench.store.blank_by_chip(chip(byte)).await.unwrap();
        assert_eq!(blank.unwrap().state, BlankState::Missing, "{byte}");
    }
    assert_eq!(balance(&bench, "missing").await, 3);
    check(&bench).await;
    // The fourth, in another machine, is as it was.
    assert_eq!(bench.store.attempts_inside(machine).await.unwrap(), []);
    let other = card("SN-2", 1).machine;
    assert_eq!(bench.store.attempts_inside(other).await.unwrap().len(), 1);
    // What was bound only is made again; what reads as genuine waits until it is found, and so does its forerunner in the printer.
    let length = bench.store.queue_length().await.unwrap();
    assert_eq!((length.queued, length.under_way), (1, 1));
    let numbers = bench.store.numbers().await.unwrap();
    let void = numbers.iter().filter(|(_, state)| state == "void").count();
    assert_eq!(void, 3);
    let text = audit(&bench).await;
    assert!(text.contains("lost with its machine"), "{text}");
    assert!(!text.contains("interrupted"), "{text}");
    assert!(text.contains("3 cards"), "{text}");
    // Once more: nothing is there any more.
    let entries = |_: &[LostCard]| Vec::new();
    let again = bench
        .store
        .lose_machine(machine, (operator, MINUTE), entries, NOW);
    assert_eq!(again.await.unwrap(), MachineLoss::Lost(Vec::new()));
}

async fn a_machine_is_not_given_up_while_somebody_works_there_nor_by_anybody(engine: Engine) {
    let mut bench = floor(engine).await;
    let (operator, officer) = (
        somebody(&mut bench, Role::Operator).await,
        somebody(&mut bench, Role::Auditor).await,
    );
    let machine = card("SN-1", 1).machine;
    let entries = |_: &[LostCard]| Vec::new();
    let lost = bench
        .store
        .lose_machine(machine, (operator, MINUTE), entries, NOW);
    let holder = "machine".to_owned();
    assert_eq!(lost.await.unwrap(), MachineLoss::Worked { holder });
    bench.set_clock(NOW + Duration::minutes(2));
    let lost = bench
        .store
        .lose_machine(machine, (officer, MINUTE), entries, NOW);
    let refused = lost.await.unwrap_err();
    assert!(
        matches!(refused, StoreError::NotPermitted { .. }),
        "{refused}"
    );
    assert_eq!(bench.store.attempts_inside(machine).await.unwrap().len(), 3);
}

/// A worker that gave its last attempt back is there for a lease longer; and so is one that speaks of its machine without a lease.
async fn a_machine_is_not_given_up_while_its_line_speaks_of_it(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let bound = bench.bound_in(1, card("SN-1", 1)).await;
    let operator = somebody(&mut bench, Role::Operator).await;
    let machine = card("SN-1", 1).machine;
    let entries = |_: &[LostCard]| Vec::new();
    let mine = lease("machine", 1);
    bench.store.release(bound.id(), &mine).await.unwrap();
    let lost = bench
        .store
        .lose_machine(machine, (operator, MINUTE), entries, NOW);
    let holder = "a worker".to_owned();
    assert_eq!(lost.await.unwrap(), MachineLoss::Worked { holder });
    bench.set_clock(NOW + Duration::minutes(2));
    let seen = MachineSeen {
        serial: "SN-1".to_owned(),
        line: "line-1".to_owned(),
        task: None,
        cards: 1,
        seen_at: NOW + Duration::minutes(2),
    };
    bench.store.machine_seen(&seen).await.unwrap();
    let soon = seen.seen_at + Duration::seconds(59);
    let lost = bench
        .store
        .lose_machine(machine, (operator, MINUTE), entries, soon);
    let holder = "line-1".to_owned();
    assert_eq!(lost.await.unwrap(), MachineLoss::Worked { holder });
    assert_eq!(bench.store.attempts_inside(machine).await.unwrap(), [bound]);
    let later = seen.seen_at + Duration::minutes(1);
    let lost = bench
        .store
        .lose_machine(machine, (operator, MINUTE), entries, later);
    let MachineLoss::Lost(lost) = lost.await.unwrap() else {
        panic!("its line is silent")
    };
    assert_eq!(lost.len(), 1);
}

async fn a_machine_with_cards_that_no_line_has_is_found_and_no_other(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2), chip(3)]).await;
    for name in ["ONE", "TWO", "THREE"] {
        bench.order(name, NOW).await;
    }
    bench.bound_in(1, card("SN-1", 1)).await;
    bench.read_back_in(2, card("SN-1", 2)).await;
    let seen = |serial: &str, seen_at| MachineSeen {
        serial: serial.to_owned(),
        line: "line-1".to_owned(),
        task: None,
        cards: 0,
        seen_at,
    };
    // One that is empty is nobody's matter.
    for serial in ["SN-1", "SN-9"] {
        bench.store.machine_seen(&seen(serial, NOW)).await.unwrap();
    }
    assert_eq!(bench.store.stranded(NOW).await.unwrap(), [], "a lease runs");
    bench.set_clock(NOW + Duration::minutes(2));
    let before = NOW - Duration::SECOND;
    assert_eq!(bench.store.stranded(before).await.unwrap(), [], "just seen");
    let one = Stranded {
        machine: card("SN-1", 1).machine,
        line: Some("line-1".to_owned()),
        cards: 2,
    };
    let found = bench.store.stranded(NOW).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&one));
    // Of another one nobody ever said that it is there; and another worker is at it now.
    bench.bound_in(3, card("SN-2", 1)).await;
    let found = bench.store.stranded(NOW).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&one));
    bench.set_clock(NOW + Duration::minutes(4));
    let other = Stranded {
        machine: card("SN-2", 1).machine,
        line: None,
        cards: 1,
    };
    assert_eq!(bench.store.stranded(NOW).await.unwrap(), [one, other]);
}

on_each_engine! {
    a_machine_with_cards_that_no_line_has_is_found_and_no_other,
    what_lies_in_a_lost_machine_is_missing_and_its_orders_are_made_again,
    a_machine_is_not_given_up_while_somebody_works_there_nor_by_anybody,
    a_machine_is_not_given_up_while_its_line_speaks_of_it,
}

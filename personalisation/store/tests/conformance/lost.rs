//! Machines that do not come back: a person gives up what lies in one, and its blanks are missing.

use dossier::staff::Role;
use evidence::entry::Act;
use personalisation_core::{attempt::ScrapReason, blank::BlankState, remake::Doubt};
use personalisation_store::{
    StoreError,
    line::{LostCard, MachineLoss},
};
use time::Duration;

use crate::{
    Bench, Engine, NOW, chip, lease,
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
    let lost = bench.store.lose_machine(machine, operator, entries, NOW);
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
    assert!(text.contains("lost with its machine") || text.contains("interrupted"));
    assert!(text.contains("3 cards"), "{text}");
    // Once more: nothing is there any more.
    let entries = |_: &[LostCard]| Vec::new();
    let again = bench.store.lose_machine(machine, operator, entries, NOW);
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
    let lost = bench.store.lose_machine(machine, operator, entries, NOW);
    let holder = "machine".to_owned();
    assert_eq!(lost.await.unwrap(), MachineLoss::Worked { holder });
    bench.set_clock(NOW + Duration::minutes(2));
    let lost = bench.store.lose_machine(machine, officer, entries, NOW);
    let refused = lost.await.unwrap_err();
    assert!(
        matches!(refused, StoreError::NotPermitted { .. }),
        "{refused}"
    );
    assert_eq!(bench.store.attempts_inside(machine).await.unwrap().len(), 3);
}

on_each_engine! {
    what_lies_in_a_lost_machine_is_missing_and_its_orders_are_made_again,
    a_machine_is_not_given_up_while_somebody_works_there_nor_by_anybody,
}

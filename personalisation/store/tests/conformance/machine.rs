//! Cards in machines: their attempts go on to be printed, and are found again by machine.

use personalisation_core::{
    attempt::{Attempt, ScrapReason},
    blank::BlankState,
    document_number::DocumentNumber,
    ids::BatchId,
    machine::{CardHandle, LeftTo, MachineCard},
};
use personalisation_store::line::{Bind, Bound, TakenUp};
use time::Duration;

use crate::{Bench, Engine, NOW, STEPS, chip, lease, on_each_engine};

pub fn card(machine: &str, handle: u64) -> MachineCard {
    MachineCard {
        machine: machine.parse().unwrap(),
        handle: CardHandle::new(handle).unwrap(),
    }
}

impl Bench {
    /// An attempt that has a blank, in that machine.
    pub async fn bound_in(&mut self, byte: u8, card: MachineCard) -> Attempt {
        let numbers = [DocumentNumber::generate(&mut self.rng)];
        let mine = lease("machine", 1);
        let bind = Bind {
            chip: chip(byte),
            card: Some(card),
            numbers: &numbers,
            lease: &mine,
            batch: BatchId::from_bytes([byte; 16]),
            templates: crate::templates(),
            handed_out_only: false,
        };
        let bound = self.store.bind_next(&bind, |_| vec![], NOW).await.unwrap();
        let Bound::Attempt(attempt) = bound else {
            panic!("{bound:?}")
        };
        attempt
    }

    /// An attempt whose chip is finished, in that machine.
    pub async fn read_back_in(&mut self, byte: u8, card: MachineCard) -> Attempt {
        let (mut attempt, mine) = (self.bound_in(byte, card).await, lease("machine", 1));
        for step in STEPS {
            let to = step(attempt.clone());
            attempt = self.go(&mine, &attempt, to).await.unwrap();
        }
        attempt
    }
}

async fn a_card_in_a_machine_is_a_document_only_when_it_left_by_the_exit(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let inside = card("SN-1", 7);
    let mine = lease("machine", 1);
    let read = bench.read_back_in(1, inside).await;
    assert_eq!(read.binding().unwrap().card, Some(inside));
    assert_eq!(bench.store.queue_length().await.unwrap().under_way, 1);
    assert_eq!(
        bench.store.attempts_inside(inside.machine).await.unwrap(),
        std::slice::from_ref(&read)
    );
    let blank = bench.store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    assert_eq!(blank.state, BlankState::Line);

    let printed = bench.go(&mine, &read, read.clone().print().unwrap()).await;
    let printed = printed.unwrap();
    let passed = printed.clone().pass_quality().unwrap();
    let passed = bench.go(&mine, &printed, passed).await.unwrap();
    assert_eq!(
        bench.store.attempt(passed.id()).await.unwrap(),
        Some(passed)
    );
    let blank = bench.store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    assert_eq!(blank.state, BlankState::Document);
    assert_eq!(bench.store.numbers().await.unwrap()[0].1, "produced");
    assert_eq!(bench.store.queue_length().await.unwrap().under_way, 0);
    let inside = bench.store.attempts_inside(inside.machine).await.unwrap();
    assert_eq!(inside, []);
}

async fn what_a_machine_has_yet_to_print_is_taken_up_in_machines_only(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let read = bench.read_back_in(1, card("SN-1", 7)).await;
    let mine = lease("machine", 2);
    let in_reader = bench
        .store
        .take_up((chip(1), None), &mine, "?", |_| vec![], NOW)
        .await;
    let refused = TakenUp::InMachine {
        attempt: read.id(),
        machine: card("SN-1", 7).machine,
    };
    assert_eq!(in_reader.unwrap(), refused);
    // In another machine, by a person's hands: it lies there from now on.
    let there = card("SN-2", 3);
    let taken = bench
        .store
        .take_up((chip(1), Some(there)), &mine, "?", |_| vec![], NOW)
        .await;
    let Ok(TakenUp::Attempt(moved, 1)) = taken else {
        panic!("{taken:?}")
    };
    assert_eq!(moved.binding().unwrap().card, Some(there));
    assert_eq!(moved.id(), read.id());
    let first = card("SN-1", 7).machine;
    assert_eq!(bench.store.attempts_inside(first).await.unwrap(), []);
    let second = bench.store.attempts_inside(there.machine).await.unwrap();
    assert_eq!(second, [moved]);
}

async fn a_scrapped_card_stays_inside_until_it_left(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let inside = card("SN-1", 7);
    let read = bench.read_back_in(1, inside).await;
    let id = read.id();
    let left = bench.store.card_left(id, LeftTo::Reject, "gone", NOW).await;
    assert!(left.is_err(), "not while it may become a document");
    let mine = lease("machine", 1);
    let scrapped = bench.scrap(&mine, &read, ScrapReason::PrintSpoiled).await;
    let found = bench.store.attempts_inside(inside.machine).await.unwrap();
    assert_eq!(found, [scrapped]);
    // It reads as genuine: another one is made once this one is where it is destroyed.
    assert_eq!(bench.store.queue_length().await.unwrap().queued, 0);
    for _ in 0..2 {
        bench
            .store
            .card_left(id, LeftTo::Reject, "in the reject tray", NOW)
            .await
            .unwrap();
    }
    let found = bench.store.attempts_inside(inside.machine).await.unwrap();
    assert_eq!(found, []);
    assert_eq!(bench.store.queue_length().await.unwrap().queued, 1);
}

async fn a_scrapped_card_in_somebodys_hands_is_not_made_again_by_itself(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let read = bench.read_back_in(1, card("SN-1", 7)).await;
    let mine = lease("machine", 1);
    bench
        .scrap(&mine, &read, ScrapReason::ExitInspectionFailed)
        .await;
    for (to, outcome) in [
        (LeftTo::Removed, "by hand"),
        (LeftTo::Reject, "as others say"),
    ] {
        let left = bench.store.card_left(read.id(), to, outcome, NOW);
        left.await.unwrap();
        assert_eq!(bench.store.queue_length().await.unwrap().queued, 0);
    }
    let attempts = bench.store.attempts(read.id().order).await.unwrap();
    assert_eq!(
        attempts[1].state().name(),
        "on_hold",
        "a person releases it"
    );
}

/// In a plain reader it would end as a document that nobody printed.
async fn what_was_begun_in_a_machine_goes_on_in_machines_only(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let there = card("SN-1", 7);
    let bound = bench.bound_in(1, there).await;
    let mine = lease("machine", 2);
    for at in [None, Some(there)] {
        let taken = bench
            .store
            .take_up((chip(1), at), &mine, "?", |_| vec![], NOW)
            .await
            .unwrap();
        let expected = match at {
            None => TakenUp::InMachine {
                attempt: bound.id(),
                machine: there.machine,
            },
            Some(_) => TakenUp::Attempt(bound.clone(), 2),
        };
        assert_eq!(taken, expected);
    }
}

/// Its order is on hold: the machine puts its card out of the way, from where it comes back into any machine.
async fn the_card_of_an_order_on_hold_leaves_by_the_tray_of_bad_cards_and_comes_back(
    engine: Engine,
) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let inside = card("SN-1", 7);
    let bound = bench.bound_in(1, inside).await;
    let mine = lease("machine", 1);
    let left = |id| bench.store.card_left(id, LeftTo::Reject, "aside", NOW);
    assert!(left(bound.id()).await.is_err(), "not while it goes on");
    bench.store.release(bound.id(), &mine).await.unwrap();
    let held = bound.clone().hold().unwrap();
    bench.store.decide(&bound, &held, &[], NOW).await.unwrap();
    left(held.id()).await.unwrap();
    left(held.id()).await.unwrap();
    let found = bench.store.attempts_inside(inside.machine).await.unwrap();
    assert_eq!(found, []);
    let released = held.clone().resume().unwrap();
    bench
        .store
        .decide(&held, &released, &[], NOW)
        .await
        .unwrap();
    let there = card("SN-2", 1);
    let taken = bench
        .store
        .take_up((chip(1), Some(there)), &mine, "?", |_| vec![], NOW)
        .await;
    let Ok(TakenUp::Attempt(again, _)) = taken else {
        panic!("{taken:?}")
    };
    assert_eq!(again.binding().unwrap().card, Some(there));
    let found = bench.store.attempts_inside(there.machine).await.unwrap();
    assert_eq!(found, [again]);
}

/// Whoever else gave it up could not keep its card from the exit tray when the machine goes on.
async fn what_lies_in_a_machine_is_abandoned_to_that_machine_only(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let inside = card("SN-1", 7);
    let read = bench.read_back_in(1, inside).await;
    bench.set_clock(NOW + Duration::minutes(12));
    let other = lease("other", 9);
    let silent = std::time::Duration::from_mins(10);
    let elsewhere = card("SN-2", 1).machine;
    for (at, expected) in [
        (None, None),
        (Some(elsewhere), None),
        (Some(inside.machine), Some(read.id())),
    ] {
        let found = bench
            .store
            .take_up_abandoned((&other, at), silent, "?", |_| vec![], NOW)
            .await;
        assert_eq!(found.unwrap().map(|found| found.id()), expected, "{at:?}");
    }
}

on_each_engine! {
    a_card_in_a_machine_is_a_document_only_when_it_left_by_the_exit,
    what_a_machine_has_yet_to_print_is_taken_up_in_machines_only,
    what_was_begun_in_a_machine_goes_on_in_machines_only,
    the_card_of_an_order_on_hold_leaves_by_the_tray_of_bad_cards_and_comes_back,
    a_scrapped_card_stays_inside_until_it_left,
    a_scrapped_card_in_somebodys_hands_is_not_made_again_by_itself,
    what_lies_in_a_machine_is_abandoned_to_that_machine_only,
}

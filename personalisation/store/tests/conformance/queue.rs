//! The queue: who goes ahead of whom, batches, and what comes to an end in a worker's hands.

use std::collections::BTreeMap;

use dossier::{OfficeId, dossier::DocumentType};
use personalisation_core::{
    attempt::{Attempt, AttemptState, ScrapReason},
    ids::OrderId,
    person::Person,
};
use personalisation_store::{
    Interrupter,
    line::{Advance, Bound},
    order::NewOrder,
};
use rand::RngExt as _;
use time::{Duration, OffsetDateTime};

use crate::{Bench, Engine, NOW, STEPS, chip, lease, on_each_engine};

impl Bench {
    async fn order_for(&mut self, office: &str, express: bool, at: OffsetDateTime) -> OrderId {
        let id = OrderId::generate(&mut self.rng);
        let office: OfficeId = office.parse().unwrap();
        let order = NewOrder {
            id,
            issuer_profile: "luxembourg",
            added_by: "personalisation/order",
            person: &Person::new(self.rng.random(), None),
            document_type: DocumentType::IdentityCard,
            destination: Some(&office),
            express,
            content: &[],
        };
        self.store
            .add_order(&mut self.rng, &order, &[], at)
            .await
            .unwrap();
        id
    }

    async fn chips(&mut self, count: u8) {
        let chips: Vec<_> = (1..=count).map(chip).collect();
        self.delivery(&chips).await;
    }

    /// What a worker takes next, with the n-th chip.
    async fn taken(&mut self, worker: &str, nth: u8) -> Attempt {
        self.bound(chip(nth), &lease(worker, nth)).await
    }
}

async fn express_goes_ahead_and_remakes_ahead_of_both(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(5).await;
    let normal = bench.order_for("L-0304", false, NOW).await;
    let failing = bench.taken("one", 1).await;
    assert_eq!(failing.id().order, normal);
    let second = bench.order_for("L-0304", false, NOW).await;
    let express = bench
        .order_for("L-0101", true, NOW + Duration::hours(2))
        .await;
    bench
        .scrap(&lease("one", 1), &failing, ScrapReason::ChipRemoved)
        .await;
    for (nth, expected) in [(2, normal), (3, express), (4, second)] {
        assert_eq!(bench.taken("one", nth).await.id().order, expected, "{nth}");
    }
}

async fn nobody_is_passed_by_express_for_more_than_a_day(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(3).await;
    let soon = bench
        .order_for("L-0304", true, NOW + Duration::hours(23))
        .await;
    let late = bench
        .order_for("L-0102", true, NOW + Duration::hours(25))
        .await;
    let normal = bench.order_for("L-0101", false, NOW).await;
    for (nth, expected) in [(1, soon), (2, normal), (3, late)] {
        assert_eq!(bench.taken("one", nth).await.id().order, expected, "{nth}");
    }
}

async fn a_worker_makes_a_batch_for_one_office_and_another_worker_another(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(6).await;
    let mut offices = BTreeMap::new();
    for minute in 0..6 {
        let office = if minute % 2 == 0 { "L-0304" } else { "L-0101" };
        let at = NOW + Duration::minutes(minute);
        offices.insert(bench.order_for(office, false, at).await, office);
    }
    for nth in 1..=6 {
        let (worker, office) = if nth % 2 == 1 {
            ("one", "L-0304")
        } else {
            ("two", "L-0101")
        };
        let order = bench.taken(worker, nth).await.id().order;
        assert_eq!(offices[&order], office, "{nth}");
    }
    // What comes in for another office meanwhile does not break a batch; express does.
    let mut bench = Bench::new(engine).await;
    bench.chips(4).await;
    let first = bench.order_for("L-0304", false, NOW).await;
    let other = bench
        .order_for("L-0101", false, NOW + Duration::minutes(1))
        .await;
    let same = bench
        .order_for("L-0304", false, NOW + Duration::minutes(2))
        .await;
    assert_eq!(bench.taken("one", 1).await.id().order, first);
    let express = bench
        .order_for("L-0102", true, NOW + Duration::minutes(3))
        .await;
    for (nth, expected) in [(2, express), (3, other), (4, same)] {
        assert_eq!(bench.taken("one", nth).await.id().order, expected, "{nth}");
    }
}

/// Whoever is at the head is passed by the rest of one batch at most.
async fn a_batch_has_an_end(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(52).await;
    let first = bench.order_for("L-0304", false, NOW).await;
    let waiting = bench
        .order_for("L-0101", false, NOW + Duration::seconds(1))
        .await;
    for minute in 1..=52 {
        bench
            .order_for("L-0304", false, NOW + Duration::minutes(minute))
            .await;
    }
    assert_eq!(bench.taken("one", 1).await.id().order, first);
    for nth in 2..=50 {
        assert_ne!(bench.taken("one", nth).await.id().order, waiting, "{nth}");
    }
    assert_eq!(bench.taken("one", 51).await.id().order, waiting);
}

async fn what_is_cancelled_in_a_workers_hands_ends_at_its_next_step(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(1).await;
    let order = bench.order_for("L-0304", false, NOW).await;
    let bound = bench.taken("one", 1).await;
    let mine = lease("one", 1);
    bench.store.want_cancel(bound.id(), &[], NOW).await.unwrap();
    // Twice is once.
    bench.store.want_cancel(bound.id(), &[], NOW).await.unwrap();
    let keyed = STEPS[0](bound.clone());
    let path = [keyed];
    let advance = Advance {
        from: &bound,
        path: &path,
        content: &[],
        signer: None,
        entries: &[],
        seen: None,
    };
    let told = bench
        .store
        .advance(&mut bench.rng, &mine, &advance, NOW)
        .await;
    assert!(told.unwrap(), "whoever has it in its hands is told");
    let [keyed] = path;
    let cancelled = keyed.clone().cancel().unwrap();
    bench.go(&mine, &keyed, cancelled).await.unwrap();
    let stock = bench.store.stock().await.unwrap();
    assert_eq!(
        stock,
        [(personalisation_core::blank::BlankState::Spoiled, 1)]
    );
    assert_eq!(bench.store.numbers().await.unwrap()[0].1, "void");
    let attempts = bench.store.attempts(order).await.unwrap();
    assert!(
        matches!(attempts[..], [ref only] if matches!(only.state(), AttemptState::Cancelled(_)))
    );
    // What has ended is not cancelled any more.
    assert!(bench.store.want_cancel(bound.id(), &[], NOW).await.is_err());
}

/// The card is gone before its worker heard: what would have been made again is cancelled.
async fn what_is_cancelled_is_not_made_again(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(1).await;
    let order = bench.order_for("L-0304", false, NOW).await;
    let bound = bench.taken("one", 1).await;
    bench.store.want_cancel(bound.id(), &[], NOW).await.unwrap();
    let reason = ScrapReason::ChipRemoved;
    bench.scrap(&lease("one", 1), &bound, reason).await;
    let attempts = bench.store.attempts(order).await.unwrap();
    assert_eq!(attempts.len(), 2);
    assert!(matches!(attempts[1].state(), AttemptState::Cancelled(_)));
    assert_eq!(bench.store.queue_length().await.unwrap().queued, 0);
}

/// It was in a worker's hands when somebody cancelled it, and back in the queue when that was written.
async fn what_is_cancelled_in_the_queue_takes_no_blank(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(2).await;
    let first = bench.order_for("L-0304", false, NOW).await;
    let later = NOW + Duration::minutes(1);
    let unwanted = bench.order_for("L-0304", false, later).await;
    let last = bench
        .order_for("L-0304", false, NOW + Duration::minutes(2))
        .await;
    let queued = bench.store.attempts(unwanted).await.unwrap().remove(0);
    bench
        .store
        .want_cancel(queued.id(), &[], NOW)
        .await
        .unwrap();
    assert_eq!(bench.taken("one", 1).await.id().order, first);
    let told = bench.bind(chip(2), &lease("two", 2)).await;
    assert_eq!(told, Bound::Unwanted(queued.clone()));
    let blank = bench.store.blank_by_chip(chip(2)).await.unwrap().unwrap();
    assert!(blank.state.is_in_vault(), "nothing was bound");
    let cancelled = queued.clone().cancel().unwrap();
    let decided = bench.store.decide(&queued, &cancelled, &[], NOW).await;
    decided.unwrap();
    assert_eq!(bench.taken("one", 2).await.id().order, last);
}

async fn whether_somebody_cancelled_is_read_and_nothing_written(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.chips(1).await;
    bench.order_for("L-0304", false, NOW).await;
    let bound = bench.taken("one", 1).await;
    bench.store.want_cancel(bound.id(), &[], NOW).await.unwrap();
    // No transaction ends here.
    let never = Interrupter::new(|_| true);
    let store = bench.store.clone().danger_interrupted_by(never);
    assert!(store.is_cancel_wanted(bound.id()).await.unwrap());
    assert!(store.is_leased(bound.id()).await.unwrap());
    bench.set_clock(NOW + Duration::minutes(2));
    assert!(!store.is_leased(bound.id()).await.unwrap());
}

on_each_engine! {
    what_is_cancelled_in_the_queue_takes_no_blank,
    whether_somebody_cancelled_is_read_and_nothing_written,
    what_is_cancelled_is_not_made_again,
    express_goes_ahead_and_remakes_ahead_of_both,
    nobody_is_passed_by_express_for_more_than_a_day,
    a_worker_makes_a_batch_for_one_office_and_another_worker_another,
    a_batch_has_an_end,
    what_is_cancelled_in_a_workers_hands_ends_at_its_next_step,
}

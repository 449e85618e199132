//! Leases: two workers never move the same attempt.

use std::time::Duration;

use crate::{Bench, Engine, MINUTE, NOW, STEPS, chip, lease, on_each_engine};
use evidence::entry::{Act, Entry};
use personalisation_core::{attempt::ScrapReason, ids::BatchId};
use personalisation_store::{StoreError, line::TakenUp};

async fn only_the_holder_moves_and_only_in_time(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let bound = bench.bound(chip(1), &lease("one", 1)).await;
    let keyed = STEPS[0](bound.clone());

    let error = bench
        .go(&lease("two", 2), &bound, keyed.clone())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Stale { .. }), "{error}");
    let taken = bench
        .store
        .take_up((chip(1), None), &lease("two", 2), "?", |_| vec![], NOW)
        .await
        .unwrap();
    assert_eq!(
        taken,
        TakenUp::Leased {
            holder: "one".to_owned()
        }
    );

    bench.set_clock(NOW + MINUTE);
    let two = lease("two", 2);
    let taken = bench
        .store
        .take_up((chip(1), None), &two, "?", |_| vec![], NOW)
        .await
        .unwrap();
    assert_eq!(taken, TakenUp::Attempt(bound.clone(), 2));
    let error = bench
        .go(&lease("one", 1), &bound, keyed.clone())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Stale { .. }), "{error}");
    bench.go(&two, &bound, keyed).await.unwrap();
}

async fn the_same_move_twice_is_stale(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let mine = lease("one", 1);
    let bound = bench.bound(chip(1), &mine).await;
    let keyed = STEPS[0](bound.clone());
    bench.go(&mine, &bound, keyed.clone()).await.unwrap();
    let error = bench.go(&mine, &bound, keyed).await.unwrap_err();
    assert!(matches!(error, StoreError::Stale { .. }), "{error}");
}

async fn a_worker_started_again_takes_its_lease_back_and_the_audit_says_so(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let bound = bench.bound(chip(1), &lease("one", 1)).await;
    let act = Act::new(
        [5; 16],
        "line",
        "key_chip",
        format!("attempt {}", bound.id()),
    );
    bench.store.audit(&[act.intent(NOW)]).await.unwrap();

    let taken = bench
        .store
        .take_up(
            (chip(1), None),
            &lease("one", 9),
            "interrupted",
            |_| vec![],
            NOW,
        )
        .await
        .unwrap();
    assert_eq!(taken, TakenUp::Attempt(bound, 2));
    let mut lines = Vec::new();
    bench.store.export_audit(&mut lines).await.unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let entries: Vec<_> = lines
        .lines()
        .map(|line| Entry::parse(line).unwrap())
        .collect();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].detail.as_deref(), Some("interrupted"));
}

async fn renewed_and_released_by_the_holder_only(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let id = bench.bound(chip(1), &lease("one", 1)).await.id();
    assert!(bench.store.renew(id, &lease("two", 2)).await.is_err());
    assert!(bench.store.release(id, &lease("two", 2)).await.is_err());
    bench.store.renew(id, &lease("one", 1)).await.unwrap();
    bench.store.release(id, &lease("one", 1)).await.unwrap();
    let taken = bench
        .store
        .take_up((chip(1), None), &lease("two", 2), "?", |_| vec![], NOW)
        .await
        .unwrap();
    assert!(matches!(taken, TakenUp::Attempt(..)), "{taken:?}");
}

async fn abandoned_attempts_are_found_after_their_lease(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let bound = bench.bound(chip(1), &lease("one", 1)).await;
    let two = lease("two", 2);
    assert_eq!(
        bench
            .store
            .take_up_abandoned((&two, None), Duration::ZERO, "?", |_| vec![], NOW)
            .await
            .unwrap(),
        None
    );
    bench.set_clock(NOW + 3 * MINUTE);
    let found = bench
        .store
        .take_up_abandoned((&two, None), MINUTE, "?", |_| vec![], NOW)
        .await
        .unwrap();
    assert_eq!(found, Some(bound.clone()));
    bench.scrap(&two, &bound, ScrapReason::ChipRemoved).await;
    assert_eq!(bench.store.queue_length().await.unwrap().queued, 1);
}

/// Its card lies in the reader of a worker that waits for something else.
async fn a_released_attempt_is_free_at_once_but_not_abandoned(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let (one, two) = (lease("one", 1), lease("two", 2));
    let bound = bench.bound(chip(1), &one).await;
    bench.store.release(bound.id(), &one).await.unwrap();
    let abandoned = async || {
        let found =
            bench
                .store
                .take_up_abandoned((&two, None), Duration::ZERO, "?", |_| vec![], NOW);
        found.await.unwrap()
    };
    assert_eq!(abandoned().await, None);
    bench.set_clock(NOW + 3 * MINUTE);
    assert_eq!(abandoned().await, Some(bound));
}

async fn eight_workers_and_eight_orders_are_paired_one_to_one(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let chips: Vec<_> = (1..=8).map(chip).collect();
    bench.delivery(&chips).await;
    for _ in 0..8 {
        bench.order("ONE", NOW).await;
    }
    let mut workers = tokio::task::JoinSet::new();
    for (chip, worker) in chips.into_iter().zip(1_u8..) {
        let store = bench.store.clone();
        let numbers =
            [personalisation_core::document_number::DocumentNumber::generate(&mut bench.rng)];
        workers.spawn(async move {
            let lease = lease(&worker.to_string(), worker);
            let bind = personalisation_store::line::Bind {
                chip,
                card: None,
                numbers: &numbers,
                lease: &lease,
                batch: BatchId::from_bytes([worker; 16]),
                templates: crate::templates(),
                handed_out_only: false,
            };
            store.bind_next(&bind, |_| vec![], NOW).await
        });
    }
    let mut orders = std::collections::BTreeSet::new();
    for bound in workers.join_all().await {
        match bound.unwrap() {
            personalisation_store::line::Bound::Attempt(attempt) => {
                orders.insert(attempt.id().order);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(orders.len(), 8);
}

on_each_engine! {
    only_the_holder_moves_and_only_in_time,
    the_same_move_twice_is_stale,
    a_worker_started_again_takes_its_lease_back_and_the_audit_says_so,
    renewed_and_released_by_the_holder_only,
    abandoned_attempts_are_found_after_their_lease,
    a_released_attempt_is_free_at_once_but_not_abandoned,
    eight_workers_and_eight_orders_are_paired_one_to_one,
}

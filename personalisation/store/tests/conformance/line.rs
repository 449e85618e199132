//! Attempts: binding in one transaction, guarded moves, remakes, power failing at every boundary.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use personalisation_core::{
    attempt::{Attempt, AttemptState, Digest, ScrapReason},
    blank::BlankState,
    document_number::DocumentNumber,
    ids::BatchId,
};
use personalisation_store::{
    Interrupter, StoreError,
    line::{Advance, AttemptContent, Bind, Bound},
};
use time::Duration;

use crate::{Bench, Engine, NOW, STEPS, chip, chip_key, lease, on_each_engine};

async fn binding_takes_the_oldest_order_and_the_chip_in_the_reader(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2)]).await;
    bench.order("LATER", NOW + Duration::minutes(1)).await;
    let oldest = bench.order("OLDER", NOW).await;
    let bound = bench.bound(chip(2), &lease("one", 1)).await;
    assert_eq!(bound.id(), oldest.id());
    let binding = bound.binding().unwrap();
    let blank = bench.store.blank_by_chip(chip(2)).await.unwrap().unwrap();
    assert_eq!(
        (binding.chip, binding.blank, blank.state),
        (chip(2), blank.id, BlankState::Line)
    );
    assert_eq!(bench.store.attempt(bound.id()).await.unwrap(), Some(bound));
}

async fn nothing_queued_an_unknown_chip_and_a_used_one_are_told_apart(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    assert_eq!(
        bench.bind(chip(1), &lease("one", 1)).await,
        Bound::NothingQueued
    );
    bench.order("ONE", NOW).await;
    bench.order("TWO", NOW).await;
    assert_eq!(
        bench.bind(chip(9), &lease("one", 1)).await,
        Bound::UnknownChip
    );
    bench.bound(chip(1), &lease("one", 1)).await;
    let again = bench.bind(chip(1), &lease("one", 1)).await;
    assert_eq!(again, Bound::NotAvailable(BlankState::Line));
}

async fn a_number_is_never_used_twice(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2), chip(3)]).await;
    bench.order("ONE", NOW).await;
    bench.order("TWO", NOW).await;
    let numbers = [0, 1].map(|_| DocumentNumber::generate(&mut bench.rng));
    let (one, two) = (lease("one", 1), lease("two", 2));
    let first = Bind {
        chip: chip(1),
        card: None,
        numbers: &numbers,
        lease: &one,
        batch: BatchId::from_bytes([1; 16]),
        templates: crate::templates(),
        handed_out_only: false,
    };
    let Bound::Attempt(first) = bench
        .store
        .bind_next(&first, |_| vec![], NOW)
        .await
        .unwrap()
    else {
        panic!()
    };
    bench.scrap(&one, &first, ScrapReason::ChipRefused).await;

    // Void numbers are passed over; where none is left, nothing is bound.
    let used = Bind {
        chip: chip(2),
        card: None,
        numbers: &numbers[..1],
        lease: &two,
        batch: BatchId::from_bytes([2; 16]),
        templates: crate::templates(),
        handed_out_only: false,
    };
    let error = bench
        .store
        .bind_next(&used, |_| vec![], NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::AlreadyThere { .. }), "{error}");
    let blank = bench.store.blank_by_chip(chip(2)).await.unwrap().unwrap();
    assert_eq!(blank.state, BlankState::Vault);

    let second = Bind {
        numbers: &numbers,
        ..used
    };
    let Bound::Attempt(second) = bench
        .store
        .bind_next(&second, |_| vec![], NOW)
        .await
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(second.binding().unwrap().number, numbers[1]);
}

async fn a_finished_attempt_makes_a_document(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let bound = bench.bound(chip(1), &lease("one", 1)).await;
    let done = bench.finish(&lease("one", 1), &bound).await;
    assert_eq!(
        bench.store.attempt(done.id()).await.unwrap(),
        Some(done.clone())
    );
    let blank = bench.store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    assert_eq!(blank.state, BlankState::Document);
    let number = done.binding().unwrap().number.to_string();
    assert_eq!(
        bench.store.numbers().await.unwrap(),
        [(number, "produced".to_owned())]
    );
    let states: Vec<_> = bench.store.moves(done.id()).await.unwrap();
    let states: Vec<_> = states.iter().map(|step| step.state.as_str()).collect();
    assert_eq!(
        states,
        [
            "queued",
            "bound",
            "chip_keyed",
            "lds_built",
            "signed",
            "written",
            "locked",
            "read_back"
        ]
    );
}

async fn a_remake_goes_ahead_of_new_orders_and_a_hopeless_one_waits(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2), chip(3)]).await;
    let one = bench.order("ONE", NOW).await;
    bench.order("TWO", NOW - Duration::hours(1)).await;
    bench.order("THREE", NOW - Duration::hours(2)).await;
    let mine = lease("one", 1);
    let three = bench.bound(chip(1), &mine).await;
    bench.scrap(&mine, &three, ScrapReason::ChipRemoved).await;
    let remake = bench.bound(chip(2), &mine).await;
    assert_eq!(remake.id().order, three.id().order);
    assert_eq!(remake.id().attempt.get(), 2);
    assert_ne!(
        remake.binding().unwrap().number,
        three.binding().unwrap().number
    );

    bench
        .scrap(&mine, &remake, ScrapReason::SigningRefused)
        .await;
    let attempts = bench.store.attempts(three.id().order).await.unwrap();
    assert!(matches!(attempts[2].state(), AttemptState::OnHold(_)));
    let next = bench.bound(chip(3), &mine).await;
    assert_ne!(next.id().order, three.id().order);
    assert_ne!(next.id().order, one.id().order);
}

async fn content_of_an_attempt_is_sealed_with_its_move(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let mine = lease("one", 1);
    let bound = bench.bound(chip(1), &mine).await;
    let keyed = bound.clone().key_chip(chip_key()).unwrap();
    let built = keyed.clone().build_lds(Digest([1; 32])).unwrap();
    let advance = Advance {
        from: &bound,
        path: &[keyed, built.clone()],
        content: &[(AttemptContent::CardAccessNumber, b"483920")],
        signer: None,
        entries: &[],
        seen: None,
    };
    bench
        .store
        .advance(&mut bench.rng, &mine, &advance, NOW)
        .await
        .unwrap();
    assert_eq!(
        bench.store.attempt(built.id()).await.unwrap(),
        Some(built.clone())
    );
    let kind = AttemptContent::CardAccessNumber;
    let can = bench
        .store
        .attempt_content(built.id(), kind)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&can[..], b"483920");
    let sod = bench
        .store
        .attempt_content(built.id(), AttemptContent::Sod)
        .await
        .unwrap();
    assert_eq!(sod, None);
}

/// Where power fails at the `n`-th boundary, a store opened again is in the state before the move
/// or after it, and the move can be made from there.
async fn power_may_fail_at_every_boundary(engine: Engine) {
    for boundary in 0.. {
        let mut bench = Bench::new(engine).await;
        bench.delivery(&[chip(1)]).await;
        bench.order("ONE", NOW).await;
        let count = Arc::new(AtomicUsize::new(0));
        let plug = Arc::clone(&count);
        let interrupter =
            Interrupter::new(move |_| plug.fetch_add(1, Ordering::Relaxed) == boundary);
        bench.store = bench.store.clone().danger_interrupted_by(interrupter);
        let failed = walk(&mut bench).await.is_err();
        bench.open_again().await;
        if !failed {
            assert_eq!(count.load(Ordering::Relaxed), boundary);
            assert_eq!(boundary, 14, "seven transactions, two boundaries each");
            break;
        }
        walk(&mut bench).await.unwrap();
        let stock = bench.store.stock().await.unwrap();
        assert_eq!(stock, [(BlankState::Document, 1)], "boundary {boundary}");
        assert_eq!(
            bench.store.numbers().await.unwrap().len(),
            1,
            "boundary {boundary}"
        );
    }
}

/// Makes every move that is still to be made, like a worker that was started again.
async fn walk(bench: &mut Bench) -> Result<(), StoreError> {
    let mine = lease("one", 1);
    let order = bench.store.orders().await?.remove(0);
    let mut attempt = order.attempt;
    if attempt.state() == &AttemptState::Queued {
        let numbers = [DocumentNumber::generate(&mut bench.rng)];
        let bind = Bind {
            chip: chip(1),
            card: None,
            numbers: &numbers,
            lease: &mine,
            batch: BatchId::generate(&mut bench.rng),
            templates: crate::templates(),
            handed_out_only: false,
        };
        let Bound::Attempt(bound) = bench.store.bind_next(&bind, |_| vec![], NOW).await? else {
            panic!()
        };
        attempt = bound;
    }
    let names = [
        "bound",
        "chip_keyed",
        "lds_built",
        "signed",
        "written",
        "locked",
    ];
    let done = names
        .iter()
        .position(|name| *name == attempt.state().name());
    for step in STEPS.iter().skip(done.unwrap_or(STEPS.len())) {
        let to: Attempt = step(attempt.clone());
        attempt = bench.go(&mine, &attempt, to).await?;
    }
    Ok(())
}

on_each_engine! {
    binding_takes_the_oldest_order_and_the_chip_in_the_reader,
    nothing_queued_an_unknown_chip_and_a_used_one_are_told_apart,
    a_number_is_never_used_twice,
    a_finished_attempt_makes_a_document,
    a_remake_goes_ahead_of_new_orders_and_a_hopeless_one_waits,
    content_of_an_attempt_is_sealed_with_its_move,
    power_may_fail_at_every_boundary,
}

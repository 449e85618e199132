//! Shifts: what was counted against what the ledger says.

use dossier::{PersonId, staff::Role};
use personalisation_core::{
    attempt::ScrapReason,
    blank::BlankState,
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::{BatchId, ShiftId},
    machine::LeftTo,
    stock::{
        Signatures,
        shift::{Count, Outcome, Shift, ShiftState},
    },
};
use personalisation_store::{
    StoreError,
    line::{Bind, Bound},
    stock::{Closing, Which},
};

use super::{
    handed::line,
    people::{check, keeper, somebody, supervisors},
};
use crate::{Bench, Engine, NOW, chip, lease, machine::card, on_each_engine, templates};

/// A shift with five blanks, of which one became a document and one was spoiled.
async fn worked(bench: &mut Bench, operator: PersonId) -> ShiftId {
    bench.delivery(&[1, 2, 3, 4, 5].map(chip)).await;
    let by = keeper(bench).await;
    let two = Which::Chips([1, 2].map(chip).to_vec());
    let issued = bench.store.issue_blanks(&two, &line(), by, &[], NOW).await;
    issued.unwrap();
    let id = ShiftId::generate(&mut bench.rng);
    let opened = open(bench, id, (operator, 2)).await;
    assert!(opened.unwrap().opening().agrees());
    let three = Which::Chips([3, 4, 5].map(chip).to_vec());
    let issued = bench
        .store
        .issue_blanks(&three, &line(), by, &[], NOW)
        .await;
    issued.unwrap();
    bench.order("ONE", NOW).await;
    bench.order("TWO", NOW).await;
    let mine = lease("one/reader", 1);
    let bound = bench.bound(chip(1), &mine).await;
    bench.finish(&mine, &bound).await;
    let bound = bench.bound(chip(2), &mine).await;
    bench.scrap(&mine, &bound, ScrapReason::ChipRefused).await;
    id
}

fn ended(outcome: Result<Outcome, StoreError>) -> Shift {
    match outcome.unwrap() {
        Outcome::Ended(shift) => shift,
        Outcome::CountAgain(_) => panic!("still open"),
    }
}

async fn open(bench: &Bench, id: ShiftId, by: (PersonId, u64)) -> Result<Shift, StoreError> {
    bench.store.open_shift(id, &line(), by, &[], NOW).await
}

/// The spoiled blanks that the list of what waits for its destruction shows, where it has that many at most.
async fn to_destroy(bench: &Bench, most: u32) -> Vec<ChipSerial> {
    let listed = bench.store.blanks_to_destroy(BlankState::Spoiled, most);
    let chips = listed.await.unwrap().into_iter().map(|blank| blank.chip);
    chips.collect()
}

fn count(unused: u64) -> Count {
    Count {
        unused,
        documents: 1,
        spoiled: 1,
    }
}

async fn a_shift_closes_where_everything_is_there(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let operator = somebody(&mut bench, Role::Operator).await;
    bench.delivery(&[chip(9)]).await;
    let by = keeper(&mut bench).await;
    let store = bench.store.clone();
    let aside = Which::Chips(vec![chip(9)]);
    store.set_blanks_aside(&aside, by, &[], NOW).await.unwrap();
    let used_up = [chip(9)];
    let spoiled = store.spoil_blanks(&used_up, "set_up", operator, &[], NOW);
    spoiled.await.unwrap();
    let id = worked(&mut bench, operator).await;
    let other = ShiftId::generate(&mut bench.rng);
    let second = open(&bench, other, (operator, 3)).await;
    assert!(
        matches!(second, Err(StoreError::AlreadyThere { .. })),
        "{second:?}"
    );
    let stranger = somebody(&mut bench, Role::Courier).await;
    let closing = |by, unused| Closing {
        by,
        counted: count(unused),
        although_differing: false,
    };
    let theirs = closing(stranger, 3);
    let refused = bench.store.close_shift(id, &theirs, |_| vec![], NOW).await;
    assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));

    // A wrong count is kept and made once more.
    let lines = bench.store.lines_in_shift().await.unwrap();
    assert_eq!(lines.into_iter().collect::<Vec<_>>(), [line()]);
    // What was spoiled before it waits, whatever is further up the list.
    assert_eq!(to_destroy(&bench, 1).await, [chip(9)]);
    let wrong = closing(operator, 2);
    let again = bench.store.close_shift(id, &wrong, |_| vec![], NOW).await;
    assert!(matches!(again, Ok(Outcome::CountAgain(_))), "{again:?}");
    let now = bench.store.current_shift(&line()).await.unwrap().unwrap();
    assert_eq!(*now.shift.state(), ShiftState::Open);

    let right = closing(operator, 3);
    let closed = bench.store.close_shift(id, &right, |_| vec![], NOW).await;
    assert!(matches!(ended(closed).state(), ShiftState::Closed(_)));
    let kept = bench.store.shift_counts(id).await.unwrap();
    let unused: Vec<_> = kept
        .iter()
        .map(|kept| kept.counted.counted.unused)
        .collect();
    assert_eq!((unused, kept[0].at), (vec![2, 3], NOW));
    assert!(bench.store.lines_in_shift().await.unwrap().is_empty());
    assert_eq!(to_destroy(&bench, 9).await, [chip(2), chip(9)]);
    let again = bench.store.close_shift(id, &right, |_| vec![], NOW).await;
    assert!(matches!(again, Err(StoreError::Shift(_))), "{again:?}");
    let opened = open(&bench, other, (operator, 3)).await;
    assert!(opened.unwrap().opening().agrees());
    assert_eq!(bench.store.shifts(9).await.unwrap().len(), 2);
    check(&bench).await;
}

async fn a_difference_is_signed_by_two_supervisors_who_did_not_count(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let counter = somebody(&mut bench, Role::Supervisor).await;
    let id = worked(&mut bench, counter).await;
    let colleague = somebody(&mut bench, Role::Supervisor).await;
    for (by, unused) in [(colleague, 1), (counter, 2)] {
        let closing = Closing {
            by,
            counted: count(unused),
            although_differing: false,
        };
        let outcome = bench.store.close_shift(id, &closing, |_| vec![], NOW).await;
        match outcome.unwrap() {
            Outcome::CountAgain(_) => assert_eq!(by, colleague),
            Outcome::Ended(shift) => assert!(matches!(shift.state(), ShiftState::Differing(_))),
        }
    }
    let third = Closing {
        by: counter,
        counted: count(3),
        although_differing: false,
    };
    let third = bench.store.close_shift(id, &third, |_| vec![], NOW).await;
    assert!(
        matches!(third, Err(StoreError::Shift(_))),
        "two counts, no more"
    );
    let next = ShiftId::generate(&mut bench.rng);
    let early = open(&bench, next, (counter, 3)).await;
    assert!(
        matches!(early, Err(StoreError::AlreadyThere { .. })),
        "nothing goes on before it is signed for"
    );

    let both = supervisors(&mut bench).await;
    let operator = somebody(&mut bench, Role::Operator).await;
    let note = "one blank short; looked under the hopper";
    for (first, second) in [
        (counter, both.first()),
        (both.second(), counter),
        (both.first(), colleague),
    ] {
        let signing = (Signatures::new(first, second).unwrap(), note);
        let refused = bench
            .store
            .sign_shift(&mut bench.rng, id, signing, &[], NOW)
            .await;
        assert!(matches!(refused, Err(StoreError::Shift(_))), "{refused:?}");
    }
    let signing = (Signatures::new(both.first(), operator).unwrap(), note);
    let refused = bench
        .store
        .sign_shift(&mut bench.rng, id, signing, &[], NOW)
        .await;
    assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));

    let signed = bench
        .store
        .sign_shift(&mut bench.rng, id, (both, note), &[], NOW)
        .await;
    let signed = signed.unwrap();
    assert!(matches!(signed.state(), ShiftState::Discrepancy(..)));
    let row = bench.store.shift(id).await.unwrap().unwrap();
    assert_eq!(row.shift, signed);
    assert_eq!(row.signed_at, Some(NOW));
    let kept = bench.store.shift_note(id).await.unwrap().unwrap();
    assert_eq!(kept.as_str(), note);
    let opened = open(&bench, next, (counter, 3)).await;
    opened.unwrap();
    check(&bench).await;
}

/// The machine put the card of an order on hold into its tray of bad cards, where whoever counts finds it.
async fn the_card_of_an_order_on_hold_is_counted_where_it_lies(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let operator = somebody(&mut bench, Role::Operator).await;
    let id = worked(&mut bench, operator).await;
    let order = bench.order("THREE", NOW).await;
    let mine = lease("one/SN-1", 3);
    let inside = card("SN-1", 7);
    let numbers = [DocumentNumber::generate(&mut bench.rng)];
    let bind = Bind {
        chip: chip(3),
        card: Some(inside),
        numbers: &numbers,
        lease: &mine,
        batch: BatchId::generate(&mut bench.rng),
        templates: templates(),
        handed_out_only: false,
    };
    // Before it the one that is made again.
    let Bound::Attempt(bound) = bench.store.bind_next(&bind, |_| vec![], NOW).await.unwrap() else {
        panic!("{order:?}")
    };
    bench.store.release(bound.id(), &mine).await.unwrap();
    let held = bound.clone().hold().unwrap();
    bench.store.decide(&bound, &held, &[], NOW).await.unwrap();
    let close = async |bench: &Bench, id, counted| {
        let closing = Closing {
            by: operator,
            counted,
            although_differing: false,
        };
        let closed = bench.store.close_shift(id, &closing, |_| vec![], NOW).await;
        closed.unwrap()
    };
    let aside = Count {
        spoiled: 2,
        ..count(2)
    };
    // Inside the machine it is one of its unused blanks still.
    let early = close(&bench, id, aside).await;
    assert!(matches!(early, Outcome::CountAgain(_)), "{early:?}");
    let left = bench
        .store
        .card_left(held.id(), LeftTo::Reject, "aside", NOW);
    left.await.unwrap();
    let closed = ended(Ok(close(&bench, id, aside).await));
    assert!(
        matches!(closed.state(), ShiftState::Closed(_)),
        "{closed:?}"
    );
    let next = ShiftId::generate(&mut bench.rng);
    let opened = open(&bench, next, (operator, 2)).await;
    assert!(opened.unwrap().opening().agrees());
    // Cancelled, it is a spoiled blank of the next shift.
    let cancelled = held.clone().cancel().unwrap();
    bench
        .store
        .decide(&held, &cancelled, &[], NOW)
        .await
        .unwrap();
    let counted = Count {
        unused: 2,
        documents: 0,
        spoiled: 1,
    };
    let closed = ended(Ok(close(&bench, next, counted).await));
    assert!(
        matches!(closed.state(), ShiftState::Closed(_)),
        "{closed:?}"
    );
    check(&bench).await;
}

async fn all_that_is_unused_comes_back_only_while_nothing_is_to_be_counted(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let operator = somebody(&mut bench, Role::Operator).await;
    let id = worked(&mut bench, operator).await;
    let by = keeper(&mut bench).await;
    let (store, all) = (bench.store.clone(), Which::UnusedAt(line()));
    let refused = async || {
        let back = store.return_blanks(&all, by, &[], NOW).await;
        assert!(
            matches!(&back, Err(StoreError::ShiftUnderWay(at)) if *at == line()),
            "{back:?}"
        );
    };
    refused().await;
    // By serial it may: each is in somebody's hands.
    let one = Which::Chips(vec![chip(3)]);
    let back = store.return_blanks(&one, by, &[], NOW).await;
    assert_eq!(back.unwrap(), 1);
    let closing = Closing {
        by: operator,
        counted: count(1),
        although_differing: true,
    };
    let closed = store.close_shift(id, &closing, |_| vec![], NOW).await;
    assert!(matches!(ended(closed).state(), ShiftState::Differing(_)));
    refused().await;
    let both = supervisors(&mut bench).await;
    let signed = store.sign_shift(&mut bench.rng, id, (both, "one short"), &[], NOW);
    signed.await.unwrap();
    let lost = store.lose_blanks(&[chip(4)], by, &[], NOW).await;
    lost.unwrap();
    let back = store.return_blanks(&all, by, &[], NOW).await;
    assert_eq!(back.unwrap(), 1);
    check(&bench).await;
}

on_each_engine! {
    the_card_of_an_order_on_hold_is_counted_where_it_lies,
    all_that_is_unused_comes_back_only_while_nothing_is_to_be_counted,
    a_shift_closes_where_everything_is_there,
    a_difference_is_signed_by_two_supervisors_who_did_not_count,
}

//! Boxes inspected, blanks handed out, taken back, set aside and destroyed.

use std::collections::BTreeSet;

use dossier::{PersonId, staff::Role};
use personalisation_core::{
    attempt::{Attempt, Digest},
    blank::BlankState,
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId, DeliveryId, DestructionId},
    stock::{LineName, Signatures, inspection::BoxFindings},
};
use personalisation_store::{
    StoreError,
    line::{Advance, Bound},
    stock::{Inspection, Method, NewBlank, NewBox, NewDelivery, OriginFilter, Which},
};

use super::people::{balance, check, keeper, somebody, supervisors};
use crate::{Bench, Engine, NOW, STEPS, chip, lease, on_each_engine};

pub fn line() -> LineName {
    "one".parse().unwrap()
}

/// A delivery of two boxes, chips 1 to 6 and 7 to 9, which nobody has inspected.
async fn boxes(bench: &mut Bench) -> [BoxId; 2] {
    let ids = [(); 2].map(|()| BoxId::generate(&mut bench.rng));
    let blanks = [1..=6, 7..=9].map(|numbers: std::ops::RangeInclusive<u8>| {
        let blank = |number| NewBlank {
            id: BlankId::generate(&mut bench.rng),
            chip: chip(number),
            key_check_values: [0; 9],
        };
        numbers.map(blank).collect::<Vec<_>>()
    });
    let boxes = [0, 1].map(|place| NewBox {
        id: ids[place],
        label: ["A", "B"][place],
        blanks: &blanks[place],
    });
    let delivery = NewDelivery {
        id: DeliveryId::generate(&mut bench.rng),
        batch: "batch",
        file_digest: [1; 32],
        wrapped_key: &[],
        key_version: 0x30,
        boxes: &boxes,
        inspect: true,
    };
    let received = bench.store.receive_delivery(&delivery, &[], NOW).await;
    received.unwrap();
    ids
}

fn inspect(of: BoxId, found: &BoxFindings, by: PersonId) -> Inspection<'_> {
    Inspection { of, found, by }
}

fn chips(numbers: impl IntoIterator<Item = u8>) -> BTreeSet<ChipSerial> {
    numbers.into_iter().map(chip).collect()
}

async fn a_box_is_in_the_vault_once_it_was_counted_and_read(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [first, second] = boxes(&mut bench).await;
    assert_eq!(balance(&bench, "delivery").await, 9);
    bench.order("ONE", NOW).await;
    let early = bench.bind(chip(1), &lease("one", 1)).await;
    assert_eq!(early, Bound::NotAvailable(BlankState::InDelivery));

    let mut found = BoxFindings {
        counted: 5,
        sampled: chips(1..=4),
        defective: chips([5]),
        missing: BTreeSet::new(),
    };
    let by = keeper(&mut bench).await;
    let store = bench.store.clone();
    let short = inspect(first, &found, by);
    let short = store.inspect_box(&short, &[], NOW).await;
    assert!(matches!(short, Err(StoreError::Inspection(_))), "{short:?}");
    found.missing = chips([6]);
    let stranger = somebody(&mut bench, Role::Reviewer).await;
    let not_theirs = Inspection {
        by: stranger,
        ..inspect(first, &found, by)
    };
    let refused = store.inspect_box(&not_theirs, &[], NOW).await;
    assert!(
        matches!(refused, Err(StoreError::NotPermitted { .. })),
        "{refused:?}"
    );
    assert_eq!(balance(&bench, "delivery").await, 9);

    let good = inspect(first, &found, by);
    assert_eq!(store.inspect_box(&good, &[], NOW).await.unwrap(), 4);
    let again = store.inspect_box(&good, &[], NOW).await;
    assert!(matches!(again, Err(StoreError::Stale { .. })), "{again:?}");
    for (account, blanks) in [
        ("vault", 4),
        ("defective", 1),
        ("missing", 1),
        ("delivery", 3),
    ] {
        assert_eq!(balance(&bench, account).await, blanks, "{account}");
    }
    let deliveries = bench.store.deliveries().await.unwrap();
    assert_eq!((deliveries[0].boxes, deliveries[0].waiting), (2, 1));
    let known = bench.store.box_labelled(None, "B").await.unwrap().unwrap();
    assert_eq!((known.id, known.counted), (second, None));
    check(&bench).await;
}

/// Takes a bound attempt to its end, with a signer whose certificate has the digest 9, 9, …
async fn finish_signed(bench: &mut Bench, bound: &Attempt) {
    let mine = lease("one/reader", 1);
    let keyed = STEPS[0](bound.clone());
    let advance = Advance {
        from: bound,
        path: std::slice::from_ref(&keyed),
        content: &[],
        signer: Some(Digest([9; 32])),
        entries: &[],
        seen: None,
    };
    let store = bench.store.clone();
    let advanced = store.advance(&mut bench.rng, &mine, &advance, NOW).await;
    advanced.unwrap();
    let mut made = keyed;
    for step in &STEPS[1..] {
        let to = step(made.clone());
        made = bench.go(&mine, &made, to).await.unwrap();
    }
}

async fn blanks_go_out_to_a_line_and_come_back_unused(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3, 4].map(chip)).await;
    let by = keeper(&mut bench).await;
    let of = bench.store.box_labelled(None, "1").await.unwrap().unwrap();
    let store = bench.store.clone();
    let three = Which::Chips([1, 2, 3].map(chip).to_vec());
    let issued = store.issue_blanks(&three, &line(), by, &[], NOW).await;
    assert_eq!(issued.unwrap(), 3);
    let rest = Which::Box(of.id);
    let other: LineName = "two".parse().unwrap();
    let issued = store.issue_blanks(&rest, &other, by, &[], NOW).await;
    assert_eq!(issued.unwrap(), 1);
    let none = store.issue_blanks(&rest, &line(), by, &[], NOW).await;
    assert!(matches!(none, Err(StoreError::NoBlanks)), "{none:?}");
    assert_eq!(balance(&bench, "line:one").await, 3);

    bench.order("ONE", NOW).await;
    let elsewhere = bench.bind(chip(4), &lease("one", 1)).await;
    assert_eq!(elsewhere, Bound::NotAvailable(BlankState::Line));
    let bound = bench.bound(chip(1), &lease("one/reader", 1)).await;
    bench.finish(&lease("one/reader", 1), &bound).await;
    bench.order("TWO", NOW).await;
    let bound = bench.bound(chip(2), &lease("one/reader", 1)).await;

    let used = Which::Chips(vec![chip(2)]);
    let refused = store.return_blanks(&used, by, &[], NOW).await;
    assert!(
        matches!(refused, Err(StoreError::UsedBlank(_))),
        "{refused:?}"
    );
    let lost = store.lose_blanks(&[chip(2)], by, &[], NOW).await;
    assert!(matches!(lost, Err(StoreError::Stale { .. })), "{lost:?}");
    let unused = Which::UnusedAt(line());
    let back = store.return_blanks(&unused, by, &[], NOW).await;
    assert_eq!(back.unwrap(), 1);
    finish_signed(&mut bench, &bound).await;
    let of_line = |worker: &str| OriginFilter {
        worker: Some(worker.to_owned()),
        label: Some("1".to_owned()),
        ..OriginFilter::default()
    };
    let cards = store.card_origins(&of_line("one"), 9).await.unwrap();
    let chips_of_line: BTreeSet<_> = cards.iter().map(|card| card.chip).collect();
    assert_eq!(chips_of_line, chips([1, 2]));
    assert_eq!(cards[0].worker.as_deref(), Some("one/reader"));
    assert_eq!(store.card_origins(&of_line("on"), 9).await.unwrap(), []);
    let of_signer = OriginFilter {
        signer: Some("09".repeat(32)),
        ..OriginFilter::default()
    };
    let cards = store.card_origins(&of_signer, 9).await.unwrap();
    assert_eq!(cards.len(), 1);
    assert_eq!((cards[0].attempt, cards[0].chip), (bound.id(), chip(2)));
    for (account, blanks) in [("vault", 1), ("line:one", 0), ("line:two", 1), ("cards", 2)] {
        assert_eq!(balance(&bench, account).await, blanks, "{account}");
    }
    // What came back goes out again.
    bench.order("THREE", NOW).await;
    let bound = bench.bound(chip(3), &lease("one/reader", 1)).await;
    assert_eq!(bound.binding().unwrap().chip, chip(3));
    check(&bench).await;
}

async fn test_cards_never_become_documents_and_two_destroy_what_is_spoiled(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3].map(chip)).await;
    let by = keeper(&mut bench).await;
    let operator = somebody(&mut bench, Role::Operator).await;
    let store = bench.store.clone();
    let aside = Which::Chips([1, 2].map(chip).to_vec());
    let aside = store.set_blanks_aside(&aside, by, &[], NOW).await;
    assert_eq!(aside.unwrap(), 2);
    bench.order("ONE", NOW).await;
    let test = bench.bind(chip(1), &lease("one", 1)).await;
    assert_eq!(test, Bound::NotAvailable(BlankState::TestCard));
    let spoiled = store
        .spoil_blanks(&[chip(1)], "set_up", operator, &[], NOW)
        .await;
    assert_eq!(spoiled.unwrap(), 1);

    let id = DestructionId::generate(&mut bench.rng);
    let both = Signatures::new(by, operator).unwrap();
    let whole = (&[chip(1), chip(2)][..], Method::Shredded);
    let early = store.destroy_blanks(id, whole, both, &[], NOW).await;
    assert!(matches!(early, Err(StoreError::BlankMove(_))), "{early:?}");
    assert_eq!(balance(&bench, "spoiled").await, 1, "all or none");
    let another = somebody(&mut bench, Role::Operator).await;
    let operators = Signatures::new(operator, another).unwrap();
    let one = (&[chip(1)][..], Method::Shredded);
    let refused = store.destroy_blanks(id, one, operators, &[], NOW).await;
    assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));

    let done = store.destroy_blanks(id, one, both, &[], NOW).await.unwrap();
    assert_eq!(
        (done.number, done.blanks, done.by, done.with),
        (1, 1, by, operator)
    );
    let again = store.destroy_blanks(id, one, both, &[], NOW).await.unwrap();
    assert_eq!(again, done, "safe to repeat");
    let of = store.destroyed_chips(id).await.unwrap();
    assert_eq!(of, [(chip(1), Some("set_up".to_owned()))]);
    assert_eq!(store.destructions(9).await.unwrap(), [done]);
    check(&bench).await;
}

async fn what_is_missing_is_found_or_written_off_by_two_supervisors(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3, 4].map(chip)).await;
    let by = keeper(&mut bench).await;
    let both = supervisors(&mut bench).await;
    let store = bench.store.clone();
    bench.order("ONE", NOW).await;
    let bound = bench.bound(chip(4), &lease("one", 1)).await;
    let reason = personalisation_core::attempt::ScrapReason::ChipRefused;
    bench.scrap(&lease("one", 1), &bound, reason).await;
    let all = [1, 2, 3, 4].map(chip);
    assert_eq!(store.lose_blanks(&all, by, &[], NOW).await.unwrap(), 4);
    let keepers = Signatures::new(by, both.first()).unwrap();
    let refused = store.find_blanks(&all, keepers, &[], NOW).await;
    assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));
    let refused = store.write_off_blanks(&all, keepers, &[], NOW).await;
    assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));

    // One that was never used goes back, one that was scrapped does not.
    let found = store.find_blanks(&[chip(1), chip(4)], both, &[], NOW).await;
    assert_eq!(found.unwrap(), (1, 1));
    let off = store
        .write_off_blanks(&[chip(2), chip(3)], both, &[], NOW)
        .await;
    assert_eq!(off.unwrap(), 2);
    let surfaced = store.find_blanks(&[chip(2)], both, &[], NOW).await;
    assert_eq!(surfaced.unwrap(), (0, 1));
    for (account, blanks) in [
        ("vault", 1),
        ("spoiled", 2),
        ("written_off", 1),
        ("missing", 0),
    ] {
        assert_eq!(balance(&bench, account).await, blanks, "{account}");
    }
    let not_missing = store.find_blanks(&[chip(1)], both, &[], NOW).await;
    assert!(matches!(not_missing, Err(StoreError::BlankMove(_))));
    let nobody = store.lose_blanks(&[chip(77)], by, &[], NOW).await;
    assert!(matches!(nobody, Err(StoreError::NoSuchBlank(_))));
    check(&bench).await;
}

on_each_engine! {
    a_box_is_in_the_vault_once_it_was_counted_and_read,
    blanks_go_out_to_a_line_and_come_back_unused,
    test_cards_never_become_documents_and_two_destroy_what_is_spoiled,
    what_is_missing_is_found_or_written_off_by_two_supervisors,
}

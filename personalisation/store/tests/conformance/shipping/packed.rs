//! Into a container and out of it again.

use personalisation_core::{
    attempt::{AttemptState, ScrapReason},
    blank::BlankState,
    quality::{Reason, Stage},
    shipping::TakenOut,
};

use super::*;
use crate::{Engine, on_each_engine};

async fn a_card_that_passed_goes_into_a_bag_of_its_destination_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let card = bench.card_to(1, &office(), false).await;
    let bag = bench.bag(1, &office(), packer).await;
    // The form sent twice opens one bag.
    assert_eq!(bench.bag(1, &office(), packer).await, bag);
    assert_eq!((bag.number(), bag.is_open()), (1, true));
    let put = bench.put(&card, &bag, packer).await.unwrap();
    assert_eq!((put.put, put.pieces), (PutIn::Now, 1));
    let kept = bench.store.attempt(card.id()).await.unwrap().unwrap();
    assert_eq!(kept, put.attempt);
    assert_eq!(kept, card.clone().pack(bag.id()).unwrap());
    let states = bench.store.moves(card.id()).await.unwrap();
    assert_eq!(states.last().unwrap().state, "packed");
    let known = bench.store.quality(card.id()).await.unwrap();
    assert!(known.stage == Stage::Packed && !known.may_be_packed());
    let again = bench.put(&card, &bag, packer).await.unwrap();
    assert_eq!((again.put, again.pieces), (PutIn::Already, 1));
    let other = bench.bag(2, &office(), packer).await;
    assert_eq!(other.number(), 2);
    let twice = refused(bench.put(&card, &other, packer).await);
    assert_eq!(twice, PackingError::Elsewhere(bag.id()));
    let inside = bench.store.shipment_pieces(bag.id()).await.unwrap();
    let inside: Vec<_> = inside
        .iter()
        .map(|row| (row.piece.number, row.packed_by))
        .collect();
    assert_eq!(inside, [(number(&card), packer)]);
    assert_eq!(bench.store.shipment_pieces(other.id()).await.unwrap(), []);
}

async fn a_card_of_another_destination_or_that_somebody_has_to_look_at_stays_out(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let bag = bench.bag(1, &office(), packer).await;
    let elsewhere = bench.card_to(1, &Destination::Centre, true).await;
    let refusal = refused(bench.put(&elsewhere, &bag, packer).await);
    let expected = PackingError::OtherDestination {
        card: Destination::Centre,
        container: office(),
    };
    assert_eq!(refusal, expected);
    let sampled = bench
        .card_sampled(2, (&office(), false), Sampling::Full, NOW)
        .await;
    let refusal = refused(bench.put(&sampled, &bag, packer).await);
    assert_eq!(refusal, PackingError::NotReady);
    let inspector = PersonId::from_bytes([7; 16]);
    bench
        .look(&sampled, inspector, &Verdict::Passed)
        .await
        .unwrap();
    assert_eq!(bench.put(&sampled, &bag, packer).await.unwrap().pieces, 1);
    let failed = bench
        .card_sampled(3, (&office(), false), Sampling::Full, NOW)
        .await;
    let verdict = Verdict::from_reasons([Reason::Surface]);
    bench.look(&failed, inspector, &verdict).await.unwrap();
    let refusal = refused(bench.put(&failed, &bag, packer).await);
    assert_eq!(refusal, PackingError::NotReady);
    let nobodys = "C3F7K9T21".parse().unwrap();
    let pack = Pack {
        shipment: bag.id(),
        card: Matched::new(nobodys, CoverCode::of(nobodys)).unwrap(),
        by: packer,
    };
    let refusal = refused(bench.store.pack(&pack, &[], NOW).await);
    assert_eq!(refusal, PackingError::NoSuchCard);
}

async fn two_packers_race_for_one_card_and_one_has_it(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (one, two) = (bench.dispatcher().await, bench.dispatcher().await);
    let card = bench.card_to(1, &office(), false).await;
    let bags = [
        bench.bag(1, &office(), one).await,
        bench.bag(2, &office(), two).await,
    ];
    let other = bench.another().await;
    let (first, second) = tokio::join!(
        bench.put(&card, &bags[0], one),
        other.put(&card, &bags[1], two)
    );
    let (won, lost) = if first.is_ok() {
        (&bags[0], second)
    } else {
        assert!(second.is_ok(), "{second:?}");
        (&bags[1], first)
    };
    assert_eq!(refused(lost), PackingError::Elsewhere(won.id()));
    let mut inside = 0;
    for bag in &bags {
        inside += bench.store.shipment_pieces(bag.id()).await.unwrap().len();
    }
    assert_eq!(inside, 1);
}

async fn who_is_no_dispatcher_packs_and_opens_nothing(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let operator = somebody(&mut bench, Role::Operator).await;
    let card = bench.card_to(1, &office(), false).await;
    let bag = bench.bag(1, &office(), packer).await;
    let put = bench.put(&card, &bag, operator).await;
    assert!(matches!(put, Err(StoreError::NotPermitted { .. })));
    let new = NewShipment {
        id: ShipmentId::from_bytes([9; 16]),
        container: Container::Box,
        destination: office(),
        by: operator,
    };
    let opened = bench.store.open_shipment(&new, &[], NOW).await;
    assert!(matches!(opened, Err(StoreError::NotPermitted { .. })));
    assert_eq!(bench.store.shipment(new.id).await.unwrap(), None);
}

async fn what_is_taken_out_lies_in_the_tray_again_and_what_is_damaged_is_made_again(
    engine: Engine,
) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let bag = bench.bag(1, &office(), packer).await;
    let card = bench.card_to(1, &office(), false).await;
    let out = |why| TakeOut {
        shipment: bag.id(),
        number: number(&card),
        why,
        by: packer,
    };
    let mistaken = out(TakenOut::Mistaken);
    let refusal = refused(bench.store.take_out(&mistaken, &[], NOW).await);
    assert_eq!(refusal, PackingError::NotInside);
    bench.put(&card, &bag, packer).await.unwrap();
    let back = bench.store.take_out(&mistaken, &[], NOW).await.unwrap();
    assert_eq!(back, card);
    assert!(
        bench
            .store
            .quality(card.id())
            .await
            .unwrap()
            .may_be_packed()
    );
    // The floor counts it once.
    let day = time::Duration::hours(24);
    let made = bench.store.made(NOW - day, day * 2, 1).await.unwrap();
    assert_eq!((made[0].documents, made[0].scrapped), (1, 0));
    // Into another bag, and there it is dropped.
    let other = bench.bag(2, &office(), packer).await;
    bench.put(&card, &other, packer).await.unwrap();
    let damaged = TakeOut {
        shipment: other.id(),
        ..out(TakenOut::Damaged)
    };
    let scrapped = bench.store.take_out(&damaged, &[], NOW).await.unwrap();
    let AttemptState::Scrapped(scrap) = scrapped.state() else {
        panic!("{scrapped:?}")
    };
    assert_eq!(scrap.reason, ScrapReason::InspectionFailed);
    let blank = bench.store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    assert_eq!(blank.state, BlankState::Spoiled);
    let void = (number(&card).to_string(), "void".to_owned());
    assert_eq!(bench.store.numbers().await.unwrap(), [void]);
    let attempts = bench.store.attempts(card.id().order).await.unwrap();
    assert_eq!(attempts[1].state(), &AttemptState::Queued);
    assert_eq!(bench.store.check_stock().await.unwrap(), []);
    assert_eq!(bench.store.shipment_pieces(other.id()).await.unwrap(), []);
}

on_each_engine!(
    a_card_that_passed_goes_into_a_bag_of_its_destination_once,
    a_card_of_another_destination_or_that_somebody_has_to_look_at_stays_out,
    two_packers_race_for_one_card_and_one_has_it,
    who_is_no_dispatcher_packs_and_opens_nothing,
    what_is_taken_out_lies_in_the_tray_again_and_what_is_damaged_is_made_again,
);

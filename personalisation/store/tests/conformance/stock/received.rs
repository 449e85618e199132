//! Blanks: nothing appears, nothing vanishes.

use personalisation_core::{
    attempt::ScrapReason,
    blank::BlankState,
    ids::{BlankId, BoxId, DeliveryId},
};
use personalisation_store::{
    StoreError,
    line::Bound,
    stock::{NewBlank, NewBox, NewDelivery},
};

use super::people::check;
use crate::{Bench, Engine, NOW, chip, lease, on_each_engine};

async fn count(bench: &Bench, state: BlankState) -> u64 {
    let stock = bench.store.stock().await.unwrap();
    stock
        .iter()
        .find(|(found, _)| *found == state)
        .map_or(0, |(_, blanks)| *blanks)
}

async fn a_delivery_is_in_the_vault_with_what_its_maker_told(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2)]).await;
    let blank = bench.store.blank_by_chip(chip(2)).await.unwrap().unwrap();
    assert_eq!(blank.state, BlankState::Vault);
    assert_eq!(blank.key_check_values, [2; 9]);
    assert_eq!(blank.wrapped_key, [9; 40]);
    assert_eq!(bench.store.blank_by_chip(chip(3)).await.unwrap(), None);
    assert_eq!(count(&bench, BlankState::Vault).await, 2);
}

async fn a_chip_delivered_twice_refuses_the_whole_delivery(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    let blanks = [chip(2), chip(1)].map(|chip| NewBlank {
        id: BlankId::generate(&mut bench.rng),
        chip,
        key_check_values: [0; 9],
    });
    let delivery = NewDelivery {
        id: DeliveryId::generate(&mut bench.rng),
        batch: "again",
        file_digest: [77; 32],
        wrapped_key: &[],
        key_version: 0x30,
        boxes: &[NewBox {
            id: BoxId::generate(&mut bench.rng),
            label: "1",
            blanks: &blanks,
        }],
        inspect: false,
    };
    let error = bench
        .store
        .receive_delivery(&delivery, &[], NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::AlreadyThere { .. }), "{error}");
    assert_eq!(bench.store.blank_by_chip(chip(2)).await.unwrap(), None);
    assert_eq!(count(&bench, BlankState::Vault).await, 1);
}

async fn a_blank_found_bad_is_spoiled_once_and_never_bound(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    bench.order("ONE", NOW).await;
    let blank = bench.store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    let line = "line-1".parse().unwrap();
    bench
        .store
        .spoil_unbound(blank.id, ("chip_life_cycle", &line), &[], NOW)
        .await
        .unwrap();
    let again = bench
        .store
        .spoil_unbound(blank.id, ("chip_life_cycle", &line), &[], NOW)
        .await;
    assert!(matches!(again, Err(StoreError::BlankMove(_))), "{again:?}");
    let bound = bench.bind(chip(1), &lease("one", 1)).await;
    assert_eq!(bound, Bound::NotAvailable(BlankState::Spoiled));
}

async fn what_was_received_is_the_sum_over_all_places(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2), chip(3), chip(4)]).await;
    for text in ["ONE", "TWO", "THREE"] {
        bench.order(text, NOW).await;
    }
    let one = bench.bound(chip(1), &lease("one", 1)).await;
    bench.finish(&lease("one", 1), &one).await;
    let two = bench.bound(chip(2), &lease("two", 2)).await;
    bench
        .scrap(&lease("two", 2), &two, ScrapReason::ChipRefused)
        .await;
    bench.bound(chip(3), &lease("three", 3)).await;

    let stock = bench.store.stock().await.unwrap();
    assert_eq!(stock.iter().map(|(_, blanks)| blanks).sum::<u64>(), 4);
    for state in [
        BlankState::Document,
        BlankState::Spoiled,
        BlankState::Line,
        BlankState::Vault,
    ] {
        assert_eq!(count(&bench, state).await, 1, "{state}");
    }
    check(&bench).await;
}

on_each_engine! {
    a_delivery_is_in_the_vault_with_what_its_maker_told,
    a_chip_delivered_twice_refuses_the_whole_delivery,
    a_blank_found_bad_is_spoiled_once_and_never_bound,
    what_was_received_is_the_sum_over_all_places,
}

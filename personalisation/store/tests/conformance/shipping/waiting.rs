//! What waits to be packed is what may be packed, express first, then the oldest.

use time::Duration;

use super::*;
use crate::{Engine, on_each_engine};

async fn what_waits_is_what_may_be_packed_express_first(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let (here, there) = (office(), Destination::Centre);
    assert_eq!(bench.store.waiting_to_pack().await.unwrap(), []);
    let one = bench.card_to(1, &here, false).await;
    let two = bench.card_to(2, &here, true).await;
    let three = bench.card_to(3, &here, false).await;
    let sampled = bench
        .card_sampled(4, (&here, true), Sampling::Full, NOW + Duration::HOUR)
        .await;
    let other = bench.card_to(5, &there, false).await;
    let waiting = bench.store.waiting_to_pack().await.unwrap();
    let facts: Vec<_> = waiting
        .iter()
        .map(|one| {
            (
                one.destination.as_str(),
                one.ready,
                one.express,
                one.to_inspect,
            )
        })
        .collect();
    assert_eq!(facts, [("L-0304", 3, 1, 1), ("centre", 1, 0, 0)]);
    let listed = bench.store.cards_to_pack(&here, 9).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|card| card.id).collect();
    assert_eq!(ids[0], two.id());
    assert_eq!(ids.len(), 3);
    assert!(listed[0].express && !listed[1].express);
    // The list and the rule agree about each card.
    for card in [&one, &two, &three, &sampled, &other] {
        let may = bench
            .store
            .quality(card.id())
            .await
            .unwrap()
            .may_be_packed();
        let to = if card == &other { &there } else { &here };
        let listed = bench.store.cards_to_pack(to, 9).await.unwrap();
        let is_listed = listed.iter().any(|one| one.id == card.id());
        assert_eq!(may, is_listed, "{}", card.id());
    }
    // A cover is made for what may be packed, and for nothing else.
    let covered = bench.store.card_to_cover(other.id()).await.unwrap();
    assert_eq!(covered, Some((number(&other), there.clone())));
    assert_eq!(bench.store.card_to_cover(sampled.id()).await.unwrap(), None);
    let bag = bench.bag(1, &here, packer).await;
    bench.put(&two, &bag, packer).await.unwrap();
    let waiting = bench.store.waiting_to_pack().await.unwrap();
    assert_eq!((waiting[0].ready, waiting[0].express), (2, 0));
    assert_eq!(bench.store.cards_to_pack(&here, 1).await.unwrap().len(), 1);
}

on_each_engine!(what_waits_is_what_may_be_packed_express_first);

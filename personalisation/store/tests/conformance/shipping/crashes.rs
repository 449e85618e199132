//! Power fails between intent and outcome: nothing is half packed, and the same act again ends it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use evidence::entry::Act;
use personalisation_store::{Boundary, Interrupter};

use super::*;
use crate::{Engine, on_each_engine};

impl Bench {
    /// The same database; power fails at the next boundary that `fails` names.
    async fn failing(&self, fails: fn(Boundary) -> bool) -> Self {
        let mut bench = self.another().await;
        let live = Arc::new(AtomicBool::new(true));
        bench.store = bench
            .store
            .danger_interrupted_by(Interrupter::new(move |at| {
                fails(at) && live.swap(false, Ordering::Relaxed)
            }));
        bench
    }

    /// What the audit says about an act.
    async fn phases(&self, act: &str) -> Vec<String> {
        let mut lines = Vec::new();
        self.store.export_audit(&mut lines).await.unwrap();
        let lines = String::from_utf8(lines).unwrap();
        let own = lines.lines().filter(|line| line.contains(act));
        own.map(str::to_owned).collect()
    }
}

async fn a_card_is_packed_or_it_is_not_wherever_power_fails(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let card = bench.card_to(1, &office(), false).await;
    let bag = bench.bag(1, &office(), packer).await;
    let act = Act::new([5; 16], "staff x", "pack-card", "card");
    bench.store.audit(&[act.intent(NOW)]).await.unwrap();
    let number = number(&card);
    let done = [act.outcome(NOW, "packed")];
    let pack = Pack {
        shipment: bag.id(),
        card: Matched::new(number, CoverCode::of(number)).unwrap(),
        by: packer,
    };
    let before = |at| matches!(at, Boundary::BeforeCommit("packing a card"));
    let failing = bench.failing(before).await;
    let cut = failing.store.pack(&pack, &done, NOW);
    assert!(matches!(cut.await, Err(StoreError::Interrupted(_))));
    // The intent stands, and nothing else: neither piece, nor state, nor outcome.
    assert_eq!(bench.phases("pack-card").await.len(), 1);
    assert_eq!(bench.store.shipment_pieces(bag.id()).await.unwrap(), []);
    assert_eq!(bench.store.attempt(card.id()).await.unwrap(), Some(card));
    let after = |at| matches!(at, Boundary::AfterCommit("packing a card"));
    let failing = bench.failing(after).await;
    let cut = failing.store.pack(&pack, &done, NOW);
    assert!(matches!(cut.await, Err(StoreError::Interrupted(_))));
    assert_eq!(bench.phases("pack-card").await.len(), 2);
    // Scanned again, because nobody saw an answer.
    let again = bench.store.pack(&pack, &[], NOW).await.unwrap();
    assert_eq!((again.put, again.pieces), (PutIn::Already, 1));
}

async fn a_container_is_sealed_or_it_is_not_wherever_power_fails(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (packer, counter) = (bench.dispatcher().await, bench.dispatcher().await);
    let card = bench.card_to(1, &office(), false).await;
    let bag = bench.bag(1, &office(), packer).await;
    bench.put(&card, &bag, packer).await.unwrap();
    let both = (packer, counter);
    let before = |at| matches!(at, Boundary::BeforeCommit("sealing a container"));
    let failing = bench.failing(before).await;
    let cut = failing.seal(&bag, ("CTIE-1", 1), both).await;
    assert!(matches!(cut, Err(StoreError::Interrupted(_))));
    assert!(
        bench
            .store
            .shipment(bag.id())
            .await
            .unwrap()
            .unwrap()
            .is_open()
    );
    let after = |at| matches!(at, Boundary::AfterCommit("sealing a container"));
    let failing = bench.failing(after).await;
    let cut = failing.seal(&bag, ("CTIE-1", 1), both).await;
    assert!(matches!(cut, Err(StoreError::Interrupted(_))));
    let sealed = bench.seal(&bag, ("CTIE-1", 1), both).await.unwrap();
    assert_eq!(sealed.state().name(), "sealed");
    // It waits for its signature: whoever has the key signs it next.
    assert_eq!(bench.store.unsigned_manifests(9).await.unwrap().len(), 1);
}

on_each_engine!(
    a_card_is_packed_or_it_is_not_wherever_power_fails,
    a_container_is_sealed_or_it_is_not_wherever_power_fails,
);

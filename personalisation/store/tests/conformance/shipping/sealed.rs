//! The seal: counted by somebody else, used once, and from then on the container is its manifest.

use personalisation_core::shipping::{NotFourEyes, ShipmentState, TakenOut};

use super::*;
use crate::{Engine, on_each_engine};

async fn two_seal_what_one_packed_and_the_manifest_says_what_is_inside(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (packer, counter) = (bench.dispatcher().await, bench.dispatcher().await);
    let bag = bench.bag(1, &office(), packer).await;
    let mut numbers = Vec::new();
    for byte in 1..=3 {
        let card = bench.card_to(byte, &office(), false).await;
        bench.put(&card, &bag, packer).await.unwrap();
        numbers.push(number(&card).to_string());
    }
    numbers.sort_unstable();
    assert_eq!(bench.store.shipment_manifest(bag.id()).await.unwrap(), None);
    let both = (packer, counter);
    let sealed = bench.seal(&bag, ("CTIE-1", 3), both).await.unwrap();
    let ShipmentState::Sealed(facts) = sealed.state() else {
        panic!("{sealed:?}")
    };
    assert_eq!((facts.seal.as_str(), facts.pieces), ("CTIE-1", 3));
    let kept = bench.store.shipment_manifest(bag.id()).await.unwrap();
    let kept = kept.unwrap();
    assert_eq!(kept.manifest.digest(), facts.manifest.0);
    let said: Vec<_> = kept
        .manifest
        .pieces()
        .iter()
        .map(|piece| &*piece.number)
        .collect();
    assert_eq!(said, numbers);
    let heading = kept.manifest.heading();
    assert_eq!(
        (&*heading.seal, &*heading.destination),
        ("CTIE-1", "L-0304")
    );
    assert_eq!(heading.sealers, [*packer.as_bytes(), *counter.as_bytes()]);
    assert_eq!(heading.sealed_at, NOW.unix_timestamp());
    // The answer was lost, and the form is sent again.
    let again = bench.seal(&bag, ("CTIE-1", 3), both).await.unwrap();
    assert_eq!(again, sealed);
    assert_eq!(bench.store.shipment(bag.id()).await.unwrap(), Some(sealed));
    // Signed once: a second signature changes nothing.
    let waiting = bench.store.unsigned_manifests(9).await.unwrap();
    assert_eq!(waiting, [bag.id()]);
    for signed in [b"one", b"two"] {
        let keep = bench.store.keep_signed_manifest(bag.id(), signed);
        keep.await.unwrap();
    }
    let kept = bench.store.shipment_manifest(bag.id()).await.unwrap();
    assert_eq!(kept.unwrap().signed.as_deref(), Some(&b"one"[..]));
    assert_eq!(bench.store.unsigned_manifests(9).await.unwrap(), []);
}

async fn nobody_seals_alone_or_counts_what_they_packed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [opener, packer, dropped, remover, fourth] = [
        bench.dispatcher().await,
        bench.dispatcher().await,
        bench.dispatcher().await,
        bench.dispatcher().await,
        bench.dispatcher().await,
    ];
    let bag = bench.bag(1, &office(), opener).await;
    let one = bench.card_to(1, &office(), false).await;
    let two = bench.card_to(2, &office(), false).await;
    bench.put(&one, &bag, packer).await.unwrap();
    // Put something in that came out again, and took it out: both are packing too.
    bench.put(&two, &bag, dropped).await.unwrap();
    let out = TakeOut {
        shipment: bag.id(),
        number: number(&two),
        why: TakenOut::Repacked,
        by: remover,
    };
    bench.store.take_out(&out, &[], NOW).await.unwrap();
    let alone = refused(bench.seal(&bag, ("CTIE-1", 1), (packer, packer)).await);
    assert_eq!(alone, PackingError::FourEyes(NotFourEyes::SamePerson));
    for counter in [opener, packer, dropped, remover] {
        let refusal = refused(bench.seal(&bag, ("CTIE-1", 1), (fourth, counter)).await);
        assert_eq!(refusal, PackingError::FourEyes(NotFourEyes::Packer));
    }
    let clerk = somebody(&mut bench, Role::Clerk).await;
    let refusal = bench.seal(&bag, ("CTIE-1", 1), (packer, clerk)).await;
    assert!(matches!(refusal, Err(StoreError::NotPermitted { .. })));
    for counted in [0, 2] {
        let refusal = refused(
            bench
                .seal(&bag, ("CTIE-1", counted), (packer, fourth))
                .await,
        );
        assert_eq!(refusal, PackingError::Count { counted });
    }
    assert!(
        bench
            .store
            .shipment(bag.id())
            .await
            .unwrap()
            .unwrap()
            .is_open()
    );
    let both = (packer, fourth);
    bench.seal(&bag, ("CTIE-1", 1), both).await.unwrap();
    // What is sealed is closed: for cards, for a second seal, for hands.
    let refusal = refused(bench.put(&two, &bag, packer).await);
    assert_eq!(refusal, PackingError::Closed(1));
    let refusal = refused(bench.seal(&bag, ("CTIE-2", 1), both).await);
    assert_eq!(refusal, PackingError::Closed(1));
    let out = TakeOut {
        number: number(&one),
        ..out
    };
    let refusal = refused(bench.store.take_out(&out, &[], NOW).await);
    assert_eq!(refusal, PackingError::Closed(1));
    let empty = bench.bag(2, &office(), packer).await;
    let refusal = refused(bench.seal(&empty, ("CTIE-2", 0), both).await);
    assert_eq!(refusal, PackingError::Empty);
}

async fn a_seal_closes_one_container_for_ever(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (packer, counter) = (bench.dispatcher().await, bench.dispatcher().await);
    let mut bags = Vec::new();
    for byte in 1..=3 {
        let card = bench.card_to(byte, &office(), false).await;
        let bag = bench.bag(byte, &office(), packer).await;
        bench.put(&card, &bag, packer).await.unwrap();
        bags.push(bag);
    }
    let both = (packer, counter);
    bench.seal(&bags[0], ("CTIE-1", 1), both).await.unwrap();
    let used = |seal: &str| PackingError::SealUsed(seal.parse().unwrap());
    let refusal = refused(bench.seal(&bags[1], ("ctie-1", 1), both).await);
    assert_eq!(refusal, used("CTIE-1"));
    // At the same moment, from two tables.
    let other = bench.another().await;
    let (one, two) = tokio::join!(
        bench.seal(&bags[1], ("CTIE-2", 1), both),
        other.seal(&bags[2], ("CTIE-2", 1), both)
    );
    let lost = if one.is_ok() { two } else { one };
    assert_eq!(refused(lost), used("CTIE-2"));
    let sealed = bench.store.shipments(false, None, 9).await.unwrap();
    let open = bench.store.shipments(true, Some(&office()), 9).await;
    assert_eq!((sealed.len(), open.unwrap().len()), (2, 1));
}

on_each_engine!(
    two_seal_what_one_packed_and_the_manifest_says_what_is_inside,
    nobody_seals_alone_or_counts_what_they_packed,
    a_seal_closes_one_container_for_ever,
);

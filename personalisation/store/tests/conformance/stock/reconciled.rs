//! What pki signed against the attempts, and the alarms where they differ.

use personalisation_core::{attempt::AttemptId, chip_serial::ChipSerial, ids::OrderId};
use personalisation_store::{
    fleet::AlarmKind,
    stock::{Mismatch, ReleasedSignature, SignedFileKind},
};
use time::Duration;

use crate::{Bench, Engine, NOW, chip, lease, on_each_engine};

/// Both signatures of an attempt, from that place in the journal on.
fn released(journal: u64, attempt: AttemptId, chip: ChipSerial) -> [ReleasedSignature; 2] {
    let kinds = [SignedFileKind::Sod, SignedFileKind::CardSecurity];
    let mut journal = journal;
    kinds.map(|kind| {
        journal += 1;
        ReleasedSignature {
            journal: journal - 1,
            attempt,
            kind,
            chip,
            at: NOW,
        }
    })
}

async fn alarms(bench: &Bench) -> Vec<(AlarmKind, String)> {
    let alarms = bench.store.fleet_alarms(9).await.unwrap();
    let mut alarms: Vec<_> = alarms
        .into_iter()
        .map(|alarm| (alarm.kind, alarm.object.unwrap()))
        .collect();
    alarms.sort_by_key(|(kind, object)| (kind.name(), object.clone()));
    alarms
}

async fn a_signature_without_an_attempt_rings_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2].map(chip)).await;
    bench.order("ONE", NOW).await;
    let bound = bench.bound(chip(1), &lease("one", 1)).await;
    let nobody = AttemptId {
        order: OrderId::from_bytes([9; 16]),
        ..bound.id()
    };
    let (store, rng) = (&bench.store, &mut bench.rng);
    assert_eq!(store.last_signature().await.unwrap(), None);
    let good = released(1, bound.id(), chip(1));
    let found = store.take_signatures(rng, &good, NOW).await.unwrap();
    assert_eq!(found, []);
    let last = store.last_signature().await.unwrap();
    assert_eq!(last.as_ref(), good.last());
    for _ in 0..2 {
        let foreign = released(3, nobody, chip(2));
        let found = store.take_signatures(rng, &foreign, NOW).await.unwrap();
        let expected = [Mismatch::SignatureWithoutAttempt(nobody)];
        assert!(found.is_empty() || found == expected, "{found:?}");
    }
    // The right attempt, another chip.
    bench.order("TWO", NOW).await;
    let second = bench.bound(chip(2), &lease("one/b", 2)).await;
    let (store, rng) = (&bench.store, &mut bench.rng);
    let other_chip = released(5, second.id(), chip(3));
    let found = store.take_signatures(rng, &other_chip, NOW).await.unwrap();
    assert_eq!(found, [Mismatch::SignatureWithoutAttempt(second.id())]);
    let mut expected = [nobody, second.id()].map(|id| {
        let object = format!("attempt {id}");
        (AlarmKind::SignatureWithoutAttempt, object)
    });
    expected.sort_by_key(|(_, object)| object.clone());
    assert_eq!(alarms(&bench).await, expected);
}

async fn a_signed_attempt_that_pki_does_not_know_rings_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3].map(chip)).await;
    let mut attempts = Vec::new();
    for number in [1, 2, 3] {
        bench.order(&format!("ORDER{number}"), NOW).await;
        let mine = lease(&format!("one/{number}"), number);
        let bound = bench.bound(chip(number), &mine).await;
        if number < 3 {
            bench.finish(&mine, &bound).await;
        }
        attempts.push(bound.id());
    }
    let (store, rng) = (&bench.store, &mut bench.rng);
    let known = released(1, attempts[0], chip(1));
    store.take_signatures(rng, &known, NOW).await.unwrap();
    // Only the SOD of the second one.
    let half = &released(3, attempts[1], chip(2))[..1];
    store.take_signatures(rng, half, NOW).await.unwrap();

    let early = store.compare_attempts(rng, (NOW, 9), NOW).await.unwrap();
    assert_eq!(
        early,
        [],
        "what was signed just now may not be in the journal yet"
    );
    assert_eq!(store.signatures_compared_until().await.unwrap(), Some(NOW));
    let later = NOW + Duration::MINUTE;
    let found = store
        .compare_attempts(rng, (later, 9), later)
        .await
        .unwrap();
    assert_eq!(found, [Mismatch::AttemptWithoutSignature(attempts[1])]);
    let again = store
        .compare_attempts(rng, (later, 9), later)
        .await
        .unwrap();
    assert_eq!(again, []);
    let until = store.signatures_compared_until().await.unwrap();
    assert_eq!(until, Some(later));
    let object = format!("attempt {}", attempts[1]);
    let expected = [(AlarmKind::AttemptWithoutSignature, object)];
    assert_eq!(alarms(&bench).await, expected);
}

/// All of one moment, one a transaction: as where more differ than one transaction takes.
async fn a_comparison_gets_behind_any_number_of_mismatches(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3].map(chip)).await;
    let mut attempts = Vec::new();
    for number in [1, 2, 3] {
        bench.order(&format!("ORDER{number}"), NOW).await;
        let mine = lease(&format!("one/{number}"), number);
        let bound = bench.bound(chip(number), &mine).await;
        bench.finish(&mine, &bound).await;
        attempts.push(Mismatch::AttemptWithoutSignature(bound.id()));
    }
    let (store, rng) = (&bench.store, &mut bench.rng);
    assert_eq!(store.signatures_compared_until().await.unwrap(), None);
    let later = NOW + Duration::MINUTE;
    let found = store
        .compare_attempts(rng, (later, 1), later)
        .await
        .unwrap();
    assert_eq!(found.len(), attempts.len());
    assert!(attempts.iter().all(|one| found.contains(one)), "{found:?}");
    let until = store.signatures_compared_until().await.unwrap();
    assert_eq!(until, Some(later));
    assert_eq!(alarms(&bench).await.len(), attempts.len());
}

async fn a_journal_that_was_cut_or_has_gaps_rings_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3].map(chip)).await;
    let mut attempts = Vec::new();
    for number in [1, 2, 3] {
        bench.order(&format!("ORDER{number}"), NOW).await;
        let mine = lease(&format!("one/{number}"), number);
        attempts.push(bench.bound(chip(number), &mine).await.id());
    }
    let (store, rng) = (&bench.store, &mut bench.rng);
    let first = released(1, attempts[0], chip(1));
    let found = store.take_signatures(rng, &first, NOW).await.unwrap();
    assert_eq!(found, []);
    // Numbers 3 and 4 were never told; that rings once, however often the rest comes.
    for expected in [&[Mismatch::JournalBroken(3)][..], &[]] {
        let behind = released(5, attempts[1], chip(2));
        let found = store.take_signatures(rng, &behind, NOW).await.unwrap();
        assert_eq!(found, expected);
    }
    let next = released(7, attempts[2], chip(3));
    let found = store.take_signatures(rng, &next, NOW).await.unwrap();
    assert_eq!(found, [], "it goes on");
    for expected in [Some(Mismatch::JournalBroken(8)), None] {
        let missed = store.miss_signature(rng, 8, NOW).await.unwrap();
        assert_eq!(missed, expected);
    }
    let expected = [3, 8].map(|entry| {
        let object = format!("journal entry {entry}");
        (AlarmKind::JournalBroken, object)
    });
    assert_eq!(alarms(&bench).await, expected);
}

on_each_engine! {
    a_comparison_gets_behind_any_number_of_mismatches,
    a_journal_that_was_cut_or_has_gaps_rings_once,
    a_signature_without_an_attempt_rings_once,
    a_signed_attempt_that_pki_does_not_know_rings_once,
}

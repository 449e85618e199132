//! Orders: sealed content, the queue, decisions, the audit.

use dossier::dossier::DocumentType;
use evidence::entry::{Act, Entry};
use personalisation_core::{attempt::AttemptState, ids::OrderId, person::Person};
use personalisation_store::{
    StoreError,
    order::{ContentKind, NewOrder},
};
use zeroize::Zeroizing;

use crate::{Bench, Engine, MINUTE, NOW, chip, lease, on_each_engine};

#[tokio::test]
async fn content_comes_back_and_stands_sealed_on_the_disk() {
    let mut bench = Bench::new(Engine::Sqlite).await;
    let attempt = bench.order("MUELLER<<ANNE", NOW).await;
    let order = attempt.id().order;
    let identity = bench
        .store
        .order_content(order, ContentKind::Identity)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&identity[..], b"MUELLER<<ANNE");
    assert_eq!(
        bench
            .store
            .order_content(order, ContentKind::Dg3)
            .await
            .unwrap(),
        None
    );

    for file in std::fs::read_dir(bench.home.folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"MUELLER"));
    }
}

async fn another_key_opens_nothing(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let order = bench.order("MUELLER<<ANNE", NOW).await.id().order;
    let other = bench.home.open(8).await;
    let error = other
        .order_content(order, ContentKind::Identity)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Seal {
                table: "order_content",
                ..
            }
        ),
        "{error}"
    );
}

async fn content_moved_to_another_order_does_not_open(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let one = bench.order("ONE", NOW).await.id().order;
    let two = bench.order("TWO", NOW).await.id().order;
    let mut tool = bench.home.tool().await;
    sqlx::query(
        "UPDATE order_content SET sealed = (SELECT sealed FROM order_content WHERE order_id = $1)
         WHERE order_id = $2",
    )
    .bind(&one.as_bytes()[..])
    .bind(&two.as_bytes()[..])
    .execute(&mut tool)
    .await
    .unwrap();
    let error = bench
        .store
        .order_content(two, ContentKind::Identity)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Seal { .. }), "{error}");
}

async fn the_same_order_twice_is_refused_and_changes_nothing(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let id = OrderId::generate(&mut bench.rng);
    let content = [(ContentKind::Identity, Zeroizing::new(b"ONE".to_vec()))];
    let order = NewOrder {
        id,
        issuer_profile: "luxembourg",
        added_by: "personalisation/order",
        person: &Person::new([1; 32], None),
        document_type: DocumentType::IdentityCard,
        destination: None,
        express: false,
        content: &content,
    };
    bench
        .store
        .add_order(&mut bench.rng, &order, &[], NOW)
        .await
        .unwrap();
    let error = bench
        .store
        .add_order(&mut bench.rng, &order, &[], NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::AlreadyThere { .. }), "{error}");
    assert_eq!(bench.store.queue_length().await.unwrap().queued, 1);
}

async fn decisions_need_an_attempt_that_nobody_works_on(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let queued = bench.order("ONE", NOW).await;
    let held = queued.clone().hold().unwrap();
    bench.store.decide(&queued, &held, &[], NOW).await.unwrap();
    assert_eq!(bench.store.queue_length().await.unwrap().queued, 0);
    let stale = bench
        .store
        .decide(&queued, &held, &[], NOW)
        .await
        .unwrap_err();
    assert!(matches!(stale, StoreError::Stale { .. }), "{stale}");
    bench.store.decide(&held, &queued, &[], NOW).await.unwrap();

    bench.delivery(&[chip(1)]).await;
    let bound = bench.bound(chip(1), &lease("one", 1)).await;
    let cancelled = bound.clone().cancel().unwrap();
    let error = bench
        .store
        .decide(&bound, &cancelled, &[], NOW)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Stale { .. }), "{error}");
    bench.set_clock(NOW + 2 * MINUTE);
    bench
        .store
        .decide(&bound, &cancelled, &[], NOW)
        .await
        .unwrap();
    let read = bench.store.attempt(bound.id()).await.unwrap().unwrap();
    assert!(matches!(read.state(), AttemptState::Cancelled(_)));
    let numbers = bench.store.numbers().await.unwrap();
    assert_eq!(numbers[0].1, "void");
}

async fn the_audit_keeps_intent_and_outcome_once_each(engine: Engine) {
    let bench = Bench::new(engine).await;
    let act = Act::new([1; 16], "personalisation/line", "lock", "attempt 00/1");
    let entries = [act.intent(NOW), act.outcome(NOW, "locked")];
    bench.store.audit(&entries).await.unwrap();
    let again = bench.store.audit(&entries[1..]).await.unwrap_err();
    assert!(matches!(again, StoreError::AlreadyThere { .. }), "{again}");

    let mut lines = Vec::new();
    bench.store.export_audit(&mut lines).await.unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let read: Vec<_> = lines
        .lines()
        .map(|line| Entry::parse(line).unwrap())
        .collect();
    assert_eq!(read, entries);
}

on_each_engine! {
    another_key_opens_nothing,
    content_moved_to_another_order_does_not_open,
    the_same_order_twice_is_refused_and_changes_nothing,
    decisions_need_an_attempt_that_nobody_works_on,
    the_audit_keeps_intent_and_outcome_once_each,
}

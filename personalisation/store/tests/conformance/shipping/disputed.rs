//! Discrepancies: told once, owned by a role, settled with words; and the pictures of damage.

use personalisation_core::{
    ids::{DiscrepancyId, PhotographId},
    shipping::discrepancy::Kind,
};
use personalisation_store::shipping::{NewDiscrepancy, NewPhotograph};
use sqlx::Executor as _;
use time::Duration;

use super::*;
use crate::{Engine, on_each_engine};

async fn told(bench: &mut Bench, byte: u8, (bag, kind): (&Shipment, Kind), by: PersonId) -> bool {
    let new = NewDiscrepancy {
        id: DiscrepancyId::from_bytes([byte; 16]),
        shipment: bag.id(),
        kind,
        by,
    };
    let (store, rng) = (bench.store.clone(), &mut bench.rng);
    let opened = store.open_discrepancy(rng, &new, "unmistakable words", &[], NOW);
    opened.await.unwrap()
}

async fn settle(
    bench: &mut Bench,
    byte: u8,
    by: PersonId,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let id = DiscrepancyId::from_bytes([byte; 16]);
    let (store, rng) = (bench.store.clone(), &mut bench.rng);
    store
        .settle_discrepancy(rng, (id, by), "it was found in the van", &[], at)
        .await
}

async fn a_discrepancy_has_an_owner_and_a_clock_by_which_nothing_happens(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (courier, chief) = (
        somebody(&mut bench, Role::Courier).await,
        somebody(&mut bench, Role::Supervisor).await,
    );
    let dora = bench.dispatcher().await;
    let (bag, _) = bench.sealed_bag().await;
    for (byte, kind) in (1..).zip(Kind::ALL) {
        assert!(told(&mut bench, byte, (&bag, kind), courier).await);
        assert!(
            !told(&mut bench, byte, (&bag, kind), courier).await,
            "told again"
        );
    }
    let listed = bench.store.discrepancies().await.unwrap();
    assert_eq!(listed.len(), Kind::ALL.len());
    assert!(
        listed
            .windows(2)
            .all(|pair| pair[0].due_at <= pair[1].due_at)
    );
    let first = &listed[0];
    assert_eq!(
        first.words.as_deref().map(String::as_str),
        Some("unmistakable words")
    );
    assert_eq!(first.due_at, NOW + first.told.kind.clock());
    // Long past its clock everything is as it was.
    let late = NOW + Duration::days(30);
    for (byte, kind) in (1..).zip(Kind::ALL) {
        let (owner, stranger) = match kind.owner() {
            Role::Supervisor => (chief, dora),
            _ => (dora, chief),
        };
        for wrong in [stranger, courier] {
            let refused = settle(&mut bench, byte, wrong, late).await;
            assert!(
                matches!(refused, Err(StoreError::NotPermitted { .. })),
                "{kind:?}"
            );
        }
        settle(&mut bench, byte, owner, late).await.unwrap();
        let again = settle(&mut bench, byte, owner, late).await;
        assert!(matches!(again, Err(StoreError::Stale { .. })));
    }
    let id = DiscrepancyId::from_bytes([1; 16]);
    let one = bench.store.discrepancy(id).await.unwrap().unwrap();
    let settled = one.settled.unwrap();
    assert_eq!(
        (settled.at, &**settled.words),
        (late, "it was found in the van")
    );
    let kept = bench.store.shipment(bag.id()).await.unwrap();
    assert_eq!(kept, Some(bag));
}

async fn words_and_pictures_lie_sealed_and_stay(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let courier = somebody(&mut bench, Role::Courier).await;
    let chief = somebody(&mut bench, Role::Supervisor).await;
    let (bag, _) = bench.sealed_bag().await;
    told(&mut bench, 1, (&bag, Kind::BrokenSeal), courier).await;
    settle(&mut bench, 1, chief, NOW).await.unwrap();
    let (store, rng) = (bench.store.clone(), &mut bench.rng);
    for byte in 0..21_u8 {
        let new = NewPhotograph {
            id: PhotographId::from_bytes([byte; 16]),
            shipment: bag.id(),
            by: courier,
            jpeg: b"unmistakable picture",
        };
        for first in [true, false] {
            let kept = store.keep_photograph(rng, &new, |_| vec![], NOW).await;
            assert_eq!(kept.unwrap(), first && byte < 20, "{byte}");
        }
    }
    let pictures = store.photographs(bag.id()).await.unwrap();
    assert_eq!(pictures.len(), 20);
    let jpeg = store.photograph(bag.id(), pictures[0]).await.unwrap();
    assert_eq!(**jpeg.unwrap(), *b"unmistakable picture");
    let mut behind = bench.home.tool().await;
    let columns = [
        ("words", "shipping_discrepancy"),
        ("settlement", "shipping_discrepancy"),
        ("jpeg", "shipping_photograph"),
    ];
    for (column, table) in columns {
        let select = format!("SELECT {column} FROM {table}");
        let sealed: Vec<u8> = sqlx::query_scalar(sqlx::AssertSqlSafe(select))
            .fetch_one(&mut behind)
            .await
            .unwrap();
        let text = String::from_utf8_lossy(&sealed);
        assert!(
            !text.contains("unmistakable") && !text.contains("van"),
            "{column}"
        );
    }
    for statement in [
        "UPDATE shipping_discrepancy SET kind = 'overdue'",
        "UPDATE shipping_discrepancy SET settled_at = NULL, settled_by = NULL, settlement = NULL",
        "DELETE FROM shipping_discrepancy",
        "UPDATE shipping_photograph SET jpeg = taken_by",
        "DELETE FROM shipping_photograph",
    ] {
        let mut behind = bench.home.tool().await;
        let error = behind.execute(statement).await.unwrap_err().to_string();
        assert!(error.contains("only ever added"), "{statement}: {error}");
    }
}

on_each_engine!(
    a_discrepancy_has_an_owner_and_a_clock_by_which_nothing_happens,
    words_and_pictures_lie_sealed_and_stay,
);

//! What the databases themselves refuse, and what a damaged manifest is.

use sqlx::{AssertSqlSafe, Executor as _};

use super::*;
use crate::{Engine, on_each_engine, roles::as_role};

async fn sealed(bench: &mut Bench) -> Shipment {
    let (packer, counter) = (bench.dispatcher().await, bench.dispatcher().await);
    let bag = bench.bag(1, &office(), packer).await;
    for byte in 1..=2 {
        let card = bench.card_to(byte, &office(), false).await;
        bench.put(&card, &bag, packer).await.unwrap();
    }
    let both = (packer, counter);
    bench.seal(&bag, ("CTIE-1", 2), both).await.unwrap()
}

async fn the_database_itself_keeps_what_was_sealed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let bag = sealed(&mut bench).await;
    let keep = bench.store.keep_signed_manifest(bag.id(), b"signed");
    keep.await.unwrap();
    let card = bench.card_to(3, &office(), false).await;
    let order = hex::encode(card.id().order.as_bytes());
    let shipment = bag.id().to_string();
    for statement in [
        "UPDATE shipping_shipment SET destination = 'centre'".to_owned(),
        "UPDATE shipping_shipment SET state = 'packing'".to_owned(),
        "UPDATE shipping_shipment SET seal = 'CTIE-2'".to_owned(),
        "UPDATE shipping_shipment SET pieces = 3".to_owned(),
        "UPDATE shipping_shipment SET manifest = X'80'".to_owned(),
        "UPDATE shipping_shipment SET counted_by = X'00'".to_owned(),
        "UPDATE shipping_shipment SET signed = X'00'".to_owned(),
        "UPDATE shipping_shipment SET signed = NULL".to_owned(),
        "DELETE FROM shipping_shipment".to_owned(),
        "UPDATE shipping_piece SET taken_out_at = 1".to_owned(),
        "UPDATE shipping_piece SET packed_by = X'00'".to_owned(),
        "DELETE FROM shipping_piece".to_owned(),
        format!(
            "INSERT INTO shipping_piece (shipment_id, step, order_id, attempt, packed_at, packed_by)
             VALUES (X'{shipment}', 9, X'{order}', 1, 0, X'00')"
        ),
    ] {
        let statement = bench.home.spelled(&statement);
        let mut behind = bench.home.tool().await;
        let done = behind.execute(AssertSqlSafe(statement.clone())).await;
        let error = done.unwrap_err().to_string();
        let guards = ["stays what it was", "nothing goes into a sealed"];
        let guarded = guards.iter().any(|guard| error.contains(guard));
        assert!(guarded, "{statement}: {error}");
    }
}

async fn a_manifest_that_was_changed_is_a_damaged_row(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let bag = sealed(&mut bench).await;
    let kept = bench.store.shipment_manifest(bag.id()).await.unwrap();
    let mut bytes = kept.unwrap().manifest.to_be_signed();
    let seal = bytes.windows(6).position(|word| word == b"CTIE-1").unwrap();
    bytes[seal + 5] = b'2';
    let unguard = match engine {
        Engine::Sqlite => "DROP TRIGGER shipping_shipment_fixed",
        Engine::Postgres => "DROP TRIGGER shipping_shipment_fixed ON shipping_shipment",
    };
    bench.home.tool().await.execute(unguard).await.unwrap();
    let change = format!(
        "UPDATE shipping_shipment SET manifest = X'{}'",
        hex::encode(bytes)
    );
    bench.home.meddle(&change).await;
    let read = bench.store.shipment_manifest(bag.id()).await;
    let column = match read {
        Err(StoreError::BadRow { column, .. }) => column,
        other => panic!("{other:?}"),
    };
    assert_eq!(column, "manifest_digest");
}

on_each_engine!(
    the_database_itself_keeps_what_was_sealed,
    a_manifest_that_was_changed_is_a_damaged_row,
);

#[tokio::test]
async fn the_console_packs_and_the_line_does_not() {
    let mut bench = Bench::new(Engine::Postgres).await;
    let (packer, counter) = (bench.dispatcher().await, bench.dispatcher().await);
    let card = bench.card_to(1, &office(), false).await;
    let other = bench.card_to(2, &office(), false).await;
    let line = as_role(&bench, "line").await;
    bench.store = as_role(&bench, "console").await;
    let bag = bench.bag(1, &office(), packer).await;
    bench.put(&card, &bag, packer).await.unwrap();
    bench.put(&other, &bag, packer).await.unwrap();
    let out = TakeOut {
        shipment: bag.id(),
        number: number(&other),
        why: personalisation_core::shipping::TakenOut::Damaged,
        by: packer,
    };
    bench.store.take_out(&out, &[], NOW).await.unwrap();
    let both = (packer, counter);
    bench.seal(&bag, ("CTIE-1", 1), both).await.unwrap();
    assert_eq!(bench.store.waiting_to_pack().await.unwrap(), []);
    let denied = line.shipment(bag.id()).await;
    assert!(matches!(denied, Err(StoreError::Database { .. })));
}

//! Lists for inspection systems: what they name, their numbers, and what a crash leaves.

use evidence::document_list::{Class, ListError};
use personalisation_core::{attempt::ScrapReason, issuer_profile::IssuerProfile};
use time::{Duration, macros::datetime};

use super::*;
use crate::{Engine, on_each_engine};

const LUX: IssuerProfile = IssuerProfile::LUXEMBOURG;

async fn a_list_names_what_must_not_be_accepted_and_nothing_else(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let (lost, _) = bench.active_card(1).await;
    let (stolen, _) = bench.active_card(2).await;
    let (revoked, _) = bench.active_card(3).await;
    let (good, _) = bench.active_card(4).await;
    let produced = bench.finished_card(5, &who(5, 5)).await;
    for (number, loss) in [(lost, Loss::Lost), (stolen, Loss::Stolen)] {
        let change = Change::Report(report(loss, supervisor));
        bench.change(number, &change, NOW).await.unwrap();
    }
    let withdrawn = personalisation_core::document::RevocationReason::Withdrawn;
    let change = Change::Revoke(withdrawn, supervisor);
    bench.change(revoked, &change, NOW).await.unwrap();
    bench.delivery(&[chip(6)]).await;
    bench.order("SIX", NOW).await;
    let mine = lease("one", 2);
    let bound = bench.bound(chip(6), &mine).await;
    bench.scrap(&mine, &bound, ScrapReason::ChipSilent).await;
    let void = bound.binding().unwrap().number;

    let made = bench
        .store
        .make_document_list(&LUX, Duration::DAY, NOW)
        .await
        .unwrap();
    let class = |number: DocumentNumber| made.find(number.as_str()).map(|entry| entry.class);
    let classes = [lost, stolen, revoked, void].map(class);
    let expected = [Class::Lost, Class::Stolen, Class::Revoked, Class::Void].map(Some);
    assert_eq!(classes, expected);
    assert_eq!([good, produced].map(class), [None, None]);
    let heading = made.heading();
    assert_eq!((&*heading.issuer, heading.number), ("LUX", 1));
    assert_eq!(heading.next_update - heading.this_update, 86_400);
    // Another State has a list of its own; after the last day nobody needs to be told.
    let utopia = bench
        .store
        .make_document_list(&IssuerProfile::UTOPIA, Duration::DAY, NOW);
    assert_eq!(utopia.await.unwrap().entries(), []);
    let later = datetime!(2036-11-21 12:00 UTC);
    let made = bench
        .store
        .make_document_list(&LUX, Duration::DAY, later)
        .await
        .unwrap();
    let left: Vec<_> = made.entries().iter().map(|entry| &*entry.number).collect();
    assert_eq!((left, made.heading().number), (vec![void.as_str()], 2));
}

async fn a_list_is_signed_once_and_its_number_used_once(engine: Engine) {
    let bench = Bench::new(engine).await;
    let newest = async || bench.store.newest_document_list(&LUX).await.unwrap();
    assert_eq!(newest().await, None);
    let other = bench.another().await;
    let (one, two) = tokio::join!(
        bench.store.make_document_list(&LUX, Duration::DAY, NOW),
        other.store.make_document_list(&LUX, Duration::DAY, NOW)
    );
    // One after the other, or one of them is told; never one number twice.
    let numbers: Vec<_> = [one, two]
        .into_iter()
        .filter_map(|made| match made {
            Ok(list) => Some(list.heading().number),
            Err(StoreError::AlreadyThere { .. }) => None,
            Err(error) => panic!("{error}"),
        })
        .collect();
    let mut expected = numbers.clone();
    expected.dedup();
    assert_eq!(numbers, expected);
    let waiting = newest().await.unwrap();
    assert_eq!(waiting.signature, None);
    let number = waiting.list.heading().number;
    for signature in [[1; 64], [2; 64]] {
        let signed = bench.store.sign_document_list(&LUX, number, &signature);
        signed.await.unwrap();
    }
    let kept = newest().await.unwrap();
    assert_eq!(kept.signature.as_deref(), Some(&[1; 64][..]));
    let signed = kept.signed().unwrap();
    let forged = signed.verify(b"key", None, NOW.unix_timestamp());
    assert_eq!(forged.map(drop), Err(ListError::BadKey));
    // The next one: what the older one said is forgotten, its number and hash are not.
    let next = bench
        .store
        .make_document_list(&LUX, Duration::DAY, NOW)
        .await
        .unwrap();
    let next = next.heading().number;
    assert_eq!(next, number + 1);
    bench
        .store
        .sign_document_list(&LUX, next, &[3; 64])
        .await
        .unwrap();
    let rows: Vec<i64> = sqlx::query_scalar("SELECT number FROM document_list WHERE body IS NULL")
        .fetch_all(&mut bench.home.tool().await)
        .await
        .unwrap();
    assert_eq!(rows.last().copied(), i64::try_from(number).ok());
}

async fn a_list_that_is_not_what_was_fixed_is_a_damaged_row(engine: Engine) {
    let bench = Bench::new(engine).await;
    let made = bench.store.make_document_list(&LUX, Duration::DAY, NOW);
    made.await.unwrap();
    let mut behind = bench.home.tool().await;
    let off = match engine {
        Engine::Sqlite => "DROP TRIGGER document_list_fixed",
        Engine::Postgres => "ALTER TABLE document_list DISABLE TRIGGER document_list_fixed",
    };
    sqlx::query(off).execute(&mut behind).await.unwrap();
    bench
        .home
        .meddle(&format!(
            "UPDATE document_list SET digest = X'{}'",
            "00".repeat(32)
        ))
        .await;
    let read = bench.store.newest_document_list(&LUX).await;
    assert!(matches!(
        read,
        Err(StoreError::BadRow {
            column: "digest",
            ..
        })
    ));
}

on_each_engine!(
    a_list_names_what_must_not_be_accepted_and_nothing_else,
    a_list_is_signed_once_and_its_number_used_once,
    a_list_that_is_not_what_was_fixed_is_a_damaged_row,
);

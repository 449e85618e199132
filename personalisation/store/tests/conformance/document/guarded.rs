//! What the databases themselves refuse, and what each program's role may do.

use sqlx::{AssertSqlSafe, Executor as _, error::DatabaseError};

use super::*;
use crate::{Engine, on_each_engine, roles::as_role};

async fn the_database_itself_keeps_what_was_said_of_a_document(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, clerk) = bench.active_card(1).await;
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let lost = Change::Report(report(Loss::Lost, supervisor));
    bench.change(card, &lost, NOW).await.unwrap();
    let issuer = personalisation_core::issuer_profile::IssuerProfile::LUXEMBOURG;
    let made = bench
        .store
        .make_document_list(&issuer, time::Duration::DAY, NOW);
    made.await.unwrap();
    bench
        .store
        .sign_document_list(&issuer, 1, &[1; 64])
        .await
        .unwrap();
    let other = DocumentNumber::generate(&mut bench.rng);
    let question = personalisation_store::document::Question {
        id: personalisation_core::ids::ActId::generate(&mut bench.rng),
        by: clerk,
        number: other,
        document_type: CARD,
    };
    bench
        .store
        .ask_document(&question, |_| vec![], NOW)
        .await
        .unwrap();
    for statement in [
        // Along no arrow.
        "UPDATE document_item SET state = 'produced'",
        "UPDATE document_item SET state = 'destroyed'",
        "UPDATE document_item SET state = 'suspended'",
        // Along one, with another past.
        "UPDATE document_item SET state = 'active', expires_on = '2099-01-01'",
        "UPDATE document_item SET state = 'active', activated_by = X'00'",
        "UPDATE document_item SET state = 'active', person_key = X'00'",
        "UPDATE document_item SET state = 'active', document_type = 'residence_permit'",
        "DELETE FROM document_item",
        "UPDATE document_report SET loss = 'stolen'",
        "UPDATE document_report SET reported_at = 0",
        "DELETE FROM document_report",
        "UPDATE document_move SET state = 'active'",
        "DELETE FROM document_move",
        "UPDATE document_list SET number = 2",
        "UPDATE document_list SET entries = 0",
        "UPDATE document_list SET body = X'80'",
        "UPDATE document_list SET signature = X'00'",
        "DELETE FROM document_list",
        "UPDATE document_question SET asked_at = 0",
        "DELETE FROM document_question",
    ] {
        let statement = bench.home.spelled(statement);
        let mut behind = bench.home.tool().await;
        let done = behind.execute(AssertSqlSafe(statement.clone())).await;
        let error = done.unwrap_err().to_string();
        let guards = ["moves along its arrows only", "only ever added"];
        let guarded = guards.iter().any(|guard| error.contains(guard));
        assert!(guarded, "{statement}: {error}");
    }
}

async fn two_active_documents_of_one_person_are_refused_by_the_index(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (_, clerk) = bench.active_card(1).await;
    let second = bench.finished_card(2, &who(2, 2)).await;
    let person = hex::encode([101_u8; 32]);
    let clerk = hex::encode(clerk.as_bytes());
    let forced = format!(
        "UPDATE document_item SET state = 'active', person_key = X'{person}', expires_on = '2036-01-01',
                activated_at = 1, activated_by = X'{clerk}' WHERE number = '{second}'"
    );
    let forced = AssertSqlSafe(bench.home.spelled(&forced));
    let mut behind = bench.home.tool().await;
    let error = behind.execute(forced).await.unwrap_err();
    let unique = error
        .as_database_error()
        .is_some_and(DatabaseError::is_unique_violation);
    assert!(unique, "{error}");
}

on_each_engine!(
    the_database_itself_keeps_what_was_said_of_a_document,
    two_active_documents_of_one_person_are_refused_by_the_index,
);

#[tokio::test]
async fn each_role_does_its_part_of_a_documents_life_and_no_other() {
    let mut bench = Bench::new(Engine::Postgres).await;
    let (card, _) = bench.active_card(1).await;
    let (second, _) = bench.active_card(2).await;
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let loss = Change::Report(report(Loss::Lost, supervisor));
    let console = as_role(&bench, "console").await;
    console
        .change_document(card, &loss, &[], NOW)
        .await
        .unwrap();
    let issuer = personalisation_core::issuer_profile::IssuerProfile::LUXEMBOURG;
    let day = time::Duration::DAY;
    let denied = console.make_document_list(&issuer, day, NOW).await;
    assert!(
        matches!(denied, Err(StoreError::Database { .. })),
        "{denied:?}"
    );
    // Days passed: the rule's own role settles it, and publishes.
    let own = as_role(&bench, "document").await;
    let later = time::macros::datetime!(2026-12-03 12:00 UTC);
    let due = own.due_documents(later, 9).await.unwrap();
    assert_eq!(due.len(), 1);
    let rule = Change::Rule(personalisation_core::document::Rule::NotFound);
    own.change_document(card, &rule, &[], later).await.unwrap();
    let list = own.make_document_list(&issuer, day, later).await.unwrap();
    assert_eq!(list.entries().len(), 1);
    own.sign_document_list(&issuer, 1, &[1; 64]).await.unwrap();
    // Checks read what lives, and change nothing.
    let intake = as_role(&bench, "intake").await;
    assert!(intake.document(card).await.unwrap().is_some());
    let withdrawn = personalisation_core::document::RevocationReason::Withdrawn;
    let revoke = Change::Revoke(withdrawn, supervisor);
    let denied = intake.change_document(second, &revoke, &[], later).await;
    assert!(
        matches!(denied, Err(StoreError::Database { .. })),
        "{denied:?}"
    );
    let stock = as_role(&bench, "stock").await;
    assert!(stock.document(card).await.is_err());
}

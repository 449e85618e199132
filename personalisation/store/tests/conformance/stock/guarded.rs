//! The ledger is only ever added to, and an auditor sees what does not fit.

use personalisation_store::stock::Finding;
use sqlx::AssertSqlSafe;

use super::people::check;
use crate::{Bench, Engine, chip, on_each_engine};

#[tokio::test]
async fn nobody_who_has_the_file_changes_or_removes_an_entry_by_accident() {
    let mut bench = Bench::new(Engine::Sqlite).await;
    bench.delivery(&[chip(1)]).await;
    let mut tool = bench.home.tool().await;
    for statement in [
        "UPDATE stock_entry SET blanks = 7",
        "DELETE FROM stock_entry",
        "UPDATE stock_move SET state = 'spoiled'",
        "DELETE FROM stock_move",
    ] {
        let done = sqlx::query(AssertSqlSafe(statement))
            .execute(&mut tool)
            .await;
        let error = done.unwrap_err().to_string();
        assert!(error.contains("only ever added"), "{statement}: {error}");
    }
    check(&bench).await;
}

#[tokio::test]
async fn no_program_may_change_or_remove_an_entry() {
    let mut bench = Bench::new(Engine::Postgres).await;
    bench.delivery(&[chip(1)]).await;
    for program in ["stock", "line", "order", "console"] {
        let mut tool = crate::roles::tool(&bench, program).await;
        for statement in [
            "UPDATE stock_entry SET blanks = 7",
            "DELETE FROM stock_entry",
            "UPDATE stock_move SET state = 'spoiled'",
            "DELETE FROM stock_move",
            "UPDATE stock_destruction SET blanks = 7",
        ] {
            let done = sqlx::query(AssertSqlSafe(statement))
                .execute(&mut tool)
                .await;
            let error = done.unwrap_err();
            let code = error.as_database_error().unwrap().code();
            assert_eq!(code.as_deref(), Some("42501"), "{program}: {statement}");
        }
    }
    check(&bench).await;
}

async fn an_audit_finds_a_blank_that_somebody_moved_behind_the_books(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2)]).await;
    check(&bench).await;
    bench
        .home
        .meddle("UPDATE stock_blank SET state = 'destroyed' WHERE chip_serial = X'01010101010101010101'")
        .await;
    let findings = bench.store.check_stock().await.unwrap();
    assert!(findings.contains(&Finding::Elsewhere(1)), "{findings:?}");
    let differing = findings
        .iter()
        .filter(|one| matches!(one, Finding::Blanks(_)));
    assert_eq!(differing.count(), 2, "{findings:?}");
}

async fn an_audit_finds_an_entry_that_no_blank_made(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2)]).await;
    bench
        .home
        .meddle(
            "INSERT INTO stock_entry (entry_id, from_account, to_account, blanks, entered_at)
             VALUES ('forged', 'vault', 'destroyed', 3, 1)",
        )
        .await;
    let findings = bench.store.check_stock().await.unwrap();
    assert!(findings.contains(&Finding::Entries(1)), "{findings:?}");
    let below = findings
        .iter()
        .any(|one| matches!(one, Finding::BelowNought(..)));
    assert!(below, "{findings:?}");
}

on_each_engine! {
    an_audit_finds_a_blank_that_somebody_moved_behind_the_books,
    an_audit_finds_an_entry_that_no_blank_made,
}

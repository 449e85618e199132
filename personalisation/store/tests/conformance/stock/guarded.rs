//! The ledger is only ever added to, and an auditor sees what does not fit.

use personalisation_store::stock::{Finding, Which};
use sqlx::AssertSqlSafe;

use super::{
    handed::line,
    people::{check, keeper},
};
use crate::{Bench, Engine, NOW, chip, lease, on_each_engine};

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

/// A house with an issue of a keeper's, one of the line's own, a signature of pki and a comparison.
async fn handed_out(bench: &mut Bench) {
    bench.delivery(&[1, 2].map(chip)).await;
    let by = keeper(bench).await;
    let one = Which::Chips(vec![chip(1)]);
    let issued = bench.store.issue_blanks(&one, &line(), by, &[], NOW).await;
    issued.unwrap();
    bench.order("ONE", NOW).await;
    bench.bound(chip(2), &lease("one", 1)).await;
    for statement in [
        "INSERT INTO stock_signature VALUES (1, X'00', 1, 'sod', X'00', 1)",
        "UPDATE stock_compared SET until_at = 5",
    ] {
        bench.home.meddle(statement).await;
    }
}

async fn an_issue_is_signed_once_and_a_comparison_never_goes_back(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    handed_out(&mut bench).await;
    let sign = "UPDATE stock_issue SET signed = X'01' WHERE number = 1";
    bench.home.meddle(sign).await;
    let mut tool = bench.home.tool().await;
    let mut all = vec![
        sign,
        "UPDATE stock_issue SET signed = NULL WHERE number = 1",
        "UPDATE stock_compared SET until_at = 4",
    ];
    if engine == Engine::Sqlite {
        // On a server no role of a program may.
        all.extend([
            "UPDATE stock_issue SET number = 7 WHERE number IS NULL",
            "UPDATE stock_issue SET line = 'two'",
            "DELETE FROM stock_issue",
            "UPDATE stock_signature SET attempt = 2",
            "DELETE FROM stock_signature",
            "DELETE FROM stock_compared",
        ]);
    }
    for statement in all {
        let statement = bench.home.spelled(statement);
        let done = sqlx::query(AssertSqlSafe(statement.clone()))
            .execute(&mut tool)
            .await;
        let error = done.unwrap_err().to_string();
        let told = error.contains("only ever added") || error.contains("never goes back");
        assert!(told, "{statement}: {error}");
    }
    bench
        .home
        .meddle("UPDATE stock_compared SET until_at = 6")
        .await;
}

#[tokio::test]
async fn a_line_numbers_no_issue_and_changes_none_but_its_signature() {
    let mut bench = Bench::new(Engine::Postgres).await;
    handed_out(&mut bench).await;
    let mut line = crate::roles::tool(&bench, "line").await;
    for statement in [
        "INSERT INTO stock_issue (entry_id, line, number) VALUES ('forged', 'one', 9)",
        "UPDATE stock_issue SET number = 9",
        "UPDATE stock_issue SET line = 'two'",
        "UPDATE stock_issue_count SET issues = 9",
        "DELETE FROM stock_issue",
    ] {
        let done = sqlx::query(AssertSqlSafe(statement))
            .execute(&mut line)
            .await;
        let error = done.unwrap_err();
        let code = error.as_database_error().unwrap().code();
        assert_eq!(code.as_deref(), Some("42501"), "{statement}");
    }
    for program in ["stock", "console"] {
        let mut tool = crate::roles::tool(&bench, program).await;
        for statement in [
            "UPDATE stock_issue SET number = 9",
            "DELETE FROM stock_issue",
            "UPDATE stock_signature SET attempt = 2",
            "DELETE FROM stock_signature",
            "DELETE FROM stock_compared",
        ] {
            let done = sqlx::query(AssertSqlSafe(statement))
                .execute(&mut tool)
                .await;
            let error = done.unwrap_err();
            let code = error.as_database_error().unwrap().code();
            assert_eq!(code.as_deref(), Some("42501"), "{program}: {statement}");
        }
    }
}

on_each_engine! {
    an_issue_is_signed_once_and_a_comparison_never_goes_back,
    an_audit_finds_a_blank_that_somebody_moved_behind_the_books,
    an_audit_finds_an_entry_that_no_blank_made,
}

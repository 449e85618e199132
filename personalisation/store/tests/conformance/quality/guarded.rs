//! What the databases themselves refuse, and what is not in their files any more.

use sqlx::{AssertSqlSafe, Executor as _};

use super::*;
use crate::roles::{as_role, tool};

async fn the_database_itself_keeps_what_was_said(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [article, rejected] = bench.cards().await;
    bench.leave(1_000, 1, &article).await;
    let article = bench.camera(&article, &Verdict::Passed, FEW).await;
    bench
        .look(&article, person(7), &Verdict::Passed)
        .await
        .unwrap();
    let left = bench.store.sign_off(MACHINE, MAKER, &[], NOW).await;
    assert!(left.unwrap());
    bench.camera(&rejected, &failed(Reason::Blank), FEW).await;
    let order = hex::encode(article.id().order.as_bytes());
    for statement in [
        "UPDATE quality_inspection SET passed = 1".to_owned(),
        "DELETE FROM quality_inspection WHERE look = 'first_article'".to_owned(),
        "UPDATE quality_reason SET reason = 'edge'".to_owned(),
        "DELETE FROM quality_reason".to_owned(),
        "UPDATE quality_set_up SET approved_by = X'00'".to_owned(),
        "UPDATE quality_set_up SET approved_at = NULL".to_owned(),
        "UPDATE quality_set_up SET template = 'another'".to_owned(),
        "DELETE FROM quality_set_up".to_owned(),
        "UPDATE quality_operator SET since = 0".to_owned(),
        "UPDATE quality_operator SET until = NULL WHERE until IS NOT NULL".to_owned(),
        "DELETE FROM quality_operator".to_owned(),
        format!(
            "INSERT INTO quality_inspection (order_id, attempt, look, machine, passed, inspected_at)
             VALUES (X'{order}', 1, 'sample', 'SN-1', 1, 0)"
        ),
        format!(
            "INSERT INTO quality_inspection (order_id, attempt, look, machine, passed, inspected_at, inspector)
             VALUES (X'{order}', 1, 'machine', 'SN-1', 1, 0, X'00')"
        ),
    ] {
        let statement = bench.home.spelled(&statement);
        let mut behind = bench.home.tool().await;
        let done = behind.execute(AssertSqlSafe(statement.clone())).await;
        let error = done.unwrap_err().to_string();
        let guards = ["only ever added", "fixed", "names its inspector"];
        assert!(
            guards.iter().any(|guard| error.contains(guard)),
            "{statement}: {error}"
        );
    }
}

on_each_engine!(the_database_itself_keeps_what_was_said);

#[tokio::test]
async fn guards_of_an_older_program_are_made_anew() {
    let mut bench = Bench::new(Engine::Sqlite).await;
    let [card] = bench.cards().await;
    bench.camera(&card, &Verdict::Passed, FEW).await;
    let mut behind = bench.home.tool().await;
    for statement in [
        "DROP TRIGGER quality_inspection_kept",
        "CREATE TRIGGER quality_inspection_kept BEFORE DELETE ON quality_inspection
         WHEN 1 = 0 BEGIN SELECT RAISE(ABORT, 'never'); END",
        "CREATE TRIGGER of_older_times BEFORE UPDATE ON line_attempt
         BEGIN SELECT RAISE(ABORT, 'older times'); END",
        "PRAGMA user_version = 0",
    ] {
        behind.execute(statement).await.unwrap();
    }
    bench.open_again().await;
    let delete = "DELETE FROM quality_inspection";
    let error = behind.execute(delete).await.unwrap_err().to_string();
    assert!(error.contains("only ever added"), "{error}");
    let update = "UPDATE line_attempt SET tries = 0";
    behind.execute(update).await.unwrap();
    // One that somebody removed is there again at the next start.
    let remove = "DROP TRIGGER quality_inspection_kept";
    behind.execute(remove).await.unwrap();
    bench.open_again().await;
    let error = behind.execute(delete).await.unwrap_err().to_string();
    assert!(error.contains("only ever added"), "{error}");
}

#[tokio::test]
async fn the_line_approves_nothing_and_names_no_inspector() {
    let mut bench = Bench::new(Engine::Postgres).await;
    let [article, two] = bench.cards().await;
    let owner = bench.store.clone();
    bench.store = as_role(&bench, "line").await;
    // What the line does, it may.
    let leave = bench.leave(1_000, 1, &article).await;
    assert_eq!(leave, Leave::PrintFirstArticle);
    bench.camera(&article, &failed(Reason::Blank), FEW).await;
    let leave = bench.leave(1_000, 2, &two).await;
    assert_eq!(leave, Leave::PrintFirstArticle);
    let two = bench.camera(&two, &Verdict::Passed, FEW).await;
    let mut line = tool(&bench, "line").await;
    let order = hex::encode(two.id().order.as_bytes());
    for (statement, why) in [
        ("UPDATE quality_set_up SET approved_by = '\\x00', approved_at = 1".to_owned(), "denied"),
        ("UPDATE quality_set_up SET ribbon = 2".to_owned(), "denied"),
        (
            "INSERT INTO quality_set_up (machine, number, change_id, cause, template, began_at, approved_by, approved_at)
             VALUES ('SN-1', 9, '\\x00', 'ribbon', 'any', 1, '\\x00', 1)".to_owned(),
            "denied",
        ),
        (
            format!(
                "INSERT INTO quality_inspection (order_id, attempt, look, machine, passed, inspected_at, inspector)
                 VALUES ('\\x{order}', 1, 'first_article', 'SN-1', 1, 0, '\\x00')"
            ),
            "denied",
        ),
        (
            format!(
                "INSERT INTO quality_inspection (order_id, attempt, look, machine, passed, inspected_at)
                 VALUES ('\\x{order}', 1, 'first_article', 'SN-1', 1, 0)"
            ),
            "names its inspector",
        ),
    ] {
        let done = line.execute(AssertSqlSafe(statement.clone())).await;
        let error = done.unwrap_err().to_string();
        assert!(error.contains(why), "{statement}: {error}");
    }
    bench.store = owner;
    let waits = Standing::Waits(Look::FirstArticle);
    assert_eq!(bench.quality(&two).await, waits);
    // The console does, as before.
    bench.store = as_role(&bench, "console").await;
    bench.look(&two, person(7), &Verdict::Passed).await.unwrap();
}

/// In the database in use: the file and its log.
#[tokio::test]
async fn erased_pictures_are_in_no_file_of_sqlite() {
    let mut bench = Bench::new(Engine::Sqlite).await;
    let [one, two] = bench.cards().await;
    let one = bench.camera(&one, &Verdict::Passed, Sampling::Full).await;
    let two = bench.camera(&two, &failed(Reason::Blank), FEW).await;
    let mut behind = bench.home.tool().await;
    let sealed = "SELECT sealed FROM quality_picture ORDER BY kept_at";
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar(sealed)
        .fetch_all(&mut behind)
        .await
        .unwrap();
    assert_eq!(sealed.len(), 8);
    let folder = bench.home.folder().to_owned();
    let found = || {
        let files = std::fs::read_dir(&folder).unwrap();
        let files: Vec<Vec<u8>> = files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .collect();
        let is_there = |one: &&Vec<u8>| {
            let mut files = files.iter();
            files.any(|file| file.windows(one.len()).any(|part| part == &one[..]))
        };
        sealed.iter().filter(is_there).count()
    };
    assert_eq!(found(), 8, "it is looked for where it stands");
    bench.look(&one, person(7), &Verdict::Passed).await.unwrap();
    assert_eq!(found(), 4);
    let later = NOW + Duration::days(31);
    let erased = bench.store.erase_old_pictures(later, later).await;
    assert_eq!(erased.unwrap(), 4);
    assert_eq!(found(), 0);
    assert_eq!(bench.picture(two.id(), Picture::FrontSeen).await, None);
}

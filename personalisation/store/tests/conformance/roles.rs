//! On a server, each program's role may do its work and nothing else.

use personalisation_store::{
    Database, Store, StoreError, order::ContentKind, review::QueueFilter, sealing::Sealer,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use zeroize::Zeroizing;

use crate::{Bench, Engine, NOW, chip, lease};

/// A login that is a member of that program's role, made where it is not there yet.
async fn member(bench: &Bench, program: &str) -> Database {
    let login = format!("{}_{program}", bench.home.name());
    let mut owner = bench.home.tool().await;
    let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_roles WHERE rolname = $1")
        .bind(&login)
        .fetch_optional(&mut owner)
        .await
        .unwrap();
    if known.is_none() {
        let create = format!("CREATE ROLE {login} LOGIN IN ROLE stempel_{program}");
        owner.execute(AssertSqlSafe(create)).await.unwrap();
    }
    owner.close().await.unwrap();
    bench.home.as_login(&login)
}

/// A connection of that program's role, behind the store's back.
pub async fn tool(bench: &Bench, program: &str) -> AnyConnection {
    let Database::Postgres(url) = member(bench, program).await else {
        panic!("roles exist on a server only")
    };
    AnyConnection::connect(&url).await.unwrap()
}

/// The bench's database as a member of that program's role sees it.
pub async fn as_role(bench: &Bench, program: &str) -> Store {
    let database = member(bench, program).await;
    let sealer = Sealer::new(Box::new(Zeroizing::new([7; 32])));
    let store = Store::open(database, sealer).await;
    store.unwrap().danger_with_clock(bench.clock.clone())
}

fn is_denied<T>(result: Result<T, StoreError>) -> bool {
    // insufficient_privilege
    result.is_err_and(|error| match error {
        StoreError::Database {
            source: sqlx::Error::Database(error),
            ..
        } => error.code().as_deref() == Some("42501"),
        _ => false,
    })
}

#[tokio::test]
async fn the_line_makes_cards_and_reads_nobodys_application() {
    let mut bench = Bench::new(Engine::Postgres).await;
    bench.delivery(&[chip(1), chip(2)]).await;
    let order = bench.order("ONE", NOW).await.id().order;
    bench.order("TWO", NOW).await;
    bench.store = as_role(&bench, "line").await;
    let mine = lease("one", 1);
    let bound = bench.bound(chip(1), &mine).await;
    bench.finish(&mine, &bound).await;
    let bound = bench.bound(chip(2), &mine).await;
    let reason = personalisation_core::attempt::ScrapReason::ChipRemoved;
    bench.scrap(&mine, &bound, reason).await;
    let content = bench
        .store
        .order_content(order, ContentKind::Identity)
        .await;
    assert_eq!(**content.unwrap().unwrap(), *b"ONE");
    assert!(is_denied(
        bench.store.applications(&QueueFilter::default()).await
    ));
    assert!(is_denied(bench.store.stations().await));
    assert!(is_denied(bench.store.applications_to_know(None, 1).await));
}

#[tokio::test]
async fn orders_are_added_and_ended_without_a_look_at_cards_in_the_making() {
    let mut bench = Bench::new(Engine::Postgres).await;
    bench.store = as_role(&bench, "order").await;
    let queued = bench.order("ONE", NOW).await;
    let cancelled = queued.clone().cancel().unwrap();
    bench
        .store
        .decide(&queued, &cancelled, &[], NOW)
        .await
        .unwrap();
    assert_eq!(bench.store.orders().await.unwrap().len(), 1);
    let can = personalisation_store::line::AttemptContent::CardAccessNumber;
    assert!(is_denied(
        bench.store.attempt_content(queued.id(), can).await
    ));
}

#[tokio::test]
async fn the_stock_is_kept_without_a_look_at_anybodys_order() {
    let mut bench = Bench::new(Engine::Postgres).await;
    let by = crate::stock::people::keeper(&mut bench).await;
    let order = bench.order("ONE", NOW).await.id().order;
    bench.store = as_role(&bench, "stock").await;
    bench.delivery(&[chip(1), chip(2)]).await;
    let line = "one".parse().unwrap();
    let which = personalisation_store::stock::Which::Chips(vec![chip(1)]);
    let store = &bench.store;
    store
        .issue_blanks(&which, &line, by, &[], NOW)
        .await
        .unwrap();
    let id = personalisation_core::ids::ShiftId::from_bytes([1; 16]);
    store
        .open_shift(id, &line, (by, 1), &[], NOW)
        .await
        .unwrap();
    store.return_blanks(&which, by, &[], NOW).await.unwrap();
    store.set_blanks_aside(&which, by, &[], NOW).await.unwrap();
    assert_eq!(store.check_stock().await.unwrap(), []);
    let everything = personalisation_store::stock::OriginFilter::default();
    assert_eq!(store.card_origins(&everything, 9).await.unwrap(), []);
    let content = store.order_content(order, ContentKind::Identity).await;
    assert!(is_denied(content));
}

#[tokio::test]
async fn who_reads_the_audit_gives_it_places_and_changes_nothing() {
    let mut bench = Bench::new(Engine::Postgres).await;
    bench.order("ONE", NOW).await;
    let act = evidence::entry::Act::new([4; 16], "somebody", "act", "order 1");
    bench.store.audit(&[act.intent(NOW)]).await.unwrap();
    bench.store = as_role(&bench, "audit").await;
    bench.store.export_audit(&mut Vec::new()).await.unwrap();
    let act = evidence::entry::Act::new([5; 16], "somebody", "act", "object");
    assert!(is_denied(bench.store.audit(&[act.intent(NOW)]).await));
    assert!(is_denied(bench.store.orders().await));
    for change in [
        "UPDATE audit_entry SET salt = NULL",
        "UPDATE audit_entry SET commitment = previous",
        "UPDATE audit_tree SET one = 1",
        "UPDATE audit_head SET signed = NULL",
        "DELETE FROM audit_tile",
    ] {
        let mut tool = tool(&bench, "audit").await;
        let done = sqlx::query(AssertSqlSafe(change)).execute(&mut tool).await;
        let error = done.unwrap_err();
        let code = error.as_database_error().unwrap().code();
        assert_eq!(code.as_deref(), Some("42501"), "{change}");
    }
    let (tree, placed) = bench.store.sequence_audit(10).await.unwrap();
    assert_eq!((tree.size, placed), (1, 1));
    let head = evidence::head::Head {
        log: "centre".into(),
        size: 1,
        root: tree.root,
        time: 0,
    };
    let head = head.seal([0; 64]);
    bench.store.keep_audit_head(&head).await.unwrap();
    let seen = evidence::head::Witnessed {
        name: "pki".into(),
        time: 0,
        signature: [0; 64],
    };
    bench.store.keep_audit_witness(1, &seen).await.unwrap();
    let archive = std::io::Cursor::new(Vec::new());
    let written = bench.store.export_audit_log(&[], archive).await;
    assert_eq!(written.unwrap(), 1);
}

#[tokio::test]
async fn a_database_that_nobody_migrated_is_refused_by_name() {
    let home = crate::home::Home::new(Engine::Postgres).await;
    let sealer = || Sealer::new(Box::new(Zeroizing::new([7; 32])));
    let refused = Store::open(home.database(), sealer()).await;
    assert!(matches!(refused.unwrap_err(), StoreError::NotMigrated));
    home.open(7).await;
    let mut tool = home.tool().await;
    let newer = "DELETE FROM _sqlx_migrations WHERE version = 3";
    tool.execute(newer).await.unwrap();
    let refused = Store::open(home.database(), sealer()).await;
    assert!(matches!(refused.unwrap_err(), StoreError::NotMigrated));
}

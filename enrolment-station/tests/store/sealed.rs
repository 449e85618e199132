//! What lies on the disk: readable beside its token alone, at its own place alone.

use std::{fs, os::unix::fs::PermissionsExt as _};

use enrolment_station::{
    draft::{DraftError, Drafts},
    outbox::Outbox,
    store::{FILE, Store, StoreError, issued::Kind},
};
use sqlx::{Connection as _, SqliteConnection};

use crate::store::bench::{Station, holding, now, token};

/// Somebody changes the database with a tool.
async fn tamper(station: &Station, statement: &'static str) {
    let url = format!("sqlite:{}", station.data().join(FILE).display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let done = sqlx::query(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(done.rows_affected() > 0, "{statement}");
    connection.close().await.unwrap();
}

#[tokio::test]
async fn nothing_that_was_entered_is_readable_on_the_disk() {
    let mut station = Station::new();
    let store = station.open().await;
    let secrets: [&[u8]; 3] = [b"Anne-Lea Secretsurname", b"1990010112385", &[0xA5; 48]];
    let steps = [
        ("identity", secrets[0]),
        ("number", secrets[1]),
        ("portrait", secrets[2]),
    ];
    let id = station.draft(&store, &steps).await;
    let list = (Kind::StaffList, secrets[0]);
    store
        .put_issued(&mut station.rng, &[list], now(0))
        .await
        .unwrap();
    let search = |station: &Station, when: &str| {
        for secret in secrets {
            let found = holding(&station.data(), secret);
            assert!(found.is_empty(), "{when}: {found:?}");
        }
    };
    // The search finds what is not sealed, in the log and after it in the file.
    assert!(!holding(&station.data(), b"identity").is_empty());
    search(&station, "in the log");
    let other = station.queue(&store).await;
    search(&station, "with a dossier queued");
    // What a dossier says is not there either, neither sealed nor in any page left over.
    for said in [
        "Müller-Weiß",
        "Anne-Léa",
        "Esch-sur-Alzette",
        "JC4X7Y2Z1",
        "somebody",
    ] {
        let found = holding(&station.data(), said.as_bytes());
        assert!(found.is_empty(), "{said}: {found:?}");
    }
    assert!(!holding(&station.data(), other.as_bytes()).is_empty());
    Drafts::new(&store).discard(id).await.unwrap();
    search(&station, "after it was discarded");
    store.close().await;
    search(&station, "after the end");
}

#[tokio::test]
async fn what_was_erased_is_not_there_in_any_form() {
    let mut station = Station::new();
    let store = station.open().await;
    let id = station
        .draft(&store, &[("portrait", &vec![7; 100_000])])
        .await;
    store.close().await;
    let url = format!("sqlite:{}", station.data().join(FILE).display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM draft_step")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    // Parts shorter than a page: what SQLite writes is cut there.
    let part = &sealed[50_000..50_048];
    assert!(!holding(&station.data(), part).is_empty());
    let store = station.open().await;
    Drafts::new(&store).discard(id).await.unwrap();
    assert!(
        holding(&station.data(), part).is_empty(),
        "also while it is open"
    );
    store.close().await;
    assert!(holding(&station.data(), part).is_empty());
}

#[tokio::test]
async fn only_its_owner_can_read_its_files() {
    let mut station = Station::new();
    let store = station.open().await;
    station.draft(&store, &[("identity", b"somebody")]).await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let all = |station: &Station| {
        assert_eq!(mode(&station.data()), 0o700);
        let mut names = Vec::new();
        for entry in fs::read_dir(station.data()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.path());
            names.push(entry.file_name());
        }
        assert!(names.contains(&FILE.into()), "{names:?}");
        names.len()
    };
    assert_eq!(all(&station), 3, "the file, its log and the log's index");
    // A folder that somebody opened to all is closed again.
    store.close().await;
    for path in [station.data(), station.data().join(FILE)] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let _store = station.open().await;
    all(&station);
}

#[tokio::test]
async fn another_token_or_another_store_is_named() {
    let mut station = Station::new();
    station.open().await.close().await;
    // The same place, another token.
    let stranger = token(station.folder.path(), "stranger");
    let theirs = stranger.generate_aes("drafts").unwrap();
    let data = station.data();
    let opened = Store::open(&data, &stranger, &theirs, &mut station.rng).await;
    let error = opened.unwrap_err();
    assert!(matches!(error, StoreError::OtherToken { .. }), "{error}");
    // Another key of the same token.
    let second = station.token.generate_aes("second").unwrap();
    let opened = Store::open(&data, &station.token, &second, &mut station.rng).await;
    let error = opened.unwrap_err();
    assert!(matches!(error, StoreError::OtherToken { .. }), "{error}");
    // The wrapped key of one store in another one, both of this token.
    let other = station.folder.path().join("other");
    let opened = Store::open(&other, &station.token, &station.key, &mut station.rng).await;
    opened.unwrap().close().await;
    let theirs = other.join(FILE).display().to_string();
    let url = format!("sqlite:{}", data.join(FILE).display());
    for (columns, both) in [
        ("wrapped = other.wrapped", false),
        ("wrapped = other.wrapped, store_id = other.store_id", true),
    ] {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let attach = sqlx::AssertSqlSafe(format!("ATTACH '{theirs}' AS theirs"));
        sqlx::query(attach).execute(&mut connection).await.unwrap();
        let update = format!("UPDATE store_key SET {columns} FROM theirs.store_key AS other");
        let update = sqlx::AssertSqlSafe(update);
        sqlx::query(update).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let opened = Store::open(&data, &station.token, &station.key, &mut station.rng).await;
        let error = opened.unwrap_err();
        if both {
            assert!(matches!(error, StoreError::OtherStore { .. }), "{error}");
        } else {
            assert!(matches!(error, StoreError::OtherToken { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn a_value_moved_or_changed_is_named_with_its_place() {
    let moves = [
        "UPDATE draft_step SET step = 'moved' WHERE step = 'identity'",
        "UPDATE draft_step SET sealed = (SELECT sealed FROM issued_item)",
        "UPDATE draft_step SET sealed = substr(sealed, 1, length(sealed) - 1) || x'00'",
        "UPDATE draft_step SET sealed = x''",
        "UPDATE draft_step SET sealed = (SELECT sealed FROM draft_step AS other
         WHERE other.application_id <> draft_step.application_id)",
    ];
    for statement in moves {
        let mut station = Station::new();
        let store = station.open().await;
        let first = station.draft(&store, &[("identity", b"somebody")]).await;
        station
            .draft(&store, &[("identity", b"somebody else")])
            .await;
        let list = (Kind::StaffList, &b"list"[..]);
        store
            .put_issued(&mut station.rng, &[list], now(0))
            .await
            .unwrap();
        store.close().await;
        tamper(&station, statement).await;
        let store = station.open().await;
        let error = Drafts::new(&store).load(first).await.unwrap_err();
        let DraftError::Store(StoreError::Seal { table, column, row }) = &error else {
            panic!("{statement}: {error}");
        };
        assert_eq!((*table, *column), ("draft_step", "sealed"));
        assert!(row.starts_with(&first.to_string()), "{row}");
        assert!(!error.to_string().contains("somebody"));
    }
}

#[tokio::test]
async fn what_was_issued_is_kept_and_replaced() {
    let mut station = Station::new();
    let store = station.open().await;
    assert!(store.issued(Kind::Configuration).await.unwrap().is_none());
    for bytes in [b"first".to_vec(), vec![3; 4 << 20]] {
        let both = [(Kind::Configuration, &bytes[..]), (Kind::Station, b"s")];
        store
            .put_issued(&mut station.rng, &both, now(0))
            .await
            .unwrap();
        let kept = store.issued(Kind::Configuration).await.unwrap().unwrap();
        assert!(*kept == bytes);
    }
    let long = vec![0; (5 << 20) + 1];
    let long = [(Kind::Progress, &long[..])];
    let refused = store.put_issued(&mut station.rng, &long, now(0)).await;
    assert!(matches!(refused, Err(StoreError::TooLong { .. })));
    store.close().await;
    let store = station.open().await;
    assert_eq!(*store.issued(Kind::Station).await.unwrap().unwrap(), b"s");
}

#[tokio::test]
async fn in_quarantine_the_outbox_opens_and_nothing_else() {
    let mut station = Station::new();
    let store = station.open().await;
    let id = station.queue(&store).await;
    let draft = station.draft(&store, &[("identity", b"somebody")]).await;
    // The station was not closed; its token is gone.
    let quarantine = Store::open_in_quarantine(&station.data()).await.unwrap();
    let item = Outbox::new(&quarantine).find(id).await.unwrap().unwrap();
    let sealed = Outbox::new(&quarantine).sealed(item.hash).await.unwrap();
    assert_eq!(sealed.unwrap().len() as u64, item.length);
    let error = Drafts::new(&quarantine).load(draft).await.unwrap_err();
    let closed = matches!(error, DraftError::Store(StoreError::Quarantine { .. }));
    assert!(closed, "{error}");
    assert!(
        Drafts::new(&quarantine).discard(draft).await.is_err(),
        "it changes nothing"
    );
    assert!(
        Store::open_in_quarantine(&station.data().join("none"))
            .await
            .is_err()
    );
}

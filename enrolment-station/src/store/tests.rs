//! What only the store's own connections can be made to do.

use key_custody::{
    Token, TokenConfig, create_pin_file, initialise_token, role::DraftStore, softhsm,
};
use rand::{SeedableRng as _, rngs::StdRng};
use time::OffsetDateTime;

use super::{Store, StoreError};
use crate::draft::{DraftError, Drafts};

/// Connections of the pool.
const CONNECTIONS: usize = 4;

/// Makes the disk end so many pages after what there is.
async fn end_of_disk(store: &Store, pages: i64) {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(store.pool().acquire().await.unwrap());
    }
    for connection in &mut connections {
        let count: i64 = sqlx::query_scalar("PRAGMA page_count")
            .fetch_one(&mut **connection)
            .await
            .unwrap();
        let limit = format!("PRAGMA max_page_count = {}", count + pages);
        sqlx::query(sqlx::AssertSqlSafe(limit))
            .fetch_one(&mut **connection)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_commit_that_does_not_fit_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let (pin_file, so_pin_file) = (folder.path().join("pin"), folder.path().join("so-pin"));
    create_pin_file(&pin_file, &mut rng).unwrap();
    create_pin_file(&so_pin_file, &mut rng).unwrap();
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::write_configuration(&folder.path().join("token")).unwrap()),
        token_label: "station".into(),
        pin_file,
    };
    initialise_token(&config, &so_pin_file).unwrap();
    let token = Token::open(&config).unwrap();
    let key = token.generate_aes::<DraftStore>("drafts").unwrap();
    let data = folder.path().join("data");
    let store = Store::open(&data, &token, &key, &mut rng).await.unwrap();
    let (drafts, now) = (Drafts::new(&store), OffsetDateTime::UNIX_EPOCH);
    let id = drafts.create(&mut rng, now).await.unwrap();
    drafts
        .save(&mut rng, id, "portrait", b"old", None, now)
        .await
        .unwrap();
    end_of_disk(&store, 20).await;
    let large = vec![1; 1 << 20];
    let saved = drafts
        .save(&mut rng, id, "portrait", &large, None, now)
        .await;
    let full = matches!(saved, Err(DraftError::Store(StoreError::DiskFull { .. })));
    assert!(full, "{saved:?}");
    let draft = drafts.load(id).await.unwrap();
    assert_eq!(
        (draft.step("portrait"), draft.head.revision),
        (Some(&b"old"[..]), 1)
    );
    store.check().await.unwrap();
    // Small things still go, and once there is room the large one too.
    drafts
        .save(&mut rng, id, "note", b"small", None, now)
        .await
        .unwrap();
    end_of_disk(&store, 1000).await;
    drafts
        .save(&mut rng, id, "portrait", &large, None, now)
        .await
        .unwrap();
    assert_eq!(
        drafts.load(id).await.unwrap().step("portrait"),
        Some(&large[..])
    );
}

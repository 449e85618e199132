//! Drafts: saved step by step, loaded as they were saved last.

use enrolment_station::{
    draft::{DraftError, Drafts, MAX_STEP},
    store::StoreError,
};

use crate::store::bench::{Station, now};

#[tokio::test]
async fn a_draft_is_loaded_as_it_was_saved_last() {
    let mut station = Station::new();
    let store = station.open().await;
    let portrait = vec![9; 3 << 20];
    let steps: [(&str, &[u8]); 4] = [
        ("identity", b"one"),
        ("portrait", &portrait),
        ("identity", b"two"),
        ("empty", b""),
    ];
    let id = station.draft(&store, &steps).await;
    store.close().await;
    let store = station.open().await;
    let drafts = Drafts::new(&store);
    let draft = drafts.load(id).await.unwrap();
    assert_eq!(draft.step("identity"), Some(&b"two"[..]));
    assert_eq!(draft.step("portrait"), Some(&portrait[..]));
    assert_eq!(draft.step("empty"), Some(&b""[..]));
    assert_eq!(draft.step("fingers"), None);
    assert_eq!(
        (draft.head.revision, draft.head.last_step.as_str()),
        (4, "empty")
    );
    assert_eq!((draft.head.begun_at, draft.head.saved_at), (now(0), now(1)));
    assert_eq!(
        drafts.list().await.unwrap(),
        std::slice::from_ref(&draft.head)
    );
    let step = drafts.load_step(id, "identity").await.unwrap().unwrap();
    assert_eq!(*step, b"two");
    assert!(drafts.load_step(id, "fingers").await.unwrap().is_none());
    let shown = format!("{draft:?}");
    assert!(
        shown.contains("identity, 3 bytes") && !shown.contains("116"),
        "{shown}"
    );
}

#[tokio::test]
async fn two_windows_on_one_draft_do_not_overwrite_each_other() {
    let mut station = Station::new();
    let store = station.open().await;
    let id = station.draft(&store, &[("identity", b"one")]).await;
    let drafts = Drafts::new(&store);
    let rng = &mut station.rng;
    let revision = drafts
        .save(rng, id, "identity", b"left", Some(1), now(2))
        .await
        .unwrap();
    assert_eq!(revision, 2);
    let error = drafts
        .save(rng, id, "identity", b"right", Some(1), now(3))
        .await
        .unwrap_err();
    let newer = matches!(
        error,
        DraftError::Newer {
            known: 1,
            found: 2,
            ..
        }
    );
    assert!(newer, "{error}");
    assert_eq!(
        drafts.load(id).await.unwrap().step("identity"),
        Some(&b"left"[..])
    );
    // Autosaves from many sides at once: each is one revision, none is lost.
    let saves = (0..20_u8).map(|number| {
        let drafts = drafts.clone();
        tokio::spawn(async move {
            let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(number.into());
            let step = format!("step-{number}");
            drafts
                .save(&mut rng, id, &step, &[number], None, now(4))
                .await
                .unwrap()
        })
    });
    let mut revisions = Vec::new();
    for save in saves.collect::<Vec<_>>() {
        revisions.push(save.await.unwrap());
    }
    revisions.sort_unstable();
    assert_eq!(revisions, (3..23).collect::<Vec<_>>());
    assert_eq!(drafts.load(id).await.unwrap().steps.len(), 21);
}

#[tokio::test]
async fn what_is_gone_or_wrong_is_said() {
    let mut station = Station::new();
    let store = station.open().await;
    let (kept, gone) = (
        station.draft(&store, &[("identity", b"kept")]).await,
        station.draft(&store, &[("identity", b"gone")]).await,
    );
    let drafts = Drafts::new(&store);
    drafts.discard(gone).await.unwrap();
    drafts.discard(gone).await.unwrap();
    let rng = &mut station.rng;
    let saved = drafts
        .save(rng, gone, "identity", b"back", None, now(5))
        .await;
    assert!(matches!(saved, Err(DraftError::Gone(id)) if id == gone));
    assert!(matches!(drafts.load(gone).await, Err(DraftError::Gone(_))));
    assert!(drafts.load_step(gone, "identity").await.unwrap().is_none());
    for name in ["", "Identity", "a/b", "é", &"x".repeat(33)] {
        let saved = drafts.save(rng, kept, name, b"", None, now(5)).await;
        assert!(matches!(saved, Err(DraftError::StepName)), "{name}");
    }
    let long = vec![0; MAX_STEP + 1];
    let saved = drafts
        .save(rng, kept, "portrait", &long, None, now(5))
        .await;
    let refused = matches!(saved, Err(DraftError::Store(StoreError::TooLong { .. })));
    assert!(refused);
    // Broken off, and forgotten after some time.
    assert_eq!(drafts.discard_older(now(1)).await.unwrap(), 0);
    assert_eq!(drafts.discard_older(now(2)).await.unwrap(), 1);
    assert!(drafts.list().await.unwrap().is_empty());
}

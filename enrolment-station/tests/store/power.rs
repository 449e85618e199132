//! Power fails before and after every commit of every act: afterwards there is the old or the new.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use dossier::ApplicationId;
use enrolment_station::{
    draft::Drafts,
    outbox::Outbox,
    store::{Boundary, Interrupter, Store},
};

use crate::store::{
    bench::{Station, dossier, now},
    fixture::{SoftKey, configuration},
};

/// The store with power failing at its `nth` boundary from now; none when there are fewer.
fn failing(store: &Store, nth: usize) -> (Store, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = seen.clone();
    let fails = move |_: Boundary| counter.fetch_add(1, Ordering::SeqCst) == nth;
    (
        store.clone().danger_interrupted_by(Interrupter::new(fails)),
        seen,
    )
}

#[tokio::test]
async fn each_save_is_whole_or_not_there() {
    let mut station = Station::new();
    let store = station.open().await;
    for (nth, saved) in [(0, b"old"), (1, b"new")] {
        let id = station.draft(&store, &[("identity", b"old")]).await;
        let (cut, seen) = failing(&store, nth);
        let drafts = Drafts::new(&cut);
        let failed = drafts
            .save(&mut station.rng, id, "identity", b"new", None, now(2))
            .await;
        assert!(failed.is_err() && seen.load(Ordering::SeqCst) == nth + 1);
        let draft = Drafts::new(&store).load(id).await.unwrap();
        assert_eq!(draft.step("identity"), Some(&saved[..]));
        assert_eq!(draft.head.revision, 1 + nth as u64);
    }
}

#[tokio::test]
async fn an_application_is_a_draft_or_in_the_outbox() {
    let mut station = Station::new();
    let store = station.open().await;
    for nth in 0..2 {
        let id = station.draft(&store, &[("identity", b"somebody")]).await;
        let dossier = dossier(id, 2000, &mut station.rng);
        let (signer, configuration) = (SoftKey::new(11), configuration(12));
        let (cut, seen) = failing(&store, nth);
        let rng = &mut station.rng;
        let queued = Outbox::new(&cut)
            .enqueue(&dossier, &signer, &configuration, rng, now(2))
            .await;
        assert!(queued.is_err() && seen.load(Ordering::SeqCst) == nth + 1);
        assert_eq!(
            places(&store, id).await,
            if nth == 0 {
                (true, false)
            } else {
                (false, true)
            }
        );
        // The page sends it again.
        let outbox = Outbox::new(&store);
        let queued = outbox
            .enqueue(&dossier, &signer, &configuration, rng, now(3))
            .await
            .unwrap();
        assert_eq!(queued.again, nth == 1);
        assert_eq!(places(&store, id).await, (false, true));
    }
    assert_eq!(Outbox::new(&store).rows().await.unwrap().len(), 2);
}

/// Whether it is a draft, and whether it is in the outbox.
async fn places(store: &Store, id: ApplicationId) -> (bool, bool) {
    let draft = Drafts::new(store).load(id).await.is_ok();
    let queued = Outbox::new(store).find(id).await.unwrap().is_some();
    (draft, queued)
}

//! Power cuts between commits, two windows on one draft, drafts that cannot be opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use dossier::dossier::MissingReason;

use super::bench::{House, MARIE, hidden};
use crate::capture::Application;
use crate::draft::Drafts;
use crate::edge;
use crate::store::Interrupter;

/// At which boundary power fails; none for `usize::MAX`.
fn plug() -> (Arc<AtomicUsize>, Interrupter) {
    let left = Arc::new(AtomicUsize::new(usize::MAX));
    let mine = left.clone();
    let fails = move |_| {
        let before = mine.load(Ordering::SeqCst);
        if before != usize::MAX {
            mine.store(before.wrapping_sub(1), Ordering::SeqCst);
        }
        before == 0
    };
    (left, Interrupter::new(fails))
}

#[tokio::test]
async fn other_fingers_are_never_beside_what_was_confirmed_of_these() {
    let (left, interrupter) = plug();
    let house = House::interrupted_by(Some(interrupter)).await;
    let missing = [
        ("hand", "right"),
        ("act", "missing"),
        ("right-which", "2"),
        ("right-why", "permanent"),
    ];
    let mut cut = 0;
    for boundary in 0.. {
        left.store(usize::MAX, Ordering::SeqCst);
        let id = house.draft(|_| ()).await;
        house.confirm(MARIE, id).await;
        let before = house.revision(id).await;
        left.store(boundary, Ordering::SeqCst);
        let saved = house
            .post(MARIE, &format!("/applications/{id}/fingers"), &missing)
            .await;
        left.store(usize::MAX, Ordering::SeqCst);
        let now = house.application(id).await;
        let changed = now.hands.right.missing.as_ref();
        let changed = changed.is_some_and(|one| one.reason == MissingReason::Permanent);
        assert_eq!(changed, now.summary.is_none(), "boundary {boundary}");
        assert_eq!(house.revision(id).await, before + u64::from(changed));
        if saved.status == StatusCode::SEE_OTHER {
            break;
        }
        cut += 1;
    }
    assert_eq!(cut, 2, "before and after one commit");
}

#[tokio::test]
async fn an_application_begins_with_its_form_or_not_at_all() {
    let (left, interrupter) = plug();
    let house = House::interrupted_by(Some(interrupter)).await;
    for boundary in 0..2 {
        left.store(boundary, Ordering::SeqCst);
        house.post(MARIE, "/applications", &[]).await;
        left.store(usize::MAX, Ordering::SeqCst);
        let drafts = house.place.drafts.list().await.unwrap();
        assert_eq!(drafts.len(), boundary, "boundary {boundary}");
        for draft in drafts {
            let opened = house
                .get(MARIE, &format!("/applications/{}", draft.application))
                .await;
            assert!(opened.location.ends_with("/request"));
        }
    }
}

#[tokio::test]
async fn a_draft_that_cannot_be_opened_is_listed_and_discarded_and_not_logged() {
    let house = House::open().await;
    let drafts = Drafts::new(&house.store);
    let empty = drafts.create(&mut edge::rng(), edge::now()).await.unwrap();
    let other = house.draft(|_| ()).await;
    let bytes = serde_cbor::to_vec(&"Žukauskaitė").unwrap();
    let mut rng = edge::rng();
    let saved = drafts.save(&mut rng, other, "form", &bytes, None, edge::now());
    saved.await.unwrap();
    let log = Log::default();
    let heard = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _listening = tracing::subscriber::set_default(heard);
    for id in [empty, other] {
        let listed = house.get(MARIE, "/today").await;
        assert!(listed.body.contains(&format!("/applications/{id}/discard")));
        house.get(MARIE, &format!("/applications/{id}")).await;
        let discard = format!("/applications/{id}/discard");
        assert_eq!(house.get(MARIE, &discard).await.status, StatusCode::OK);
        assert_eq!(house.post(MARIE, &discard, &[]).await.location, "/today");
        assert!(drafts.load(id).await.is_err());
    }
    let said = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(said.contains("a draft is of another form"), "{said}");
    assert!(!said.contains("ukauskait"), "{said}");
}

#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_window_that_was_overtaken_saves_nothing() {
    let house = House::open().await;
    let id = house.draft(|_| ()).await;
    let path = format!("/applications/{id}/payment");
    let shown = house.get(MARIE, &path).await;
    let revision = hidden(&shown.body, "revision");
    let save = async |reference: &str| {
        let fields = [
            ("revision", &*revision),
            ("reference", reference),
            ("collection", "L-0304"),
        ];
        house.post(MARIE, &path, &fields).await.status
    };
    assert_eq!(save("first").await, StatusCode::SEE_OTHER);
    assert_eq!(save("second").await, StatusCode::CONFLICT);
    let reference = |application: Application| application.payment.unwrap().payment.reference;
    assert_eq!(reference(house.application(id).await).as_str(), "first");
}

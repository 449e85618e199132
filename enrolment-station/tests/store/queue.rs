//! Into the outbox: once, sealed to the right key, or not at all; and whether there is room.

use dossier::{ApplicationId, SealedDossier, SigningKey};
use enrolment_station::{
    draft::{DraftError, Drafts},
    outbox::{EnqueueError, Outbox, State},
    store::space::{self, NoRoom},
};

use crate::store::{
    bench::{Station, dossier, now},
    fixture::{SoftKey, configuration, spki},
};

#[tokio::test]
async fn a_dossier_takes_the_place_of_its_draft() {
    let mut station = Station::new();
    let store = station.open().await;
    let id = station.draft(&store, &[("identity", b"somebody")]).await;
    let dossier = dossier(id, 2 << 20, &mut station.rng);
    let (outbox, signer) = (Outbox::new(&store), SoftKey::new(11));
    let configuration = configuration(12);
    let mut queue = async |when| {
        let queued = outbox.enqueue(
            &dossier,
            &signer,
            &configuration,
            &mut station.rng,
            now(when),
        );
        queued.await.unwrap()
    };
    let queued = queue(10).await;
    assert!(!queued.again);
    let drafts = Drafts::new(&store);
    assert!(matches!(drafts.load(id).await, Err(DraftError::Gone(_))));
    // The answer was lost, the page sends it again: the same dossier.
    let again = queue(20).await;
    assert!(again.again && again.hash == queued.hash);
    let rows = outbox.rows().await.unwrap();
    let [item] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(
        (item.application, item.hash, item.state),
        (id, queued.hash, State::Waiting)
    );
    assert_eq!(item.queued_at, now(10));
    // The centre opens it; of the intake keys it is the one that holds longest.
    let sealed = outbox.sealed(queued.hash).await.unwrap().unwrap();
    let sealed = SealedDossier::decode(sealed).unwrap();
    assert_eq!(sealed.hash(), queued.hash);
    assert!(sealed.open(&SoftKey::new(2)).is_err());
    let opened = sealed.open(&SoftKey::new(3)).unwrap();
    assert_eq!(opened.verify(spki(&signer)).unwrap(), dossier);
    let summary = outbox.summary().await.unwrap();
    assert_eq!(
        (summary.waiting, summary.backlog(), summary.oldest),
        (1, 1, Some(now(10)))
    );
    assert_eq!(summary.bytes, item.length);
}

/// A token that is away.
struct Away;

impl SigningKey for Away {
    type Error = openssl::error::ErrorStack;

    fn spki(&self) -> &[u8] {
        &[]
    }

    fn sign(&self, _: &[u8; 32]) -> Result<[u8; 64], Self::Error> {
        Err(openssl::error::ErrorStack::get())
    }
}

#[tokio::test]
async fn what_cannot_be_queued_stays_a_draft() {
    let mut station = Station::new();
    let store = station.open().await;
    let id = station.draft(&store, &[("identity", b"somebody")]).await;
    let (outbox, signer) = (Outbox::new(&store), SoftKey::new(11));
    let mut dossier = dossier(id, 2000, &mut station.rng);
    let rng = &mut station.rng;
    let unsigned = outbox
        .enqueue(&dossier, &Away, &configuration(12), rng, now(0))
        .await;
    assert!(
        matches!(unsigned, Err(EnqueueError::Sign(_))),
        "{unsigned:?}"
    );
    let other = outbox
        .enqueue(&dossier, &signer, &configuration(13), rng, now(0))
        .await;
    let expected = matches!(
        other,
        Err(EnqueueError::OtherConfiguration { made: 12, now: 13 })
    );
    assert!(expected, "{other:?}");
    let late = outbox
        .enqueue(&dossier, &signer, &configuration(12), rng, now(3000))
        .await;
    let expected = matches!(late, Err(EnqueueError::NoIntakeKey { configuration: 12 }));
    assert!(expected, "{late:?}");
    dossier.fingers.push(dossier.fingers[0].clone());
    let broken = outbox
        .enqueue(&dossier, &signer, &configuration(12), rng, now(0))
        .await;
    assert!(matches!(broken, Err(EnqueueError::Sign(_))), "{broken:?}");
    dossier.fingers.pop();
    assert!(outbox.rows().await.unwrap().is_empty());
    assert!(
        Drafts::new(&store)
            .load(id)
            .await
            .unwrap()
            .step("identity")
            .is_some()
    );
    // Of a draft that was discarded there is nothing to confirm.
    dossier.application = ApplicationId::from_bytes([0x77; 16]);
    let gone = outbox
        .enqueue(&dossier, &signer, &configuration(12), rng, now(0))
        .await;
    assert!(matches!(gone, Err(EnqueueError::Gone(_))), "{gone:?}");
}

#[tokio::test]
async fn a_full_disk_or_outbox_is_said_before_a_capture() {
    let mut station = Station::new();
    let store = station.open().await;
    let mut rules = configuration(12).station;
    (rules.outbox_dossiers, rules.free_bytes) = (2, 1 << 20);
    let empty = space::check(&store).await.unwrap();
    assert_eq!((empty.dossiers, empty.allows(&rules)), (0, Ok(())));
    station.queue(&store).await;
    station.queue(&store).await;
    let full = space::check(&store).await.unwrap();
    let expected = NoRoom::Outbox {
        dossiers: 2,
        limit: 2,
    };
    assert_eq!(full.allows(&rules), Err(expected));
    rules.free_bytes = 1 << 60;
    rules.outbox_dossiers = 500;
    let found = full.allows(&rules).unwrap_err();
    assert!(
        matches!(found, NoRoom::Disk { needed, .. } if needed == 1 << 60),
        "{found}"
    );
    // Room within the file counts: a draft that is gone leaves its place to the next.
    let id = station
        .draft(&store, &[("portrait", &vec![1; 8 << 20])])
        .await;
    let free_pages = async || {
        let url = format!("sqlite:{}", store.path().display());
        let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url)
            .await
            .unwrap();
        let pages: i64 = sqlx::query_scalar("PRAGMA freelist_count")
            .fetch_one(&mut other)
            .await
            .unwrap();
        pages
    };
    let before = free_pages().await;
    Drafts::new(&store).discard(id).await.unwrap();
    assert!(free_pages().await - before >= (8 << 20) / 4096);
}

#[tokio::test]
async fn nothing_of_a_dossier_is_in_an_error_or_a_debug_text() {
    let mut station = Station::new();
    let store = station.open().await;
    let id = station.queue(&store).await;
    let outbox = Outbox::new(&store);
    let item = outbox.find(id).await.unwrap();
    let text = format!("{store:?} {outbox:?} {item:?}");
    for said in ["Müller", "Anne", "1990"] {
        assert!(!text.contains(said), "{text}");
    }
}

//! Lines that are cut and answers that are lost, at every place.

use dossier::receipt::Outcome;
use e2e::counter::{Intake, station};
use personalisation_store::review::QueueFilter;
use wire::intake::FinishRequest;

use crate::intake::outcome_of;

/// Small, so that a dossier has many.
const CHUNK: usize = 9_000;

#[tokio::test]
async fn each_answer_may_be_lost_and_the_line_cut_after_each_chunk() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let dossier = centre.paper(&counter).dossier().unwrap();
    let sealed = counter
        .seal(&dossier, &centre.intake_key().unwrap())
        .unwrap();
    let bytes = sealed.as_bytes();
    let mut offset = 0;
    let mut chunks = 0;
    while offset < bytes.len() as u64 {
        // A connection for each chunk; each call twice, as if its first answer had not come.
        let mut client = counter.connect(centre.address()).await.unwrap();
        for _ in 0..2 {
            let begun = station::begin(&mut client, bytes).await.unwrap();
            assert_eq!((begun.offset, begun.receipt), (offset, None));
        }
        let next = station::append(&mut client, bytes, offset, CHUNK)
            .await
            .unwrap();
        let again = station::append(&mut client, bytes, offset, CHUNK)
            .await
            .unwrap();
        assert_eq!(next, again);
        // A chunk that overlaps what is here is taken as far as it is new.
        if offset > 0 {
            let before = offset - 100;
            let overlapping = station::append(&mut client, bytes, before, CHUNK)
                .await
                .unwrap();
            assert_eq!(overlapping, next);
        }
        offset = next;
        chunks += 1;
        drop(client);
    }
    assert!(chunks > 2);
    let mut client = counter.connect(centre.address()).await.unwrap();
    let hash = sealed.hash().as_bytes().to_vec();
    for _ in 0..3 {
        let finished = client
            .finish(FinishRequest { hash: hash.clone() })
            .await
            .unwrap();
        assert!(finished.into_inner().receipt.is_some());
    }
    assert_eq!(
        outcome_of(&centre, &counter, &sealed).await,
        Outcome::Accepted
    );
    // Afterwards every call still answers with what became of it.
    let begun = station::begin(&mut client, bytes).await.unwrap();
    assert_eq!(begun.offset, bytes.len() as u64);
    assert!(begun.receipt.is_some());
    let late = station::append(&mut client, bytes, 0, CHUNK).await.unwrap();
    assert_eq!(late, bytes.len() as u64);
}

#[tokio::test]
async fn a_call_that_is_given_up_halfway_leaves_what_can_be_gone_on_with() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let dossier = centre
        .paper(&counter)
        .of_length(1_500_000)
        .dossier()
        .unwrap();
    let sealed = counter
        .seal(&dossier, &centre.intake_key().unwrap())
        .unwrap();
    let bytes = sealed.as_bytes();
    // Callers hang up after so many microseconds, wherever that is: in a handshake, a chunk, the finish.
    for wait in (0..120).map(|step| step * 700) {
        let sending = async {
            let mut client = counter.connect(centre.address()).await.unwrap();
            drop(station::send(&mut client, bytes).await);
        };
        drop(tokio::time::timeout(std::time::Duration::from_micros(wait), sending).await);
    }
    let mut client = counter.connect(centre.address()).await.unwrap();
    station::send(&mut client, bytes).await.unwrap();
    assert_eq!(
        outcome_of(&centre, &counter, &sealed).await,
        Outcome::Accepted
    );
    let all = centre
        .store
        .applications(&QueueFilter::default())
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
}

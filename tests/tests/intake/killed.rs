//! The centre's plug is pulled: between chunks, around the finish, while it opens and checks.

use std::time::Duration;

use dossier::receipt::Outcome;
use e2e::counter::{Intake, station};
use e2e::{database::Engine, on_each_engine};
use personalisation_store::{intake::DossierState, review::QueueFilter};

use crate::intake::outcome_of;

const CHUNK: usize = 9_000;

async fn the_centre_killed_after_each_chunk_remembers_them_all(engine: Engine) {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start_on(engine, place.path()).await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let dossier = centre.paper(&counter).dossier().unwrap();
    let sealed = counter
        .seal(&dossier, &centre.intake_key().unwrap())
        .unwrap();
    let bytes = sealed.as_bytes();
    let mut offset = 0;
    while offset < bytes.len() as u64 {
        let mut client = counter.connect(centre.address()).await.unwrap();
        let begun = station::begin(&mut client, bytes).await.unwrap();
        assert_eq!(begun.offset, offset);
        offset = station::append(&mut client, bytes, offset, CHUNK)
            .await
            .unwrap();
        centre.kill();
        centre.serve().unwrap();
    }
    let mut client = counter.connect(centre.address()).await.unwrap();
    station::send(&mut client, bytes).await.unwrap();
    assert_eq!(
        outcome_of(&centre, &counter, &sealed).await,
        Outcome::Accepted
    );
}

async fn the_centre_killed_at_any_time_after_the_last_chunk_ends_every_dossier_once(
    engine: Engine,
) {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start_on(engine, place.path()).await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let key = centre.intake_key().unwrap();
    // Leases of a killed worker must not hold the test up.
    let shorter =
        |text: String| text.replace("free_bytes = 0", "free_bytes = 0\nlease_seconds = 1");
    centre.reconfigure(shorter).unwrap();
    centre.serve().unwrap();
    let mut sent = Vec::new();
    for round in 0..24 {
        let mut paper = centre.paper(&counter);
        // Somebody else each time, for one person has one live application.
        paper.number = None;
        paper.person.0 = format!("Person {}", char::from(b'A' + round));
        let sealed = counter.seal(&paper.dossier().unwrap(), &key).unwrap();
        let mut client = counter.connect(centre.address()).await.unwrap();
        let sending = station::send(&mut client, sealed.as_bytes());
        // First it dies within the upload and the finish, later while it opens and checks.
        let wait = Duration::from_millis(u64::from(round) * 4);
        let held = tokio::time::timeout(wait, sending)
            .await
            .is_ok_and(|sent| sent.is_ok());
        centre.kill();
        centre.serve().unwrap();
        // What was said to be held is held.
        let row = centre.store.dossier(sealed.hash()).await.unwrap();
        assert!(!held || row.is_some(), "round {round}");
        sent.push(sealed);
    }
    for sealed in &sent {
        let mut client = counter.connect(centre.address()).await.unwrap();
        station::send(&mut client, sealed.as_bytes()).await.unwrap();
        assert_eq!(
            outcome_of(&centre, &counter, sealed).await,
            Outcome::Accepted
        );
    }
    // Each is one application, every one was checked, and no file stays behind.
    for _ in 0..400 {
        let states = centre.store.count_applications().await.unwrap();
        let open = states
            .iter()
            .any(|one| ["accepted", "verified"].contains(&one.state.as_str()));
        if !open && centre.store.unfiled().await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let all = centre
        .store
        .applications(&QueueFilter::default())
        .await
        .unwrap();
    assert_eq!(all.len(), sent.len());
    assert!(
        all.iter()
            .all(|row| row.application.state().name() == "in_review")
    );
    for sealed in &sent {
        let row = centre.store.dossier(sealed.hash()).await.unwrap().unwrap();
        assert_eq!(row.state, DossierState::Accepted);
        let file = centre
            .folder()
            .join("dossiers/held")
            .join(sealed.hash().to_string());
        assert!(!file.exists());
    }
}

on_each_engine!(
    the_centre_killed_after_each_chunk_remembers_them_all,
    the_centre_killed_at_any_time_after_the_last_chunk_ends_every_dossier_once,
);

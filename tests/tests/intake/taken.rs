//! The way of a good dossier, and of the same one again.

use dossier::{Hash, Receipt, Signed, receipt::Outcome};
use e2e::counter::{Intake, station};
use e2e::{database::Engine, on_each_engine};
use personalisation_store::{intake::DossierState, review::QueueFilter};
use wire::intake::{ReceiptsRequest, TasksRequest};

use crate::intake::{end_of, outcome_of};

async fn a_dossier_is_held_accepted_and_its_file_erased(engine: Engine) {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start_on(engine, place.path()).await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let paper = centre.paper(&counter);
    let dossier = paper.dossier().unwrap();
    let sealed = counter
        .seal(&dossier, &centre.intake_key().unwrap())
        .unwrap();
    let mut client = counter.connect(centre.address()).await.unwrap();
    let held = station::send(&mut client, sealed.as_bytes()).await.unwrap();
    let held = Signed::<Receipt>::decode(&held).unwrap();
    let key = centre.receipt_key().unwrap();
    let held = held.verify_for(&key, sealed.hash(), counter.id, paper.application);
    assert!(matches!(
        held.unwrap().outcome,
        Outcome::Held | Outcome::Accepted
    ));
    assert_eq!(
        outcome_of(&centre, &counter, &sealed).await,
        Outcome::Accepted
    );
    let row = centre
        .store
        .application(paper.application)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.application.state().sealed().hash, sealed.hash());
    assert!(
        row.application
            .filing()
            .unwrap()
            .handled_by
            .contains(&paper.clerk)
    );
    // Nothing of it stays as a file, and nothing readable in the database.
    let file = centre
        .folder()
        .join("dossiers/held")
        .join(sealed.hash().to_string());
    for _ in 0..100 {
        if !file.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!file.exists());
    for name in ["centre.db", "centre.db-wal"] {
        let bytes = std::fs::read(centre.folder().join(name)).unwrap_or_default();
        for secret in [
            &b"1990010112385"[..],
            "Müller-Weiß".as_bytes(),
            &paper.portrait[..64],
        ] {
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret),
                "{name}"
            );
        }
    }
}

async fn the_same_dossier_is_one_application_however_often_it_comes(engine: Engine) {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start_on(engine, place.path()).await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let paper = centre.paper(&counter);
    let key = centre.intake_key().unwrap();
    let sealed = counter.seal(&paper.dossier().unwrap(), &key).unwrap();
    assert_eq!(end_of(&centre, &counter, &sealed).await, Outcome::Accepted);
    // Again, from a restored copy of the outbox, twice at once, and after a restart.
    let again = || async {
        let mut client = counter.connect(centre.address()).await.unwrap();
        station::send(&mut client, sealed.as_bytes()).await.unwrap()
    };
    let (one, other) = tokio::join!(again(), again());
    assert_eq!(one, other);
    centre.serve().unwrap();
    let mut client = counter.connect(centre.address()).await.unwrap();
    let later = station::send(&mut client, sealed.as_bytes()).await.unwrap();
    assert_eq!(one, later);
    let all = centre
        .store
        .applications(&QueueFilter::default())
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    // Another one of its station does not know it, nor does it learn of its office's applications.
    let stranger = centre.station("CTIE").await.unwrap();
    let mut client = stranger.connect(centre.address()).await.unwrap();
    let hashes = vec![
        sealed.hash().as_bytes().to_vec(),
        Hash::of(b"unknown").as_bytes().to_vec(),
    ];
    let receipts = client
        .receipts(ReceiptsRequest { hashes })
        .await
        .unwrap()
        .into_inner();
    assert!(receipts.receipts.is_empty());
    let tasks = client
        .tasks(TasksRequest { cursor: Vec::new() })
        .await
        .unwrap()
        .into_inner();
    assert!(tasks.tasks.is_empty());
    let begun = station::begin(&mut client, sealed.as_bytes())
        .await
        .unwrap_err();
    assert_eq!(begun.code(), tonic::Code::PermissionDenied);
    let row = centre.store.dossier(sealed.hash()).await.unwrap().unwrap();
    assert_eq!(row.state, DossierState::Accepted);
}

on_each_engine!(
    a_dossier_is_held_accepted_and_its_file_erased,
    the_same_dossier_is_one_application_however_often_it_comes,
);

//! Rejected dossiers: a supervisor sees them, opens one again or has it erased.

use axum::http::StatusCode;
use dossier::{Hash, StationId, receipt::Reason, staff::Role};
use personalisation::edge;
use personalisation_core::ids::LeaseToken;
use personalisation_store::{
    fleet::NewStation,
    intake::{DossierState, NewDossier},
};

use crate::console::place::Place;

/// A dossier that cannot be used.
async fn rejected(place: &Place, seed: u8) -> Hash {
    let (store, now) = (place.store(), edge::now());
    let hash = Hash::of(&[seed]);
    let new = NewDossier {
        hash,
        station: StationId::from_bytes([1; 16]),
        application: None,
        length: 1000,
        receipt: b"held",
    };
    store.hold(&new, &[], now).await.unwrap();
    let token = LeaseToken::generate(&mut edge::rng());
    let minute = std::time::Duration::from_mins(1);
    store.lease_held(token, minute).await.unwrap().unwrap();
    store
        .reject_dossier(hash, token, (Reason::IntakeKey, b"rejected"), &[], now)
        .await
        .unwrap();
    hash
}

#[tokio::test]
async fn a_supervisor_opens_a_rejected_dossier_again_or_has_it_erased() {
    let place = Place::new().await;
    let (mended, useless) = (rejected(&place, 1).await, rejected(&place, 2).await);
    let station = StationId::from_bytes([1; 16]);
    let store = place.store();
    assert_eq!(store.quarantined_bytes(station).await.unwrap(), 2000);
    let supervisor = place.somebody("klein", Role::Supervisor).await;
    let cookie = place.session(supervisor).await;
    let list = place.call("GET", "/quarantine", Some(&cookie), None).await;
    assert_eq!(list.status, StatusCode::OK);
    let reason = "Sealed to a key that intake does not have";
    assert_eq!(list.text.matches(reason).count(), 2);

    let form = Place::form("");
    for (hash, act) in [(mended, "again"), (useless, "done")] {
        let page = format!("/quarantine/{hash}");
        let shown = place.call("GET", &page, Some(&cookie), None).await;
        assert!(shown.text.contains(reason), "{}", shown.text);
        let path = format!("{page}/{act}");
        let answer = place.call("POST", &path, Some(&cookie), Some(&form)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let twice = place.call("POST", &path, Some(&cookie), Some(&form)).await;
        assert_eq!(twice.status, StatusCode::NOT_FOUND);
    }
    let state = async |hash| store.dossier(hash).await.unwrap().unwrap().state;
    assert_eq!(state(mended).await, DossierState::Held);
    assert!(matches!(state(useless).await, DossierState::Rejected(_)));
    // The opener erases what somebody is done with, and puts nothing else away.
    let files = store.unfiled().await.unwrap();
    let files: Vec<_> = files.iter().map(|file| (file.hash, file.done)).collect();
    assert_eq!(files, [(useless, true)]);
    assert_eq!(store.quarantined_bytes(station).await.unwrap(), 0);
    let lines = place.audit().await;
    for act in ["\"open-rejected-again\"", "\"erase-rejected\""] {
        let about = lines.iter().filter(|line| line.contains(act));
        assert_eq!(about.count(), 2, "{act}");
    }
}

#[tokio::test]
async fn each_entry_of_an_act_has_the_time_at_which_it_is_written() {
    let place = Place::new().await;
    let hash = rejected(&place, 1).await;
    let station = StationId::from_bytes([7; 16]);
    let new = NewStation {
        id: station,
        office: "L-0304".parse().unwrap(),
        replaces: None,
        certificates: &[],
    };
    place.store().take_in(&new, &[], edge::now()).await.unwrap();
    for (login, role, path, act) in [
        (
            "klein",
            Role::Supervisor,
            format!("/quarantine/{hash}/again"),
            "open-rejected-again",
        ),
        (
            "weber",
            Role::Administrator,
            format!("/fleet/{station}/quarantine"),
            "quarantine-station",
        ),
        (
            "muller",
            Role::Administrator,
            format!("/fleet/{station}/release"),
            "release-station",
        ),
    ] {
        let somebody = place.somebody(login, role).await;
        let cookie = place.session(somebody).await;
        let before = edge::now();
        let form = Place::form("");
        let answer = place.call("POST", &path, Some(&cookie), Some(&form)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{act}");
        let (intent, outcome) = place.times(act).await;
        let times = [before, intent, outcome, edge::now()];
        assert!(
            times.is_sorted_by(|one, next| one < next),
            "{act}: {times:?}"
        );
    }
}

#[tokio::test]
async fn what_waits_for_a_supervisor_is_put_away_and_not_erased_by_a_late_note() {
    let place = Place::new().await;
    let hash = rejected(&place, 1).await;
    let store = place.store();
    let waiting = store.unfiled().await.unwrap()[0];
    assert!(!waiting.done);
    let supervisor = place.somebody("klein", Role::Supervisor).await;
    let now = edge::now();
    let settled = store.settle_rejected(hash, supervisor, false, &[], now);
    settled.await.unwrap();
    // The opener moved the file before, and says so after: the file is still to be erased.
    store.filed(waiting).await.unwrap();
    let files = store.unfiled().await.unwrap();
    assert_eq!(files.len(), 1);
    assert!(files[0].done);
    store.filed(files[0]).await.unwrap();
    assert!(store.unfiled().await.unwrap().is_empty());
}

//! Dossiers that are here: held once, opened by one, ended once; receipts and alarms with them.

use std::sync::atomic::Ordering;

use dossier::{PersonId, receipt::Reason};
use personalisation_core::application::{Channel, Recapture};
use personalisation_store::{
    intake::{Acceptance, DossierState, Unfiled},
    review::DossierPart,
};

use crate::{
    Bench, Engine, MINUTE, NOW,
    applications::{
        DECIDER, STATION, application, decided, hash, is_seal, is_stale, notice, token,
    },
    micros, on_each_engine,
};

async fn the_same_dossier_is_held_once_and_its_receipt_is_its_stations(engine: Engine) {
    let bench = Bench::new(engine).await;
    let row = bench.hold(1).await;
    assert_eq!(bench.hold(1).await, row);
    bench.hold(2).await;
    let asked = [hash(2), hash(9), hash(1)];
    let receipts = bench.store.receipts(STATION, &asked).await.unwrap();
    assert_eq!(
        receipts,
        [vec![2], vec![1]],
        "in their order, unknown ones left out"
    );
    let stranger = dossier::StationId::from_bytes([9; 16]);
    let receipts = bench.store.receipts(stranger, &asked).await.unwrap();
    assert!(receipts.is_empty());
}

async fn one_opener_has_a_dossier_until_its_lease_ends(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.hold(1).await;
    let (store, clock) = (bench.store.clone(), bench.clock.clone());
    let lease = async |lease, now| {
        clock.store(micros(now), Ordering::Relaxed);
        let leased = store.lease_held(token(lease), MINUTE).await;
        leased.unwrap().map(|(row, tries)| (row.hash, tries))
    };
    assert_eq!(lease(1, NOW).await, Some((hash(1), 1)));
    assert_eq!(lease(2, NOW).await, None);
    let later = NOW + MINUTE;
    assert_eq!(lease(2, later).await, Some((hash(1), 2)));
    // The first one's lease is not the newest any more: whatever it does counts for nothing.
    assert!(is_stale(
        bench.accept(1, ("somebody", None), token(1)).await
    ));
    let reject = async |lease| {
        let why = (Reason::Seal, &b"rejected"[..]);
        bench
            .store
            .reject_dossier(hash(1), token(lease), why, &[], NOW)
            .await
    };
    assert!(is_stale(reject(1).await));
    bench
        .store
        .release_held(hash(1), token(1), std::time::Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(
        lease(3, later).await,
        None,
        "who has no lease gives none back"
    );
    bench
        .store
        .release_held(hash(1), token(2), MINUTE)
        .await
        .unwrap();
    assert_eq!(lease(3, later).await, None, "rests");
    assert_eq!(lease(3, later + MINUTE).await, Some((hash(1), 3)));
    let accepted = bench.accept(1, ("somebody", None), token(3)).await;
    assert_eq!(accepted.unwrap(), Acceptance::Application);
    let again = bench.accept(1, ("somebody", None), token(3)).await;
    assert_eq!(again.unwrap(), Acceptance::OtherDossier, "once");
}

async fn a_dossier_is_ended_once_and_its_file_is_put_away_after_that(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.accepted(1, "somebody").await;
    let row = bench.store.dossier(hash(1)).await.unwrap().unwrap();
    assert_eq!(
        (row.state, &row.receipt[..]),
        (DossierState::Accepted, &b"accepted"[..])
    );
    assert_eq!(bench.store.unfiled().await.unwrap().len(), 1);
    bench.hold(2).await;
    let file = |byte| Unfiled {
        hash: hash(byte),
        done: true,
    };
    bench.store.filed(file(2)).await.unwrap();
    bench.store.filed(file(1)).await.unwrap();
    assert!(bench.store.unfiled().await.unwrap().is_empty());
    // Another dossier of the same application changes nothing.
    bench
        .store
        .lease_held(token(2), MINUTE)
        .await
        .unwrap()
        .unwrap();
    bench.home.meddle("UPDATE intake_dossier SET application = X'01010101010101010101010101010101' WHERE state = 'held'").await;
    let other = personalisation_store::intake::Accepted {
        hash: hash(2),
        token: token(2),
        application: application(1),
        filing: &crate::applications::filing(2),
        ground: dossier::dossier::Ground::First,
        express: false,
        recapture_of: None,
        person: &bench.named("somebody"),
        payment: None,
        content: &[],
        receipt: b"accepted",
    };
    let other = bench
        .store
        .accept_dossier(&mut bench.rng, &other, &[], NOW)
        .await;
    assert_eq!(other.unwrap(), Acceptance::OtherDossier);
    let row = bench.store.dossier(hash(2)).await.unwrap().unwrap();
    assert_eq!(row.state, DossierState::Held);
}

async fn a_rejected_dossier_rings_until_a_supervisor_is_done_with_it_once(engine: Engine) {
    let bench = Bench::new(engine).await;
    bench.hold(1).await;
    assert_eq!(bench.store.quarantined_bytes(STATION).await.unwrap(), 0);
    let (store, by) = (&bench.store, PersonId::from_bytes([1; 16]));
    let reject = async |lease: u8| {
        store
            .lease_held(token(lease), MINUTE)
            .await
            .unwrap()
            .unwrap();
        let why = (Reason::Clock, &b"rejected"[..]);
        store
            .reject_dossier(hash(1), token(lease), why, &[], NOW)
            .await
    };
    reject(1).await.unwrap();
    let alarms = store.alarms().await.unwrap();
    assert_eq!((alarms.len(), alarms[0].reason), (1, Reason::Clock));
    assert_eq!(store.quarantine().await.unwrap().len(), 1);
    assert!(store.quarantined_bytes(STATION).await.unwrap() > 0);
    store
        .settle_rejected(hash(1), by, true, &[], NOW)
        .await
        .unwrap();
    assert!(store.alarms().await.unwrap().is_empty());
    assert!(is_stale(
        store.settle_rejected(hash(1), by, true, &[], NOW).await
    ));
    let row = store.dossier(hash(1)).await.unwrap().unwrap();
    assert_eq!(row.state, DossierState::Held, "opened again");
    reject(2).await.unwrap();
    store
        .settle_rejected(hash(1), by, false, &[], NOW)
        .await
        .unwrap();
    let row = store.dossier(hash(1)).await.unwrap().unwrap();
    assert_eq!(row.state, DossierState::Rejected(Reason::Clock));
}

async fn a_recapture_supplements_who_waits_for_it_and_nobody_else(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let row = bench.in_review(1, "somebody").await;
    let wanted = [Recapture::Portrait].into();
    let to = row.application.clone().ask_more(wanted, DECIDER).unwrap();
    let told = notice(1, Channel::Letter);
    bench.decide(&decided(&row, &to, Some(told))).await.unwrap();
    for (byte, person, expected) in [
        (2, "somebody else", Acceptance::Application),
        (3, "somebody", Acceptance::Supplement(application(1))),
        // It waits no longer.
        (4, "somebody", Acceptance::Application),
    ] {
        bench.hold(byte).await;
        bench
            .store
            .lease_held(token(byte), MINUTE)
            .await
            .unwrap()
            .unwrap();
        let about = (person, Some(application(1)));
        assert_eq!(
            bench.accept(byte, about, token(byte)).await.unwrap(),
            expected,
            "{byte}"
        );
    }
    assert_eq!(bench.row(1).await.supplement, Some(hash(3)));
}

async fn parts_open_in_their_own_place_and_fingers_under_their_own_key(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.accepted(1, "somebody").await;
    bench.accepted(2, "somebody else").await;
    let part = async |part| bench.store.dossier_part(hash(2), part).await;
    let text = part(DossierPart::Text).await.unwrap().unwrap();
    assert_eq!(&text[..], b"text 2");
    assert_eq!(part(DossierPart::Portrait).await.unwrap(), None);
    bench.home.meddle("UPDATE review_content SET sealed = (SELECT sealed FROM review_content WHERE kind = 'text' AND substr(hash, 1, 1) = X'01') \
                  WHERE kind = 'text' AND substr(hash, 1, 1) = X'02'").await;
    assert!(is_seal(part(DossierPart::Text).await));
    let other = personalisation_store::sealing::Sealer::new(Box::new([8; 32].into()));
    let without = bench.store.clone().with_fingers(other);
    assert!(is_seal(
        without.dossier_part(hash(1), DossierPart::Fingers).await
    ));
    assert!(
        without
            .dossier_part(hash(1), DossierPart::Text)
            .await
            .is_ok()
    );
    // Also where fingers lie under the key of everything else, whoever has no business with them opens none.
    let here = bench.store.dossier_part(hash(1), DossierPart::Fingers);
    assert!(here.await.unwrap().is_some());
    let without = bench.store.clone().without_fingers();
    let refused = without.dossier_part(hash(1), DossierPart::Fingers).await;
    assert!(matches!(
        refused,
        Err(personalisation_store::StoreError::NoFingers)
    ));
    let text = without.dossier_part(hash(1), DossierPart::Text).await;
    assert!(text.unwrap().is_some());
    bench.home.meddle("UPDATE review_content SET sealed = NULL WHERE kind = 'text' AND substr(hash, 1, 1) = X'02'").await;
    assert_eq!(part(DossierPart::Text).await.unwrap(), None, "erased");
}

on_each_engine! {
    the_same_dossier_is_held_once_and_its_receipt_is_its_stations,
    one_opener_has_a_dossier_until_its_lease_ends,
    a_dossier_is_ended_once_and_its_file_is_put_away_after_that,
    a_rejected_dossier_rings_until_a_supervisor_is_done_with_it_once,
    a_recapture_supplements_who_waits_for_it_and_nobody_else,
    parts_open_in_their_own_place_and_fingers_under_their_own_key,
}

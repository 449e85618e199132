//! What the centre issues, and a centre that does not do its part.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use dossier::{Blob, Timestamp};
use tokio::net::TcpListener;
use wire::fleet::PullResponse;

use super::bench::{CENTRE_KEY, House, MARIE, STAFF_KEY, configuration, signed, staff_list};
use crate::edge;
use crate::fixture::{self, SoftKey};
use crate::fleet::{FleetError, Keeper, Looking};

/// A centre that hangs up (`quiet` false) or takes the connection and says nothing; how often it was called.
async fn bad_centre(quiet: bool) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, calls) = (
        listener.local_addr().unwrap().to_string(),
        Arc::new(AtomicUsize::new(0)),
    );
    let count = calls.clone();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            if quiet {
                kept.push(stream);
            }
        }
    });
    (address, calls)
}

fn keeper(house: &House, later: time::Duration) -> Keeper<edge::SystemRng> {
    let (standing, clock) = (house.place.standing.clone(), move || edge::now() + later);
    let no_devices = Arc::new(|| Box::pin(std::future::ready(Vec::new())) as Looking);
    Keeper::new(standing, Arc::new(clock), no_devices, edge::rng())
}

#[tokio::test]
async fn a_renewal_that_fails_does_not_keep_the_report_back() {
    let (address, calls) = bad_centre(false).await;
    let house = House::at(&address).await;
    assert!(keeper(&house, time::Duration::ZERO).pass().await.is_err());
    let report_alone = calls.swap(0, Ordering::SeqCst);
    assert!(report_alone > 0);
    // The certificate holds for 30 days: a third of its life is left.
    assert!(
        keeper(&house, time::Duration::days(25))
            .pass()
            .await
            .is_err()
    );
    assert!(
        calls.load(Ordering::SeqCst) > report_alone,
        "renewal and report"
    );
}

#[tokio::test]
async fn a_centre_that_never_answers_is_given_up() {
    let (address, _) = bad_centre(true).await;
    let house = House::at(&address).await;
    let mut keeper = keeper(&house, time::Duration::ZERO).within(Duration::from_millis(200));
    let passed = tokio::time::timeout(Duration::from_secs(3), keeper.pass()).await;
    assert!(
        matches!(passed, Ok(Err(FleetError::Unavailable(_)))),
        "{passed:?}"
    );
}

#[tokio::test]
async fn a_configuration_that_is_refused_keeps_no_staff_list_out() {
    let house = House::open().await;
    let mut early = configuration(house.now(), 2);
    early.issue.from = Timestamp::from_seconds(house.now() + 660).unwrap();
    let answer = PullResponse {
        configuration: signed(&early, CENTRE_KEY),
        staff: signed(&staff_list(house.now(), 2), STAFF_KEY),
    };
    let standing = &house.place.standing;
    let taken = standing.take(&answer, &mut edge::rng(), edge::now()).await;
    assert!(matches!(taken, Err(FleetError::Issue(_))), "{taken:?}");
    let list = standing.staff_list(edge::now()).await.unwrap().unwrap();
    assert_eq!(list.issue.number, 2);
}

#[tokio::test]
async fn a_staff_list_outlives_the_key_that_signed_it() {
    let house = House::open().await;
    let mut newer = configuration(house.now(), 2);
    newer.staff_list_keys[0].spki = Blob::new(fixture::spki(&SoftKey::new(9)).to_vec()).unwrap();
    house.take(&newer).await;
    assert_eq!(house.get(MARIE, "/today").await.status, StatusCode::OK);
    house.wait(2 * 86_400);
    house.take(&configuration(house.now(), 3)).await;
    let over = house
        .place
        .members
        .list(time::OffsetDateTime::from_unix_timestamp(house.now()).unwrap());
    assert!(over.await.unwrap().is_none(), "until its own end");
}

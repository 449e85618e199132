//! Days without a line: 500 dossiers of 2 MB fit, and go out when the line is back.

use std::time::{Duration, Instant};

use enrolment_station::store::space;

use crate::outbox::{fixture, misbehaviour::Journey};

const DOSSIERS: usize = 500;
const PORTRAIT: usize = 2_000_000;
/// Of these every one is compared at the centre; opening 500 of them twice shows no more.
const SENT: Duration = Duration::from_secs(150);

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_dossiers_wait_for_the_line() {
    let mut journey = Journey::begin().await;
    journey.centre.line.set_up(false);
    let rules = fixture::configuration(12).station;
    let (begun, mut slowest) = (Instant::now(), Duration::ZERO);
    for _ in 0..DOSSIERS {
        let room = space::check(&journey.store).await.unwrap();
        room.allows(&rules).unwrap();
        let one = Instant::now();
        journey.station.confirm(&journey.store, PORTRAIT).await;
        slowest = slowest.max(one.elapsed());
    }
    let queued = begun.elapsed();
    let room = space::check(&journey.store).await.unwrap();
    assert!(room.allows(&rules).is_err(), "the rules allow 500");
    let listed = Instant::now();
    let summary = journey.outbox().summary().await.unwrap();
    let listed = listed.elapsed();
    assert_eq!((summary.waiting, summary.backlog()), (500, 500));
    assert!(summary.bytes > 1_000_000_000);
    assert!(listed < Duration::from_millis(200), "{listed:?} for a list");
    assert!(journey.pass().await.is_err(), "no line");
    journey.centre.line.set_up(true);
    let begun = Instant::now();
    while journey.outbox().summary().await.unwrap().waiting > 0 {
        journey.pass().await.unwrap();
        assert!(
            begun.elapsed() < SENT,
            "{:?}",
            journey.outbox().summary().await
        );
    }
    let sent = begun.elapsed();
    journey.centre.open_all();
    let begun = Instant::now();
    journey.pass().await.unwrap();
    let erased = begun.elapsed();
    assert_eq!(journey.outbox().summary().await.unwrap().backlog(), 0);
    assert_eq!(journey.centre.contents().len(), DOSSIERS);
    assert_eq!(journey.centre.new_bytes(), summary.bytes, "no byte twice");
    println!(
        "queued {queued:?} (slowest {slowest:?}), listed {listed:?}, sent {sent:?}, erased {erased:?}"
    );
    // The room that they took is there again, within the file.
    let after = space::check(&journey.store).await.unwrap();
    assert!(after.free_bytes >= room.free_bytes + 900_000_000);
}

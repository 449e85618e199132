//! What goes by date, and what does not.

use std::sync::Arc;

use dossier::dossier::ClockOffset;
use dossier::{Signed, Timestamp};
use enrolment_station::{
    draft::Drafts,
    housekeeping::{DRAFTS, Gone, Housekeeping, RECEIPTS, TASKS},
    outbox::Outbox,
    store::{Store, issued::Kind},
};
use sqlx::{Connection as _, SqliteConnection};
use time::{Duration, OffsetDateTime};

use crate::store::{
    bench::{Station, now},
    fixture,
};

/// The configuration in force around a moment.
async fn issue(station: &mut Station, store: &Store, at: OffsetDateTime) {
    let mut configuration = fixture::configuration(12);
    let stamp = |days: i64| {
        let moment = at + Duration::days(days);
        Timestamp::from_seconds(moment.unix_timestamp()).unwrap()
    };
    (configuration.issue.from, configuration.issue.until) = (stamp(-200), stamp(1));
    let signed = Signed::sign(&configuration, &fixture::SoftKey::new(11)).unwrap();
    let bytes = signed.encode().unwrap();
    let items = [(Kind::Configuration, &bytes[..])];
    store
        .put_issued(&mut station.rng, &items, at)
        .await
        .unwrap();
}

async fn pass(store: &Store, at: OffsetDateTime) -> Gone {
    let gone = pass_when_off(store, at, Some(0)).await;
    gone.unwrap_or_default()
}

/// With the clock off by so many milliseconds at the centre's last answer.
async fn pass_when_off(store: &Store, at: OffsetDateTime, off: Option<i64>) -> Option<Gone> {
    let offset = off.map(|milliseconds| ClockOffset {
        milliseconds,
        measured_at: Timestamp::from_seconds(at.unix_timestamp()).unwrap(),
    });
    let keeping = Housekeeping::new(store, Arc::new(move || at), Arc::new(move |_| offset));
    keeping.pass().await.unwrap()
}

#[tokio::test]
async fn drafts_receipts_and_tasks_go_by_their_dates_and_what_waits_stays() {
    let mut station = Station::new();
    let store = station.open().await;
    // Saved at 1 s; two dossiers came into their state at 2 s, and one of them was accepted.
    station.draft(&store, &[("form", b"somebody")]).await;
    station.queue(&store).await;
    let accepted = station.queue(&store).await;
    let file = station.data().join("station.sqlite");
    let url = format!("sqlite://{}", file.display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    for statement in [
        "UPDATE outbox_item SET state = 'accepted' WHERE application_id = $1",
        "DELETE FROM outbox_dossier WHERE hash IN
            (SELECT hash FROM outbox_item WHERE application_id = $1)",
        "INSERT INTO outbox_task (application_id, sealed, since)
            SELECT application_id, x'00', changed_at FROM outbox_item WHERE application_id = $1",
    ] {
        let id = &accepted.as_bytes()[..];
        sqlx::query(statement)
            .bind(id)
            .execute(&mut other)
            .await
            .unwrap();
    }
    for (age, gone) in [
        (DRAFTS + Duration::SECOND, (0, 0, 0)),
        (DRAFTS + Duration::seconds(2), (1, 0, 0)),
        (RECEIPTS + Duration::seconds(2), (0, 0, 0)),
        (RECEIPTS + Duration::seconds(3), (0, 1, 0)),
        (TASKS + Duration::seconds(2), (0, 0, 0)),
        (TASKS + Duration::seconds(3), (0, 0, 1)),
    ] {
        let at = now(0) + age;
        issue(&mut station, &store, at).await;
        let (drafts, receipts, tasks) = gone;
        let gone = Gone {
            drafts,
            receipts,
            tasks,
        };
        assert_eq!(pass(&store, at).await, gone, "after {age}");
    }
    assert!(Drafts::new(&store).list().await.unwrap().is_empty());
    let steps: i64 = sqlx::query_scalar("SELECT count(*) FROM draft_step")
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert_eq!(steps, 0, "pictures go with their draft");
    // What the centre does not have is never a matter of days.
    assert_eq!(Outbox::new(&store).rows().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_clock_outside_the_configuration_s_period_erases_nothing() {
    let mut station = Station::new();
    let store = station.open().await;
    station.draft(&store, &[("form", b"somebody")]).await;
    let years_ahead = now(0) + Duration::days(3 * 365);
    assert_eq!(pass(&store, years_ahead).await, Gone::default());
    issue(&mut station, &store, now(0)).await;
    assert_eq!(pass(&store, years_ahead).await, Gone::default());
    assert_eq!(Drafts::new(&store).list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_clock_that_the_centre_does_not_confirm_erases_nothing() {
    let mut station = Station::new();
    let store = station.open().await;
    station.draft(&store, &[("form", b"somebody")]).await;
    // Two months ahead and within the configuration's period, as after a start with a dead battery.
    let ahead = now(0) + Duration::days(60);
    issue(&mut station, &store, ahead).await;
    for off in [None, Some(60 * 86_400_000), Some(-60 * 86_400_000)] {
        assert_eq!(pass_when_off(&store, ahead, off).await, None, "{off:?}");
    }
    assert_eq!(Drafts::new(&store).list().await.unwrap().len(), 1);
    let gone = pass_when_off(&store, ahead, Some(900)).await;
    assert_eq!(gone.unwrap().drafts, 1);
}

//! A running station: reports, renewal, revocation, and issues that must not be used.

use std::{sync::Arc, time::Duration};

use dossier::{Configuration, Signed, SigningKey, issue::IssueError};
use e2e::counter::station::SoftKey;
use enrolment_station::{
    edge,
    fleet::{FleetError, Keeper, Looking, Standing, onboard},
};
use time::OffsetDateTime;
use tonic::Code;

use crate::fleet::house::House;

pub const QUARTER: u32 = 90 * 86_400;

pub async fn taken_in(house: &House) -> Arc<Standing> {
    let config = house.station("one");
    let done = onboard::run(&config, &house.code(), &mut edge::rng(), edge::now()).await;
    let (standing, pulled) = done.unwrap();
    pulled.unwrap();
    Arc::new(standing)
}

fn keeper(standing: &Arc<Standing>) -> Keeper<edge::SystemRng> {
    let clock = Arc::new(edge::now);
    let no_devices = Arc::new(|| Box::pin(std::future::ready(Vec::new())) as Looking);
    Keeper::new(Arc::clone(standing), clock, no_devices, edge::rng())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_sees_a_station_and_the_station_follows_the_centre() {
    let house = House::new(QUARTER);
    let standing = taken_in(&house).await;
    let now = edge::now();
    let first = standing.configuration(now).await.unwrap().unwrap();
    assert_eq!(first.issue.number, 1);
    assert_eq!(first.offices_at(now.date()).count(), 101);
    let list = standing.staff_list(now).await.unwrap().unwrap();
    assert_eq!((list.office.as_str(), list.people.len()), ("L-0304", 0));
    keeper(&standing).pass().await.unwrap();
    let seen = house.list();
    assert!(seen[0].contains("0 min ago"), "{seen:?}");
    // The next configuration comes with the next report.
    let draft = house.fleet(&["configuration", "show"]);
    house.sign(&draft.replace("lock_minutes = 5", "lock_minutes = 3"));
    keeper(&standing).pass().await.unwrap();
    let second = standing.configuration(now + time::Duration::MINUTE).await;
    let second = second.unwrap().unwrap();
    assert_eq!((second.issue.number, second.station.lock_minutes), (2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_station_s_next_call_is_refused_also_on_an_open_connection() {
    let house = House::new(QUARTER);
    let standing = taken_in(&house).await;
    keeper(&standing).pass().await.unwrap();
    let channel = standing.channel().unwrap();
    let mut client = wire::fleet::fleet_client::FleetClient::new(channel);
    client
        .pull(wire::fleet::PullRequest::default())
        .await
        .unwrap();
    let id = house.first_station().to_string();
    house.fleet(&["revoke", &id, "--reason", "key-compromise"]);
    let refused = client.pull(wire::fleet::PullRequest::default()).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let refused = keeper(&standing).pass().await.unwrap_err();
    let denied = Code::PermissionDenied;
    assert!(matches!(refused, FleetError::Refused { code, .. } if code == denied));
    assert!(house.list()[0].contains("revoked"));
    // Again says the same.
    let again = house.fleet(&["revoke", &id, "--reason", "key-compromise"]);
    assert!(again.contains("0 certificates"), "{again}");
    // Where the database knows nothing of it, the list says it, on the same connection.
    house.meddle(
        "UPDATE fleet_station SET state = 'active', reason = NULL;
         UPDATE fleet_certificate SET revoked_at = NULL",
    );
    assert!(house.list()[0].contains("active"));
    let listed = client.pull(wire::fleet::PullRequest::default()).await;
    let listed = listed.unwrap_err();
    assert_eq!(listed.code(), Code::PermissionDenied);
    assert!(
        listed.message().contains("certificate is revoked"),
        "{listed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_the_revocation_does_not_undo_it() {
    let mut house = House::new(QUARTER);
    let standing = taken_in(&house).await;
    keeper(&standing).pass().await.unwrap();
    house.kill_centre();
    // What was committed last stands in the log beside the database.
    let files = ["centre.db", "centre.db-wal"].map(|name| house.path(name));
    let before = files.each_ref().map(|file| std::fs::read(file).unwrap());
    let id = house.first_station().to_string();
    house.fleet(&["revoke", &id, "--reason", "key-compromise"]);
    let _ = std::fs::remove_file(house.path("centre.db-shm"));
    for (file, bytes) in files.iter().zip(&before) {
        std::fs::write(file, bytes).unwrap();
    }
    assert!(house.list()[0].contains("active"));
    // The list of the operations CA still says it; the station hears why, and not that the line is bad.
    house.start_centre();
    let standing = Standing::open(&house.station("one"), &mut edge::rng()).await;
    let refused = keeper(&Arc::new(standing.unwrap())).pass().await;
    let denied = Code::PermissionDenied;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, FleetError::Refused { code, .. } if code == denied),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_renewed_at_a_third_of_their_life_and_the_old_keys_destroyed() {
    let house = House::new(30);
    let standing = taken_in(&house).await;
    let first = standing.identity();
    let old_signer = standing.signer().unwrap().spki().to_vec();
    keeper(&standing).pass().await.unwrap();
    assert_eq!(standing.identity(), first, "two thirds are left");
    let (from, until) = first.period().unwrap();
    let due = until - (until - from) / 3;
    sleep_until(due + time::Duration::SECOND).await;
    keeper(&standing).pass().await.unwrap();
    let next = standing.identity();
    assert_ne!(next.tls, first.tls);
    assert_ne!(next.signing, first.signing);
    assert_eq!(next.station, first.station);
    assert_ne!(standing.signer().unwrap().spki(), old_signer);
    // With the new certificate, after the old one ended.
    sleep_until(until + time::Duration::SECOND).await;
    keeper(&standing).pass().await.unwrap();
    drop(standing);
    let config = house.station("one");
    let standing = Standing::open(&config, &mut edge::rng()).await.unwrap();
    let labels = standing
        .token()
        .labels_of::<key_custody::role::StationTls>();
    assert_eq!(labels.unwrap(), ["tls-2"]);
}

async fn sleep_until(moment: OffsetDateTime) {
    let wait: time::Duration = moment - edge::now();
    tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_forged_and_older_configurations_are_refused_and_the_one_in_use_stays() {
    let house = House::new(QUARTER);
    let standing = taken_in(&house).await;
    let (mut rng, now) = (edge::rng(), edge::now());
    let kind = enrolment_station::store::issued::Kind::Configuration;
    let first = standing.store().issued(kind).await.unwrap().unwrap();
    let draft = house.fleet(&["configuration", "show"]);
    house.sign(&draft);
    let now = now + time::Duration::seconds(5);
    standing.pull(&mut rng, now).await.unwrap();
    let second = standing.store().issued(kind).await.unwrap().unwrap();
    let in_use = standing.configuration(now).await.unwrap().unwrap();
    assert_eq!(in_use.issue.number, 2);
    // Older.
    let older = standing.take_configuration(&first, &mut rng, now).await;
    let older = older.unwrap_err();
    assert!(
        matches!(older, FleetError::Issue(IssueError::Older { .. })),
        "{older}"
    );
    // Stale: the same, a year later.
    let later = now + time::Duration::days(366);
    let stale = standing.take_configuration(&second, &mut rng, later).await;
    let stale = stale.unwrap_err();
    assert!(
        matches!(stale, FleetError::Issue(IssueError::Expired { .. })),
        "{stale}"
    );
    assert!(standing.configuration(later).await.is_err());
    // Forged, with the forger's key named in it.
    let stranger = SoftKey::generate().unwrap();
    let mut forged = Configuration::clone(&in_use);
    forged.issue.number = 3;
    forged.station.lock_minutes = 60;
    forged.configuration_keys[0].spki = dossier::Blob::new(stranger.spki().to_vec()).unwrap();
    let forged = Signed::sign(&forged, &stranger).unwrap().encode().unwrap();
    let refused = standing.take_configuration(&forged, &mut rng, now).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, FleetError::Issue(IssueError::Signature(_))),
        "{refused}"
    );
    // One bit.
    let mut spoiled = second.to_vec();
    let place = spoiled.len() - 100;
    spoiled[place] ^= 1;
    assert!(
        standing
            .take_configuration(&spoiled, &mut rng, now)
            .await
            .is_err()
    );
    assert_eq!(standing.configuration(now).await.unwrap().unwrap(), in_use);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_killed_and_started_again_goes_on() {
    let mut house = House::new(QUARTER);
    let standing = taken_in(&house).await;
    house.kill_centre();
    let away = keeper(&standing).pass().await.unwrap_err();
    assert!(matches!(away, FleetError::Unavailable(_)), "{away}");
    // What was issued holds without the centre.
    let now: OffsetDateTime = edge::now();
    assert!(standing.configuration(now).await.unwrap().is_some());
    assert!(standing.staff_list(now).await.unwrap().is_some());
    drop(standing);
    house.start_centre();
    let config = house.station("one");
    let standing = Standing::open(&config, &mut edge::rng()).await.unwrap();
    keeper(&Arc::new(standing)).pass().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_station_learns_from_the_centre_how_far_its_clock_is_off() {
    let house = House::new(QUARTER);
    let standing = taken_in(&house).await;
    let ahead = || edge::now() + time::Duration::seconds(90);
    assert_eq!(standing.clock_offset(ahead()), None, "nobody asked yet");
    let no_devices = Arc::new(|| Box::pin(std::future::ready(Vec::new())) as Looking);
    let mut keeper = Keeper::new(
        Arc::clone(&standing),
        Arc::new(ahead),
        no_devices,
        edge::rng(),
    );
    keeper.pass().await.unwrap();
    let offset = standing.clock_offset(ahead()).unwrap();
    assert!(
        (87_000..=93_000).contains(&offset.milliseconds),
        "{} ms",
        offset.milliseconds
    );
    let since = ahead().unix_timestamp() - offset.measured_at.seconds();
    assert!((0..30).contains(&since), "measured {since} s ago");
    // Somebody puts the clock right: what was measured does not hold any more.
    assert_eq!(standing.clock_offset(edge::now()), None);
}

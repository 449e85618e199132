//! What is refused before a byte of it is kept.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dossier::{Hash, KeyId};
use e2e::counter::{
    Intake,
    authority::{self, Subject},
    station,
};
use personalisation_store::fleet::{KeyUse, RevocationReason, StationCertificate};
use tonic::{Code, Status, transport::Channel};
use wire::intake::{
    AppendRequest, BeginRequest, FinishRequest, TasksRequest, intake_client::IntakeClient,
};

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "everybody who is refused, one after another"
)]
async fn only_stations_of_ours_that_are_not_revoked_are_heard() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let mut client = counter.connect(centre.address()).await.unwrap();
    client
        .tasks(TasksRequest { cursor: Vec::new() })
        .await
        .unwrap();
    // Without a certificate there is no connection, or none that answers.
    let stranger = Arc::new(station::client(&centre, None).unwrap());
    match station::channel(centre.address(), Arc::clone(&stranger)).await {
        Ok(channel) => {
            let mut client = IntakeClient::new(channel);
            client
                .tasks(TasksRequest { cursor: Vec::new() })
                .await
                .unwrap_err();
        }
        Err(error) => println!("{error}"),
    }
    // The listener for strangers answers them, but takes no dossiers.
    let open = station::channel(centre.onboarding(), stranger)
        .await
        .unwrap();
    let answer = IntakeClient::new(open)
        .tasks(TasksRequest { cursor: Vec::new() })
        .await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
    // Other roles, unknown stations, and keys that are not the station's are refused at the first call.
    let known = counter.id.to_string();
    let nobody = "ab".repeat(16);
    for (role, name) in [
        ("console", &known),
        ("station", &nobody),
        ("station", &known),
    ] {
        let key = authority::p256().unwrap();
        let subject = Subject {
            role,
            name,
            period: (-60, 3600),
        };
        let public = authority::public(&key).unwrap();
        let certificate = centre
            .authority()
            .certify(&public, subject)
            .unwrap()
            .to_der()
            .unwrap();
        let tls = station::client(&centre, Some((&certificate, &key))).unwrap();
        let channel = station::channel(centre.address(), Arc::new(tls))
            .await
            .unwrap();
        let answer = IntakeClient::new(channel)
            .tasks(TasksRequest { cursor: Vec::new() })
            .await;
        assert_eq!(
            answer.unwrap_err().code(),
            Code::PermissionDenied,
            "{role} {name}"
        );
    }
    // A revocation counts at the next call, on a connection that is open; for who sent a chunk just now, a moment later.
    let begun = [7; 600];
    station::begin(&mut client, &begun).await.unwrap();
    station::append(&mut client, &begun, 0, 200).await.unwrap();
    let now = station::at(authority::now());
    centre
        .store
        .revoke_station(counter.id, RevocationReason::KeyCompromise, &[], now)
        .await
        .unwrap();
    let answers = [
        client
            .tasks(TasksRequest { cursor: Vec::new() })
            .await
            .unwrap_err(),
        station::begin(&mut client, b"bytes").await.unwrap_err(),
        client
            .finish(FinishRequest { hash: vec![1; 32] })
            .await
            .unwrap_err(),
        refused_chunk(&mut client, &begun).await,
    ];
    for answer in answers {
        assert_eq!(answer.code(), Code::PermissionDenied);
    }
}

/// The answer to the first chunk that is not taken any more.
async fn refused_chunk(client: &mut IntakeClient<Channel>, sealed: &[u8]) -> Status {
    let began = Instant::now();
    loop {
        if let Err(refused) = station::append(client, sealed, 200, 10).await {
            return refused;
        }
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "chunks of a revoked station are taken for ever"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_certificate_that_ended_is_refused_on_the_connection_that_it_opened() {
    const SECONDS: i64 = 6;
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let key = authority::p256().unwrap();
    let public = authority::public(&key).unwrap();
    let subject = Subject {
        role: "station",
        name: &counter.id.to_string(),
        period: (-60, SECONDS),
    };
    let certificate = centre.authority().certify(&public, subject).unwrap();
    let certificate = certificate.to_der().unwrap();
    let spki = public.public_key_to_der().unwrap();
    let known = centre.store.station_certificates(counter.id).await.unwrap();
    let short = StationCertificate {
        key_use: KeyUse::Tls,
        key: KeyId::of(&spki),
        spki,
        der: certificate.clone(),
        not_after: station::at(authority::now() + SECONDS),
        ..known[0].clone()
    };
    let added = centre.store.add_station_certificates(&[short], &[]).await;
    added.unwrap();
    let tls = Arc::new(station::client(&centre, Some((&certificate, &key))).unwrap());
    let open = station::channel(centre.address(), tls).await.unwrap();
    let mut client = IntakeClient::new(open);
    let everything = || TasksRequest { cursor: Vec::new() };
    client.tasks(everything()).await.unwrap();
    let began = Instant::now();
    let refused = loop {
        if let Err(refused) = client.tasks(everything()).await {
            break refused;
        }
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "it goes on for ever"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused}");
    // Our own certificate lasts a month: the log says so at the start.
    let log = std::fs::read_to_string(centre.folder().join("intake.log")).unwrap();
    assert!(log.contains("our own certificate ends soon"), "{log}");
    // Its other certificate holds.
    let mut other = counter.connect(centre.address()).await.unwrap();
    other.tasks(everything()).await.unwrap();
}

#[tokio::test]
async fn limits_hold_before_anything_is_stored() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let mut client = counter.connect(centre.address()).await.unwrap();
    let begin = |length, seconds: i64, hash: &[u8]| BeginRequest {
        hash: Hash::of(hash).as_bytes().to_vec(),
        length,
        station_time: (authority::now() + seconds) * 1_000_000,
    };
    // A gigabyte, one byte too many, none.
    for length in [1 << 30, (16 << 20) + 1, 0] {
        let answer = client.begin(begin(length, 0, b"long")).await.unwrap_err();
        assert_eq!(answer.code(), Code::OutOfRange, "{length}");
    }
    // A clock that is off by more than five minutes, either way.
    for seconds in [-400, 400, -86_400 * 365] {
        let answer = client
            .begin(begin(10, seconds, b"clock"))
            .await
            .unwrap_err();
        assert_eq!(answer.code(), Code::FailedPrecondition, "{seconds}");
        assert!(answer.message().contains("seconds off"), "{answer}");
    }
    // Bytes beyond what was announced, a gap, and what was never announced.
    client.begin(begin(10, 0, b"short")).await.unwrap();
    let hash = Hash::of(b"short").as_bytes().to_vec();
    let append = |hash: &[u8], offset, chunk: &[u8]| AppendRequest {
        hash: hash.to_vec(),
        offset,
        chunk: chunk.to_vec().into(),
    };
    let too_long = vec![0; (256 << 10) + 1];
    for (offset, chunk, code) in [
        (0, &[0u8; 11][..], Code::OutOfRange),
        (5, &[0; 2], Code::OutOfRange),
        (u64::MAX, &[0; 2], Code::OutOfRange),
        (0, &[], Code::InvalidArgument),
        (0, &too_long, Code::InvalidArgument),
    ] {
        let answer = client
            .append(append(&hash, offset, chunk))
            .await
            .unwrap_err();
        assert_eq!(answer.code(), code, "{offset} {}", chunk.len());
    }
    let answer = client.append(append(&[7; 32], 0, b"x")).await.unwrap_err();
    assert_eq!(answer.code(), Code::NotFound);
    let answer = client.append(append(&[7; 31], 0, b"x")).await.unwrap_err();
    assert_eq!(answer.code(), Code::InvalidArgument);
    // Too little, and then other bytes than the hash says: forgotten.
    client.append(append(&hash, 0, b"123456")).await.unwrap();
    let answer = client
        .append(append(&hash, 0, b"1x3456"))
        .await
        .unwrap_err();
    assert_eq!(answer.code(), Code::DataLoss);
    let finish = || FinishRequest { hash: hash.clone() };
    let answer = client.finish(finish()).await.unwrap_err();
    assert_eq!(answer.code(), Code::FailedPrecondition);
    client.append(append(&hash, 6, b"7890")).await.unwrap();
    let answer = client.finish(finish()).await.unwrap_err();
    assert_eq!(answer.code(), Code::DataLoss);
    let answer = client.finish(finish()).await.unwrap_err();
    assert_eq!(answer.code(), Code::NotFound);
    // The sixty-fifth unfinished one waits; another station's does not.
    for number in 0..64u8 {
        client.begin(begin(10, 0, &[number])).await.unwrap();
    }
    let answer = client.begin(begin(10, 0, b"one more")).await.unwrap_err();
    assert_eq!(answer.code(), Code::ResourceExhausted);
    client.begin(begin(10, 0, &[63])).await.unwrap();
    let other = centre.station("L-0304").await.unwrap();
    let mut other = other.connect(centre.address()).await.unwrap();
    other.begin(begin(10, 0, b"one more")).await.unwrap();
}

#[tokio::test]
async fn a_dossier_of_another_station_goes_no_further_than_its_header() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let (owner, thief) = (
        centre.station("L-0304").await.unwrap(),
        centre.station("L-0304").await.unwrap(),
    );
    let dossier = centre.paper(&owner).of_length(600_000).dossier().unwrap();
    let sealed = owner.seal(&dossier, &centre.intake_key().unwrap()).unwrap();
    let mut client = thief.connect(centre.address()).await.unwrap();
    station::begin(&mut client, sealed.as_bytes())
        .await
        .unwrap();
    let answer = station::append(&mut client, sealed.as_bytes(), 0, 2000)
        .await
        .unwrap_err();
    assert_eq!(answer.code(), Code::PermissionDenied);
    // In crumbs it does not get further either.
    station::begin(&mut client, sealed.as_bytes())
        .await
        .unwrap();
    let mut offset = 0;
    let refused = loop {
        match station::append(&mut client, sealed.as_bytes(), offset, 50).await {
            Ok(next) => offset = next,
            Err(status) => break status,
        }
    };
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert!(offset < 400, "{offset}");
}

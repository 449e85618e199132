//! Every misbehaviour of the simulator, and what the clerk is told: each its own problem.

use std::collections::BTreeMap;
use std::time::Duration;

use enrolment_station::devices::{Devices, Kind, Limits, Problem, Search, Settings, SignedPart};
use hardware_sim::biometric::{self, Fault};
use serde_json::{Value, json};

use crate::devices::bench::{self, INDEX_FINGERS};

/// What the clerk is told at a capture. Clocks are compared by their direction.
fn at_capture() -> Vec<(&'static str, Value, Problem)> {
    use SignedPart::Capture;
    let fault = |fault: Fault| ("fault", json!({ "fault": fault, "once": true }));
    let status = |status: &str| ("status", json!({ "status": status }));
    let error = |code: u16| ("error", json!({ "code": code }));
    let clock = |ahead| Problem::Clock { minutes: 10, ahead };
    [
        (fault(Fault::BrokenChain), Problem::ChainBroken),
        (fault(Fault::BrokenRecord), Problem::RecordUnreadable),
        (fault(Fault::ClockAhead), clock(true)),
        (fault(Fault::ClockBehind), clock(false)),
        (fault(Fault::Endless), Problem::TimedOut { seconds: 2 }),
        (fault(Fault::ExchangedKey), Problem::KeyChanged),
        (
            fault(Fault::ExpiredKey),
            Problem::CertificateExpired(Capture),
        ),
        (
            fault(Fault::FewerFingers),
            Problem::Count { asked: 2, found: 1 },
        ),
        (
            fault(Fault::ForeignCertificate),
            Problem::Untrusted(Capture),
        ),
        (
            fault(Fault::FutureKey),
            Problem::CertificateNotYetValid(Capture),
        ),
        (fault(Fault::Garbage), Problem::Garbled("a capture")),
        (fault(Fault::HttpError), Problem::HttpStatus(500)),
        (
            fault(Fault::HugeAnswer),
            Problem::TooLong { limit: 16 << 20 },
        ),
        (fault(Fault::MislabelledRecord), Problem::RecordMismatch),
        (fault(Fault::NoScore), Problem::ScoreMissing),
        (
            fault(Fault::SameLabelTwice),
            Problem::SubtypeRepeated("Right IndexFinger"),
        ),
        (
            fault(Fault::TamperedValue),
            Problem::SignatureWrong(Capture),
        ),
        (
            fault(Fault::UnaskedFinger),
            Problem::SubtypeUnasked("Right Thumb"),
        ),
        (fault(Fault::Unsigned), Problem::WrongAlgorithm(Capture)),
        (
            fault(Fault::WeakAlgorithm),
            Problem::WrongAlgorithm(Capture),
        ),
        (fault(Fault::WrongDevice), Problem::OtherDevice),
        (fault(Fault::WrongEnvironment), Problem::WrongEnvironment),
        (fault(Fault::WrongPurpose), Problem::OtherPurpose),
        (fault(Fault::WrongTransaction), Problem::OtherTransaction),
        (fault(Fault::WrongVersion), Problem::OtherVersion),
        (status("Busy"), Problem::Busy),
        (status("Not Ready"), Problem::NotReady),
        (status("Not Registered"), Problem::NotRegistered),
        (error(101), Problem::NothingCaptured),
        (error(105), Problem::Said(105)),
        (error(107), Problem::KeyExpired),
    ]
    .into_iter()
    .map(|((what, order), problem)| (what, order, problem))
    .collect()
}

/// Takes every order back.
async fn heal(port: u16) {
    bench::order(port, "fault", json!({ "fault": "none" })).await;
    bench::order(port, "status", json!({ "status": "Ready" })).await;
    bench::order(port, "error", json!({ "code": 0 })).await;
}

fn impatient(trust: enrolment_station::devices::TrustList, port: u16) -> Devices {
    let settings = Settings {
        ports: port..=port,
        environment: "Developer".into(),
        limits: Limits {
            info: Duration::from_secs(1),
            capture_margin: Duration::from_secs(1),
            ..Limits::default()
        },
        ..Settings::default()
    };
    Devices::new(settings, trust, bench::clock())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_misbehaviour_of_a_capture_is_told_apart() {
    let maker = bench::maker();
    let running = bench::device(biometric::Kind::Finger, &maker).await;
    let port = running.port();
    let patient = bench::client(bench::trust(&maker), port..=port);
    let client = impatient(bench::trust(&maker), port);
    let device = bench::only(&patient, Kind::Finger).await;
    // The first capture grows the fingers.
    let good = bench::request(0, &INDEX_FINGERS);
    patient.capture(&device, &good).await.unwrap();

    let mut told: BTreeMap<String, Problem> = BTreeMap::new();
    for (number, (what, order, expected)) in (1..).zip(at_capture()) {
        bench::order(port, what, order.clone()).await;
        let mut request = bench::request(number, &INDEX_FINGERS);
        let endless = matches!(expected, Problem::TimedOut { .. });
        request.timeout = Duration::from_secs(if endless { 1 } else { 30 });
        let error = client.capture(&device, &request).await.unwrap_err();
        assert_eq!(error.device, device.name());
        let found = match error.problem.clone() {
            // A moment passes between the device's clock and ours.
            Problem::Clock {
                minutes: 9 | 10,
                ahead,
            } => Problem::Clock { minutes: 10, ahead },
            other => other,
        };
        assert_eq!(found, expected, "{order}");
        heal(port).await;
        let text = error.to_string();
        assert!(
            text.contains(running.serial()) && text.contains(';'),
            "{text}"
        );
        let before = told.insert(found.to_string(), found.clone());
        let twice = matches!(found, Problem::WrongAlgorithm(_));
        assert!(before.is_none() || twice, "said before: {text}");
    }
    assert_eq!(told.len(), at_capture().len() - 1);

    // What the protocol cannot show is for the comparison of fingers to find.
    for (number, fault) in [
        (90, Fault::SameFingerTwice),
        (91, Fault::OtherPersonsFinger),
    ] {
        bench::order(port, "fault", json!({ "fault": fault, "once": true })).await;
        let captured = patient
            .capture(&device, &bench::request(number, &INDEX_FINGERS))
            .await;
        assert_eq!(captured.unwrap().biometrics.len(), 2);
    }
    // And afterwards all is well.
    patient
        .capture(&device, &bench::request(99, &INDEX_FINGERS))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_misbehaviour_of_a_search_is_told_apart() {
    use SignedPart::DeviceInfo;
    let maker = bench::maker();
    let running = bench::device(biometric::Kind::Finger, &maker).await;
    let port = running.port();
    let client = impatient(bench::trust(&maker), port);
    let table = [
        (Fault::Endless, Problem::TimedOut { seconds: 1 }),
        (Fault::ExpiredKey, Problem::CertificateExpired(DeviceInfo)),
        (Fault::ForeignCallback, Problem::ForeignCallback),
        (Fault::ForeignCertificate, Problem::Untrusted(DeviceInfo)),
        (
            Fault::FutureKey,
            Problem::CertificateNotYetValid(DeviceInfo),
        ),
        (Fault::Garbage, Problem::Garbled("a discovery answer")),
        (Fault::HttpError, Problem::HttpStatus(500)),
        (Fault::HugeAnswer, Problem::TooLong { limit: 256 << 10 }),
        (Fault::TamperedValue, Problem::SignatureWrong(DeviceInfo)),
        (Fault::Unsigned, Problem::WrongAlgorithm(DeviceInfo)),
        (Fault::WrongDevice, Problem::OtherDevice),
        (Fault::WrongEnvironment, Problem::WrongEnvironment),
        (Fault::WrongPurpose, Problem::OtherPurpose),
        (Fault::WrongVersion, Problem::UnsupportedVersion),
    ];
    for (fault, expected) in table {
        bench::order(port, "fault", json!({ "fault": fault })).await;
        let Search { devices, problems } = client.search(Kind::Finger).await;
        assert!(devices.is_empty(), "{fault:?}");
        let [error] = &*problems else {
            panic!("{fault:?}: {problems:?}");
        };
        assert_eq!(
            (error.device.port, &error.problem),
            (port, &expected),
            "{fault:?}"
        );
    }
    heal(port).await;
    bench::order(port, "status", json!({ "status": "Not Registered" })).await;
    let search = client.search(Kind::Finger).await;
    assert_eq!(search.problems[0].problem, Problem::NotRegistered);
    // A busy device is found: it will be free.
    bench::order(port, "status", json!({ "status": "Busy" })).await;
    let device = bench::only(&client, Kind::Finger).await;
    assert_eq!(
        device.status,
        enrolment_station::devices::DeviceStatus::Busy
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_unplugged_in_the_middle_of_a_capture() {
    let maker = bench::maker();
    let running = bench::device(biometric::Kind::Finger, &maker).await;
    let port = running.port();
    let client = bench::client(bench::trust(&maker), port..=port);
    let device = bench::only(&client, Kind::Finger).await;
    bench::order(port, "fault", json!({ "fault": "unplug-mid-capture" })).await;
    let request = bench::request(1, &INDEX_FINGERS);
    let error = client.capture(&device, &request).await.unwrap_err();
    assert_eq!(error.problem, Problem::Unplugged);
    // It stays away …
    let error = client.capture(&device, &request).await.unwrap_err();
    assert_eq!(error.problem, Problem::Unplugged);
    assert_eq!(client.search(Kind::Finger).await.devices, []);
    // … until it is plugged in; the chain begins where it was.
    heal(port).await;
    let device = bench::only(&client, Kind::Finger).await;
    client.capture(&device, &request).await.unwrap();
    // A service that ended is another thing.
    drop(running);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let error = client.capture(&device, &request).await.unwrap_err();
    assert_eq!(error.problem, Problem::Unreachable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_capture_at_a_time() {
    let maker = bench::maker();
    let running = bench::device(biometric::Kind::Finger, &maker).await;
    let port = running.port();
    let client = bench::client(bench::trust(&maker), port..=port);
    let device = bench::only(&client, Kind::Finger).await;
    let (first, second) = (
        bench::request(1, &INDEX_FINGERS),
        bench::request(2, &INDEX_FINGERS),
    );
    let both = tokio::join!(
        client.capture(&device, &first),
        client.capture(&device, &second)
    );
    let problems: Vec<Problem> = [both.0, both.1]
        .into_iter()
        .filter_map(|capture| capture.err().map(|error| error.problem))
        .collect();
    assert_eq!(problems, [Problem::Busy]);
}

//! What works: two devices on two ports, fingers and faces, the chain from capture to capture, one
//! person after the other, missing fingers.

use biometrics::iso19794::face::FaceRecord;
use biometrics::iso19794::finger::{FingerPosition, FingerRecord};
use biometrics::wsq::{self, DecodeLimits};
use enrolment_station::devices::{
    Captured, DeviceStatus, Devices, Kind, PORTS, TrustError, TrustList, Wanted,
};
use hardware_sim::biometric;
use serde_json::json;

use crate::devices::bench::{self, INDEX_FINGERS};

fn finger_records(captured: &Captured) -> Vec<FingerRecord> {
    let parse = |biometric: &enrolment_station::devices::CapturedBiometric| {
        FingerRecord::parse(&biometric.record).unwrap()
    };
    captured.biometrics.iter().map(parse).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_devices_on_two_ports_capture() {
    let maker = bench::maker();
    let finger = bench::device(biometric::Kind::Finger, &maker).await;
    let face = bench::device(biometric::Kind::Face, &maker).await;
    let client = bench::client(bench::trust(&maker), PORTS);
    // The whole range is searched; devices of other tests are of makers that this client does not know.
    let find = async |kind, serial: &str| {
        let search = client.search(kind).await;
        let ours = |device: &&enrolment_station::devices::Device| device.identity.serial == serial;
        assert_eq!(search.devices.iter().filter(ours).count(), 1, "{search:?}");
        search.devices.iter().find(ours).unwrap().clone()
    };
    let scanner = find(Kind::Finger, finger.serial()).await;
    let camera = find(Kind::Face, face.serial()).await;
    assert_eq!(
        (scanner.address.port(), scanner.status),
        (finger.port(), DeviceStatus::Ready)
    );
    assert_eq!(scanner.identity.kind, Kind::Finger);

    let first = client
        .capture(&scanner, &bench::request(1, &INDEX_FINGERS))
        .await
        .unwrap();
    let records = finger_records(&first);
    assert_eq!(
        records.iter().map(|r| r.position).collect::<Vec<_>>(),
        INDEX_FINGERS
    );
    for (record, biometric) in records.iter().zip(&first.biometrics) {
        let print = wsq::decode(&record.wsq, &DecodeLimits::default()).unwrap();
        assert_eq!(print.image.dimensions(), (416, 560));
        assert_eq!(record.quality, biometric.score);
        assert!((30..=100).contains(&biometric.score));
    }
    // The next capture goes on with the chain, and its touches are other ones.
    let mut next = bench::request(2, &INDEX_FINGERS);
    next.previous = first.chain;
    let second = client.capture(&scanner, &next).await.unwrap();
    assert_ne!(second.chain, first.chain);
    assert_ne!(finger_records(&second)[0].wsq, records[0].wsq);

    let captured = client
        .capture(&camera, &bench::request(3, &[]))
        .await
        .unwrap();
    let face = FaceRecord::parse(&captured.biometrics[0].record).unwrap();
    assert_eq!((face.width, face.height), (1244, 1600));
    assert!(
        !format!("{captured:?}").contains("[70,"),
        "records are redacted"
    );

    // Another person comes: the same by seed as by the list.
    bench::order(finger.port(), "person", json!({ "next": true })).await;
    bench::order(
        finger.port(),
        "touch",
        json!({ "touch": { "pressure": 0.2 } }),
    )
    .await;
    let other = client
        .capture(&scanner, &bench::request(4, &INDEX_FINGERS))
        .await
        .unwrap();
    assert_ne!(finger_records(&other)[0].wsq, records[0].wsq);
    let (_, state) = bench::http(finger.port(), "GET", "/admin/state", String::new()).await;
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(
        (state["person"].as_u64(), state["captures"].as_u64()),
        (Some(8), Some(3))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_fingers_are_told_and_not_expected() {
    let maker = bench::maker();
    let finger = bench::device(biometric::Kind::Finger, &maker).await;
    let client = bench::client(bench::trust(&maker), finger.port()..=finger.port());
    let device = bench::only(&client, Kind::Finger).await;
    let mut request = bench::request(1, &[]);
    request.wanted = Wanted::Fingers {
        wanted: vec![FingerPosition::RightThumb],
        missing: vec![FingerPosition::RightIndex],
    };
    let captured = client.capture(&device, &request).await.unwrap();
    assert_eq!(captured.biometrics.len(), 1);
    assert_eq!(
        captured.biometrics[0].finger,
        Some(FingerPosition::RightThumb)
    );
    // A bad touch is answered with its low score once the time for trying is over.
    bench::order(
        finger.port(),
        "touch",
        json!({ "touch": { "pressure": -1, "rotation": 25 } }),
    )
    .await;
    request.requested_score = 60;
    request.timeout = std::time::Duration::from_millis(300);
    let bad = client.capture(&device, &request).await.unwrap();
    assert!(bad.biometrics[0].score < 40, "{}", bad.biometrics[0].score);
}

#[tokio::test]
async fn nothing_there_is_no_problem() {
    let maker = bench::maker();
    let running = bench::device(biometric::Kind::Face, &maker).await;
    let client: Devices = bench::client(bench::trust(&maker), running.port()..=running.port());
    // A face device is no finger device.
    let search = client.search(Kind::Finger).await;
    assert!(search.devices.is_empty() && search.problems.is_empty());
    drop(running);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let search = client.search(Kind::Face).await;
    assert!(search.devices.is_empty() && search.problems.is_empty());
}

#[test]
fn a_trust_list_is_a_folder_of_certificates() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        TrustList::load(folder.path()),
        Err(TrustError::NobodyTrusted { .. })
    ));
    bench::maker()
        .write_anchor(&folder.path().join("maker.cer"))
        .unwrap();
    assert!(TrustList::load(folder.path()).is_ok());
    std::fs::write(folder.path().join("other.pem"), "no certificate").unwrap();
    let error = TrustList::load(folder.path()).unwrap_err();
    assert!(
        matches!(error, TrustError::NotACertificate { .. }),
        "{error}"
    );
}

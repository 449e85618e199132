//! The preview: frames in time, and what is said when they stop.

use std::time::{Duration, Instant};

use enrolment_station::devices::{Kind, Problem};
use hardware_sim::biometric;
use serde_json::json;

use crate::devices::bench::{self, INDEX_FINGERS};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_come_in_time_and_are_pictures() {
    let maker = bench::maker();
    for (kind, ours) in [
        (biometric::Kind::Finger, Kind::Finger),
        (biometric::Kind::Face, Kind::Face),
    ] {
        let running = bench::device(kind, &maker).await;
        let port = running.port();
        let client = bench::client(bench::trust(&maker), port..=port);
        let device = bench::only(&client, ours).await;
        // The first frame waits for the picture to be drawn.
        for _ in 0..10 {
            match first_frame(&client, &device).await {
                Ok(()) => break,
                Err(problem) => assert_eq!(problem, Problem::StreamStalled),
            }
        }
        let mut preview = client.preview(&device).await.unwrap();
        preview.next().await.unwrap().unwrap();
        let begin = Instant::now();
        for _ in 0..6 {
            let frame = preview.next().await.unwrap().unwrap();
            let picture = biometrics::picture::load(
                frame.jpeg(),
                &biometrics::picture::PictureLimits::default(),
            );
            assert!(picture.is_ok());
        }
        // At least three a second (sbi.md).
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "{:?}",
            begin.elapsed()
        );
    }
}

async fn first_frame(
    client: &enrolment_station::devices::Devices,
    device: &enrolment_station::devices::Device,
) -> Result<(), Problem> {
    let mut preview = client
        .preview(device)
        .await
        .map_err(|error| error.problem)?;
    preview
        .next()
        .await
        .map(|_| ())
        .map_err(|error| error.problem)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_that_stops_is_told() {
    let maker = bench::maker();
    let running = bench::device(biometric::Kind::Finger, &maker).await;
    let port = running.port();
    let client = bench::client(bench::trust(&maker), port..=port);
    let device = bench::only(&client, Kind::Finger).await;
    // Grows the fingers.
    client
        .capture(&device, &bench::request(1, &INDEX_FINGERS))
        .await
        .unwrap();

    bench::order(port, "fault", json!({ "fault": "slow-stream" })).await;
    let mut preview = client.preview(&device).await.unwrap();
    preview.next().await.unwrap().unwrap();
    assert_eq!(
        preview.next().await.unwrap_err().problem,
        Problem::StreamStalled
    );

    // The cable is pulled.
    bench::order(port, "fault", json!({ "fault": "none" })).await;
    let mut preview = client.preview(&device).await.unwrap();
    preview.next().await.unwrap().unwrap();
    bench::order(port, "fault", json!({ "fault": "unplug-mid-capture" })).await;
    client
        .capture(&device, &bench::request(2, &INDEX_FINGERS))
        .await
        .unwrap_err();
    let end = loop {
        match preview.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the device ended its preview in good order"),
            Err(error) => break error.problem,
        }
    };
    assert_eq!(end, Problem::Unplugged);

    bench::order(port, "fault", json!({ "fault": "none" })).await;
    bench::order(port, "status", json!({ "status": "Busy" })).await;
    assert_eq!(
        client.preview(&device).await.unwrap_err().problem,
        Problem::Busy
    );
}

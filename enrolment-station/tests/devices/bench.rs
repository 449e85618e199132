//! Simulated devices, a client that looks at their ports, and orders to misbehave.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use biometrics::iso19794::finger::FingerPosition;
use enrolment_station::devices::{
    CaptureRequest, ChainHash, Clock, Device, Devices, Kind, PORTS, Settings, TransactionId,
    TrustList, Wanted,
};
use hardware_sim::biometric::{self, Maker, Options, Running};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use openssl::x509::X509;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::net::TcpStream;

/// Both index fingers.
pub const INDEX_FINGERS: [FingerPosition; 2] =
    [FingerPosition::RightIndex, FingerPosition::LeftIndex];

#[expect(clippy::disallowed_methods, reason = "tests run now")]
pub fn clock() -> Clock {
    Arc::new(OffsetDateTime::now_utc)
}

pub fn maker() -> Arc<Maker> {
    Arc::new(Maker::new(clock()()).unwrap())
}

pub fn trust(maker: &Maker) -> TrustList {
    TrustList::new(vec![X509::from_der(&maker.anchor().unwrap()).unwrap()])
}

/// Starts a device on a free port.
pub async fn device(kind: biometric::Kind, maker: &Arc<Maker>) -> Running {
    let options = Options {
        kind,
        port: None,
        people: vec![7, 8],
        population: 1,
        environment: "Developer".into(),
        clock: clock(),
    };
    biometric::start(options, maker.clone()).await.unwrap()
}

/// A client that looks at some ports only: other tests run devices too.
pub fn client(trust: TrustList, ports: RangeInclusive<u16>) -> Devices {
    assert!(PORTS.contains(ports.start()) && PORTS.contains(ports.end()));
    let settings = Settings {
        ports,
        environment: "Developer".into(),
        ..Settings::default()
    };
    Devices::new(settings, trust, clock())
}

/// The only device on a port.
pub async fn only(client: &Devices, kind: Kind) -> Device {
    let search = client.search(kind).await;
    assert_eq!(search.problems, []);
    assert_eq!(search.devices.len(), 1);
    search.devices[0].clone()
}

/// A capture of fingers, or of a face where there are none.
pub fn request(number: u64, fingers: &[FingerPosition]) -> CaptureRequest {
    let wanted = match fingers {
        [] => Wanted::Face,
        wanted => Wanted::Fingers {
            wanted: wanted.to_vec(),
            missing: Vec::new(),
        },
    };
    CaptureRequest {
        transaction: TransactionId::draw(&mut StdRng::seed_from_u64(number)),
        wanted,
        requested_score: 30,
        timeout: Duration::from_secs(30),
        previous: ChainHash::start(),
    }
}

/// Tells a device what to do.
pub async fn order(port: u16, what: &str, order: Value) {
    let path = format!("/admin/{what}");
    let (status, text) = http(port, "POST", &path, order.to_string()).await;
    assert_eq!(status, 200, "{what}: {text}");
}

/// One request to a device.
pub async fn http(port: u16, verb: &str, path: &str, body: String) -> (u16, String) {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::builder()
        .method(verb)
        .uri(path)
        .header("Host", format!("127.0.0.1:{port}"))
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

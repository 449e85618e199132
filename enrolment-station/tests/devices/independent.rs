//! A second source for both sides: OpenSSL verifies what the simulator signs, and a device written in
//! Python (`tests/oracles/sbi_device.py`), with the openssl program as its signer, is captured from.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use biometrics::iso19794::finger::{FingerPosition, FingerRecord};
use enrolment_station::devices::{Kind, PORTS, Problem, TrustList};
use hardware_sim::biometric;
use serde_json::{Value, json};

use crate::devices::bench::{self, INDEX_FINGERS};

/// Whether `openssl` accepts a JWS: its chain to an anchor, and its signature by the first certificate.
fn openssl_accepts(jws: &str, anchor: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let run = |arguments: &[&str], files: &[&Path]| {
        let output = Command::new("openssl")
            .args(arguments)
            .args(files)
            .output()
            .unwrap();
        output.status.success().then_some(output.stdout)
    };
    let (signed, signature) = jws.rsplit_once('.').unwrap();
    let header = URL_SAFE_NO_PAD
        .decode(signed.split_once('.').unwrap().0)
        .unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header["alg"], "RS256");
    let leaf = STANDARD.decode(header["x5c"][0].as_str().unwrap()).unwrap();
    let leaf = file("leaf.der", &leaf);
    let anchor = file("anchor.der", anchor);
    let anchor = file(
        "anchor.pem",
        &run(&["x509", "-inform", "DER", "-in"], &[&anchor]).unwrap(),
    );
    let key = run(
        &["x509", "-inform", "DER", "-noout", "-pubkey", "-in"],
        &[&leaf],
    )
    .unwrap();
    let leaf = file(
        "leaf.pem",
        &run(&["x509", "-inform", "DER", "-in"], &[&leaf]).unwrap(),
    );
    let signature = file("signature", &URL_SAFE_NO_PAD.decode(signature).unwrap());
    let (key, signed) = (file("key.pem", &key), file("signed", signed.as_bytes()));
    let chain = run(&["verify", "-CAfile"], &[&anchor, &leaf]).is_some();
    let verify = ["dgst", "-sha256", "-verify"];
    let key = key.to_str().unwrap();
    let signature = signature.to_str().unwrap();
    let right = run(
        &[&verify[..], &[key, "-signature", signature]].concat(),
        &[&signed],
    );
    chain && right.is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssl_verifies_what_the_simulator_signs() {
    let maker = bench::maker();
    let running = bench::device(biometric::Kind::Finger, &maker).await;
    let question = json!({
        "env": "Developer", "purpose": "Registration", "specVersion": "0.9.5",
        "timeout": 10_000, "transactionId": "openssl-1",
        "bio": [{ "type": "Finger", "count": 1, "bioSubType": ["Left IndexFinger"],
            "requestedScore": 40, "deviceId": running.serial(), "previousHash": null }],
        "customOpts": [{ "name": "value" }],
    });
    let (_, answer) =
        bench::http(running.port(), "RCAPTURE", "/capture", question.to_string()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let data = answer["biometrics"][0]["data"].as_str().unwrap();
    let anchor = maker.anchor().unwrap();
    assert!(openssl_accepts(data, &anchor));
    let payload = URL_SAFE_NO_PAD
        .decode(data.split('.').nth(1).unwrap())
        .unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert!(openssl_accepts(
        payload["digitalId"].as_str().unwrap(),
        &anchor
    ));
    // The judge is one: it refuses what was changed, and what another maker certified.
    let at = data.len() / 2;
    let other = if data[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    let mut changed = data.to_owned();
    changed.replace_range(at..=at, other);
    assert!(!openssl_accepts(&changed, &anchor));
    assert!(!openssl_accepts(data, &bench::maker().anchor().unwrap()));
}

/// The Python device; it ends with this.
struct Oracle(Child);

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn python() -> (PathBuf, PathBuf) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    (python, root.join("tests/oracles/sbi_device.py"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_written_in_python_is_captured_from() {
    let folder = tempfile::tempdir().unwrap();
    let (python, script) = python();
    let mut child = Command::new(python)
        .arg(script)
        .arg(folder.path())
        .args([PORTS.start().to_string(), PORTS.end().to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let out = child.stdout.take().unwrap();
    let oracle = Oracle(child);
    BufReader::new(out).read_line(&mut line).unwrap();
    let port: u16 = line
        .trim()
        .parse()
        .expect("the Python device says its port");

    let trust = TrustList::load(&folder.path().join("trust")).unwrap();
    let client = bench::client(trust, port..=port);
    let device = bench::only(&client, Kind::Finger).await;
    assert_eq!(device.identity.serial, "PY-0001");

    let first = client
        .capture(&device, &bench::request(1, &INDEX_FINGERS))
        .await
        .unwrap();
    let records: Vec<FingerRecord> = first
        .biometrics
        .iter()
        .map(|biometric| FingerRecord::parse(&biometric.record).unwrap())
        .collect();
    assert_eq!(records[1].position, FingerPosition::LeftIndex);
    assert_eq!((records[0].width, records[0].height), (416, 560));
    assert_eq!(first.biometrics[0].score, 61);
    let mut next = bench::request(2, &INDEX_FINGERS[..1]);
    next.previous = first.chain;
    client.capture(&device, &next).await.unwrap();

    let mut preview = client.preview(&device).await.unwrap();
    for _ in 0..3 {
        assert!(preview.next().await.unwrap().unwrap().jpeg().len() > 100);
    }
    assert_eq!(preview.next().await.unwrap(), None);

    // The same device is nobody to a client that trusts another maker.
    let stranger = bench::client(bench::trust(&bench::maker()), port..=port);
    let search = stranger.search(Kind::Finger).await;
    assert!(matches!(search.problems[0].problem, Problem::Untrusted(_)));
    drop(oracle);
}

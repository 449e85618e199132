//! A token that goes away, a CA that is another one's, a kill between intent and signature.

use std::{fs, time::Duration};

use tonic::Code;
use wire::operations::KeyUse;

use crate::common::binary;
use crate::operations::bench::{Bench, certify, p256, request};

#[tokio::test]
async fn a_kill_between_intent_and_signature_is_continued_with_the_same_serial_number() {
    let mut bench = Bench::configured("");
    let key = p256();
    // The token away: the intent becomes durable, the signature does not come about.
    let here = bench.house.path("pki/tokens/operations-ca/tokens");
    let away = bench.house.path("away");
    let mut client = bench.client("fleet").await;
    fs::rename(&here, &away).unwrap();
    let asked = certify(request(&key), KeyUse::StationTls);
    let waiting = tokio::spawn(async move { client.certify(asked).await });
    while bench.audit("certify-station").is_empty() {
        assert!(!waiting.is_finished(), "refused before any intent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bench.service.kill();
    assert!(waiting.await.unwrap().is_err());
    let intended = serial_numbers(&bench);
    assert_eq!(intended.len(), 1);
    fs::rename(&away, &here).unwrap();
    bench.restart();
    let certificate = bench.certify(&key, KeyUse::StationTls).await;
    let serial = certificate.serial_number().to_bn().unwrap();
    assert_eq!(hex::encode_upper(serial.to_vec()), intended[0]);
    assert_eq!(serial_numbers(&bench), intended);
    let audit = bench.audit("certify-station");
    assert!(audit[1].contains("interrupted"), "{audit:?}");
}

#[tokio::test]
async fn an_absent_token_is_waited_for_and_then_named() {
    let bench = Bench::new();
    let here = bench.house.path("pki/tokens/operations-ca/tokens");
    let away = bench.house.path("away");
    let mut client = bench.client("fleet").await;
    fs::rename(&here, &away).unwrap();
    let key = p256();
    let asked = certify(request(&key), KeyUse::StationTls);
    let refused = client.certify(asked.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused}");
    fs::rename(&away, &here).unwrap();
    client.certify(asked).await.unwrap();
}

#[test]
fn a_document_signer_s_token_is_not_served_from() {
    let bench = Bench::new();
    let file = bench.house.path("operations.toml");
    let text = fs::read_to_string(&file).unwrap();
    let wrong = text
        .replace("tokens/operations-ca", "tokens/signing")
        .replace("\"operations-ca\"", "\"signing\"");
    fs::write(&file, wrong).unwrap();
    let done = std::process::Command::new(binary())
        .args(["operations", "--config"])
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success());
    assert!(
        said.contains("the operations CA has a token of its own"),
        "{said}"
    );
}

/// As the database has them, in hexadecimal digits.
fn serial_numbers(bench: &Bench) -> Vec<String> {
    let done = std::process::Command::new("python3")
        .args([
            "-c",
            "import sqlite3,sys\nfor row in sqlite3.connect(sys.argv[1]).execute('select hex(serial) from operations_certificate'): print(row[0])",
        ])
        .arg(bench.house.path("operations.sqlite"))
        .output()
        .unwrap();
    assert!(done.status.success());
    let text = String::from_utf8(done.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

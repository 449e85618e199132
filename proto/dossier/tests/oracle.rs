//! An independent program reads what we make: Python with `cbor2` and `cryptography`.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use crate::common;
use std::{path::Path, process::Command};

use crate::common::{SoftKey, configuration, dossier, spki, staff_list};
use dossier::{SealedDossier, Signed};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::Value;

/// Runs tests/oracles/dossier.py; an oracle that is not there fails the test.
fn oracle(arguments: &[&str]) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), Into::into);
    let output = Command::new(python)
        .arg(root.join("tests/oracles/dossier.py"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn python_opens_verifies_and_reads_a_dossier() {
    let folder = tempfile::tempdir().unwrap();
    let station = SoftKey::new(11);
    let signed = Signed::sign(&dossier(), &station).unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let sealed = SealedDossier::seal(&signed, spki(&SoftKey::new(22)), &mut rng).unwrap();
    let file = folder.path().join("sealed");
    std::fs::write(&file, sealed.as_bytes()).unwrap();
    let file = file.to_str().unwrap();
    let read = oracle(&["sealed", file, "22", &hex::encode(spki(&station))]);
    assert_eq!(read["hash"], sealed.hash().to_string());
    assert_eq!(read["header"]["1"], "02".repeat(16));
    assert_eq!(read["header"]["3"], sealed.header().intake_key.to_string());
    assert_eq!(read["domain"], "stempel dossier 1");
    let body = &read["body"];
    assert_eq!(body.as_object().unwrap().len(), 28);
    assert_eq!(body["4"], common::NOW);
    assert_eq!(body["5"]["0"], -1250);
    assert_eq!(body["9"], 2);
    assert_eq!(body["10"], true);
    assert_eq!(body["13"]["0"]["0"], "Müller-Weiß");
    assert_eq!(body["13"]["0"]["1"], 0);
    assert_eq!(body["13"]["3"]["0"], 19_900_101);
    assert_eq!(body["13"]["6"]["0"], "1990010112385");
    assert_eq!(body["15"]["2"]["1"], "Integrated Camera");
    assert_eq!(body["16"][0]["0"], 1);
    assert_eq!(body["17"][0]["2"], serde_json::json!([5, 6]));
    assert_eq!(body["18"]["1"], 1);
    assert_eq!(body["21"]["1"], 4500);

    let other = hex::encode(spki(&SoftKey::new(12)));
    let root = oracle(&["sealed", file, "22", &other]);
    assert_eq!(root["error"], "InvalidSignature");
    let refused = oracle(&["sealed", file, "23", &hex::encode(spki(&station))]);
    assert_eq!(refused["error"], "InvalidTag");
}

#[test]
fn python_verifies_what_the_centre_signs() {
    let folder = tempfile::tempdir().unwrap();
    let key = SoftKey::new(6);
    let file = folder.path().join("signed");
    let path = file.to_str().unwrap();
    let signed = Signed::sign(&configuration(7), &key).unwrap();
    std::fs::write(&file, &*signed.encode().unwrap()).unwrap();
    let read = oracle(&["signed", path, &hex::encode(spki(&key))]);
    assert_eq!(read["domain"], "stempel configuration 1");
    assert_eq!(read["body"]["1"]["0"], 7);
    assert_eq!(read["body"]["5"].as_array().unwrap().len(), 104);
    let signed = Signed::sign(&staff_list(8), &key).unwrap();
    std::fs::write(&file, &*signed.encode().unwrap()).unwrap();
    let read = oracle(&["signed", path, &hex::encode(spki(&key))]);
    assert_eq!(read["domain"], "stempel staff list 1");
    assert_eq!(read["body"]["3"][0]["3"], serde_json::json!([0, 1]));
}

//! An independent program judges what we make: Python, from docs/audit.md and RFC 6962 alone.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, process::Command};

use evidence::{
    erasure::Places,
    merkle::{Appender, Hash, Plan, leaf},
};
use serde_json::{Value, json};

use crate::support::{Log, entry, erasing};

/// Runs tests/oracles/audit.py; an oracle that is not there fails the test.
fn oracle(arguments: &[&str]) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), Into::into);
    let output = Command::new(python)
        .arg(root.join("tests/oracles/audit.py"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(hash: &Hash) -> String {
    hash.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

fn texts(proof: &[Hash]) -> Value {
    proof.iter().map(text).collect()
}

/// Leaves are the numbers 0, 1, … in four bytes.
#[test]
fn roots_and_proofs_are_python_s() {
    let mut asked = Vec::new();
    let mut ours = Vec::new();
    for size in [1_u32, 2, 3, 5, 8, 100, 255, 256, 257, 511, 777, 1000] {
        let mut appender = Appender::default();
        for number in 0..size {
            appender.append(leaf(&number.to_be_bytes()));
        }
        let tiles: BTreeMap<_, _> = appender.take_changed().into_iter().collect();
        for at in [0, size / 3, size / 2, size - 1] {
            let plan = Plan::inclusion(at.into(), size.into()).unwrap();
            let inclusion = plan.prove(&tiles).unwrap();
            let plan = Plan::consistency((at + 1).into(), size.into()).unwrap();
            let consistency = plan.prove(&tiles).unwrap();
            asked.push(json!([at, size]));
            ours.push(json!({
                "root": text(&appender.root()),
                "inclusion": texts(&inclusion),
                "consistency": texts(&consistency),
            }));
        }
    }
    let theirs = oracle(&["proofs", &Value::Array(asked).to_string()]);
    assert_eq!(theirs, Value::Array(ours));
}

#[test]
fn python_verifies_an_archive_and_finds_what_was_tampered_with() {
    let folder = tempfile::tempdir().unwrap();
    let judge = |log: &Log| {
        let archive = folder.path().join("log.tar");
        fs::write(&archive, log.export()).unwrap();
        let (key, witness) = (folder.path().join("log.pem"), folder.path().join("pki.pem"));
        fs::write(&key, log.key.pem()).unwrap();
        fs::write(&witness, log.witness.pem()).unwrap();
        let files = [&archive, &key, &witness].map(|path| path.to_str().unwrap().to_owned());
        oracle(&["archive", &files[0], &files[1], &files[2]])
    };
    let mut log = Log::new(64);
    log.rows[20].opened = None;
    log.heads.push(log.sign(64));
    let said = judge(&log);
    assert_eq!(said["wrong"], json!(["erased without an act at 21"]));
    log.rows[63].rewrite(erasing(31, &Places::of([21])));
    log.heads[6] = log.sign(64);
    let said = judge(&log);
    assert_eq!(said["wrong"], json!([]));
    assert_eq!((&said["entries"], &said["erased"]), (&json!(64), &json!(1)));
    assert_eq!((&said["heads"], &said["witnessed"]), (&json!(7), &json!(7)));
    assert_eq!(said["root"], text(&log.root(64)));
    log.rows[30].rewrite(entry(15, false, "another"));
    let said = judge(&log);
    assert_eq!(said["wrong"][0], "chain of line/1 at 34");
    log.rechain();
    let said = judge(&log);
    assert_eq!(
        said["wrong"],
        json!(["root at 40", "root at 50", "root at 60", "root at 64"])
    );
}

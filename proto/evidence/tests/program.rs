//! The program `audit`: what it says and its exit status.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{fs, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::Log;

struct Place {
    folder: TempDir,
}

impl Place {
    fn of(log: &Log) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        place.put("log.tar", &log.export());
        place.put("log.pem", &log.key.pem());
        place.put("pki.pem", &log.witness.pem());
        place
    }

    fn put(&self, name: &str, content: &[u8]) {
        fs::write(self.folder.path().join(name), content).unwrap();
    }

    /// Exit status, output, errors.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_audit"))
            .current_dir(self.folder.path())
            .arg("verify")
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }
}

#[test]
fn a_whole_log_verifies_and_the_next_run_goes_on_from_its_head() {
    let mut log = Log::new(40);
    let place = Place::of(&log);
    let trusted = ["log.tar", "--key", "log.pem", "--witness", "pki.pem"];
    let keep = [&trusted[..], &["--keep", "head.json"]].concat();
    let (status, said, _) = place.run(&keep);
    assert_eq!(status, 0, "{said}");
    assert!(said.ends_with("verified\n") && said.contains("40 entries by 3 writers"));
    let since = [&trusted[..], &["--since", "head.json", "--json"]].concat();
    let (status, said, _) = place.run(&since);
    assert_eq!(status, 0, "{said}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["verdict"], "verified");
    assert_eq!(report["head"]["size"], 40);
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    // An older export shows that the newer head is withheld.
    log.rows.truncate(30);
    log.heads.truncate(3);
    place.put("log.tar", &log.export());
    let (status, said, _) = place.run(&since);
    assert_eq!(status, 1, "{said}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["findings"][0]["kind"], "withheld");
    assert_eq!(report["findings"][0]["position"], 31);
}

#[test]
fn what_is_wrong_is_said_in_plain_sentences() {
    let mut log = Log::new(40);
    log.rows.remove(16);
    let (status, said, _) = Place::of(&log).run(&["log.tar", "--key", "log.pem"]);
    assert_eq!(status, 1);
    assert!(said.contains("WRONG: record 6 of line/2 deleted"), "{said}");
    assert!(said.ends_with("NOT VERIFIED\n"));
}

#[test]
fn without_a_trusted_key_or_a_readable_archive_there_is_no_verdict() {
    let log = Log::new(40);
    let place = Place::of(&log);
    let (status, said, _) = place.run(&["log.tar"]);
    assert_eq!(status, 2);
    assert!(
        said.contains("no verdict: the log's key is the archive's own word"),
        "{said}"
    );
    let whole = log.export();
    place.put("log.tar", &whole[..whole.len() / 2]);
    let (status, said, errors) = place.run(&["log.tar", "--key", "log.pem", "--json"]);
    assert_eq!(status, 2);
    assert!(
        errors.contains("log.tar: the archive is cut off"),
        "{errors}"
    );
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["verdict"], "no-verdict");
    for wrong in [
        &["none.tar", "--key", "log.pem"][..],
        &["log.tar", "--key", "log.tar"],
        &["log.tar", "--key", "none.pem"],
        &["log.tar", "--key", "log.pem", "--since", "log.pem"],
        &["log.tar", "--key", "log.pem", "--witnesses", "1"],
        &["log.tar", "--key"],
    ] {
        let (status, _, errors) = place.run(wrong);
        assert_eq!(status, 2, "{wrong:?}");
        assert!(!errors.is_empty());
    }
}

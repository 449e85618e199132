//! The program `audit`: what it says and its exit status.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{fs, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use crate::{proof::proof, support::Log};

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
        self.command("verify", arguments)
    }

    fn command(&self, command: &str, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_audit"))
            .current_dir(self.folder.path())
            .arg(command)
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
fn an_entry_is_verified_by_its_proof() {
    let log = Log::new(40);
    let place = Place::of(&log);
    place.put("act.proof", &proof(&log, &[16, 17]).encode().unwrap());
    let trusted = ["act.proof", "--key", "log.pem", "--witness", "pki.pem"];
    let (status, said, errors) = place.command("verify-entry", &trusted);
    assert_eq!(status, 0, "{said}{errors}");
    assert!(said.starts_with("entry 17: {\"id\""), "{said}");
    assert!(said.ends_with("1 trusted witnesses\nverified\n"), "{said}");
    let (status, said, _) = place.command("verify-entry", &[&trusted[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &report["verdict"]), (0, &Value::from("verified")));
    // By another's key, of another log, and without any key.
    let wrong = ["act.proof", "--key", "pki.pem"];
    let (status, said, _) = place.command("verify-entry", &wrong);
    assert_eq!(status, 1);
    assert!(said.contains("not signed by the log's key"), "{said}");
    let other = [&trusted[..], &["--log", "other"]].concat();
    assert_eq!(place.command("verify-entry", &other).0, 1);
    let (status, _, errors) = place.command("verify-entry", &["act.proof"]);
    assert_eq!(status, 2);
    assert!(errors.contains("without the log's key"), "{errors}");
    assert_eq!(
        place
            .command("verify-entry", &["log.tar", "--key", "log.pem"])
            .0,
        2
    );
}

#[test]
fn name_and_age_are_demanded_and_a_key_counts_once() {
    let log = Log::new(40);
    let place = Place::of(&log);
    let trusted = ["log.tar", "--key", "log.pem", "--witness", "pki.pem"];
    let with = |more: &[&str]| place.run(&[&trusted[..], more].concat());
    // The newest head is of 2026-09-21T14:13:20Z + 40 s.
    let fresh = ["--log", "centre", "--newer-than", "2026-09-21T14:13:59Z"];
    let (status, said, _) = with(&fresh);
    assert_eq!(status, 0, "{said}");
    let (status, said, _) = with(&["--newer-than", "1790000040"]);
    assert_eq!(status, 1);
    assert!(
        said.contains("the newest head, over 40 entries, was signed at 1790000040"),
        "{said}"
    );
    let (status, said, _) = with(&["--log", "other"]);
    assert_eq!(status, 1);
    assert!(said.contains("of another log, centre"), "{said}");
    // The same key again is no second witness, and the log's key is none.
    let (status, _, errors) = with(&["--witness", "pki.pem", "--witnesses", "2"]);
    assert_eq!(status, 2);
    assert!(
        errors.contains("2 witnesses are to have signed, and there are keys of 1"),
        "{errors}"
    );
    let (status, _, errors) = with(&["--witness", "log.pem"]);
    assert_eq!(status, 2);
    assert!(errors.contains("the log's own"), "{errors}");
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

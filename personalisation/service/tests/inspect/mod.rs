//! `personalisation inspect` as a user starts it: the real program, the real daemon, a simulated chip.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

mod passports;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::support::{CAN, Files, MRZ, Personalisation, issue, vector};
use hardware_sim::card::serve::{self, Config, SlotConfig};
use hardware_sim::pcscd::{self, Daemon, Reader, SOCKET_VARIABLE};
use icao9303::lds::{DataGroup, ElementaryFile};
use serde_json::Value;

/// A daemon with one issued chip in "Desk".
struct Desk {
    daemon: Daemon,
    folder: tempfile::TempDir,
    files: Files,
}

impl Desk {
    fn with_card(tamper: fn(&mut Files)) -> Self {
        Self::with(&Personalisation {
            tamper,
            ..Personalisation::default()
        })
    }

    fn with(personalisation: &Personalisation) -> Self {
        let issued = issue(personalisation);
        let files = issued.files.clone();
        let (chip, folder) = issued.into_file();
        let socket = folder.path().join("desk.sock");
        serve::start(&Config {
            control: None,
            slots: vec![SlotConfig {
                socket: Some(socket.clone()),
                chip: Some(chip),
                ..SlotConfig::default()
            }],
        })
        .unwrap();
        let reader = Reader {
            name: "Desk".to_owned(),
            driver: pcscd::driver().expect("the reader driver is built beside the tests"),
            device: socket.to_str().unwrap().to_owned(),
        };
        let daemon = Daemon::start(folder.path(), &[reader]).unwrap();
        let desk = Self {
            daemon,
            folder,
            files,
        };
        desk.wait_for_card();
        desk
    }

    /// The reader shows up, and then its card, a moment after the daemon is there.
    fn wait_for_card(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let message = stderr(&self.inspect(&[]));
            if !message.contains("no card") && !message.contains("has no reader") {
                return;
            }
            assert!(Instant::now() < deadline, "{message}");
        }
    }

    fn inspect(&self, more: &[&str]) -> Output {
        self.daemon
            .client(env!("CARGO_BIN_EXE_personalisation"))
            .args(["inspect", "--reader", "Desk"])
            .args(more)
            .output()
            .unwrap()
    }

    /// A folder with the vectors' country signing CA. Their revocation lists run out, and the
    /// program has a real clock, so there is none: no inspection here can end "genuine".
    fn trust(&self) -> String {
        let folder = self.path("trust");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("csca-test.cer"), vector("csca_root")).unwrap();
        folder.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn result<'a>(report: &'a Value, name: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name);
    check
        .and_then(|check| check["result"].as_str())
        .unwrap_or_else(|| panic!("{name}: {report:#}"))
}

#[test]
fn it_reports_in_json_and_dumps_what_it_read() {
    let desk = Desk::with_card(|_| {});
    let dump = desk.path("dump");
    let output = desk.inspect(&[
        "--mrz",
        MRZ,
        "--trust",
        &desk.trust(),
        "--dump",
        dump.to_str().unwrap(),
        "--json",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "no_verdict", "{report:#}");
    assert_eq!(output.status.code(), Some(2));
    for name in [
        "access",
        "signature",
        "trust_anchor",
        "data_groups",
        "printed_mrz",
        "original",
    ] {
        assert_eq!(result(&report, name), "passed", "{name}");
    }
    assert_eq!(result(&report, "revocation"), "undetermined");
    assert_eq!(report["chip"]["reader"], "Desk 00 00");
    for (file, content) in &desk.files {
        let dumped = fs::read(dump.join(file.file_name()).with_extension("bin"));
        match file {
            ElementaryFile::DataGroup(DataGroup::DG3) => assert!(dumped.is_err()),
            _ => assert_eq!(&dumped.unwrap(), content, "{file}"),
        }
    }
}

#[test]
fn a_changed_document_is_status_1() {
    let desk = Desk::with_card(|files| {
        let portrait = files
            .get_mut(&ElementaryFile::DataGroup(DataGroup::DG2))
            .unwrap();
        *portrait.last_mut().unwrap() ^= 1;
    });
    let output = desk.inspect(&["--can", CAN, "--trust", &desk.trust()]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        printed.starts_with("NOT GENUINE\n"),
        "{printed}{}",
        stderr(&output)
    );
    assert!(printed.contains("[DG_MISMATCH]"), "{printed}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_prevents_an_inspection_is_status_2() {
    let desk = Desk::with_card(|_| {});
    let expect = |output: Output, words: &str| {
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            stderr(&output)
        );
        assert!(text.contains(words), "{words:?} is not in {text}");
        assert_eq!(output.status.code(), Some(2), "{text}");
    };
    expect(desk.inspect(&[]), "needs the card access number");
    expect(
        desk.inspect(&["--can", "000000"]),
        "does not accept the card access number",
    );
    expect(
        desk.inspect(&["--can", "12345"]),
        "a card access number has 6 digits",
    );
    expect(desk.inspect(&["--mrz", "nonsense"]), "inspect: ");
    expect(
        desk.inspect(&["--can", CAN, "--trust", "/nonexistent"]),
        "cannot read /nonexistent",
    );
    let mut elsewhere = desk.daemon.client(env!("CARGO_BIN_EXE_personalisation"));
    let elsewhere = elsewhere
        .args(["inspect", "--reader", "Printer"])
        .output()
        .unwrap();
    expect(
        elsewhere,
        "no reader named \"Printer\"; the readers here are \"Desk 00 00\"",
    );
    let nobody = Command::new(env!("CARGO_BIN_EXE_personalisation"))
        .args(["inspect", "--reader", "Desk"])
        .env(SOCKET_VARIABLE, "/nonexistent/pcscd.comm")
        .output()
        .unwrap();
    expect(nobody, "the PC/SC daemon does not run");
}

//! The reader adaptor against the real PC/SC daemon, with a simulated chip behind our reader driver.
//!
//! libpcsclite reads the daemon's socket once per process, so each test starts its daemon and then
//! runs itself again as the daemon's client.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Personalisation, inspected, issue};
use hardware_sim::card::serve::{self, Config, SlotConfig};
use hardware_sim::pcscd::{self, Daemon, Reader, SOCKET_VARIABLE};
use icao9303::transport::CardTransport;
use inspection::reader::{CardOptions, CardProtocol, PcscCard, ReaderError, Readers};
use inspection::report::{CheckName, CheckResult, Verdict};

/// Tells a test that it is the client, and where the simulator's files are.
const FOLDER: &str = "INSPECTION_CLIENT_FOLDER";
/// SELECT of the eMRTD application.
const SELECT: [u8; 12] = [
    0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0, 0, 0x02, 0x47, 0x10, 0x01,
];

/// A daemon with an issued chip in "Desk" and nothing in "Spare".
struct House {
    daemon: Daemon,
    folder: tempfile::TempDir,
    chip: PathBuf,
}

impl House {
    fn open() -> Self {
        let (chip, folder) = issue(&Personalisation::default()).into_file();
        let path = |name: &str| folder.path().join(name);
        let slot = |socket, chip| SlotConfig {
            socket,
            chip,
            ..SlotConfig::default()
        };
        let sockets = [path("desk.sock"), path("spare.sock")];
        serve::start(&Config {
            control: Some(path("control.sock")),
            slots: vec![
                slot(Some(sockets[0].clone()), Some(chip.clone())),
                slot(Some(sockets[1].clone()), None),
            ],
        })
        .unwrap();
        let driver = pcscd::driver().expect("the reader driver is built beside the tests");
        let readers = ["Desk", "Spare"]
            .iter()
            .zip(&sockets)
            .map(|(name, socket)| Reader {
                name: (*name).to_owned(),
                driver: driver.clone(),
                device: socket.to_str().unwrap().to_owned(),
            });
        let daemon = Daemon::start(folder.path(), &readers.collect::<Vec<_>>()).unwrap();
        Self {
            daemon,
            folder,
            chip,
        }
    }

    /// Starts the test again as a client.
    fn client(&self, test: &str) -> Child {
        self.daemon
            .client(std::env::current_exe().unwrap())
            .args([&format!("pcscd::{test}"), "--exact", "--nocapture"])
            .env(FOLDER, self.folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run_client(&self, test: &str) {
        let output = self.client(test).wait_with_output().unwrap();
        let log = std::fs::read_to_string(self.folder.path().join("pcscd.log"));
        assert!(
            output.status.success(),
            "pcscd: {}\n{}",
            log.unwrap_or_default(),
            self.chip.display()
        );
        assert_one_passed(&output);
    }
}

/// A filter that names no test would pass too.
fn assert_one_passed(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "no test of that name: {said}");
}

fn client_folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// One line to the simulator's control socket.
fn control(folder: &Path, line: &str) {
    let mut stream = UnixStream::connect(folder.join("control.sock")).unwrap();
    writeln!(stream, "{line}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    assert!(answer.contains("true"), "{line}: {answer}");
}

fn insert(folder: &Path) {
    let chip = serde_json::json!({ "slot": 0, "insert": folder.join("chip") });
    control(folder, &chip.to_string());
}

/// The readers, once the daemon has found both.
fn readers() -> Readers {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let readers = Readers::open().unwrap();
        if readers.names().unwrap().len() == 2 {
            readers
                .wait_for_card("Desk", Duration::from_secs(5))
                .unwrap();
            return readers;
        }
        assert!(Instant::now() < deadline, "{:?}", readers.names());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn connect(readers: &Readers) -> PcscCard {
    readers.connect("Desk", CardOptions::default()).unwrap()
}

#[test]
fn a_document_is_inspected_through_the_daemon() {
    let Some(_) = client_folder() else {
        return House::open().run_client("a_document_is_inspected_through_the_daemon");
    };
    let readers = readers();
    for _ in 0..2 {
        let mut card = connect(&readers);
        assert_eq!(card.reader(), "Desk 00 00");
        assert_eq!(card.atr(), hardware_sim::card::ATR);
        assert_eq!(card.protocol(), CardProtocol::T1);
        let started = Instant::now();
        let report = inspected(&mut card).report;
        println!("inspected in {:?}", started.elapsed());
        assert_eq!(report.verdict, Verdict::Genuine, "{report}");
    }
}

#[test]
fn readers_and_cards_that_are_not_there_are_named() {
    let Some(folder) = client_folder() else {
        return House::open().run_client("readers_and_cards_that_are_not_there_are_named");
    };
    let readers = readers();
    let connect = |name| readers.connect(name, CardOptions::default()).unwrap_err();
    let present = vec!["Desk 00 00".to_owned(), "Spare 01 00".to_owned()];
    assert_eq!(
        connect("Printer"),
        ReaderError::Unknown {
            wanted: "Printer".to_owned(),
            present
        }
    );
    let spare = "Spare 01 00".to_owned();
    assert_eq!(
        connect("Spare"),
        ReaderError::NoCard {
            reader: spare.clone()
        }
    );
    let soon = Duration::from_millis(200);
    assert_eq!(
        readers.wait_for_card("Spare", soon).unwrap_err(),
        ReaderError::NoCard { reader: spare }
    );
    let late = Duration::from_secs(5);
    let card = readers.wait_for_card("Desk", late).unwrap();
    assert!(!readers.wait_for_removal("Desk", card, soon).unwrap());
    // Taken out and another one put in: this one is gone, though a card is there.
    control(&folder, r#"{"slot":0,"remove":true}"#);
    assert!(readers.wait_for_removal("Desk", card, late).unwrap());
    insert(&folder);
    let other = readers.wait_for_card("Desk", late).unwrap();
    assert_ne!(other, card);
    assert!(
        readers
            .wait_for_removal("Desk", card, Duration::ZERO)
            .unwrap()
    );
    assert!(!readers.wait_for_removal("Desk", other, soon).unwrap());
    control(&folder, r#"{"slot":0,"remove":true}"#);
    assert!(readers.wait_for_removal("Desk", other, late).unwrap());
    assert_eq!(
        connect("Desk"),
        ReaderError::NoCard {
            reader: "Desk 00 00".to_owned()
        }
    );
}

#[test]
fn without_a_daemon_it_says_so() {
    if client_folder().is_none() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "pcscd::without_a_daemon_it_says_so",
                "--exact",
                "--nocapture",
            ])
            .env(FOLDER, "none")
            .env(SOCKET_VARIABLE, "/nonexistent/pcscd.comm")
            .output()
            .unwrap();
        assert!(output.status.success());
        assert_one_passed(&output);
        return;
    }
    assert_eq!(Readers::open().unwrap_err(), ReaderError::NoDaemon);
}

#[test]
fn a_card_torn_out_ends_everything_until_it_is_reset() {
    let Some(folder) = client_folder() else {
        return House::open().run_client("a_card_torn_out_ends_everything_until_it_is_reset");
    };
    let readers = readers();
    let mut card = connect(&readers);
    assert_eq!(card.transmit(&SELECT).unwrap(), [0x90, 0x00]);
    control(&folder, r#"{"slot":0,"remove":true}"#);
    let removed = ReaderError::CardRemoved {
        reader: "Desk 00 00".to_owned(),
    };
    assert_eq!(card.transmit(&SELECT).unwrap_err(), removed);
    insert(&folder);
    readers
        .wait_for_card("Desk", Duration::from_secs(5))
        .unwrap();
    // It is back, but what was selected and agreed before is gone: only a reset says we know.
    assert_eq!(card.transmit(&SELECT).unwrap_err(), removed);
    card.reset().unwrap();
    assert_eq!(card.transmit(&SELECT).unwrap(), [0x90, 0x00]);
}

#[test]
fn a_card_torn_out_while_it_is_read_is_no_verdict() {
    let Some(folder) = client_folder() else {
        return House::open().run_client("a_card_torn_out_while_it_is_read_is_no_verdict");
    };
    let readers = readers();
    for apdu in [1, 4, 9, 15] {
        control(
            &folder,
            &format!(r#"{{"slot":0,"fault":{{"power_loss_after_apdu":{apdu}}}}}"#),
        );
        let report = inspected(connect(&readers)).report;
        assert_eq!(report.verdict, Verdict::NoVerdict, "{report}");
        assert!(
            report.summary.contains("taken out of \"Desk 00 00\""),
            "{apdu}: {report}"
        );
        insert(&folder);
        readers
            .wait_for_card("Desk", Duration::from_secs(5))
            .unwrap();
    }
    let report = inspected(connect(&readers)).report;
    assert_eq!(report.verdict, Verdict::Genuine, "{report}");
    assert_eq!(
        report.check(CheckName::Original).unwrap().result,
        CheckResult::Passed
    );
}

#[test]
fn only_one_program_at_a_time_talks_to_a_card() {
    let Some(_) = client_folder() else {
        return House::open().run_client("only_one_program_at_a_time_talks_to_a_card");
    };
    let readers = readers();
    let mut first = connect(&readers);
    let options = CardOptions {
        patience: Duration::from_millis(300),
        ..CardOptions::default()
    };
    let other = Readers::open().unwrap();
    let busy = ReaderError::Busy {
        reader: "Desk 00 00".to_owned(),
    };
    assert_eq!(other.connect("Desk", options).unwrap_err(), busy);
    assert_eq!(first.transmit(&SELECT).unwrap(), [0x90, 0x00]);
    drop(first);
    // A program that waits gets the card once it is free.
    let mut second = other.connect("Desk", CardOptions::default()).unwrap();
    assert_eq!(second.transmit(&SELECT).unwrap(), [0x90, 0x00]);
}

/// Whoever has the card keeps it and what is selected on it, however many wait, come and go; those who
/// gave up waiting leave it alone when their turn comes.
#[test]
fn nobody_resets_a_card_under_another_program() {
    let Some(_) = client_folder() else {
        return House::open().run_client("nobody_resets_a_card_under_another_program");
    };
    drop(readers());
    let patient = || {
        let readers = Readers::open().unwrap();
        for _ in 0..6 {
            let options = CardOptions {
                patience: Duration::from_mins(1),
                ..CardOptions::default()
            };
            let mut card = readers.connect("Desk", options).unwrap();
            for _ in 0..3 {
                assert_eq!(card.transmit(&SELECT).unwrap(), [0x90, 0x00]);
            }
        }
    };
    let hasty = || {
        let readers = Readers::open().unwrap();
        for _ in 0..10 {
            let patience = Duration::from_millis(20);
            let options = CardOptions {
                patience,
                ..CardOptions::default()
            };
            match readers.connect("Desk", options) {
                Ok(mut card) => assert_eq!(card.transmit(&SELECT).unwrap(), [0x90, 0x00]),
                Err(error) => assert!(matches!(error, ReaderError::Busy { .. }), "{error}"),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(patient);
        }
        scope.spawn(hasty);
    });
}

#[test]
fn silence_has_an_end() {
    let Some(folder) = client_folder() else {
        return House::open().run_client("silence_has_an_end");
    };
    let readers = readers();
    let answer_within = Duration::from_millis(400);
    let options = CardOptions {
        answer_within,
        ..CardOptions::default()
    };
    let mut card = readers.connect("Desk", options).unwrap();
    assert_eq!(card.transmit(&SELECT).unwrap(), [0x90, 0x00]);
    control(&folder, r#"{"slot":0,"fault":{"what":"silent"}}"#);
    let started = Instant::now();
    let reader = "Desk 00 00".to_owned();
    let silent = ReaderError::Silent {
        reader,
        waited: answer_within,
    };
    assert_eq!(card.transmit(&SELECT).unwrap_err(), silent);
    assert!(started.elapsed() < Duration::from_secs(2));
    // What comes later would answer the wrong question.
    assert_eq!(card.transmit(&SELECT).unwrap_err(), silent);
}

#[test]
fn a_daemon_that_dies_is_named() {
    if client_folder().is_none() {
        let mut house = House::open();
        let mut client = house.client("a_daemon_that_dies_is_named");
        let ready = house.folder.path().join("ready");
        let deadline = Instant::now() + Duration::from_secs(20);
        while !ready.exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(house.daemon.is_running());
        let (socket, folder) = (house.daemon.socket().to_owned(), house.folder);
        drop(house.daemon);
        std::fs::write(folder.path().join("gone"), "").unwrap();
        assert!(client.wait().unwrap().success(), "{}", socket.display());
        return;
    }
    let folder = client_folder().unwrap();
    let readers = readers();
    let mut card = connect(&readers);
    std::fs::write(folder.join("ready"), "").unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !folder.join("gone").exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(
        card.transmit(&SELECT).unwrap_err(),
        ReaderError::DaemonStopped
    );
    assert_eq!(readers.names().unwrap_err(), ReaderError::NoDaemon);
    assert_eq!(Readers::open().unwrap_err(), ReaderError::NoDaemon);
}

#[test]
fn long_commands_and_answers_pass() {
    let Some(_) = client_folder() else {
        return House::open().run_client("long_commands_and_answers_pass");
    };
    let mut card = connect(&readers());
    // 3,000 bytes to a chip that takes 4,096: refused for what they say, not for how many they are.
    let mut long = vec![0x00, 0xA4, 0x04, 0x0C, 0x00, 0x0B, 0xB8];
    long.extend([0xA5; 3000]);
    let answer = card.transmit(&long).unwrap();
    assert_eq!(answer.len(), 2);
    assert_ne!(answer, [0x90, 0x00]);
    let error = card.transmit(&vec![0; 70_000]).unwrap_err();
    assert!(
        matches!(error, ReaderError::CommandTooLong { length: 70_000, .. }),
        "{error}"
    );
    assert_eq!(card.transmit(&SELECT).unwrap(), [0x90, 0x00]);
}

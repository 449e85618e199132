//! Chips in the real pcscd, through our driver and through vpcd, as any PC/SC program sees them.
//!
//! libpcsclite reads the daemon's socket once per process, so each test starts its daemon and then
//! runs itself again as the daemon's client.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail it"
)]

use crate::bench;
use std::ffi::{CStr, CString};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bench::hex;
use hardware_sim::card::maker::Blank;
use hardware_sim::pcscd::{self, Daemon, Reader, VPCD_DRIVER};
use pcsc::{Context, Disposition, Protocols, ReaderState, Scope, ShareMode, State};

/// Tells a test that it is the client, and where the simulator's files are.
const FOLDER: &str = "TEST_CLIENT_FOLDER";

/// How long a busy machine may take for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A simulator process with its slots.
struct Simulator {
    child: Child,
    folder: PathBuf,
}

impl Simulator {
    fn start(folder: &Path, configuration: &str) -> Self {
        let file = folder.join("card.toml");
        let control = folder.join("control.sock");
        std::fs::write(
            &file,
            format!("control = \"{}\"\n{configuration}", control.display()),
        )
        .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_hardware-sim"))
            .args(["card", "--config"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        assert!(ready.contains("ready"), "{ready}");
        Self {
            child,
            folder: folder.to_owned(),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// One line to the control socket and its answer.
fn control(folder: &Path, line: &str) -> serde_json::Value {
    let mut stream = UnixStream::connect(folder.join("control.sock")).unwrap();
    writeln!(stream, "{line}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["ok"], true, "{line}: {answer}");
    answer
}

pub(crate) fn blank_chip(folder: &Path, name: &str, buffer: u32) -> PathBuf {
    let path = folder.join(name);
    let blank = Blank {
        buffer,
        ..Blank::new(bench::SERIAL, bench::transport_keys())
    };
    blank.make(&path).unwrap();
    path
}

/// Readers of our driver, one a slot: `Slot 0`, `Slot 1`, …
fn readers(folder: &Path, count: usize) -> Vec<Reader> {
    let driver = pcscd::driver().expect("the reader driver is built beside the tests");
    (0..count)
        .map(|slot| Reader {
            name: format!("Slot {slot}"),
            driver: driver.clone(),
            device: folder
                .join(format!("slot-{slot}.sock"))
                .to_str()
                .unwrap()
                .to_owned(),
        })
        .collect()
}

fn slots(folder: &Path, count: usize) -> String {
    let slot = |slot| folder.join(format!("slot-{slot}.sock"));
    let table = |number| format!("[[slot]]\nsocket = \"{}\"\n", slot(number).display());
    (0..count).map(table).collect::<Vec<_>>().concat()
}

/// The control line that puts a chip of the folder into a slot.
fn insert(folder: &Path, slot: usize, chip: &str) -> String {
    serde_json::json!({ "slot": slot, "insert": folder.join(chip) }).to_string()
}

fn run_client(daemon: &Daemon, test: &str, folder: &Path) {
    run_test_as_client(daemon, &format!("readers::{test}"), folder);
}

/// Runs a test of this program again as a client of the daemon.
pub(crate) fn run_test_as_client(daemon: &Daemon, test: &str, folder: &Path) {
    let output = daemon
        .client(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .output()
        .unwrap();
    let log = std::fs::read_to_string(folder.join("pcscd.log")).unwrap_or_default();
    let said = text(&output);
    assert!(output.status.success(), "{said}\npcscd: {log}");
    assert!(said.contains("1 passed"), "no test of that name: {said}");
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub(crate) fn client_folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

pub(crate) fn context() -> Context {
    Context::establish(Scope::User).unwrap()
}

/// pcscd appends the reader's numbers to its name.
pub(crate) fn reader(context: &Context, start: &str) -> CString {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let names = context.list_readers_owned().unwrap_or_default();
        if let Some(name) = names
            .iter()
            .find(|name| name.to_str().unwrap().starts_with(start))
        {
            return name.clone();
        }
        assert!(Instant::now() < deadline, "no reader {start} in {names:?}");
        sleep(Duration::from_millis(20));
    }
}

/// How long it takes until pcscd says so.
pub(crate) fn wait_for(context: &Context, reader: &CStr, wanted: State) -> Duration {
    let start = Instant::now();
    let mut states = [ReaderState::new(reader, State::UNAWARE)];
    while !states[0].event_state().contains(wanted) {
        assert!(start.elapsed() < PATIENCE, "{:?}", states[0].event_state());
        states[0].sync_current_state();
        // A timeout shows in the state, which stays what it was.
        let _ = context.get_status_change(PATIENCE, &mut states);
    }
    start.elapsed()
}

pub(crate) fn transmit(card: &pcsc::Card, command: &[u8]) -> Result<Vec<u8>, pcsc::Error> {
    let mut buffer = vec![0; 65_600];
    Ok(card.transmit(command, &mut buffer)?.to_vec())
}

pub(crate) const LIFE_CYCLE: [u8; 5] = [0x80, 0xCA, 0x00, 0x5A, 0x01];

#[test]
fn two_slots_insertion_removal_and_long_commands() {
    if let Some(folder) = client_folder() {
        return two_slots_client(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    blank_chip(folder.path(), "a.chip", 65_544);
    blank_chip(folder.path(), "b.chip", 4_096);
    // The daemon comes first: a reader whose simulator is not there yet has no card.
    let mut daemon = Daemon::start(folder.path(), &readers(folder.path(), 2)).unwrap();
    let simulator = Simulator::start(folder.path(), &slots(folder.path(), 2));
    run_client(
        &daemon,
        "two_slots_insertion_removal_and_long_commands",
        folder.path(),
    );
    // And a simulator that goes away takes its cards along, not the daemon.
    drop(simulator);
    sleep(Duration::from_millis(300));
    assert!(daemon.is_running());
    let simulator = Simulator::start(folder.path(), &slots(folder.path(), 2));
    run_client(
        &daemon,
        "two_slots_insertion_removal_and_long_commands",
        folder.path(),
    );
    assert_eq!(simulator.folder, folder.path());
}

fn two_slots_client(folder: &Path) {
    let context = context();
    let (first, second) = (reader(&context, "Slot 0"), reader(&context, "Slot 1"));
    wait_for(&context, &first, State::EMPTY);
    control(folder, &insert(folder, 0, "a.chip"));
    wait_for(&context, &first, State::PRESENT);
    wait_for(&context, &second, State::EMPTY);
    control(folder, &insert(folder, 1, "b.chip"));
    wait_for(&context, &second, State::PRESENT);

    let card = context
        .connect(&first, ShareMode::Exclusive, Protocols::T1)
        .unwrap();
    let atr = card.status2_owned().unwrap().atr().to_vec();
    assert_eq!(::hex::encode_upper(atr), "3B8480018082900097");
    assert_eq!(transmit(&card, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);
    // 32 KB and the largest APDU there is arrive whole: the chip's answer is about the command,
    // not about its length.
    for length in [32_768, 65_535_usize] {
        let mut long = vec![0x80, 0xE2, 0x00, 0x00, 0x00];
        long.extend(u16::try_from(length).unwrap().to_be_bytes());
        long.extend(vec![0xA5; length]);
        long.extend([0x00, 0x00]);
        assert_eq!(transmit(&card, &long).unwrap(), [0x69, 0x82], "{length}");
    }
    let other = context
        .connect(&second, ShareMode::Exclusive, Protocols::T1)
        .unwrap();
    assert_eq!(transmit(&other, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);
    let mut buffer = [0; 64];
    let features = card
        .control(pcsc::ctl_code(3400), &[], &mut buffer)
        .unwrap();
    assert_eq!(features, [0x12, 0x04, 0x42, 0x00, 0x0D, 0x4A]);
    let properties = card
        .control(pcsc::ctl_code(3402), &[], &mut buffer)
        .unwrap();
    assert_eq!(properties, [0x0A, 0x04, 0x00, 0x00, 0x01, 0x00]);
    assert!(card.control(pcsc::ctl_code(1), &[], &mut buffer).is_err());

    speed(&card);
    control(folder, r#"{"slot":0,"remove":true}"#);
    wait_for(&context, &first, State::EMPTY);
    assert!(transmit(&card, &LIFE_CYCLE).is_err());
    let _ = card.disconnect(Disposition::LeaveCard);
    // The other reader has not noticed.
    assert_eq!(transmit(&other, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);
    drop(other);
    control(folder, r#"{"slot":1,"remove":true}"#);
}

/// The fastest of many runs, since the machine may be busy: far from the 44 ms of a delayed
/// acknowledgement.
fn speed(card: &pcsc::Card) {
    let run = || {
        let start = Instant::now();
        transmit(card, &LIFE_CYCLE).unwrap();
        start.elapsed()
    };
    let fastest = (0..500).map(|_| run()).min().unwrap();
    println!("an APDU takes {fastest:?}");
    assert!(fastest < Duration::from_millis(5), "{fastest:?}");
}

/// pcscd asks other drivers every 400 ms; ours tells it.
#[test]
fn insertion_and_removal_are_seen_at_once() {
    if let Some(folder) = client_folder() {
        return changes_client(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    blank_chip(folder.path(), "a.chip", 4_096);
    let _simulator = Simulator::start(folder.path(), &slots(folder.path(), 1));
    let daemon = Daemon::start(folder.path(), &readers(folder.path(), 1)).unwrap();
    run_client(
        &daemon,
        "insertion_and_removal_are_seen_at_once",
        folder.path(),
    );
}

fn changes_client(folder: &Path) {
    let context = context();
    let name = reader(&context, "Slot 0");
    wait_for(&context, &name, State::EMPTY);
    let put_in = insert(folder, 0, "a.chip");
    let mut seen = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        control(folder, &put_in);
        wait_for(&context, &name, State::PRESENT);
        control(folder, r#"{"slot":0,"remove":true}"#);
        wait_for(&context, &name, State::EMPTY);
        seen.push(start.elapsed());
    }
    let fastest = seen.iter().min().unwrap();
    println!("in and out takes {fastest:?}");
    assert!(*fastest < Duration::from_millis(100), "{seen:?}");
}

/// pcscd restarts its wait for events whenever a program lets go of a card; the driver must go on
/// waiting then, and not keep the daemon busy. Measured in processor time, whatever else runs.
#[test]
fn a_daemon_whose_client_left_is_idle() {
    if let Some(folder) = client_folder() {
        return connect_and_leave(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    blank_chip(folder.path(), "a.chip", 4_096);
    let simulator = Simulator::start(folder.path(), &slots(folder.path(), 1));
    let daemon = Daemon::start(folder.path(), &readers(folder.path(), 1)).unwrap();
    run_client(&daemon, "a_daemon_whose_client_left_is_idle", folder.path());
    let before = ticks(daemon.process()) + ticks(simulator.child.id());
    sleep(Duration::from_secs(2));
    let spent = ticks(daemon.process()) + ticks(simulator.child.id()) - before;
    // 100 ticks a second: a busy loop spends 100 or more in each of the two processes.
    assert!(spent < 20, "{spent} ticks in two idle seconds");
}

fn connect_and_leave(folder: &Path) {
    let context = context();
    let name = reader(&context, "Slot 0");
    control(folder, &insert(folder, 0, "a.chip"));
    wait_for(&context, &name, State::PRESENT);
    for _ in 0..3 {
        let card = context
            .connect(&name, ShareMode::Shared, Protocols::T1)
            .unwrap();
        transmit(&card, &[0x80, 0xCA, 0x00, 0x5A, 0x00]).unwrap();
    }
}

/// Processor time of a process in ticks: fields 14 and 15 of its stat file.
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn faults_as_a_program_sees_them() {
    if let Some(folder) = client_folder() {
        return faults_client(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    blank_chip(folder.path(), "a.chip", 4_096);
    let daemon = Daemon::start(folder.path(), &readers(folder.path(), 1)).unwrap();
    let _simulator = Simulator::start(folder.path(), &slots(folder.path(), 1));
    run_client(&daemon, "faults_as_a_program_sees_them", folder.path());
}

fn faults_client(folder: &Path) {
    let context = context();
    let name = reader(&context, "Slot 0");
    let insert = insert(folder, 0, "a.chip");
    control(folder, &insert);
    wait_for(&context, &name, State::PRESENT);
    let connect = || {
        context
            .connect(&name, ShareMode::Exclusive, Protocols::T1)
            .unwrap()
    };

    let card = connect();
    control(
        folder,
        r#"{"slot":0,"fault":{"at_apdu":2,"what":"silent"}}"#,
    );
    assert!(transmit(&card, &LIFE_CYCLE).is_ok());
    assert!(transmit(&card, &LIFE_CYCLE).is_err());
    drop(card);

    let card = connect();
    control(
        folder,
        r#"{"slot":0,"fault":{"at_apdu":1,"what":{"flip_bit":0}}}"#,
    );
    assert_eq!(transmit(&card, &LIFE_CYCLE).unwrap(), [0x81, 0x90, 0x00]);
    control(
        folder,
        r#"{"slot":0,"fault":{"at_apdu":1,"what":{"status":"6A82"}}}"#,
    );
    assert_eq!(transmit(&card, &LIFE_CYCLE).unwrap(), [0x6A, 0x82]);
    control(
        folder,
        r#"{"slot":0,"fault":{"at_apdu":1,"what":{"append":300}}}"#,
    );
    assert_eq!(transmit(&card, &LIFE_CYCLE).unwrap().len(), 303);
    control(
        folder,
        r#"{"slot":0,"fault":{"at_apdu":1,"what":"endless_chain"}}"#,
    );
    for _ in 0..10 {
        assert!(
            transmit(&card, &LIFE_CYCLE)
                .unwrap()
                .ends_with(&[0x61, 0x00])
        );
    }
    control(folder, r#"{"slot":0,"clear_faults":true}"#);
    assert_eq!(transmit(&card, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);

    control(folder, r#"{"slot":0,"fault":{"power_loss_after_apdu":2}}"#);
    assert!(transmit(&card, &LIFE_CYCLE).is_ok());
    assert!(transmit(&card, &LIFE_CYCLE).is_err());
    wait_for(&context, &name, State::EMPTY);
    assert!(transmit(&card, &LIFE_CYCLE).is_err());
    drop(card);
    assert_eq!(
        control(folder, r#"{"slot":0,"status":true}"#)["serial"],
        serde_json::Value::Null
    );

    control(folder, &insert);
    wait_for(&context, &name, State::PRESENT);
    let mut card = connect();
    control(
        folder,
        r#"{"slot":0,"fault":{"power_loss_after_apdu":1,"returns":true}}"#,
    );
    assert!(transmit(&card, &LIFE_CYCLE).is_err());
    let reset = Disposition::ResetCard;
    card.reconnect(ShareMode::Exclusive, Protocols::T1, reset)
        .unwrap();
    assert_eq!(transmit(&card, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);
}

/// Debian's own tool, through our driver.
#[test]
fn opensc_tool_sends_an_apdu() {
    let folder = tempfile::tempdir().unwrap();
    let chip = blank_chip(folder.path(), "a.chip", 4_096);
    let slots = format!("{}chip = \"{}\"\n", slots(folder.path(), 1), chip.display());
    let _simulator = Simulator::start(folder.path(), &slots);
    let daemon = Daemon::start(folder.path(), &readers(folder.path(), 1)).unwrap();
    let output = retry(|| {
        daemon
            .client("opensc-tool")
            .args(["--send-apdu", "80CA005A01"])
            .output()
            .unwrap()
    });
    assert!(
        text(&output).contains("(SW1=0x90, SW2=0x00)"),
        "{}",
        text(&output)
    );
}

/// Other people's driver: Debian's vpcd.
#[test]
fn chips_behind_vpcd() {
    if client_folder().is_some() {
        return vpcd_client();
    }
    let folder = tempfile::tempdir().unwrap();
    let chip = blank_chip(folder.path(), "a.chip", 4_096);
    let port = free_port();
    let vpcd = Reader {
        name: "Virtual".to_owned(),
        driver: VPCD_DRIVER.into(),
        device: format!("/dev/null:{port}"),
    };
    let daemon = Daemon::start(folder.path(), &[vpcd]).unwrap();
    let slot = format!(
        "[[slot]]\nvpcd = \"127.0.0.1:{port}\"\nchip = \"{}\"\n",
        chip.display()
    );
    let _simulator = Simulator::start(folder.path(), &slot);
    run_client(&daemon, "chips_behind_vpcd", folder.path());
}

fn vpcd_client() {
    let folder = client_folder().unwrap();
    let context = context();
    let name = reader(&context, "Virtual");
    wait_for(&context, &name, State::PRESENT);
    let card = context
        .connect(&name, ShareMode::Exclusive, Protocols::T1)
        .unwrap();
    let select = transmit(&card, &hex("00A40400 08 A000000151000000")).unwrap();
    assert_eq!(select, [0x90, 0x00]);
    // The handshake survives the daemon's polling for the ATR, every 400 ms.
    let begin = hex("80503000 08 0102030405060708 00");
    assert_eq!(transmit(&card, &begin).unwrap().len(), 34);
    sleep(Duration::from_millis(900));
    let finish = [&hex("84823300 10")[..], &[0; 16]].concat();
    assert_eq!(transmit(&card, &finish).unwrap(), [0x63, 0x00]);
    speed(&card);
    control(&folder, r#"{"slot":0,"remove":true}"#);
    wait_for(&context, &name, State::EMPTY);
    drop(card);
    control(&folder, &insert(&folder, 0, "a.chip"));
    wait_for(&context, &name, State::PRESENT);
}

fn retry(mut attempt: impl FnMut() -> Output) -> Output {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let output = attempt();
        if output.status.success() || Instant::now() > deadline {
            return output;
        }
        sleep(Duration::from_millis(50));
    }
}

/// vpcd uses the port and the next one.
fn free_port() -> u16 {
    loop {
        let first = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("0.0.0.0", port + 1)).is_ok() {
            return port;
        }
    }
}

/// A card changed faster than the daemon looks, while a program talks to the one before.
#[test]
fn a_card_swapped_at_once_is_told_as_gone_and_as_new() {
    if let Some(folder) = client_folder() {
        return swap_client(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    blank_chip(folder.path(), "a.chip", 4_096);
    blank_chip(folder.path(), "b.chip", 4_096);
    let _simulator = Simulator::start(folder.path(), &slots(folder.path(), 1));
    let daemon = Daemon::start(folder.path(), &readers(folder.path(), 1)).unwrap();
    run_client(
        &daemon,
        "a_card_swapped_at_once_is_told_as_gone_and_as_new",
        folder.path(),
    );
}

fn swap_client(folder: &Path) {
    let context = context();
    let name = reader(&context, "Slot 0");
    control(folder, &insert(folder, 0, "a.chip"));
    wait_for(&context, &name, State::PRESENT);
    for round in 0..40 {
        let card = context
            .connect(&name, ShareMode::Shared, Protocols::T1)
            .unwrap();
        assert_eq!(transmit(&card, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);
        control(folder, r#"{"slot":0,"remove":true}"#);
        // The daemon may learn of it from this command or from its own thread.
        if round % 2 == 0 {
            transmit(&card, &LIFE_CYCLE).unwrap_err();
        }
        control(folder, &insert(folder, 0, ["b.chip", "a.chip"][round % 2]));
        // The session does not go on with another card.
        transmit(&card, &LIFE_CYCLE).unwrap_err();
        let deadline = Instant::now() + PATIENCE;
        let removed = |card: &pcsc::Card| {
            let status = card.status2_owned();
            matches!(status, Err(pcsc::Error::RemovedCard))
        };
        while !removed(&card) {
            assert!(
                Instant::now() < deadline,
                "round {round}: never told as gone"
            );
            sleep(Duration::from_millis(1));
        }
        let _ = card.disconnect(Disposition::LeaveCard);
        wait_for(&context, &name, State::PRESENT);
    }
}

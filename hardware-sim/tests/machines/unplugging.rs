//! Cables and daemons: a machine is known by its serial number, whatever its reader is called now.
//!
//! Debian's pcscd 1.9 does nothing when it is told to look at its configured readers again (SIGUSR1,
//! `pcscd --hotplug`): readers come and go by udev alone. So a port is a reader of its own here, and
//! renumbering is what a daemon does that starts anew.

use std::ffi::CString;
use std::path::Path;
use std::time::Instant;

use ::wire::machine::{self as wire, command};
use hardware_sim::pcscd::Daemon;
use pcsc::{Context, Protocols, ShareMode, State};

use super::caller::Caller;
use super::floor::{Floor, order, port, readers};
use super::{chip_answers, with_readers};
use crate::readers::{PATIENCE, client_folder, context, reader, run_test_as_client, wait_for};

fn identify() -> command::Act {
    command::Act::Identify(wire::Identify {})
}

#[test]
fn a_cable_in_another_port_is_the_same_machine_behind_another_reader() {
    let test = "unplugging::a_cable_in_another_port_is_the_same_machine_behind_another_reader";
    let ports = |folder: &Path| vec![port(folder, 0, 0), port(folder, 0, 1)];
    with_readers(test, 1, 2, "time_factor = 20.0", ports, |folder| {
        let context = context();
        let (first, second) = (
            reader(&context, "Machine 0"),
            reader(&context, "Other Port 0"),
        );
        let mut machine = Caller::connect(&context, &first);
        machine.feed(1);
        let before = machine.wait_for(1, wire::Position::Station);
        let data = chip_answers(&context, &first);

        order(folder, 0, "\"plug\":null");
        // What is asked before the daemon has noticed is lost on its way.
        machine.ask(0, identify()).unwrap_err();
        wait_for(&context, &first, State::UNAVAILABLE);
        let error = machine.ask(0, identify()).unwrap_err();
        assert_eq!(error, pcsc::Error::ReaderUnavailable);
        let connected = context.connect(&first, ShareMode::Shared, Protocols::ANY);
        assert_eq!(connected.map(drop), Err(pcsc::Error::ReaderUnavailable));

        order(folder, 0, "\"plug\":1");
        let machine = patiently(|| Caller::try_connect(&context, &second).ok());
        patiently(|| machine.ask(0, identify()).ok());
        assert_eq!(machine.identity().serial, "SN-0");
        assert_eq!(machine.wait_for(1, wire::Position::Station), before);
        assert_eq!(chip_answers(&context, &second), data);

        order(folder, 0, "\"plug\":0");
        wait_for(&context, &first, State::PRESENT);
        assert_eq!(chip_answers(&context, &first), data);
    });
}

/// The daemon looks at a reader that failed once a second.
fn patiently<T>(attempt: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(done) = attempt() {
            return done;
        }
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Serial numbers of all machines, by the names of their readers.
fn found(context: &Context) -> Vec<(String, String)> {
    reader(context, "Machine");
    let names = context.list_readers_owned().unwrap();
    let with_serial = |name: CString| {
        let machine = patiently(|| Caller::try_connect(context, &name).ok());
        (name.into_string().unwrap(), machine.identity().serial)
    };
    names.into_iter().map(with_serial).collect()
}

#[test]
fn a_daemon_that_starts_anew_gives_other_numbers_to_the_same_machines() {
    let test =
        "machines::unplugging::a_daemon_that_starts_anew_gives_other_numbers_to_the_same_machines";
    if let Some(folder) = client_folder() {
        let readers = found(&context());
        std::fs::write(folder.join("found"), format!("{readers:?}")).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let _floor = Floor::start(folder.path(), 2, 1, "");
    let all = readers(folder.path(), 2);
    let swapped = [&all[1], &all[0]].map(Clone::clone);
    let seen = [&all[..], &swapped[..]].map(|readers| {
        let daemon = Daemon::start(folder.path(), readers).unwrap();
        run_test_as_client(&daemon, test, folder.path());
        std::fs::read_to_string(folder.path().join("found")).unwrap()
    });
    assert_eq!(
        seen[0],
        r#"[("Machine 0 00 00", "SN-0"), ("Machine 1 01 00", "SN-1")]"#
    );
    assert_eq!(
        seen[1],
        r#"[("Machine 1 00 00", "SN-1"), ("Machine 0 01 00", "SN-0")]"#
    );
}

#[test]
fn a_machine_that_lost_power_is_back_by_itself_with_its_card() {
    let test = "unplugging::a_machine_that_lost_power_is_back_by_itself_with_its_card";
    let ports = |folder: &Path| readers(folder, 1);
    with_readers(test, 1, 2, "time_factor = 20.0", ports, |folder| {
        let context = context();
        let name = reader(&context, "Machine 0");
        let mut machine = Caller::connect(&context, &name);
        machine.feed(1);
        machine.wait_for(1, wire::Position::Station);
        let data = chip_answers(&context, &name);
        let loss = r#""fault":{"what":{"power_loss":{"command":"identify","when":"before","back_in":4000}}}"#;
        order(folder, 0, loss);
        machine.ask(0, identify()).unwrap_err();
        wait_for(&context, &name, State::EMPTY);
        wait_for(&context, &name, State::PRESENT);
        assert_eq!(chip_answers(&context, &name), data);
        let counters = machine.status(0, 0).counters.unwrap();
        assert_eq!((counters.power_ons, counters.fed), (2, 1));
    });
}

//! Machines in the real pcscd: transport and print commands by `SCardControl`, APDUs to the chip in
//! the station, cables pulled and processes killed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail it"
)]

mod caller;
mod floor;
mod orders;
mod sharing;
mod unplugging;

use std::path::Path;
use std::time::{Duration, Instant};

use ::wire::machine as wire;
use hardware_sim::pcscd::{Daemon, Reader};
use image::{ImageFormat, Rgb, RgbImage};
use pcsc::{Disposition, Protocols, ShareMode, State};
use wire::Position::{Exit, Printer, Reject, Station};

use crate::readers::{
    LIFE_CYCLE, client_folder, context, reader, run_test_as_client, transmit, wait_for,
};
use caller::{Caller, card, failure};
use floor::{Floor, files, order, readers};

/// Twenty times as fast as a real machine.
const FAST: &str = "time_factor = 20.0";
/// GET DATA: production data, with the chip's serial in it.
const PRODUCTION_DATA: [u8; 5] = [0x80, 0xCA, 0x9F, 0x7F, 0x00];

/// Runs `client` as a program of the daemon, against machines that are served already.
fn with_machines(test: &str, machines: u8, chips: u8, settings: &str, client: fn(&Path)) {
    let each = |folder: &Path| readers(folder, machines);
    with_readers(test, machines, chips, settings, each, client);
}

/// The same with other readers than one a machine.
fn with_readers(
    test: &str,
    machines: u8,
    chips: u8,
    settings: &str,
    readers: impl Fn(&Path) -> Vec<Reader>,
    client: fn(&Path),
) {
    if let Some(folder) = client_folder() {
        return client(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    let _floor = Floor::start(folder.path(), machines, chips, settings);
    let daemon = Daemon::start(folder.path(), &readers(folder.path())).unwrap();
    run_test_as_client(&daemon, &format!("machines::{test}"), folder.path());
}

/// A face of the machine's size that hardly compresses, so that it takes many parts.
fn picture(seed: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(2022, 1275, |x, y| {
        let grain = (x / 3).wrapping_mul(2_654_435_761).rotate_left(y / 3 % 31) ^ seed;
        let [red, green, blue, _] = grain.to_le_bytes();
        Rgb([red | 0x80, green | 0x80, blue | 0x80])
    });
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

fn chip_answers(context: &pcsc::Context, name: &std::ffi::CStr) -> Vec<u8> {
    wait_for(context, name, State::PRESENT);
    let chip = context
        .connect(name, ShareMode::Shared, Protocols::ANY)
        .unwrap();
    let data = transmit(&chip, &PRODUCTION_DATA).unwrap();
    let _ = chip.disconnect(Disposition::LeaveCard);
    data
}

#[test]
fn a_card_goes_from_the_hopper_to_the_exit_while_the_next_is_in_the_station() {
    with_machines(
        "a_card_goes_from_the_hopper_to_the_exit_while_the_next_is_in_the_station",
        1,
        3,
        FAST,
        two_cards,
    );
}

fn two_cards(folder: &Path) {
    let context = context();
    let name = reader(&context, "Machine 0");
    let mut machine = Caller::connect(&context, &name);
    let identity = machine.identity();
    assert_eq!((&*identity.serial, identity.protocol), ("SN-0", 1));
    assert_eq!((identity.width, identity.height), (2022, 1275));
    assert_eq!(identity.nominal_cards_per_hour, 1_000);
    wait_for(&context, &name, State::EMPTY);

    assert_eq!(card(machine.feed(1)).handle, 1);
    wait_for(&context, &name, State::PRESENT);
    // Commands between the APDUs of one session: from its own connection, and from another.
    let chip = context
        .connect(&name, ShareMode::Shared, Protocols::ANY)
        .unwrap();
    let fronts = picture(1);
    let parts = machine.load(1, 7, wire::Face::Front, &fronts);
    assert!(parts > 10, "{parts} parts of {} bytes", fronts.len());
    assert_eq!(transmit(&chip, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);
    machine.load(1, 7, wire::Face::Back, &picture(2));
    assert_eq!(transmit(&chip, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);

    // The card leaves the station: for the daemon it is removed, and its connection is over.
    card(machine.bring(1, Printer));
    wait_for(&context, &name, State::EMPTY);
    assert!(transmit(&chip, &LIFE_CYCLE).is_err());
    let _ = chip.disconnect(Disposition::LeaveCard);
    machine.wait_for(1, Printer);
    assert_eq!(
        card(machine.print(1, 7)).print(),
        wire::PrintState::Printing
    );
    // While it is printed, the next chip can be spoken to.
    machine.feed(2);
    assert!(chip_answers(&context, &name).ends_with(&[0x90, 0x00]));
    let printed = machine.wait_for(1, Printer);
    assert_eq!(printed.print(), wire::PrintState::Printed);
    for face in [wire::Face::Front, wire::Face::Back] {
        let seen = image::load_from_memory(&machine.exit_picture(1, face)).unwrap();
        // A card of 1011 × 638 dots with 3 mm of ground around.
        assert_eq!((seen.width(), seen.height()), (1081, 708));
    }
    card(machine.bring(1, Exit));
    let status = machine.wait_until(|status| status.cards.len() == 1);
    let counters = status.counters.unwrap();
    assert_eq!((counters.fed, counters.printed, counters.exited), (2, 1, 1));
    let exit = files(folder, 0, "exit");
    assert_eq!(exit.len(), 3, "{exit:?}");
    let front = folder.join("machine-0/exit").join("00000001-front.png");
    assert_eq!(std::fs::read(front).unwrap(), fronts);
    assert_eq!(order(folder, 0, "\"status\":true")["adds_up"], true);
}

#[test]
fn several_machines_work_on_one_daemon() {
    let name = "several_machines_work_on_one_daemon";
    with_machines(name, 4, 2, FAST, four_machines);
}

fn four_machines(_: &Path) {
    let context = context();
    let names: Vec<_> = (0..4)
        .map(|machine| reader(&context, &format!("Machine {machine}")))
        .collect();
    let mut machines: Vec<_> = names
        .iter()
        .map(|name| Caller::connect(&context, name))
        .collect();
    for machine in &mut machines {
        machine.feed(1);
    }
    for (number, (machine, name)) in machines.iter_mut().zip(&names).enumerate() {
        assert_eq!(machine.identity().serial, format!("SN-{number}"));
        let data = chip_answers(&context, name);
        // Serial number at offset 15 of the template: 9F7F, length, 12 bytes before it.
        let serial = &data[15..19];
        assert_eq!(usize::from(serial[2]), number, "{data:02X?}");
        card(machine.bring(1, if number % 2 == 0 { Exit } else { Reject }));
    }
    for (number, machine) in machines.iter().enumerate() {
        let status = machine.wait_until(|status| status.cards.is_empty());
        let counters = status.counters.unwrap();
        let even = u64::from(number % 2 == 0);
        assert_eq!((counters.exited, counters.rejected), (even, 1 - even));
    }
}

#[test]
fn a_status_waits_for_a_change_and_no_longer_than_told() {
    let name = "a_status_waits_for_a_change_and_no_longer_than_told";
    with_machines(name, 1, 1, "", |folder| {
        let context = context();
        let name = reader(&context, "Machine 0");
        let machine = Caller::connect(&context, &name);
        let known = machine.status(0, 0).revision;
        let start = Instant::now();
        assert_eq!(machine.status(known, 200).revision, known);
        assert!(start.elapsed() >= Duration::from_millis(200));
        let start = Instant::now();
        let opened = std::thread::spawn({
            let folder = folder.to_owned();
            move || {
                std::thread::sleep(Duration::from_millis(100));
                order(&folder, 0, "\"person\":\"open_door\"");
            }
        });
        let status = machine.status(known, 2_000);
        assert!(start.elapsed() < Duration::from_millis(1_900));
        assert!(status.door_open);
        assert_eq!(status.troubles[0].kind(), wire::FailureKind::DoorOpen);
        opened.join().unwrap();
    });
}

#[test]
fn a_lost_answer_is_asked_for_again_and_nothing_is_done_twice() {
    let name = "a_lost_answer_is_asked_for_again_and_nothing_is_done_twice";
    with_machines(name, 1, 3, FAST, |folder| {
        let context = context();
        let name = reader(&context, "Machine 0");
        let machine = Caller::connect(&context, &name);
        let feed = || ::wire::machine::command::Act::Feed(wire::Feed { card: 1 });
        order(
            folder,
            0,
            r#""fault":{"what":{"answer_lost":{"command":"feed"}}}"#,
        );
        machine.ask(5, feed()).unwrap_err();
        let again = machine.ask(5, feed()).unwrap();
        assert!(again.repeated, "{again:?}");
        machine.wait_for(1, Station);
        assert_eq!(files(folder, 0, "hopper").len(), 2);
    });
}

#[test]
fn a_chip_that_does_not_answer_is_mute_until_it_does() {
    let name = "a_chip_that_does_not_answer_is_mute_until_it_does";
    with_machines(name, 1, 1, FAST, |folder| {
        let context = context();
        let name = reader(&context, "Machine 0");
        let mut machine = Caller::connect(&context, &name);
        order(folder, 0, r#""fault":{"what":{"misread":{"times":1000}}}"#);
        machine.feed(1);
        machine.wait_for(1, Station);
        let misread = |status: &wire::Status| {
            let mut troubles = status.troubles.iter();
            troubles.any(|trouble| trouble.kind() == wire::FailureKind::Misread)
        };
        machine.wait_until(misread);
        let connect = || context.connect(&name, ShareMode::Shared, Protocols::ANY);
        connect().map(drop).unwrap_err();
        order(folder, 0, r#""clear_faults":true"#);
        let chip = connect().unwrap();
        assert_eq!(transmit(&chip, &LIFE_CYCLE).unwrap(), [0x01, 0x90, 0x00]);
        machine.wait_until(|status| !misread(status));
    });
}

/// The line's process sees it as the machine's silence, and then as a card that cannot be used.
#[test]
fn a_process_killed_while_it_prints_comes_back_with_a_spoiled_card() {
    let test = "a_process_killed_while_it_prints_comes_back_with_a_spoiled_card";
    if let Some(folder) = client_folder() {
        return if folder.join("printing").exists() {
            after_the_kill();
        } else {
            until_it_prints(&folder);
        };
    }
    let folder = tempfile::tempdir().unwrap();
    let mut floor = Floor::start(folder.path(), 1, 3, "");
    let daemon = Daemon::start(folder.path(), &readers(folder.path(), 1)).unwrap();
    let client = || run_test_as_client(&daemon, &format!("machines::{test}"), folder.path());
    client();
    floor.kill();
    floor.run();
    client();
}

fn until_it_prints(folder: &Path) {
    let context = context();
    let name = reader(&context, "Machine 0");
    let mut machine = Caller::connect(&context, &name);
    machine.feed(1);
    machine.wait_for(1, Station);
    machine.load(1, 7, wire::Face::Front, &picture(1));
    machine.bring(1, Printer);
    machine.wait_for(1, Printer);
    card(machine.print(1, 7));
    machine.feed(2);
    std::fs::write(folder.join("printing"), "").unwrap();
}

fn after_the_kill() {
    let context = context();
    let name = reader(&context, "Machine 0");
    let mut machine = Caller::connect(&context, &name);
    let spoiled = machine.wait_for(1, Printer);
    assert_eq!(spoiled.print(), wire::PrintState::Spoiled);
    let refused = failure(machine.print(1, 7));
    assert_eq!(refused.remedy(), wire::Remedy::Reject);
    // The other card was on its way and has arrived: its chip answers.
    machine.wait_for(2, Station);
    assert!(chip_answers(&context, &name).ends_with(&[0x90, 0x00]));
    card(machine.bring(1, Reject));
    let status = machine.wait_until(|status| status.cards.len() == 1);
    let counters = status.counters.unwrap();
    assert_eq!(
        (counters.fed, counters.rejected, counters.spoiled),
        (2, 1, 1)
    );
    assert_eq!(counters.power_ons, 2);
}

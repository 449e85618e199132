//! Every command in every state of PACE, basic access control and chip authentication: the status that the standards
//! name, and whether the chip still takes the step that would have come next.
//!
//! The randomness of both sides is scripted, so that a recorded run can be repeated up to any of its commands. The
//! states of terminal authentication have their own table in `terminal_states.rs`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use std::fmt::Write;

use crate::bench::terminals::chip_authentication_of;
use crate::bench::{
    APPLICATION, Bench, MRZ_PASSWORD, key_pair_command, passport_with, seeded, small_card,
    transport_keys,
};
use hardware_sim::card::maker::Blank;
use hardware_sim::card::memory::Interrupted;
use hardware_sim::card::profile::Profile;
use hardware_sim::card::{Card, Randomness};
use icao9303::apdu::Response;
use icao9303::bac::{self, AccessKeys};
use icao9303::chip_authentication;
use icao9303::pace::{self, Password};
use icao9303::reading;
use icao9303::secure_messaging::SecureTransport;
use icao9303::transport::CardTransport;

/// A wire that keeps the commands that went over it.
struct Tap<'a>(&'a mut Card, Vec<Vec<u8>>);

impl CardTransport for &mut Tap<'_> {
    type Error = Interrupted;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Interrupted> {
        self.1.push(command.to_vec());
        Ok(self.0.process(command)?.response)
    }
}

/// A passport that opens to both, and its key of chip authentication.
fn chip() -> (Bench, Vec<u8>) {
    let blank = Blank {
        profile: Profile::Passport,
        ..Blank::new(bench::SERIAL, transport_keys())
    };
    let mut files = small_card();
    files.truncate(4);
    let first = [key_pair_command(), bench::ecdsa_key_command()];
    let (bench, answers) = passport_with(&blank, &files, &MRZ_PASSWORD, &first, seeded(61));
    let point = answers[0][answers[0].len() - 65..].to_vec();
    (bench, point)
}

/// The draws of each run.
fn draws() -> Randomness {
    seeded(62)
}

/// Every command, in a form that would be right at another time.
fn commands() -> Vec<(&'static str, Vec<u8>)> {
    let point = "04".to_owned() + &"11".repeat(64);
    let texts = [
        ("SELECT application", "00A4040C07A0000002471001".to_owned()),
        ("READ BINARY of DG1", "00B0810004".to_owned()),
        ("READ BINARY of DG3", "00B0830004".to_owned()),
        (
            "MSE:Set AT PACE",
            "0022C1A40F800A04007F00070202040202830102".to_owned(),
        ),
        ("GENERAL AUTHENTICATE nonce", "10860000027C0000".to_owned()),
        (
            "GENERAL AUTHENTICATE map",
            format!("10860000457C438141{point}00"),
        ),
        (
            "GENERAL AUTHENTICATE agree",
            format!("10860000457C438341{point}00"),
        ),
        (
            "GENERAL AUTHENTICATE token",
            "008600000C7C0A8508111111111111111100".to_owned(),
        ),
        (
            "GENERAL AUTHENTICATE chip",
            format!("00860000457C438041{point}00"),
        ),
        ("GET CHALLENGE", "0084000008".to_owned()),
        (
            "EXTERNAL AUTHENTICATE",
            format!("0082000028{}28", "11".repeat(40)),
        ),
        (
            "INTERNAL AUTHENTICATE",
            "0088000008010203040506070800".to_owned(),
        ),
        (
            "MSE:Set AT chip",
            "002241A40F800A04007F0007020203020284010D".to_owned(),
        ),
        (
            "MSE:Set DST",
            "002281B610830E55544356434155544F3030303031".to_owned(),
        ),
        ("PSO:Verify Certificate", "002A00BE047F4E0100".to_owned()),
        (
            "MSE:Set AT terminal",
            "002281A40F830D5554495347415445303030303100".to_owned(),
        ),
        ("SET STATUS 07 plain", "80F0400700".to_owned()),
        (
            "INITIALIZE UPDATE",
            "8050300008010203040506070800".to_owned(),
        ),
        (
            "protected READ BINARY",
            "0CB081000D9701048E08000000000000000000".to_owned(),
        ),
    ];
    texts.map(|(name, text)| (name, bench::hex(&text))).to_vec()
}

fn status(card: &mut Card, command: &[u8]) -> String {
    let response = card.process(command).unwrap().response;
    Response::parse(&response).unwrap().status.to_string()
}

/// A whole session: PACE or basic access control, then the application, chip authentication and a file.
fn recorded(bench: &mut Bench, key: &[u8], with_pace: bool) -> Vec<Vec<u8>> {
    let mut tap = Tap(&mut bench.card, vec![]);
    let mut wire = &mut tap;
    let session = if with_pace {
        let password = Password::can(bench::CAN).unwrap();
        let parameters = bench::pace_parameters();
        let established = pace::perform(&mut wire, &parameters, &password, &mut bench::host());
        established.unwrap().secure_messaging()
    } else {
        reading::select_application(&mut wire, &APPLICATION).unwrap();
        let keys = AccessKeys::from_password(&Password::mrz_hash(&MRZ_PASSWORD)).unwrap();
        bac::perform(&mut wire, &keys, &mut bench::host()).unwrap()
    };
    let mut card = SecureTransport::new(wire, session);
    reading::select_application(&mut card, &APPLICATION).unwrap();
    let parameters = chip_authentication_of(key);
    chip_authentication::perform(&mut card, &parameters, &mut bench::host()).unwrap();
    assert_eq!(bench::ask(&mut card, "00B0810002"), "61619000");
    drop(card);
    tap.1
}

/// A line a command, a column a state: the status in the clear, and `+` if the recorded run goes on as if nothing had
/// been.
fn table(states: &[&str], with_pace: bool) -> String {
    let (bench, key) = chip();
    let mut bench = bench.reload(draws());
    let run = recorded(&mut bench, &key, with_pace);
    let mut text = format!("{:28}", "");
    for state in states {
        write!(text, "| {state:18}").unwrap();
    }
    text.push('\n');
    for (name, command) in commands() {
        write!(text, "{name:28}").unwrap();
        for (at, state) in states.iter().enumerate() {
            bench = bench.reload(draws());
            for before in &run[..at] {
                assert_eq!(status(&mut bench.card, before), "9000", "{state}");
            }
            let said = status(&mut bench.card, &command);
            let goes_on = status(&mut bench.card, &run[at]) == "9000";
            let mark = if goes_on { "+" } else { "" };
            // Whatever comes in the clear ends a session, and nobody reads fingers.
            let in_session = SESSIONS.contains(state);
            assert!(!(goes_on && in_session), "{state}: {name}");
            assert!(name != "READ BINARY of DG3" || said != "9000", "{state}");
            write!(text, "| {:18}", said + mark).unwrap();
        }
        text.push('\n');
    }
    text.lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

/// States behind PACE or basic access control.
const SESSIONS: [&str; 5] = [
    "session",
    "in application",
    "chip chosen",
    "chip authenticated",
    "file read",
];

/// The same inside a session: the status under protection, and `+` if the session still stands.
fn table_inside(with_pace: bool) -> String {
    let states = [
        "session",
        "in application",
        "chip chosen",
        "chip authenticated",
    ];
    let (mut bench, key) = chip();
    let mut text = format!("{:28}", "");
    for state in states {
        write!(text, "| {state:18}").unwrap();
    }
    text.push('\n');
    for (name, command) in commands() {
        write!(text, "{name:28}").unwrap();
        for state in 0..states.len() {
            bench = bench.reload(draws());
            let mut card = if with_pace {
                bench::enter(&mut bench)
            } else {
                bench::enter_with_mrz(&mut bench, &MRZ_PASSWORD).unwrap()
            };
            if state > 0 {
                reading::select_application(&mut card, &APPLICATION).unwrap();
            }
            if state == 2 {
                assert_eq!(bench::ask(&mut card, CHOOSE_CHIP), "9000");
            }
            if state == 3 {
                let parameters = chip_authentication_of(&key);
                chip_authentication::perform(&mut card, &parameters, &mut bench::host()).unwrap();
            }
            let said = card.transmit(&command).map(::hex::encode_upper);
            let said = said.map_or_else(
                |_| "ended".to_owned(),
                |hex| hex[hex.len() - 4..].to_owned(),
            );
            let select = card.transmit(&bench::hex("00A4040C07A0000002471001"));
            let stands = select.is_ok_and(|answer| answer == [0x90, 0x00])
                && bench::ask(&mut card, "00B0810001") == "619000";
            assert!(name != "READ BINARY of DG3" || said != "9000", "{state}");
            write!(text, "| {:18}", said + if stands { "+" } else { "" }).unwrap();
        }
        text.push('\n');
    }
    text.lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

const CHOOSE_CHIP: &str = "002241A40F800A04007F0007020203020284010D";

/// The order of 9303-11 §4.3, §4.4 and §6.2: what comes too early or too late is refused, a broken run starts anew, and
/// only a password that was wrong or a file that is closed is said to be so.
#[test]
fn every_command_in_every_state() {
    let pace = [
        "start",
        "armed",
        "nonce",
        "mapped",
        "agreed",
        "session",
        "in application",
        "chip chosen",
        "chip authenticated",
    ];
    let basic = [
        "start",
        "application",
        "challenged",
        "session",
        "in application",
        "chip chosen",
        "chip authenticated",
    ];
    let found = format!(
        "PACE\n\n{}\nBasic access control\n\n{}\nInside, after PACE\n\n{}\nInside, after basic access control\n\n{}",
        table(&pace, true),
        table(&basic, false),
        table_inside(true),
        table_inside(false)
    );
    assert_eq!(found, include_str!("access_states.txt"), "{found}");
}

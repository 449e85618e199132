//! What the chip refuses in PACE, secure messaging and chip authentication, and what that costs.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use std::time::Duration;

use crate::bench::{
    Bench, CAN, MRZ_PASSWORD, ask, enter, hex, host, locked_card, pace_parameters, seeded,
};
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::chip_authentication::{self, ChipAuthenticationParameters};
use icao9303::crypto::curve::{Curve, CurveId, Point};
use icao9303::pace::{self, PaceError, Password};
use icao9303::secure_messaging::SecureTransport;
use icao9303::security_info::SecurityInfos;
use icao9303::tlv;
use icao9303::transport::CardTransport;

const SET_PACE: &str = "> 0022C1A4 0F 800A04007F00070202040202 830102\n< 9000\n";
const NONCE: &str = "> 10860000 02 7C00 00\n< 7C128010 .. 9000\n";

fn point() -> Point {
    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    let scalar = curve.random_scalar(&mut host()).unwrap();
    curve.multiply_generator(&scalar).unwrap()
}

/// GENERAL AUTHENTICATE with one object inside 7C.
fn authenticate(cla: u8, tag: u16, value: &[u8]) -> String {
    let body = tlv::encode(0x7C, &tlv::encode(tag, value));
    let command = Command::new(cla, 0x86, 0, 0).with_data(body).with_le(256);
    ::hex::encode(command.encode().unwrap())
}

#[test]
fn protocols_and_passwords_that_are_not_there() {
    let mut bench = locked_card();
    bench.run(
        "# 3DES, integrated mapping, DH, another protocol
         > 0022C1A4 0F 800A04007F00070202040201 830102
         < 6A80
         > 0022C1A4 0F 800A04007F00070202040402 830102
         < 6A80
         > 0022C1A4 0F 800A04007F00070202040102 830102
         < 6A80
         > 0022C1A4 0E 800904007F000702020402 830102
         < 6A80
         # PIN and PUK; no password; no protocol
         > 0022C1A4 0F 800A04007F00070202040202 830103
         < 6A88
         > 0022C1A4 0C 800A04007F00070202040202
         < 6A80
         > 0022C1A4 03 830102
         < 6A80
         # other domain parameters; something behind
         > 0022C1A4 12 800A04007F00070202040202 830102 84010C
         < 6A88
         > 0022C1A4 12 800A04007F00070202040202 830102 84010D
         < 9000
         > 0022C1A4 12 800A04007F00070202040202 830102 7F4C00
         < 6A80
         # other templates; chip authentication without a session
         > 0022C1B6 0F 800A04007F00070202040202 830102
         < 6A86
         > 002241A4 0C 800A04007F00070202030202
         < 6985
         # nothing was prepared
         > 10860000 02 7C00 00
         < 6985",
    );
}

#[test]
fn steps_out_of_order() {
    let mut bench = locked_card();
    let chained = authenticate(0x10, 0x81, point().as_bytes());
    // Step 2 first.
    bench.run(&format!(
        "{SET_PACE}> {chained}\n< 6A80\n> 10860000 02 7C00 00\n< 6985"
    ));
    // A link that says it is the last.
    bench.run(&format!("{SET_PACE}> 00860000 02 7C00 00\n< 6985"));
    // Another command within the chain ends it; a new start does not mind.
    bench.run(&format!(
        "{SET_PACE}{NONCE}> 00A4000C\n< 6883\n> {chained}\n< 6985"
    ));
    bench.run(&format!("{SET_PACE}{NONCE}{SET_PACE}{NONCE}"));
    // The nonce serves once: asked for again, the run is over.
    bench.run(&format!(
        "{SET_PACE}{NONCE}> 10860000 02 7C00 00\n< 6A80\n> {chained}\n< 6985"
    ));
    // The last link must say that it is the last.
    bench.run("reset");
    let step = |cla, tag, value: &[u8]| format!("> {}\n", authenticate(cla, tag, value));
    let until_last = format!(
        "{SET_PACE}{NONCE}{}< 7C438241 .. 9000\n{}< 7C438441 .. 9000\n",
        step(0x10, 0x81, point().as_bytes()),
        step(0x10, 0x83, point().as_bytes()),
    );
    bench.run(&format!("{until_last}{}< 6883", step(0x10, 0x85, &[0; 8])));
    bench.run(&format!("{until_last}{}< 6300", step(0x00, 0x85, &[0; 8])));
    // Chaining is for this command only; parameters are zero.
    bench.run("> 10A4000C\n< 6884\n> 00860001 02 7C00 00\n< 6A86\n> 00860000 02 7D00 00\n< 6A80");
}

#[test]
fn points_that_are_no_keys() {
    let mut bench = locked_card();
    let good = point().as_bytes().to_vec();
    let mut off_curve = good.clone();
    off_curve[64] ^= 1;
    let mut compressed = good[..33].to_vec();
    compressed[0] = 0x02;
    let wrong_curve = [&[0x04][..], &[0x11; 64]].concat();
    for bad in [
        &off_curve[..],
        &compressed,
        &wrong_curve,
        &[0x00],
        &[],
        &good[..64],
    ] {
        let mapping = authenticate(0x10, 0x81, bad);
        bench.run(&format!(
            "{SET_PACE}{NONCE}> {mapping}\n< 6A80\n> {mapping}\n< 6985"
        ));
        let good = authenticate(0x10, 0x81, &good);
        let agreement = authenticate(0x10, 0x83, bad);
        bench.run(&format!(
            "{SET_PACE}{NONCE}> {good}\n< 7C438241 .. 9000\n> {agreement}\n< 6A80"
        ));
    }
}

/// Two chips with the same draws: what the first sends as its key is sent to the second.
#[test]
fn the_chips_own_key_sent_back() {
    let mut first = locked_card();
    let mut second = locked_card();
    let mapping = authenticate(0x10, 0x81, point().as_bytes());
    let start = format!("{SET_PACE}{NONCE}> {mapping}\n< 7C438241 .. 9000\n");
    first.run(&start);
    second.run(&start);
    let answer = first.send(&authenticate(0x10, 0x83, point().as_bytes()));
    let own = hex(&answer[8..8 + 130]);
    assert_eq!(second.send(&authenticate(0x10, 0x83, &own)), "6A80");
}

#[test]
fn wrong_passwords_cost_time_and_are_remembered() {
    let wrong = Password::can("999999").unwrap();
    let mut bench = locked_card();
    let pause = |bench: &mut Bench| {
        bench.run(SET_PACE);
        bench
            .card
            .process(&hex("10860000 02 7C00 00"))
            .unwrap()
            .effort
            .pause
    };
    assert_eq!(pause(&mut bench), Duration::ZERO);
    let mut expected = Duration::from_millis(50);
    for failures in 1..=12 {
        let error = pace::perform(&mut bench.card, &pace_parameters(), &wrong, &mut host());
        assert!(matches!(error, Err(PaceError::WrongPassword { .. })));
        assert_eq!(pause(&mut bench), expected, "{failures} failures");
        // Power does not help.
        bench = bench.reload(seeded(12));
        assert_eq!(pause(&mut bench), expected, "{failures} failures, reloaded");
        bench.run("reset");
        expected = (expected * 2).min(Duration::from_secs(10));
    }
    assert_eq!(expected, Duration::from_secs(10));
    // The right one is still accepted, and makes it forget.
    drop(enter(&mut bench));
    bench.run("reset");
    assert_eq!(pause(&mut bench), Duration::ZERO);
    // Pulling the card when the attempt is checked does not save the attempt: it was written first.
    bench.run("reset");
    bench.run(SET_PACE);
    bench.run(NONCE);
    bench.run(&format!(
        "> {}\n< 7C438241 .. 9000",
        authenticate(0x10, 0x81, point().as_bytes())
    ));
    bench.run(&format!(
        "> {}\n< 7C438441 .. 9000",
        authenticate(0x10, 0x83, point().as_bytes())
    ));
    bench.card.set_power_fuse(Some(1));
    let last = hex(&authenticate(0x00, 0x85, &[0; 8]));
    let checked = bench.card.process(&last);
    assert_eq!(checked.unwrap().response, [0x63, 0x00]);
    let mut bench = bench.reload(seeded(13));
    assert_eq!(pause(&mut bench), Duration::from_millis(50));
}

#[test]
fn the_mrz_opens_the_chip_too() {
    let mut bench = locked_card();
    let password = Password::mrz_hash(&MRZ_PASSWORD);
    pace::perform(&mut bench.card, &pace_parameters(), &password, &mut host()).unwrap();
    let wrong = Password::mrz_hash(&[0; 20]);
    bench.run("reset");
    assert!(pace::perform(&mut bench.card, &pace_parameters(), &wrong, &mut host()).is_err());
    assert_eq!(CAN.len(), 6);
}

type Disturbance = fn(&mut Vec<u8>);

/// What the wire does to a protected command on its way.
fn disturbed(disturb: Disturbance) -> (Bench, StatusWord) {
    struct Wire<'a> {
        card: &'a mut hardware_sim::card::Card,
        disturb: Disturbance,
        seen: Option<StatusWord>,
    }
    impl CardTransport for Wire<'_> {
        type Error = hardware_sim::card::memory::Interrupted;
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Self::Error> {
            let mut command = command.to_vec();
            (self.disturb)(&mut command);
            let bytes = self.card.process(&command)?.response;
            self.seen = Some(Response::parse(&bytes).unwrap().status);
            Ok(bytes)
        }
    }
    let mut bench = locked_card();
    let password = Password::can(CAN).unwrap();
    let established =
        pace::perform(&mut bench.card, &pace_parameters(), &password, &mut host()).unwrap();
    let wire = Wire {
        card: &mut bench.card,
        disturb,
        seen: None,
    };
    let mut session = SecureTransport::new(wire, established.secure_messaging());
    drop(session.transmit(&hex("00A4040C 07 A0000002471001")));
    let status = session.into_card().seen.unwrap();
    (bench, status)
}

#[test]
fn secure_messaging_that_is_wrong_ends_the_session() {
    // The command is 0CA4040C 1D 8711 01‥ 8E08 ‥ 00: 35 bytes.
    let cases: [(Disturbance, u16); 8] = [
        // A bit of the MAC, of the data, of the header.
        (|c| c[30] ^= 1, 0x6988),
        (|c| c[10] ^= 1, 0x6988),
        (|c| c[3] ^= 4, 0x6988),
        // No MAC at all.
        (
            |c| {
                c.splice(24..34, []);
                c[4] -= 10;
            },
            0x6987,
        ),
        // Another padding indicator, another object, an object cut short.
        (|c| c[7] = 2, 0x6988),
        (|c| c[5] = 0x88, 0x6988),
        (|c| c[25] = 0x09, 0x6988),
        // No protection any more.
        (|c| *c = vec![0x00, 0xA4, 0x00, 0x0C], 0x9000),
    ];
    for (number, (disturb, status)) in cases.into_iter().enumerate() {
        let (mut bench, seen) = disturbed(disturb);
        assert_eq!(seen, StatusWord(status), "case {number}");
        // Keys are gone: protected commands are not understood, closed files are closed.
        bench.run(
            "> 0CB00000 0D 970104 8E080000000000000000 00
             < 6882
             > 00A4040C 07 A0000002471001
             < 9000
             > 00B08100 00
             < 6982",
        );
    }
}

#[test]
fn a_protected_command_is_not_accepted_twice() {
    let mut bench = locked_card();
    let password = Password::can(CAN).unwrap();
    let established =
        pace::perform(&mut bench.card, &pace_parameters(), &password, &mut host()).unwrap();
    let mut messaging = established.secure_messaging();
    let select = Command::new(0, 0xA4, 0x04, 0x0C).with_data(bench::APPLICATION);
    let wrapped = messaging.protect(&select).unwrap();
    let first = bench.card.process(&wrapped).unwrap().response;
    assert!(first.ends_with(&[0x90, 0x00]) && first.len() > 2);
    assert_eq!(bench.card.process(&wrapped).unwrap().response, [0x69, 0x88]);
}

/// SecurityInfos with the chip's key, as DG14 has them.
fn chip_authentication_parameters(public: &[u8]) -> ChipAuthenticationParameters {
    let oid = |last: &str| tlv::encode(0x06, &hex(last));
    let id = tlv::encode(0x02, &[0x0D]);
    let info = [
        oid("04007F00070202030202"),
        tlv::encode(0x02, &[1]),
        id.clone(),
    ]
    .concat();
    let algorithm = [oid("04007F00070102"), id.clone()].concat();
    let bits = tlv::encode(0x03, &[&[0][..], public].concat());
    let spki = tlv::encode(0x30, &[tlv::encode(0x30, &algorithm), bits].concat());
    let key = [oid("04007F000702020102"), spki, id].concat();
    let set = [tlv::encode(0x30, &info), tlv::encode(0x30, &key)].concat();
    let infos = SecurityInfos::parse(&tlv::encode(0x31, &set)).unwrap();
    ChipAuthenticationParameters::select(&infos).unwrap()
}

#[test]
fn chip_authentication_fails_without_harm_and_then_succeeds() {
    let mut bench = Bench::new(seeded(11));
    let public = bench::personalise(&mut bench, &bench::small_card());
    let public = &public[public.len() - 65..];
    bench.run("reset");
    let mut session = enter(&mut bench);
    assert_eq!(ask(&mut session, "00A4040C 07 A0000002471001"), "9000");
    let prepare = "002241A4 0C 800A04007F00070202030202";
    let attempt = |value: &[u8]| authenticate(0x00, 0x80, value);
    // Not prepared; wrong protocol, wrong key; a point off the curve; then prepared no more.
    assert_eq!(ask(&mut session, &attempt(point().as_bytes())), "6985");
    assert_eq!(
        ask(&mut session, "002241A4 0C 800A04007F00070202030201"),
        "6A80"
    );
    assert_eq!(
        ask(&mut session, "002241A4 0F 800A04007F00070202030202 84010C"),
        "6A88"
    );
    assert_eq!(
        ask(&mut session, "002241A4 0F 800A04007F00070202030202 84010D"),
        "9000"
    );
    let mut bad = point().as_bytes().to_vec();
    bad[40] ^= 1;
    assert_eq!(ask(&mut session, &attempt(&bad)), "6A80");
    assert_eq!(ask(&mut session, &attempt(point().as_bytes())), "6985");
    assert_eq!(ask(&mut session, prepare), "9000");
    // The session of PACE is as it was.
    assert_eq!(ask(&mut session, "00B08100 01"), "619000");
    let parameters = chip_authentication_parameters(public);
    chip_authentication::perform(&mut session, &parameters, &mut host()).unwrap();
    assert_eq!(ask(&mut session, "00B08100 01"), "619000");
    assert_eq!(ask(&mut session, "00B08300 01"), "6982");
    // And once more, from the new session.
    chip_authentication::perform(&mut session, &parameters, &mut host()).unwrap();
    assert_eq!(ask(&mut session, "00B08100 01"), "619000");
}

//! An independent terminal (`tests/oracles/bac.py`: `PyCryptodome`, the `openssl` program) opens our passports by basic
//! access control, reads them under triple DES, and judges their active authentication.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail it"
)]

use crate::bench;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bench::{
    Bench, MRZ_PASSWORD, ecdsa_key_command, hex, passport, rsa_key_command, seeded, small_card,
};
use hardware_sim::card::profile::Profile;
use icao9303::tlv;

/// What [`MRZ_PASSWORD`] is made of.
const MRZ: [&str; 3] = ["T22000129", "640812", "101031"];

/// What the terminal said: its steps, and its complaint if it ended early.
struct Said {
    steps: Vec<String>,
    complaint: String,
}

/// Runs the terminal against a chip.
fn drive(bench: &mut Bench, mrz: [&str; 3], key: &[String]) -> Said {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    bench.run("reset");
    let mut child = Command::new(python)
        .arg(root.join("tests/oracles/bac.py"))
        .args(mrz)
        .args(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the oracles are there; `cargo xtask test` makes them");
    let mut to_terminal = child.stdin.take().unwrap();
    let mut steps = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(step) = line.strip_prefix("# ") {
            steps.push(step.to_owned());
            continue;
        }
        let answer = bench.card.process(&hex(&line)).unwrap().response;
        // The terminal may have ended; its words tell why.
        let _ = writeln!(to_terminal, "{}", ::hex::encode_upper(answer));
    }
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let done = steps.last().is_some_and(|step| step == "done");
    assert_eq!(output.status.success(), done, "{complaint}");
    Said { steps, complaint }
}

/// A passport and its key of active authentication, as the terminal takes it.
fn with_key(profile: Profile, rsa: bool, seed: u64) -> (Bench, Vec<String>) {
    let command = if rsa {
        rsa_key_command()
    } else {
        ecdsa_key_command()
    };
    let files = files();
    let (bench, answer) = passport(profile, &files, &MRZ_PASSWORD, Some(&command), seeded(seed));
    let spki = public_key(&answer.unwrap());
    let mut arguments = vec![::hex::encode_upper(spki)];
    if !rsa {
        arguments.push("32".to_owned());
    }
    (bench, arguments)
}

/// A DG1 with the length of a real one, whose bytes all differ.
fn files() -> Vec<bench::File> {
    let mut files = small_card();
    files.pop();
    let zone: Vec<u8> = (0x20..0x7A).collect();
    files[2].content = tlv::encode(0x61, &tlv::encode(0x5F1F, &zone));
    files
}

/// `SubjectPublicKeyInfo` of what GENERATE KEY PAIR answered, with a named curve.
fn public_key(answer: &[u8]) -> Vec<u8> {
    let mut reader = tlv::Reader::new(tlv::parse_exact(answer, 0x7F49).unwrap());
    reader.expect(0x06).unwrap();
    let (algorithm, key) = if let Some(point) = reader.optional(0x86).unwrap() {
        let brainpool_p256 = hex("06072A8648CE3D0201 06092B2403030208010107");
        (brainpool_p256, point.to_vec())
    } else {
        let modulus = [&[0], reader.expect(0x81).unwrap()].concat();
        let exponent = reader.expect(0x82).unwrap();
        let numbers = [tlv::encode(0x02, &modulus), tlv::encode(0x02, exponent)];
        let rsa = hex("06092A864886F70D010101 0500");
        (rsa, tlv::encode(0x30, &numbers.concat()))
    };
    let bits = tlv::encode(0x03, &[&[0][..], &key].concat());
    tlv::encode(0x30, &[tlv::encode(0x30, &algorithm), bits].concat())
}

#[test]
fn it_opens_reads_and_judges_our_passports() {
    let files = files();
    let content = |at: usize| ::hex::encode_upper(&files[at].content);
    for profile in [Profile::BacPassport, Profile::Passport] {
        for rsa in [false, true] {
            let (mut bench, key) = with_key(profile, rsa, 51);
            let said = drive(&mut bench, MRZ, &key);
            let expected = [
                "basic access control".to_owned(),
                format!("EF.COM {}", content(1)),
                format!("DG1 {}", content(2)),
                "active authentication".to_owned(),
                "done".to_owned(),
            ];
            assert_eq!(
                said.steps, expected,
                "{profile}, RSA {rsa}: {}",
                said.complaint
            );
        }
    }
}

#[test]
fn a_wrong_zone_opens_nothing() {
    let (mut bench, key) = with_key(Profile::BacPassport, false, 52);
    for wrong in [
        ["T22000128", "640812", "101031"],
        ["T22000129", "640813", "101031"],
        ["T22000129", "640812", "101030"],
    ] {
        let said = drive(&mut bench, wrong, &key);
        assert!(said.steps.is_empty(), "{:?}", said.steps);
        let refused = "EXTERNAL AUTHENTICATE: status 6300";
        assert!(said.complaint.contains(refused), "{}", said.complaint);
    }
    // It was the zone, not the chip.
    assert_eq!(drive(&mut bench, MRZ, &key).steps.len(), 5);
    // A chip that has no basic access control says so.
    let mut card = bench::locked_card();
    let said = drive(&mut card, MRZ, &[]);
    assert!(
        said.complaint.contains("GET CHALLENGE: status 6D00"),
        "{}",
        said.complaint
    );
}

/// The files of one passport on another chip: it opens, and cannot sign.
#[test]
fn a_copy_is_found_out() {
    for (rsa, fault) in [(false, "OpenSSL says"), (true, "active authentication")] {
        let (_, key) = with_key(Profile::BacPassport, rsa, 53);
        let (mut copy, _) = with_key(Profile::BacPassport, rsa, 54);
        let said = drive(&mut copy, MRZ, &key);
        assert_eq!(said.steps.len(), 3, "{:?}", said.steps);
        assert!(said.complaint.contains(fault), "{}", said.complaint);
    }
}

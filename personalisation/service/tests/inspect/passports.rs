//! Passports on the reader: basic access control and active authentication, PACE where it is offered, and terminal
//! authentication behind either.

use std::fs;
use std::path::PathBuf;

use hardware_sim::card::profile::Profile;
use icao9303::cvc::Certificate;
use icao9303::lds::{DataGroup, ElementaryFile};
use key_custody::role::InspectionSystem;
use key_custody::{Curve, Token, TokenConfig, create_pin_file, initialise_token, softhsm};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::inspect::{Desk, result, stderr};
use crate::support::{MRZ, Personalisation, Signing, fresh_list, terminal::chain_to};

const FINGERS: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG3);

/// The program that is tested reads the machine's clock; so do its lists and certificates.
#[expect(
    clippy::disallowed_methods,
    reason = "another program compares the dates with the machine's clock"
)]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// A folder with the vectors' country signing CA and a revocation list of today.
fn trust(desk: &Desk) -> String {
    let folder = desk.trust();
    let list = PathBuf::from(&folder).join("today.crl");
    fs::write(list, fresh_list(now())).unwrap();
    folder
}

fn passport(profile: Profile, signing: Signing) -> Personalisation {
    Personalisation {
        profile,
        signing: Some(signing),
        ..Personalisation::default()
    }
}

/// Inspects by the whole MRZ; demands status 0 and gives the report.
fn genuine(desk: &Desk, more: &[&str]) -> Value {
    let trust = trust(desk);
    let arguments = [&["--mrz", MRZ, "--trust", &trust, "--json"], more].concat();
    let output = desk.inspect(&arguments);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    assert_eq!(report["verdict"], "genuine", "{report:#}");
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    report
}

fn access(report: &Value) -> &str {
    report["chip"]["access"].as_str().unwrap()
}

#[test]
fn a_passport_from_before_pace_is_genuine() {
    for (signing, how) in [
        (Signing::Ecdsa, "with ECDSA on brainpoolP256r1 with SHA-256"),
        (Signing::Rsa, "with RSA-2048"),
    ] {
        let desk = Desk::with(&Personalisation {
            chip_key: false,
            ..passport(Profile::BacPassport, signing)
        });
        let report = genuine(&desk, &[]);
        assert_eq!(access(&report), "basic access control");
        for name in ["access", "active_authentication", "original", "printed_mrz"] {
            assert_eq!(result(&report, name), "passed", "{name}");
        }
        let checks = report["checks"].as_array().unwrap();
        let active = checks
            .iter()
            .find(|check| check["name"] == "active_authentication");
        assert_eq!(active.unwrap()["detail"], how);
        // A person reads the same.
        let printed = desk.inspect(&["--mrz", MRZ, "--trust", &trust(&desk)]);
        let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
        for words in ["GENUINE\n", "basic access control", "active authentication"] {
            assert!(printed.contains(words), "no {words:?} in {printed}");
        }
    }
}

#[test]
fn a_passport_of_the_years_between_is_genuine() {
    let desk = Desk::with(&passport(Profile::Passport, Signing::Ecdsa));
    let report = genuine(&desk, &[]);
    assert!(access(&report).starts_with("PACE-CAM"), "{report:#}");
    for name in [
        "chip_authentication_mapping",
        "chip_authentication",
        "active_authentication",
    ] {
        assert_eq!(result(&report, name), "passed", "{name}");
    }
}

#[test]
fn a_wrong_zone_opens_no_passport() {
    let desk = Desk::with(&passport(Profile::BacPassport, Signing::Ecdsa));
    let wrong = MRZ.replacen("9005145", "9005156", 1);
    let output = desk.inspect(&["--mrz", &wrong, "--trust", &trust(&desk)]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = "does not accept the machine readable zone";
    assert!(printed.contains(words), "{printed}{}", stderr(&output));
    assert_eq!(output.status.code(), Some(2));
}

/// An inspection system with its key in a token: the file that describes it, and whom chips must trust.
struct Inspector {
    file: PathBuf,
    trust_point: Certificate,
    _folder: tempfile::TempDir,
}

fn inspector() -> Inspector {
    const HOLDER: &str = "LUISTST00001";
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::write_configuration(&path("token")).unwrap()),
        token_label: "inspection".to_owned(),
        pin_file: path("inspection.pin"),
    };
    let mut rng = StdRng::seed_from_u64(71);
    for pin in [&config.pin_file, &path("so.pin")] {
        create_pin_file(pin, &mut rng).unwrap();
    }
    initialise_token(&config, &path("so.pin")).unwrap();
    let token = Token::open(&config).unwrap();
    let key = token.generate_ec::<InspectionSystem>(HOLDER, Curve::BrainpoolP256r1);
    let today = now().date();
    let days = [today - Duration::days(10), today + Duration::days(20)];
    let [trust_point, verifier, own] = chain_to(HOLDER, key.unwrap().public_point(), days);
    fs::create_dir(path("certificates")).unwrap();
    for (name, certificate) in [("verifier", &verifier), ("own", &own)] {
        let file = path("certificates").join(name).with_extension("cvcert");
        fs::write(file, certificate.to_bytes()).unwrap();
    }
    let text = "certificates = \"certificates\"\n[token]\nlabel = \"inspection\"\n\
                softhsm2_conf = \"token/softhsm2.conf\"\npin_file = \"inspection.pin\"\n";
    fs::write(path("inspection-system.toml"), text).unwrap();
    Inspector {
        file: path("inspection-system.toml"),
        trust_point,
        _folder: folder,
    }
}

#[test]
fn an_inspection_system_reads_the_fingers_of_every_document() {
    let inspector = inspector();
    let system = inspector.file.to_str().unwrap();
    for (profile, opened_by) in [
        (Profile::BacPassport, "basic access control"),
        (Profile::Passport, "PACE-CAM"),
    ] {
        let desk = Desk::with(&Personalisation {
            trust_point: Some(inspector.trust_point.clone()),
            ..passport(profile, Signing::Ecdsa)
        });
        let dump = desk.path("dump");
        let dump_to = ["--dump", dump.to_str().unwrap()];
        let fingers = || fs::read(dump.join("EF_DG3.bin"));
        // Without the right they stay where they are.
        let report = genuine(&desk, &dump_to);
        assert_eq!(report["fingers"]["state"], "locked", "{report:#}");
        assert!(fingers().is_err());
        let report = genuine(
            &desk,
            &[&dump_to[..], &["--inspection-system", system]].concat(),
        );
        assert!(access(&report).starts_with(opened_by), "{report:#}");
        assert_eq!(result(&report, "terminal_authentication"), "passed");
        assert_eq!(report["fingers"]["state"], "readable", "{report:#}");
        assert_eq!(fingers().unwrap(), desk.files[&FINGERS], "{profile}");
    }
}

/// The chip trusts somebody else: the fingers stay locked, and the document is none the worse.
#[test]
fn a_stranger_reads_no_fingers() {
    let (ours, stranger) = (inspector(), inspector());
    let desk = Desk::with(&Personalisation {
        trust_point: Some(ours.trust_point),
        ..passport(Profile::BacPassport, Signing::Rsa)
    });
    let report = genuine(
        &desk,
        &["--inspection-system", stranger.file.to_str().unwrap()],
    );
    assert_eq!(
        result(&report, "terminal_authentication"),
        "noted",
        "{report:#}"
    );
    assert_eq!(report["fingers"]["state"], "locked");
}

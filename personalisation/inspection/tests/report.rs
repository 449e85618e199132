//! The report: its JSON against docs/inspection.md, its print against a kept copy.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{CAN, MRZ, NOW, Personalisation, Wire, issue, trust};
use icao9303::mrz::Mrz;
use icao9303::pace::Password;
use icao9303::passive_authentication::Failure;
use inspection::budget::{Budget, Stopwatch};
use inspection::report::{Check, CheckName, InspectionReport, SCHEMA, Verdict};
use inspection::{Request, inspect};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

const DOCUMENTATION: &str = include_str!("../../../docs/inspection.md");

/// A clock that stands still.
struct Still;

impl Stopwatch for Still {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

fn report() -> InspectionReport {
    let trust = trust();
    let request = Request {
        password: Some(&Password::can(CAN).unwrap()),
        printed_mrz: Some(&Mrz::parse(MRZ).unwrap()),
        terminal: None,
        trust: &trust,
        now: NOW,
        budget: Budget::default(),
        reader: Some("Desk 00 00".to_owned()),
        atr: Some(hardware_sim::card::ATR.to_vec()),
    };
    let card = issue(&Personalisation::default()).card;
    inspect(
        Wire::honest(card),
        &request,
        &Still,
        &mut StdRng::seed_from_u64(1),
    )
    .report
}

#[test]
fn it_prints_as_the_kept_copy() {
    let printed = without_signature_lengths(&report().to_string());
    let kept = include_str!("report.txt");
    assert_eq!(printed, kept, "the new print:\n{printed}");
}

/// Signatures, and so the files around them, vary by a few bytes.
fn without_signature_lengths(printed: &str) -> String {
    let varies = ["  EF_SOD", "  EF_CardSecurity", "  Reading the files"];
    let lines = printed.lines().map(|line| {
        if varies.iter().any(|start| line.starts_with(start)) {
            line.replace(|c: char| c.is_ascii_digit(), "#") + "\n"
        } else {
            line.to_owned() + "\n"
        }
    });
    lines.collect()
}

#[test]
fn its_json_has_the_fields_that_the_documentation_names() {
    let json: Value = serde_json::from_str(&report().to_json().unwrap()).unwrap();
    assert_eq!(json["schema"], SCHEMA);
    assert!(DOCUMENTATION.contains(SCHEMA));
    let mut fields = BTreeSet::new();
    collect("", &json, &mut fields);
    for field in &fields {
        assert!(
            DOCUMENTATION.contains(&format!("`{field}`")),
            "{field} is not documented"
        );
    }
    let documented = DOCUMENTATION
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | field |"))
        .map(|(field, _)| field.to_owned());
    let documented: BTreeSet<String> = documented.collect();
    assert_eq!(
        documented, fields,
        "documented fields and those in the JSON differ"
    );
}

/// Paths such as `chip.offers[].protocol`; lists are told by their first entry.
fn collect(path: &str, value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                fields.insert(path.clone());
                collect(&path, value, fields);
            }
        }
        Value::Array(entries) => {
            if let Some(first) = entries.first() {
                collect(&format!("{path}[]"), first, fields);
            }
        }
        _ => {}
    }
}

#[test]
fn every_check_and_every_code_is_documented() {
    for check in report().checks {
        let name = serde_json::to_value(check.name).unwrap();
        let row = format!("| `{}` | check |", name.as_str().unwrap());
        assert!(DOCUMENTATION.contains(&row), "{row}");
    }
    let codes = [
        Failure::NoSod,
        Failure::BadCms,
        Failure::NoDs,
        Failure::BadContent,
        Failure::BadSignature,
        Failure::UnknownCsca,
        Failure::Untrusted,
        Failure::Expired,
        Failure::Profile,
        Failure::Revoked,
        Failure::StatusUndetermined,
        Failure::DataGroupMismatch,
        Failure::UnlistedDataGroup,
        Failure::MissingDataGroup,
        Failure::NotRead,
        Failure::Inconsistent,
        Failure::CryptoFailed,
    ];
    for code in codes
        .map(Failure::code)
        .into_iter()
        .chain(["CLONE_SUSPECT", "NOT_CHECKED"])
    {
        assert!(
            DOCUMENTATION.contains(&format!("| `{code}` | code |")),
            "{code}"
        );
    }
}

#[test]
fn every_verdict_has_its_exit_status() {
    let mut report = report();
    for (verdict, status) in [
        (Verdict::Genuine, 0),
        (Verdict::NotGenuine, 1),
        (Verdict::NoVerdict, 2),
    ] {
        report.verdict = verdict;
        assert_eq!(report.exit_status(), status);
    }
    let failed = Check::failed(CheckName::Signature, "wrong").with_code("BAD_SIGNATURE");
    report.checks = vec![failed];
    assert!(report.to_string().contains("wrong [BAD_SIGNATURE]"));
}

//! Fingerprints behind terminal authentication: read where it is granted, locked where not, and why.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use crate::support::terminal::{Inspector, Plan};
use crate::support::{Personalisation, Wire, inspected, inspected_by, issue};
use icao9303::cvc::Rights;
use icao9303::lds::{DataGroup, ElementaryFile};
use inspection::Inspection;
use inspection::report::{CheckName, CheckResult, FileState, FingerState, Verdict};
use time::macros::date;

const DG3: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG3);

/// A chip that trusts `trusted`, inspected as `inspector`; and what DG3 is on it.
fn inspect_as(trusted: &Inspector, inspector: &Inspector) -> (Inspection, Vec<u8>) {
    let issued = issue(&Personalisation {
        trust_point: Some(trusted.trust_point.clone()),
        ..Personalisation::default()
    });
    let fingers = issued.files[&DG3].clone();
    (inspected_by(Wire::honest(issued.card), inspector), fingers)
}

#[test]
fn a_certified_inspector_reads_the_fingers_byte_for_byte() {
    for link in [false, true] {
        let inspector = Inspector::new(&Plan {
            link,
            ..Plan::default()
        });
        let (Inspection { report, files }, fingers) = inspect_as(&inspector, &inspector);
        assert_eq!(report.verdict, Verdict::Genuine, "{report}");
        let check = report.check(CheckName::TerminalAuthentication).unwrap();
        assert_eq!(check.result, CheckResult::Passed, "{report}");
        assert!(
            check.detail.contains("LUISTST00001, under LUCVCATST00001"),
            "{check:?}"
        );
        let check = report.check(CheckName::Fingerprints).unwrap();
        assert_eq!(check.result, CheckResult::Passed, "{report}");
        assert_eq!(report.fingers.state, FingerState::Readable);
        assert_eq!(report.fingers.images.len(), 2);
        // Read, and covered by the signature like every other file.
        assert_eq!(files.get(DG3), Some(&fingers[..]));
        let of_dg3: Vec<_> = report
            .files
            .iter()
            .filter(|file| file.name == "EF_DG3")
            .collect();
        assert_eq!(of_dg3.len(), 1, "one row: {report}");
        assert_eq!(of_dg3[0].state, FileState::Read);
    }
}

#[test]
fn without_the_right_the_fingers_stay_locked_and_the_document_genuine() {
    let trusted = Inspector::new(&Plan::default());
    let cases = [
        // No right to DG3 at all: the chip lets it in, and keeps the file (6982).
        (
            Plan {
                rights: Rights::READ_DG4,
                ..Plan::default()
            },
            CheckResult::Passed,
            None,
        ),
        (
            Plan {
                days: [date!(2026 - 10 - 01), date!(2026 - 10 - 14)],
                ..Plan::default()
            },
            CheckResult::Noted,
            Some("TERMINAL_EXPIRED"),
        ),
        (
            Plan {
                days: [date!(2026 - 10 - 16), date!(2026 - 10 - 20)],
                ..Plan::default()
            },
            CheckResult::Noted,
            Some("TERMINAL_EXPIRED"),
        ),
        (
            Plan {
                signs: false,
                ..Plan::default()
            },
            CheckResult::Noted,
            Some("TERMINAL_KEY"),
        ),
        (
            Plan {
                other_key: true,
                ..Plan::default()
            },
            CheckResult::Noted,
            Some("TERMINAL_REFUSED"),
        ),
    ];
    for (plan, result, code) in cases {
        let inspector = Inspector::new(&plan);
        let (Inspection { report, files }, _) = inspect_as(&inspector, &inspector);
        let check = report.check(CheckName::TerminalAuthentication).unwrap();
        assert_eq!((check.result, check.code), (result, code), "{report}");
        assert_eq!(report.fingers.state, FingerState::Locked, "{report}");
        assert_eq!(files.get(DG3), None);
        assert_eq!(report.verdict, Verdict::Genuine, "{report}");
    }
    // Another country's inspector, whose authority only bears the same name: the chip finds out.
    let (Inspection { report, .. }, _) = inspect_as(&trusted, &Inspector::new(&Plan::default()));
    let check = report.check(CheckName::TerminalAuthentication).unwrap();
    assert_eq!(check.code, Some("TERMINAL_REFUSED"), "{report}");
    assert_eq!(report.fingers.state, FingerState::Locked);
}

#[test]
fn a_chip_that_trusts_nobody_is_told() {
    let inspector = Inspector::new(&Plan::default());
    let issued = issue(&Personalisation::default());
    let Inspection { report, .. } = inspected_by(Wire::honest(issued.card), &inspector);
    let check = report.check(CheckName::TerminalAuthentication).unwrap();
    assert_eq!(check.code, Some("NO_CHAIN"), "{report}");
    assert_eq!(report.verdict, Verdict::Genuine, "{report}");
}

#[test]
fn who_has_no_certificate_is_refused_and_the_report_says_not_granted() {
    let trusted = Inspector::new(&Plan::default());
    let issued = issue(&Personalisation {
        trust_point: Some(trusted.trust_point.clone()),
        ..Personalisation::default()
    });
    let Inspection { report, .. } = inspected(Wire::honest(issued.card));
    let check = report.check(CheckName::TerminalAuthentication).unwrap();
    assert_eq!(check.result, CheckResult::NotChecked);
    assert!(check.detail.starts_with("not granted"), "{check:?}");
    assert_eq!(report.fingers.state, FingerState::Locked);
}

#[test]
fn a_chip_that_gives_the_fingers_to_everybody_does_not_pass_for_one_that_asks() {
    let inspector = Inspector::new(&Plan::default());
    let issued = issue(&Personalisation {
        trust_point: Some(inspector.trust_point.clone()),
        open_fingers: true,
        ..Personalisation::default()
    });
    let Inspection { report, .. } = inspected_by(Wire::honest(issued.card), &inspector);
    let check = report.check(CheckName::TerminalAuthentication).unwrap();
    assert_eq!(check.result, CheckResult::NotChecked, "{report}");
    assert!(check.detail.contains("to everybody"), "{check:?}");
}

//! Inspections of chips that are what they say, and of some that are not, each told apart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use crate::support;
use crate::support::{
    CAN, Issued, MRZ, Personalisation, Wire, inspected, inspected_with, issue, trust,
    trust_without_lists,
};
use hardware_sim::card::Card;
use icao9303::crypto::curve::{Curve, CurveId, Scalar};
use icao9303::lds::{DataGroup, ElementaryFile};
use icao9303::mrz::MrzInformation;
use icao9303::pace::Password;
use icao9303::x509::TrustStore;
use inspection::Inspection;
use inspection::report::{CheckName, CheckResult, FingerState, InspectionReport, Verdict};

fn honest(tamper: fn(&mut support::Files)) -> Issued {
    issue(&Personalisation {
        tamper,
        ..Personalisation::default()
    })
}

fn inspect_tampered(tamper: fn(&mut support::Files)) -> Inspection {
    let Issued { card, .. } = honest(tamper);
    inspected(Wire::honest(card))
}

fn result(report: &InspectionReport, name: CheckName) -> CheckResult {
    report
        .check(name)
        .unwrap_or_else(|| panic!("no check {name:?}:\n{report}"))
        .result
}

#[test]
fn a_genuine_document_passes_every_check() {
    let issued = honest(|_| {});
    let files = issued.files.clone();
    let Inspection {
        report,
        files: read,
    } = inspected(Wire::honest(issued.card));
    assert_eq!(report.verdict, Verdict::Genuine, "{report}");
    assert_eq!(report.exit_status(), 0);
    for check in &report.checks {
        let expected = match check.name {
            CheckName::Fingerprints => CheckResult::Noted,
            CheckName::PrintedMrz | CheckName::TerminalAuthentication => CheckResult::NotChecked,
            _ => CheckResult::Passed,
        };
        assert_eq!(check.result, expected, "{report}");
    }
    assert_eq!(report.fingers.state, FingerState::Locked);
    for (file, content) in &files {
        let read = read.get(*file);
        if *file == ElementaryFile::DataGroup(DataGroup::DG3) {
            assert_eq!(read, None);
        } else {
            assert_eq!(read, Some(content.as_slice()), "{file}");
        }
    }
    let commands: u32 = report.timings.iter().map(|timing| timing.commands).sum();
    assert!(commands <= 40, "{commands} commands:\n{report}");
}

#[test]
fn the_mrz_opens_it_too() {
    let Issued { card, .. } = honest(|_| {});
    let password = MrzInformation::from_text(MRZ).unwrap().password();
    let password = Password::mrz_hash(&password);
    let Inspection { report, .. } = inspected_with(Wire::honest(card), &trust(), Some(&password));
    assert_eq!(report.verdict, Verdict::Genuine, "{report}");
    assert_eq!(
        report.chip.password.as_deref(),
        Some("machine readable zone")
    );
}

#[test]
fn without_a_password_it_says_what_the_chip_offers() {
    let Issued { card, .. } = honest(|_| {});
    let Inspection { report, files } = inspected_with(Wire::honest(card), &trust(), None);
    assert_eq!(report.verdict, Verdict::NoVerdict);
    assert!(
        report
            .summary
            .contains("PACE-CAM with AES-128 on brainpoolP256r1"),
        "{report}"
    );
    assert!(files.get(ElementaryFile::CardAccess).is_some());
    assert_eq!(files.data_groups().count(), 0);
}

#[test]
fn a_wrong_can_is_no_verdict() {
    let Issued { card, .. } = honest(|_| {});
    let password = Password::can("000000").unwrap();
    let Inspection { report, .. } = inspected_with(Wire::honest(card), &trust(), Some(&password));
    assert_eq!(report.verdict, Verdict::NoVerdict);
    assert_eq!(
        result(&report, CheckName::Access),
        CheckResult::Undetermined
    );
    assert!(
        report
            .summary
            .contains("does not accept the card access number"),
        "{report}"
    );
    assert!(!report.to_json().unwrap().contains("000000"));
}

#[test]
fn without_anchors_there_is_no_verdict() {
    let Issued { card, .. } = honest(|_| {});
    let can = Password::can(CAN).unwrap();
    let nothing = TrustStore::new();
    let Inspection { report, .. } = inspected_with(Wire::honest(card), &nothing, Some(&can));
    assert_eq!(report.verdict, Verdict::NoVerdict, "{report}");
    assert_eq!(report.exit_status(), 2);
}

#[test]
fn without_a_revocation_list_there_is_no_verdict() {
    let Issued { card, .. } = honest(|_| {});
    let can = Password::can(CAN).unwrap();
    let Inspection { report, .. } =
        inspected_with(Wire::honest(card), &trust_without_lists(), Some(&can));
    assert_eq!(report.verdict, Verdict::NoVerdict, "{report}");
    assert_eq!(
        result(&report, CheckName::Revocation),
        CheckResult::Undetermined
    );
}

#[test]
fn a_changed_file_is_not_genuine() {
    let Inspection { report, .. } = inspect_tampered(|files| {
        let file = files
            .get_mut(&ElementaryFile::DataGroup(DataGroup::DG2))
            .unwrap();
        *file.last_mut().unwrap() ^= 1;
    });
    assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
    assert_eq!(result(&report, CheckName::DataGroups), CheckResult::Failed);
    assert_eq!(result(&report, CheckName::Signature), CheckResult::Passed);
}

#[test]
fn a_removed_file_is_not_genuine() {
    let Inspection { report, .. } = inspect_tampered(|files| {
        files.remove(&ElementaryFile::DataGroup(DataGroup::DG11));
    });
    assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
    assert_eq!(result(&report, CheckName::Files), CheckResult::Failed);
}

#[test]
fn a_chip_without_security_object_is_not_genuine() {
    let Inspection { report, .. } = inspect_tampered(|files| {
        files.remove(&ElementaryFile::Sod);
    });
    assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
}

#[test]
fn a_broken_signature_is_not_genuine() {
    let Inspection { report, .. } = inspect_tampered(|files| {
        *files
            .get_mut(&ElementaryFile::Sod)
            .unwrap()
            .last_mut()
            .unwrap() ^= 1;
    });
    assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
    assert_eq!(result(&report, CheckName::Signature), CheckResult::Failed);
}

/// All files of a genuine document on another chip, which does not have its key.
#[test]
fn a_copy_is_not_genuine() {
    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    let scalar: Scalar = curve.decode_scalar(&[77]).unwrap();
    let original = curve.multiply_generator(&scalar).unwrap();
    let Issued { card, .. } = issue(&Personalisation {
        other_chip_key: Some(original),
        ..Personalisation::default()
    });
    let Inspection { report, .. } = inspected(Wire::honest(card));
    assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
    assert_eq!(
        result(&report, CheckName::ChipAuthenticationMapping),
        CheckResult::Failed
    );
    assert_eq!(
        result(&report, CheckName::ChipAuthentication),
        CheckResult::Failed
    );
    assert_eq!(result(&report, CheckName::Original), CheckResult::Failed);
    assert_eq!(result(&report, CheckName::DataGroups), CheckResult::Passed);
}

#[test]
fn nothing_personal_is_in_debug_output() {
    let Issued { card, .. } = honest(|_| {});
    let inspection = inspected(Wire::honest(card));
    let debug = format!("{inspection:?}");
    for secret in ["MUSTER", "Müster", CAN, "1990"] {
        assert!(!debug.contains(secret), "{debug}");
    }
    let json = inspection.report.to_json().unwrap();
    assert!(json.contains("Müster") && !json.contains(CAN));
}

#[test]
fn a_used_card_is_still_the_same_card() {
    let Issued { card, .. } = honest(|_| {});
    let mut wire = Wire::honest(card);
    for _ in 0..2 {
        let Inspection { report, .. } = inspected(&mut wire);
        assert_eq!(report.verdict, Verdict::Genuine, "{report}");
        wire = Wire::honest(repowered(wire.into_card()));
    }
}

fn repowered(mut card: Card) -> Card {
    card.power_down();
    card
}

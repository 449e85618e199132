//! Passports: opened by basic access control, proven by active authentication, each lie told apart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use crate::support::{
    CAN, Issued, MRZ, Personalisation, Signing, Wire, inspected_with, issue, trust,
};
use hardware_sim::card::profile::Profile;
use icao9303::lds::{DataGroup, Dg14, ElementaryFile};
use icao9303::mrz::MrzInformation;
use icao9303::pace::Password;
use icao9303::transport::CardTransport;
use inspection::Inspection;
use inspection::report::{CheckName, CheckResult, InspectionReport, Verdict};

fn bac_passport(signing: Option<Signing>) -> Personalisation {
    Personalisation {
        profile: Profile::BacPassport,
        chip_key: false,
        signing,
        ..Personalisation::default()
    }
}

fn by_mrz(card: impl CardTransport) -> InspectionReport {
    with_password(card, &mrz())
}

fn mrz() -> Password {
    Password::mrz_hash(&MrzInformation::from_text(MRZ).unwrap().password())
}

fn with_password(card: impl CardTransport, password: &Password) -> InspectionReport {
    inspected_with(card, &trust(), Some(password)).report
}

fn result(report: &InspectionReport, name: CheckName) -> CheckResult {
    report
        .check(name)
        .unwrap_or_else(|| panic!("no check {name:?}:\n{report}"))
        .result
}

#[test]
fn a_passport_from_before_pace() {
    for (signing, how) in [
        (Signing::Ecdsa, "ECDSA on brainpoolP256r1 with SHA-256"),
        (Signing::Rsa, "RSA-2048"),
    ] {
        let Issued { card, files, .. } = issue(&bac_passport(Some(signing)));
        let password = mrz();
        let Inspection {
            report,
            files: read,
        } = inspected_with(Wire::honest(card), &trust(), Some(&password));
        assert_eq!(report.verdict, Verdict::Genuine, "{report}");
        assert_eq!(report.chip.access.as_deref(), Some("basic access control"));
        let active = report.check(CheckName::ActiveAuthentication).unwrap();
        assert_eq!(active.result, CheckResult::Passed);
        assert_eq!(active.detail, format!("with {how}"));
        let original = report.check(CheckName::Original).unwrap();
        assert_eq!(original.detail, "proved by active authentication");
        assert!(
            report.chip.offers.iter().all(|offer| offer.supported),
            "{report}"
        );
        for (file, content) in &files {
            if *file != ElementaryFile::DataGroup(DataGroup::DG3) {
                assert_eq!(read.get(*file), Some(content.as_slice()), "{file}");
            }
        }
        // By a short file identifier EF.CardSecurity would have been EF.SOD.
        assert_eq!(read.get(ElementaryFile::CardSecurity), None);
    }
}

#[test]
fn the_card_access_number_does_not_open_it() {
    let Issued { card, .. } = issue(&bac_passport(None));
    let report = with_password(Wire::honest(card), &Password::can(CAN).unwrap());
    assert_eq!(report.exit_status(), 2);
    assert!(
        report
            .summary
            .contains("needs the machine readable zone (--mrz)"),
        "{report}"
    );
    let Issued { card, .. } = issue(&bac_passport(None));
    let report = inspected_with(Wire::honest(card), &trust(), None).report;
    assert!(
        report.summary.contains("needs the machine readable zone"),
        "{report}"
    );
    assert_eq!(report.chip.offers[0].protocol, "basic access control");
    let Issued { card, .. } = issue(&bac_passport(None));
    let report = with_password(Wire::honest(card), &Password::mrz_hash(&[1; 20]));
    assert_eq!(
        result(&report, CheckName::Access),
        CheckResult::Undetermined
    );
    assert!(
        report
            .summary
            .contains("does not accept the machine readable zone"),
        "{report}"
    );
}

#[test]
fn without_any_proof_there_is_no_verdict() {
    let Issued { card, .. } = issue(&bac_passport(None));
    let report = by_mrz(Wire::honest(card));
    assert_eq!(report.verdict, Verdict::NoVerdict, "{report}");
    assert_eq!(
        result(&report, CheckName::Original),
        CheckResult::Undetermined
    );
    assert!(report.check(CheckName::ActiveAuthentication).is_none());
}

/// All files of a genuine document on a chip that holds another key.
#[test]
fn a_copy_cannot_sign() {
    for signing in [Signing::Ecdsa, Signing::Rsa] {
        let Issued { card, .. } = issue(&Personalisation {
            forget_signing_key: true,
            ..bac_passport(Some(signing))
        });
        let report = by_mrz(Wire::honest(card));
        assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
        let active = report.check(CheckName::ActiveAuthentication).unwrap();
        assert_eq!(active.result, CheckResult::Failed);
        assert_eq!(active.code, Some("CLONE_SUSPECT"));
        assert_eq!(result(&report, CheckName::Original), CheckResult::Failed);
        assert_eq!(result(&report, CheckName::DataGroups), CheckResult::Passed);
    }
}

/// A key that the chip's maker put there himself signs well, and proves nothing.
#[test]
fn a_key_that_was_not_signed_is_not_believed() {
    let Issued { card, .. } = issue(&Personalisation {
        tamper: |files| {
            let file = ElementaryFile::DataGroup(DataGroup::DG15);
            let content = files.get_mut(&file).unwrap();
            // Other parameters than NULL: the same key in a file that nobody signed.
            let null = content.windows(2).position(|pair| pair == [0x05, 0x00]);
            content[null.unwrap()] = 0x04;
        },
        ..bac_passport(Some(Signing::Rsa))
    });
    let report = by_mrz(Wire::honest(card));
    assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
    assert_eq!(
        result(&report, CheckName::ActiveAuthentication),
        CheckResult::Passed
    );
    assert_eq!(result(&report, CheckName::DataGroups), CheckResult::Failed);
    assert_eq!(
        result(&report, CheckName::Original),
        CheckResult::Undetermined
    );
}

#[test]
fn a_passport_of_the_years_between_opens_to_pace() {
    for (signing, password) in [
        (Signing::Ecdsa, Password::can(CAN).unwrap()),
        (Signing::Rsa, mrz()),
    ] {
        let Issued { card, .. } = issue(&Personalisation {
            profile: Profile::Passport,
            signing: Some(signing),
            ..Personalisation::default()
        });
        let report = with_password(Wire::honest(card), &password);
        assert_eq!(report.verdict, Verdict::Genuine, "{report}");
        assert!(report.chip.access.as_ref().unwrap().starts_with("PACE-CAM"));
        for name in [
            CheckName::ChipAuthenticationMapping,
            CheckName::ChipAuthentication,
            CheckName::ActiveAuthentication,
        ] {
            assert_eq!(result(&report, name), CheckResult::Passed, "{report}");
        }
    }
}

/// It offers both: a PACE that failed is the end, and no GET CHALLENGE is sent.
#[test]
fn failed_pace_is_never_followed_by_basic_access() {
    let issued = |tamper| {
        issue(&Personalisation {
            profile: Profile::Passport,
            signing: Some(Signing::Ecdsa),
            tamper,
            ..Personalisation::default()
        })
    };
    let Issued { card, .. } = issued(|_| {});
    let mut challenges = 0;
    let report = with_password(
        Wire::new(card, |_, command, answer| {
            challenges += usize::from(command[1] == 0x84);
            // Every step of PACE is disturbed.
            let disturbed = command[1] == 0x86;
            Some(if disturbed { vec![0x6F, 0x00] } else { answer })
        }),
        &mrz(),
    );
    assert_eq!(report.verdict, Verdict::NoVerdict, "{report}");
    assert_eq!(report.chip.access, None);
    assert_eq!(challenges, 0);
    // An EF.CardAccess that is hidden leads to basic access control, and the signed DG14 tells.
    let Issued { card, files, .. } = issued(|files| {
        files.remove(&ElementaryFile::CardAccess);
    });
    let dg14 = &files[&ElementaryFile::DataGroup(DataGroup::DG14)];
    assert!(Dg14::parse(dg14).unwrap().security_infos.pace().count() > 0);
    let report = by_mrz(Wire::honest(card));
    assert_eq!(report.chip.access.as_deref(), Some("basic access control"));
    assert_eq!(report.verdict, Verdict::NotGenuine, "{report}");
    let access = report.check(CheckName::AccessInfos).unwrap();
    assert_eq!(
        (access.result, access.code),
        (CheckResult::Failed, Some("INCONSISTENT"))
    );
}

/// Protected answers that are changed on the way never leave a passport genuine.
#[test]
fn disturbed_sessions_are_not_genuine() {
    let personalisation = bac_passport(Some(Signing::Ecdsa));
    for at in [0, 1, 2, 5, 10, 15] {
        let Issued { card, .. } = issue(&personalisation);
        let mut protected = 0;
        let wire = Wire::new(card, |_, command, mut answer| {
            if command[0] & 0x0C == 0x0C {
                if protected == at {
                    answer[0] ^= 0x40;
                }
                protected += 1;
            }
            Some(answer)
        });
        let report = by_mrz(wire);
        assert!(protected > at, "{protected} protected commands");
        assert_ne!(report.verdict, Verdict::Genuine, "{at}: {report}");
    }
}

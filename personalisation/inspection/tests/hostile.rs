//! Chips that lie, fall silent, talk without end or are disturbed: each has its own words, and none
//! is called genuine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use crate::support::{
    CAN, Issued, Personalisation, Scripted, Wire, inspected, inspected_with, issue, trust,
};
use hardware_sim::card::Lie;
use icao9303::pace::Password;
use inspection::Inspection;
use inspection::report::{CheckName, CheckResult, InspectionReport, Verdict};

fn refused(report: &InspectionReport, words: &str) {
    assert_ne!(report.verdict, Verdict::Genuine, "{report}");
    assert!(
        report.summary.contains(words),
        "{words:?} is not in {:?}",
        report.summary
    );
}

/// How many commands an undisturbed inspection takes.
fn commands() -> usize {
    let Issued { card, .. } = issue(&Personalisation::default());
    let Inspection { report, .. } = inspected(Wire::honest(card));
    assert_eq!(report.verdict, Verdict::Genuine, "{report}");
    report
        .timings
        .iter()
        .map(|timing| timing.commands as usize)
        .sum()
}

#[test]
fn silence_at_any_command_is_no_verdict() {
    for silent in 0..commands() {
        let Issued { card, .. } = issue(&Personalisation::default());
        let wire = Wire::new(card, |index, _, answer| (index != silent).then_some(answer));
        let Inspection { report, .. } = inspected(wire);
        assert_eq!(
            report.verdict,
            Verdict::NoVerdict,
            "silence at {silent}:\n{report}"
        );
        refused(&report, "the chip is silent");
    }
}

#[test]
fn one_flipped_bit_in_any_answer_is_never_genuine() {
    // The first two files are open to everybody, unsigned, and used for nothing but sizes.
    let first = 4;
    for disturbed in first..commands() {
        let Issued { card, .. } = issue(&Personalisation::default());
        let wire = Wire::new(card, |index, _, mut answer| {
            if index == disturbed {
                let middle = answer.len() / 2;
                answer[middle] ^= 0x10;
            }
            Some(answer)
        });
        let Inspection { report, .. } = inspected(wire);
        assert_ne!(
            report.verdict,
            Verdict::Genuine,
            "flip at {disturbed}:\n{report}"
        );
    }
}

#[test]
fn a_chain_without_end_is_named() {
    for endless in 0..commands() {
        let Issued { card, .. } = issue(&Personalisation::default());
        let wire = Wire::new(card, |index, _, answer| {
            Some(if index >= endless {
                vec![0xAB, 0x61, 0x00]
            } else {
                answer
            })
        });
        let Inspection { report, .. } = inspected(wire);
        refused(&report, "without end; do not trust it");
    }
}

#[test]
fn lies_about_lengths_are_named() {
    for (lie, words) in [(Lie::Length, "says it has"), (Lie::Endless, "says it has")] {
        let Issued { mut card, .. } = issue(&Personalisation::default());
        card.set_lie(Some(lie));
        let Inspection { report, .. } = inspected(Wire::honest(card));
        refused(&report, words);
    }
}

#[test]
fn more_than_asked_for_is_named() {
    let Inspection { report, .. } = scripted(|_| [&[0x31; 300][..], &[0x90, 0x00]].concat());
    refused(&report, "where 223 were asked for");
}

#[test]
fn crumbs_are_named() {
    // A file of 8,000 bytes, one byte at a time.
    let Inspection { report, .. } = scripted(|command| match command {
        [_, 0xB0, 0x9C, ..] => vec![0x31, 0x82, 0x1F, 0x40, 0x90, 0x00],
        [_, 0xB0, 0x81..=0x9F, ..] => vec![0x6A, 0x82],
        _ => vec![0x00, 0x90, 0x00],
    });
    refused(&report, "in crumbs");
}

#[test]
fn a_file_that_ends_early_is_named() {
    let Inspection { report, .. } = scripted(|command| match command {
        [_, 0xB0, 0x9C, ..] => vec![0x31, 0x20, 1, 2, 3, 0x62, 0x82],
        _ => vec![0x6A, 0x82],
    });
    refused(&report, "ends after 5 bytes although it says it has 34");
}

#[test]
fn answers_that_are_none_are_named() {
    for answer in [&[][..], &[0x90]] {
        let Inspection { report, .. } = scripted(|_| answer.to_vec());
        refused(&report, "has no status word");
    }
    let Inspection { report, .. } = scripted(|_| vec![0; 70_000]);
    refused(&report, "more than 65536 bytes");
    let Inspection { report, .. } = scripted(|_| vec![0x6C, 0x10]);
    refused(&report, "rejects the Le it asked for itself");
}

#[test]
fn chips_with_other_protocols_are_told_so() {
    let Inspection { report, .. } = scripted(|command| match command {
        [_, 0xA4, 0x04, ..] => vec![0x90, 0x00],
        [_, 0xB0, 0x9E, ..] => vec![0x69, 0x82],
        _ => vec![0x6A, 0x82],
    });
    assert_eq!(report.exit_status(), 2);
    refused(
        &report,
        "basic access control only, which needs the machine readable zone (--mrz)",
    );
    assert!(report.chip.offers[0].supported);

    let Inspection { report, .. } = scripted(|_| vec![0x6D, 0x00]);
    refused(
        &report,
        "not supported: this card is no ICAO travel document",
    );

    // PACE-IM with AES-128 on brainpoolP256r1, then PACE-GM over integers with 3DES.
    for (infos, name) in [
        (
            "31143012060A04007F0007020204040202010202010D",
            "PACE-IM with AES-128 on brainpoolP256r1",
        ),
        (
            "31143012060A04007F00070202040101020102020100",
            "PACE-GM over integers with 3DES",
        ),
    ] {
        let infos = hex::decode(infos).unwrap();
        let Inspection { report, .. } = scripted(|command| match command {
            [_, 0xB0, 0x9C, ..] => [&infos[..], &[0x90, 0x00]].concat(),
            _ => vec![0x6A, 0x82],
        });
        refused(&report, "not supported: ");
        refused(&report, name);
        assert_eq!(
            report.check(CheckName::Access).unwrap().result,
            CheckResult::Undetermined
        );
        assert!(!report.chip.offers[0].supported);
    }
}

fn scripted(answer: impl FnMut(&[u8]) -> Vec<u8>) -> Inspection {
    let can = Password::can(CAN).unwrap();
    inspected_with(Scripted(answer), &trust(), Some(&can))
}

//! Every arrow, and every one that is none.

use dossier::{PersonId, dossier::DocumentType};
use time::{
    Date, OffsetDateTime,
    macros::{date, datetime},
};

use super::{
    lookup::{Answer, Asked, answer},
    *,
};
use crate::{
    attempt::ScrapReason, document_number::DocumentNumber, shipping::Destination, stock::Signatures,
};

/// A Monday.
const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);
const EXPIRES: Date = date!(2036 - 11 - 22);
const CARD: DocumentType = DocumentType::IdentityCard;

fn person(byte: u8) -> PersonId {
    PersonId::from_bytes([byte; 16])
}

fn number() -> DocumentNumber {
    "C3F7K9T21".parse().unwrap()
}

fn produced() -> Document {
    Document::produced(number(), CARD, NOW)
}

fn active() -> Document {
    produced().activate(EXPIRES, person(1), NOW).unwrap()
}

fn report(loss: Loss) -> Report {
    Report {
        loss,
        reporter: Reporter::Holder,
        on: date!(2026 - 11 - 22),
        place: Destination::Centre,
        by: person(2),
        at: NOW,
    }
}

fn suspended() -> Document {
    active().suspend(report(Loss::Lost)).unwrap()
}

fn two() -> Signatures {
    Signatures::new(person(3), person(4)).unwrap()
}

fn revoked() -> Document {
    active()
        .revoke(RevocationReason::HandedIn, person(3), NOW)
        .unwrap()
}

fn expired() -> Document {
    active().expire(datetime!(2036-11-23 12:00 UTC)).unwrap()
}

fn voided() -> Document {
    produced()
        .void(VoidReason::LostOnTheWay, Some(person(3)), NOW)
        .unwrap()
}

fn try_step(document: Document, step: DocumentStep) -> Result<Document, IllegalDocumentMove> {
    // Late enough for what must wait for a day, early enough for what must not be late.
    let late = datetime!(2036-11-23 12:00 UTC);
    match step {
        DocumentStep::Activate => document.activate(EXPIRES, person(1), NOW),
        DocumentStep::Void => document.void(VoidReason::Defective, None, NOW),
        DocumentStep::Suspend => document.suspend(report(Loss::Stolen)),
        DocumentStep::Lift => document.lift(person(9), NOW),
        DocumentStep::Revoke => document.revoke(RevocationReason::Withdrawn, person(9), NOW),
        DocumentStep::Expire => document.expire(late),
        DocumentStep::Destroy => document.destroy(two(), NOW),
    }
}

#[test]
fn the_arrows_are_those_of_the_diagram_and_no_others() {
    use DocumentStep::{Activate, Destroy, Expire, Lift, Revoke, Suspend, Void};
    let destroyed = revoked().destroy(two(), NOW).unwrap();
    let states: [(Document, &[(DocumentStep, &str)]); 7] = [
        (produced(), &[(Activate, "active"), (Void, "void")]),
        (
            active(),
            &[
                (Suspend, "suspended"),
                (Revoke, "revoked"),
                (Expire, "expired"),
            ],
        ),
        (
            suspended(),
            &[(Lift, "active"), (Revoke, "revoked"), (Expire, "expired")],
        ),
        (revoked(), &[(Destroy, "destroyed")]),
        (expired(), &[(Destroy, "destroyed")]),
        (destroyed, &[]),
        (voided(), &[]),
    ];
    for (document, arrows) in states {
        for step in [Activate, Void, Suspend, Lift, Revoke, Expire, Destroy] {
            let to = try_step(document.clone(), step);
            let expected = arrows.iter().find(|(arrow, _)| *arrow == step);
            match (expected, to) {
                (Some((_, name)), Ok(to)) => assert_eq!(to.state().name(), *name),
                (None, Err(error)) => {
                    let from = document.state().name();
                    assert_eq!(error, IllegalDocumentMove::State { from, step });
                }
                (_, other) => panic!("{document:?} {step}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_loss_is_final_after_seven_working_days_and_not_before() {
    let report = report(Loss::Lost);
    assert_eq!(report.last_day(), date!(2026 - 12 - 02));
    let on_the_last = datetime!(2026-12-02 22:59 UTC);
    let after = datetime!(2026-12-02 23:00 UTC);
    let early = suspended().finally(on_the_last).unwrap_err();
    assert_eq!(
        early,
        IllegalDocumentMove::MayBeFound(date!(2026 - 12 - 02))
    );
    let found = suspended().lift(person(9), on_the_last).unwrap();
    assert_eq!(found, active());
    let late = suspended().lift(person(9), after).unwrap_err();
    assert_eq!(late, IllegalDocumentMove::TooLate(date!(2026 - 12 - 02)));
    let gone = suspended().finally(after).unwrap();
    let DocumentState::Revoked(revoked) = gone.state() else {
        panic!("{gone:?}")
    };
    assert_eq!(
        (revoked.reason, revoked.by),
        (RevocationReason::NotFound, None)
    );
    assert_eq!(revoked.report, Some(report));
}

#[test]
fn who_wrote_a_report_down_does_not_lift_it() {
    let same = suspended().lift(person(2), NOW);
    assert_eq!(same, Err(IllegalDocumentMove::ReportedBySame));
}

#[test]
fn days_that_do_not_go_together_are_refused() {
    let tomorrow = Report {
        on: date!(2026 - 11 - 24),
        ..report(Loss::Lost)
    };
    assert_eq!(active().suspend(tomorrow), Err(IllegalDocumentMove::NotYet));
    let old = date!(2026 - 11 - 22);
    let over = produced().activate(old, person(1), NOW);
    assert_eq!(over, Err(IllegalDocumentMove::AlreadyExpired(old)));
    let last = datetime!(2036-11-22 12:00 UTC);
    assert_eq!(
        active().expire(last),
        Err(IllegalDocumentMove::StillValid(EXPIRES))
    );
    for rule in [RevocationReason::Replaced, RevocationReason::NotFound] {
        let decided = active().revoke(rule, person(1), NOW);
        assert_eq!(decided, Err(IllegalDocumentMove::NotByPersons(rule.name())));
    }
}

#[test]
fn inspection_systems_are_told_of_what_must_not_be_accepted() {
    let today = date!(2026 - 11 - 23);
    let stolen = active().suspend(report(Loss::Stolen)).unwrap();
    for (document, told) in [
        (produced(), None),
        (active(), None),
        (expired(), None),
        (expired().destroy(two(), NOW).unwrap(), None),
        (voided(), Some((Standing::Void, today))),
        (suspended(), Some((Standing::Lost, today))),
        (stolen.clone(), Some((Standing::Stolen, today))),
        // Replaced by a new one: still the stolen one.
        (
            stolen.replace(NOW).unwrap(),
            Some((Standing::Stolen, today)),
        ),
        (revoked(), Some((Standing::Revoked, today))),
        (
            revoked().destroy(two(), NOW).unwrap(),
            Some((Standing::Revoked, today)),
        ),
        (
            Document::never_made(number(), CARD, VoidReason::Cancelled, NOW),
            Some((Standing::Void, today)),
        ),
    ] {
        assert_eq!(document.standing(), told, "{document:?}");
    }
}

#[test]
fn an_official_is_told_whether_it_is_valid_and_since_when() {
    let today = date!(2026 - 11 - 23);
    let ask = |document: &Document, now| answer(Some(document), CARD, now);
    assert_eq!(ask(&active(), NOW), Answer::Valid(today));
    for document in [produced(), suspended(), revoked(), voided()] {
        assert_eq!(ask(&document, NOW), Answer::NotValid(today), "{document:?}");
    }
    // Past its last day, whether somebody wrote that down or not.
    let later = datetime!(2040-01-01 12:00 UTC);
    let over = Answer::NotValid(date!(2036 - 11 - 23));
    assert_eq!(ask(&active(), later), over);
    assert_eq!(ask(&expired(), later), over);
    assert_eq!(ask(&expired().destroy(two(), later).unwrap(), later), over);
    assert_eq!(
        ask(&revoked().destroy(two(), later).unwrap(), later),
        Answer::NotValid(today)
    );
    // Another type, and no such number, are one answer.
    let other = answer(Some(&active()), DocumentType::ResidencePermit, NOW);
    assert_eq!(
        (other, answer(None, CARD, NOW)),
        (Answer::Unknown, Answer::Unknown)
    );
}

#[test]
fn whoever_walks_numbers_is_not_answered_for_long() {
    let asked = |questions, unknown| Asked { questions, unknown }.may_ask();
    assert!(asked(0, 0) && asked(59, 5));
    assert!(!asked(60, 0) && !asked(6, 6));
}

#[test]
fn each_reason_has_a_name() {
    for loss in Loss::ALL {
        assert_eq!(Loss::from_name(loss.name()), Some(*loss));
    }
    for reporter in Reporter::ALL {
        assert_eq!(Reporter::from_name(reporter.name()), Some(*reporter));
    }
    for reason in RevocationReason::ALL {
        assert_eq!(RevocationReason::from_name(reason.name()), Some(*reason));
    }
    let scrapped = ScrapReason::ALL.map(VoidReason::Scrapped);
    for reason in VoidReason::BY_PERSONS
        .into_iter()
        .chain(scrapped)
        .chain([VoidReason::Cancelled])
    {
        assert_eq!(VoidReason::from_name(reason.name()), Some(reason));
    }
    assert_eq!(VoidReason::from_name("lost"), None);
}

#[test]
fn a_change_that_took_place_is_known_when_it_is_sent_again() {
    let changes = [
        (active(), Change::Report(report(Loss::Lost))),
        (
            active(),
            Change::Revoke(RevocationReason::HandedIn, person(3)),
        ),
        (
            produced(),
            Change::Void(VoidReason::NotCollected, person(3)),
        ),
        (revoked(), Change::Destroy(two())),
    ];
    for (document, change) in changes {
        assert!(!change.is_done(&document));
        let done = change.apply(document, NOW).unwrap();
        assert!(change.is_done(&done), "{change:?}");
        assert!(change.by().is_some() && !change.act().is_empty());
    }
    // A minute later it is the same report; of another person it is another one.
    let later = Report {
        at: NOW + time::Duration::MINUTE,
        ..report(Loss::Lost)
    };
    assert!(Change::Report(later.clone()).is_done(&suspended()));
    let other = Report {
        by: person(9),
        ..later
    };
    assert!(!Change::Report(other).is_done(&suspended()));
    assert!(!Change::Lift(person(9)).is_done(&active()));
}

#[test]
fn a_rule_is_due_when_its_days_have_passed() {
    let later = datetime!(2026-12-03 12:00 UTC);
    assert_eq!(Rule::due(&suspended(), NOW), None);
    assert_eq!(Rule::due(&suspended(), later), Some(Rule::NotFound));
    assert_eq!(Rule::due(&active(), later), None);
    let over = datetime!(2036-11-23 12:00 UTC);
    for (document, rule) in [(active(), Rule::Expired), (suspended(), Rule::NotFound)] {
        assert_eq!(Rule::due(&document, over), Some(rule));
        let change = Change::Rule(rule);
        let done = change.apply(document, over).unwrap();
        assert!(change.is_done(&done) && Rule::due(&done, over).is_none());
    }
    // Its last day comes before the seventh working day.
    let short = produced()
        .activate(date!(2026 - 11 - 24), person(1), NOW)
        .unwrap();
    let short = short.suspend(report(Loss::Lost)).unwrap();
    let between = datetime!(2026-11-25 12:00 UTC);
    assert_eq!(Rule::due(&short, between), Some(Rule::Expired));
    for document in [produced(), revoked(), expired(), voided()] {
        assert_eq!(Rule::due(&document, over), None);
    }
}

#[test]
fn the_list_names_number_type_class_and_day_until_the_last_one() {
    let entry = entry(&suspended(), date!(2026 - 11 - 24)).unwrap();
    assert_eq!(
        (&*entry.number, entry.class),
        ("C3F7K9T21", evidence::document_list::Class::Lost)
    );
    assert_eq!(entry.since, 20_780, "days from 1970-01-01 to 2026-11-23");
    assert!(super::entry(&suspended(), EXPIRES).is_some());
    assert_eq!(super::entry(&suspended(), date!(2036 - 11 - 23)), None);
    assert_eq!(super::entry(&active(), EXPIRES), None);
    assert!(
        super::entry(&voided(), date!(2100 - 01 - 01)).is_some(),
        "nobody knows its last day"
    );
}

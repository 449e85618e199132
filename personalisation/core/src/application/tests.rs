//! Every move tried from every state, by everybody who could try.

use dossier::{Hash, PersonId, StationId, dossier::DocumentType};

use super::{record::BadRecord, *};

const CLERK: PersonId = PersonId::from_bytes([1; 16]);
const SECOND: PersonId = PersonId::from_bytes([2; 16]);
const REVIEWER: PersonId = PersonId::from_bytes([3; 16]);

const fn reviewer(person: PersonId) -> Decider {
    Decider {
        person,
        supervisor: false,
    }
}

const fn supervisor(person: PersonId) -> Decider {
    Decider {
        person,
        supervisor: true,
    }
}

fn held() -> Held {
    Held {
        hash: Hash::from_bytes([7; 32]),
        station: StationId::from_bytes([8; 16]),
    }
}

fn filing() -> Filing {
    Filing {
        held: held(),
        office: "L-0304".parse().unwrap(),
        document_type: DocumentType::IdentityCard,
        handled_by: [CLERK, SECOND].into(),
        forced: false,
    }
}

fn referred(reasons: &[Referral]) -> Verdict {
    Verdict {
        referrals: reasons.iter().copied().collect(),
    }
}

fn start() -> Application {
    Application::held(ApplicationId::from_bytes([9; 16]), held())
}

fn accepted() -> Application {
    start().accept(filing()).unwrap()
}

fn in_review(reasons: &[Referral]) -> Application {
    accepted()
        .verify(referred(reasons))
        .unwrap()
        .refer()
        .unwrap()
}

/// One application in each state.
pub fn all() -> Vec<Application> {
    let review = || in_review(&[Referral::ByRule]);
    let approved = || review().approve(reviewer(REVIEWER)).unwrap();
    vec![
        start(),
        accepted(),
        accepted().verify(referred(&[])).unwrap(),
        accepted().verify(referred(&[Referral::Quality])).unwrap(),
        review(),
        review()
            .ask_more([Recapture::Portrait].into(), reviewer(REVIEWER))
            .unwrap(),
        approved(),
        accepted()
            .verify(referred(&[]))
            .unwrap()
            .approve_by_rule(4)
            .unwrap(),
        approved().close().unwrap(),
        review()
            .refuse(RefusalGround::NotPaid, reviewer(REVIEWER))
            .unwrap(),
        review()
            .withdraw(WithdrawalReason::Applicant(REVIEWER), reviewer(REVIEWER))
            .unwrap(),
        review()
            .withdraw(WithdrawalReason::Death, reviewer(REVIEWER))
            .unwrap(),
    ]
}

fn go(application: Application, step: Step) -> Option<Application> {
    let decided = match step {
        Step::Accept => return application.accept(filing()).ok(),
        Step::Verify => return application.verify(referred(&[])).ok(),
        Step::Refer => return application.refer().ok(),
        Step::AskMore => application.ask_more([Recapture::Fingers].into(), reviewer(REVIEWER)),
        Step::Supplement => {
            return application
                .supplement([CLERK].into(), false, referred(&[]))
                .ok();
        }
        Step::Approve => {
            let by_rule = application.clone().approve_by_rule(1);
            return by_rule
                .ok()
                .or_else(|| application.approve(reviewer(REVIEWER)).ok());
        }
        Step::Close => return application.close().ok(),
        Step::Refuse => application.refuse(RefusalGround::NotEntitled, reviewer(REVIEWER)),
        Step::Withdraw => application.withdraw(WithdrawalReason::Death, reviewer(REVIEWER)),
    };
    decided.ok()
}

#[test]
fn exactly_the_arrows_of_the_docs_exist() {
    use Step::{Accept, Approve, AskMore, Close, Refer, Refuse, Supplement, Verify, Withdraw};
    let steps = [
        Accept, Verify, Refer, AskMore, Supplement, Approve, Close, Refuse, Withdraw,
    ];
    let allowed: [&[Step]; 12] = [
        &[Accept],
        &[Verify, Refuse, Withdraw],
        &[Approve, Refuse, Withdraw],
        &[Refer, Refuse, Withdraw],
        &[AskMore, Approve, Refuse, Withdraw],
        &[Supplement, Refuse, Withdraw],
        &[Close, Refuse, Withdraw],
        &[Close, Refuse, Withdraw],
        &[],
        &[],
        &[],
        &[],
    ];
    for (application, allowed) in all().into_iter().zip(allowed) {
        for step in steps {
            let after = go(application.clone(), step);
            let state = application.state().name();
            assert_eq!(
                after.is_some(),
                allowed.contains(&step),
                "{step} from {state}"
            );
        }
    }
}

#[test]
fn nobody_decides_about_what_they_handled() {
    for person in [CLERK, SECOND] {
        for decider in [reviewer(person), supervisor(person)] {
            let refused = in_review(&[Referral::ByRule]).approve(decider);
            assert_eq!(refused, Err(NotYours::Handled.into()));
            let refused = in_review(&[Referral::ByRule]).refuse(RefusalGround::Duplicate, decider);
            assert_eq!(refused, Err(NotYours::Handled.into()));
        }
    }
}

#[test]
fn who_captured_again_may_not_decide_either() {
    let again = in_review(&[Referral::ByRule])
        .ask_more(
            [Recapture::Portrait].into(),
            reviewer(PersonId::from_bytes([77; 16])),
        )
        .unwrap()
        .supplement([REVIEWER].into(), false, referred(&[]))
        .unwrap();
    assert_eq!(
        again.approve(reviewer(REVIEWER)),
        Err(NotYours::Handled.into())
    );
}

#[test]
fn forced_captures_are_for_supervisors_and_never_approved_by_rule() {
    let forced = in_review(&[Referral::ForcedCapture, Referral::ByRule]);
    assert_eq!(
        forced.clone().approve(reviewer(REVIEWER)),
        Err(NotYours::Supervisor(Referral::ForcedCapture).into())
    );
    assert!(forced.approve(supervisor(REVIEWER)).is_ok());
    let filing = Filing {
        forced: true,
        ..filing()
    };
    let verified = start().accept(filing).unwrap().verify(referred(&[]));
    assert!(verified.unwrap().approve_by_rule(1).is_err());
}

#[test]
fn what_was_forced_is_a_supervisors_in_every_state() {
    let filing = Filing {
        forced: true,
        ..filing()
    };
    let accepted = start().accept(filing).unwrap();
    let review = accepted
        .clone()
        .verify(referred(&[Referral::ForcedCapture]))
        .unwrap()
        .refer()
        .unwrap();
    let wanted = || [Recapture::Portrait].into();
    let not_theirs = Err(NotYours::Supervisor(Referral::ForcedCapture).into());
    let one = reviewer(REVIEWER);
    assert_eq!(review.clone().ask_more(wanted(), one), not_theirs);
    let more = review.clone().ask_more(wanted(), supervisor(REVIEWER));
    let more = more.unwrap();
    let approved = review.clone().approve(supervisor(REVIEWER)).unwrap();
    for application in [accepted, review, more, approved] {
        let state = application.state().name();
        let refused = application.clone().refuse(RefusalGround::NotPaid, one);
        assert_eq!(refused, not_theirs, "{state}");
        let withdrawn = application.clone().withdraw(WithdrawalReason::Death, one);
        assert_eq!(withdrawn, not_theirs, "{state}");
        let by = supervisor(REVIEWER);
        assert!(application.refuse(RefusalGround::NotPaid, by).is_ok());
    }
}

#[test]
fn who_handled_it_neither_sends_it_back_nor_says_that_it_was_withdrawn() {
    for by in [reviewer(CLERK), supervisor(SECOND)] {
        let review = in_review(&[Referral::ByRule]);
        let wanted = [Recapture::Portrait].into();
        let refused = review.clone().ask_more(wanted, by);
        assert_eq!(refused, Err(NotYours::Handled.into()));
        let reason = WithdrawalReason::Applicant(by.person);
        assert_eq!(review.withdraw(reason, by), Err(NotYours::Handled.into()));
    }
}

#[test]
fn other_bytes_than_those_held_are_not_accepted() {
    let mut other = filing();
    other.held.hash = Hash::from_bytes([0; 32]);
    assert!(start().accept(other).is_err());
}

#[test]
fn a_check_that_did_not_run_is_referred() {
    let passed = |check| CheckResult {
        check,
        finding: Finding::passed(),
    };
    let mut results: Vec<_> = Check::ALL.into_iter().map(passed).collect();
    assert!(Verdict::of(&results, true).referrals.is_empty());
    assert!(!Verdict::of(&results, false).referrals.is_empty());
    results.pop();
    assert!(!Verdict::of(&results, true).referrals.is_empty());
    results.push(CheckResult {
        check: Check::Printing,
        finding: Finding::refer(Referral::Printing, vec![Detail::Surname]),
    });
    let verdict = Verdict::of(&results, true);
    assert_eq!(verdict.referrals, [Referral::Printing].into());
}

#[test]
fn what_came_up_before_the_rules_approved_is_a_persons_to_see() {
    let verified = |referrals| {
        let id = ApplicationId::from_bytes([9; 16]);
        let state = ApplicationState::Verified(filing(), referrals);
        Application { id, state }
    };
    for referrals in [[].into(), [Referral::ByRule].into()] {
        let referred = verified(referrals).refer_after_all(Referral::LiveDocument);
        let ApplicationState::InReview(_, referrals) = referred.unwrap().state else {
            panic!("it is not in review");
        };
        assert!(referrals.contains(&Referral::LiveDocument));
    }
    for other in all() {
        let is_verified = matches!(other.state, ApplicationState::Verified(..));
        let referred = other.refer_after_all(Referral::LiveDocument);
        assert_eq!(referred.is_ok(), is_verified);
    }
}

#[test]
fn every_state_survives_its_record() {
    for application in all() {
        let record = application.record();
        assert_eq!(
            Application::from_record(application.id(), record),
            Ok(application)
        );
    }
}

#[test]
fn a_record_with_a_missing_fact_names_its_column() {
    let read = |record| Application::from_record(ApplicationId::from_bytes([9; 16]), record);
    let mut columns = Vec::new();
    for application in all().into_iter().skip(1) {
        let whole = application.record();
        let mut broken = whole.clone();
        broken.filed = None;
        assert_eq!(read(broken), Err(BadRecord { column: "office" }));
        for forget in [
            |record: &mut record::Record| record.ground = None,
            |record: &mut record::Record| record.wanted.clear(),
            |record: &mut record::Record| {
                record.configuration = None;
                record.decided_by = None;
            },
            |record: &mut record::Record| record.state = "lost".to_owned(),
        ] {
            let mut broken = whole.clone();
            forget(&mut broken);
            match read(broken.clone()) {
                Err(error) => columns.push(error.column),
                // What is left describes a state all the same: with the same facts, or without a
                // person, which only a withdrawal can be.
                Ok(read) => assert!(broken == whole || read.state().name() == "withdrawn"),
            }
        }
    }
    columns.sort_unstable();
    columns.dedup();
    assert_eq!(columns, ["decided_by", "ground", "state", "wanted"]);
}

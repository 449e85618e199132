//! Configurations and staff lists: signed, in their period, and never an older one.

use crate::common::{SoftKey, at, configuration, spki, staff_list, text};
use dossier::{
    Body, Configuration, FormError, Label, OfficeId, Signed, StaffList,
    configuration::{Occasion, Subject},
    dossier::DocumentType,
    issue::{IssueError, Known},
    signed::SignatureError,
};
use time::macros::date;

type Change<T> = fn(&mut T);

fn known(signed: &Signed<Configuration>, number: u64) -> Known {
    let content = signed.content();
    Known { number, content }
}

#[test]
fn issues_hold_in_their_period_and_only_grow() {
    let key = SoftKey::new(6);
    let sign = |number| Signed::sign(&configuration(number), &key).unwrap();
    let (one, two) = (sign(1), sign(2));
    let verify = |signed: &Signed<Configuration>, seconds, known| {
        signed.verify_issue(spki(&key), at(seconds), known)
    };
    assert_eq!(verify(&two, 0, None).unwrap(), configuration(2));
    assert!(verify(&two, -100, Some(known(&one, 1))).is_ok());
    assert!(verify(&two, 99, Some(known(&two, 2))).is_ok());
    assert!(
        verify(&sign(2), 0, Some(known(&two, 2))).is_ok(),
        "signed twice, the same content"
    );
    let early = verify(&two, -101, None);
    assert!(matches!(early, Err(IssueError::NotYet { .. })), "{early:?}");
    let late = verify(&two, 100, None);
    assert!(matches!(late, Err(IssueError::Expired { .. })), "{late:?}");
    let back = verify(&one, 0, Some(known(&two, 2)));
    let expected =
        "the configuration number 1 is older than number 2, which is in use; keep the newer one";
    assert_eq!(back.unwrap_err().to_string(), expected);
    let mut other = configuration(2);
    other.station.lock_minutes = 6;
    let other = Signed::sign(&other, &key).unwrap();
    let forked = verify(&other, 0, Some(known(&two, 2)));
    assert!(
        matches!(forked, Err(IssueError::Forked { number: 2, .. })),
        "{forked:?}"
    );
    let wrong = two.verify_issue(spki(&SoftKey::new(7)), at(0), None);
    assert!(matches!(
        wrong,
        Err(IssueError::Signature(SignatureError::OtherKey { .. }))
    ));
}

#[test]
fn a_configuration_answers_what_a_station_asks() {
    let configuration = configuration(1);
    let card = DocumentType::IdentityCard;
    let day = date!(2026 - 11 - 22);
    let fee = |age| configuration.fee(card, age, false, day);
    assert_eq!(
        [fee(3), fee(4), fee(14), fee(15), fee(90)],
        [500, 1000, 1000, 1400, 1400].map(Some)
    );
    assert_eq!(configuration.fee(card, 20, true, day), None);
    assert_eq!(
        configuration.fee(card, 20, false, date!(2017 - 12 - 31)),
        None
    );
    // Keys 2 and 3 hold until 2000 and 3000 seconds from now; the one that holds longest is taken.
    let key = |seconds| configuration.intake_key(at(seconds)).map(|key| key.until);
    assert_eq!(key(0), Some(at(3000)));
    assert_eq!(key(2999), Some(at(3000)));
    assert_eq!(key(3000), None);
    assert_eq!(key(-1001), None);
    let receipt = configuration.receipt_keys[0].id();
    assert!(configuration.receipt_key(receipt).is_some());
    let rule = |office: &str| {
        let office: OfficeId = office.parse().unwrap();
        configuration.second_person(&office).unwrap()
    };
    assert_eq!(rule("L-0304").when, [Occasion::Always]);
    assert_eq!(
        rule("L-0705").when,
        [Occasion::ForcedCapture, Occasion::LossOrTheft]
    );
    let commune = |code, on| {
        configuration
            .commune_at(code, on)
            .map(|one| one.code.as_str())
    };
    assert_eq!(commune("0705", date!(2023 - 08 - 31)), Some("0705"));
    assert_eq!(commune("0705", date!(2023 - 09 - 01)), Some("0711"));
    assert_eq!(commune("0711", date!(2023 - 08 - 31)), None);
    assert_eq!(configuration.offices_at(day).count(), 101);
    let label = |text| Label::new(text).unwrap();
    assert_eq!(
        configuration
            .text(&label("data-protection"))
            .unwrap()
            .version,
        4
    );
    let head = configuration
        .threshold(Subject::Portrait, &label("head-size"))
        .unwrap();
    assert!(head.limit.allows(60_000) && !head.limit.allows(59_999));
    assert!(
        configuration
            .threshold(Subject::Finger, &label("head-size"))
            .is_none()
    );
}

#[test]
fn a_configuration_that_cannot_be_is_refused() {
    let changes: [(&str, Change<Configuration>); 9] = [
        ("issue", |c| c.issue.number = 0),
        ("issue", |c| c.issue.until = c.issue.from),
        ("thresholds", |c| c.thresholds.push(c.thresholds[0].clone())),
        ("texts", |c| c.texts[0].languages.clear()),
        ("fees", |c| c.fees[1].to_age = Some(4)),
        ("communes", |c| {
            c.communes[0].code = Label::new("03a4").unwrap();
        }),
        ("receipt_keys", |c| {
            c.receipt_keys[0].spki = dossier::Blob::new(vec![0x30; 91]).unwrap();
        }),
        ("second_person", |c| c.second_person[0].when.reverse()),
        ("station", |c| c.station.lock_minutes = 0),
    ];
    for (expected, change) in changes {
        let mut wrong = configuration(1);
        change(&mut wrong);
        match wrong.encode() {
            Err(FormError::Rule { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn a_staff_list_is_of_one_office_and_tells_nothing_by_itself() {
    let list = staff_list(1);
    let bytes = list.encode().unwrap();
    assert_eq!(StaffList::decode(&bytes).unwrap(), list);
    assert!(list.member("c.reuter").is_some() && list.member("C.Reuter").is_none());
    let shown = format!("{list:?}");
    for secret in ["reuter", "Claire", "argon2id", "grey", "66, 66", "B\", \"B"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    let changes: [(&str, Change<StaffList>); 5] = [
        ("people", |l| l.people.push(l.people[0].clone())),
        ("roles", |l| l.people[0].roles.reverse()),
        ("roles", |l| l.people[0].roles.clear()),
        ("password", |l| {
            l.people[0].password = Some(text("$2b$12$xyz"));
        }),
        ("totp", |l| l.people[0].totp = None),
    ];
    for (expected, change) in changes {
        let mut wrong = staff_list(1);
        change(&mut wrong);
        match wrong.encode() {
            Err(FormError::Rule { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

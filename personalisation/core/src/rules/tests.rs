//! Both document types at the birthdays: the day before, the day, the day after, 29 February, births known in part.

use dossier::dossier::DocumentType;
use icao9303::{lds::Finger, mrz::PartialDate};
use time::{Date, Duration, Month, macros::date};

use super::{Duty, PermitPolicy, Rules, residence_permit};
use crate::{
    age::Ages,
    fingers::{self, FingersError, Hand, MissingReason},
    validity::{Ground, ValidityError},
};

const CARD: DocumentType = DocumentType::IdentityCard;
const PERMIT: DocumentType = DocumentType::ResidencePermit;

fn rules(document: DocumentType) -> Rules {
    Rules::of(document, &PermitPolicy::default())
}

fn ground(birth: PartialDate, issued: Date) -> Ground {
    Ground {
        birth,
        issued,
        temporary: false,
        title_ends: None,
    }
}

/// The day on which somebody born on `birth` completes `years`.
fn birthday(birth: Date, years: i32) -> Date {
    birth
        .replace_year(birth.year() + years)
        .unwrap_or_else(|_| {
            Date::from_calendar_date(birth.year() + years, Month::March, 1).unwrap()
        })
}

/// Years of validity for a document issued on `day`.
fn years(document: DocumentType, birth: Date, day: Date) -> i32 {
    let ground = ground(PartialDate::Full(birth), day);
    let last = ground.longest(&rules(document)).unwrap();
    last.next_day().unwrap().year() - day.year()
}

fn duties(document: DocumentType, birth: PartialDate, day: Date) -> (Duty, Duty) {
    let ages = Ages::on(birth, day);
    let rules = rules(document);
    (rules.fingers(ages), rules.signature(ages))
}

const BIRTHS: [Date; 3] = [
    date!(2011 - 06 - 15),
    date!(2012 - 02 - 29),
    date!(2011 - 01 - 01),
];

#[test]
fn validity_changes_on_the_birthday_and_not_a_day_before_or_after() {
    for birth in BIRTHS {
        for (age, before, after) in [(4, 2, 5), (15, 5, 10)] {
            let day = birthday(birth, age);
            let of = |day| years(CARD, birth, day);
            assert_eq!(of(day - Duration::DAY), before, "{birth} {age}");
            assert_eq!(of(day), after, "{birth} {age}");
            assert_eq!(of(day + Duration::DAY), after, "{birth} {age}");
        }
        for age in [0, 4, 6, 12, 15, 40] {
            let day = birthday(birth, age);
            for day in [day, day + Duration::DAY] {
                assert_eq!(years(PERMIT, birth, day), 5, "{birth} {age}");
            }
        }
    }
}

#[test]
fn fingers_and_signature_change_on_the_birthday() {
    use Duty::{Exempt, Free, Obligatory};
    let table = [
        (CARD, 6, (Exempt, Free), (Free, Free)),
        (CARD, 12, (Free, Free), (Obligatory, Obligatory)),
        (PERMIT, 6, (Exempt, Free), (Obligatory, Free)),
        (PERMIT, 12, (Obligatory, Free), (Obligatory, Obligatory)),
    ];
    for birth in BIRTHS {
        for (document, age, before, after) in table {
            let day = birthday(birth, age);
            let of = |day| duties(document, PartialDate::Full(birth), day);
            assert_eq!(
                of(day - Duration::DAY),
                before,
                "{document:?} {birth} {age}"
            );
            assert_eq!(of(day), after, "{document:?} {birth} {age}");
            assert_eq!(of(day + Duration::DAY), after, "{document:?} {birth} {age}");
        }
    }
}

#[test]
fn a_birth_known_in_part_neither_exempts_nor_obliges_before_it_must() {
    let year = PartialDate::Year(2020);
    let month = PartialDate::Month(2020, Month::February);
    for (birth, day, expected) in [
        (year, date!(2025 - 12 - 31), Duty::Exempt),
        (year, date!(2026 - 01 - 01), Duty::Free),
        (year, date!(2026 - 12 - 30), Duty::Free),
        (year, date!(2026 - 12 - 31), Duty::Obligatory),
        (month, date!(2026 - 01 - 31), Duty::Exempt),
        (month, date!(2026 - 02 - 01), Duty::Free),
        (month, date!(2026 - 02 - 28), Duty::Free),
        (month, date!(2026 - 03 - 01), Duty::Obligatory),
        (
            PartialDate::Unknown,
            date!(2026 - 03 - 01),
            Duty::Obligatory,
        ),
    ] {
        assert_eq!(duties(PERMIT, birth, day).0, expected, "{birth:?} {day}");
    }
}

#[test]
fn validity_of_births_known_in_part_is_that_of_the_youngest() {
    let issued = date!(2026 - 11 - 21);
    for (birth, last) in [
        (PartialDate::Year(2011), date!(2031 - 11 - 20)),
        (
            PartialDate::Month(2011, Month::October),
            date!(2036 - 11 - 20),
        ),
        (
            PartialDate::Month(2011, Month::November),
            date!(2031 - 11 - 20),
        ),
        (PartialDate::Unknown, date!(2036 - 11 - 20)),
    ] {
        assert_eq!(ground(birth, issued).longest(&rules(CARD)), Ok(last));
    }
}

#[test]
fn a_missing_finger_shortens_cards_only() {
    let issued = date!(2028 - 02 - 29);
    let temporary = Ground {
        temporary: true,
        ..ground(PartialDate::Full(date!(1980 - 01 - 01)), issued)
    };
    let longest = |document| temporary.longest(&rules(document));
    assert_eq!(longest(CARD), Ok(date!(2029 - 02 - 28)));
    assert_eq!(longest(PERMIT), Ok(date!(2033 - 02 - 28)));
}

#[test]
fn a_permit_ends_with_the_title_that_it_shows() {
    let issued = date!(2026 - 11 - 21);
    let with = |title_ends| Ground {
        title_ends,
        ..ground(PartialDate::Full(date!(1990 - 01 - 01)), issued)
    };
    let permit = rules(PERMIT);
    for (title, last) in [
        (None, date!(2031 - 11 - 20)),
        (Some(date!(2027 - 06 - 30)), date!(2027 - 06 - 30)),
        (Some(date!(2031 - 11 - 20)), date!(2031 - 11 - 20)),
        (Some(date!(2031 - 11 - 21)), date!(2031 - 11 - 20)),
        (Some(issued + Duration::DAY), issued + Duration::DAY),
    ] {
        assert_eq!(with(title).longest(&permit), Ok(last));
        assert_eq!(with(title).check(&permit, last), Ok(()));
        let longest = last;
        assert_eq!(
            with(title).check(&permit, last + Duration::DAY),
            Err(ValidityError::TooLong { longest })
        );
    }
    for ended in [issued, issued - Duration::DAY] {
        let ended = with(Some(ended)).longest(&permit);
        assert_eq!(ended, Err(ValidityError::TitleEnded));
    }
    let years = PermitPolicy {
        longest_years: 2,
        ..PermitPolicy::default()
    };
    let two = with(None).longest(&Rules::of(PERMIT, &years));
    assert_eq!(two, Ok(date!(2028 - 11 - 20)));
}

#[test]
fn impossible_dates_are_named() {
    let issued = date!(2026 - 11 - 21);
    for document in [CARD, PERMIT] {
        let check = |birth, expires| {
            ground(PartialDate::Full(birth), issued).check(&rules(document), expires)
        };
        let adult = date!(1990 - 01 - 01);
        assert_eq!(check(adult, date!(2031 - 11 - 20)), Ok(()));
        assert_eq!(check(adult, issued), Err(ValidityError::ExpiresBeforeIssue));
        assert_eq!(
            check(issued + Duration::DAY, date!(2027 - 11 - 20)),
            Err(ValidityError::BornAfterIssue)
        );
        assert_eq!(check(issued, date!(2027 - 11 - 20)), Ok(()), "born today");
    }
}

#[test]
fn a_child_gives_no_fingers_before_its_time_and_a_reason_after() {
    let birth = date!(2020 - 11 - 21);
    let check = |document, day, given: &[Finger], reason: Option<MissingReason>| {
        let missing: Vec<_> = reason
            .into_iter()
            .flat_map(|reason| [(Hand::Right, reason), (Hand::Left, reason)])
            .collect();
        let ages = Ages::on(PartialDate::Full(birth), day);
        fingers::check(&rules(document), given, &missing, ages)
    };
    let both = [Finger::RightIndex, Finger::LeftIndex];
    let exempt = Some(MissingReason::Exempt);
    for (document, from) in [(CARD, 12), (PERMIT, 6)] {
        let young = date!(2026 - 11 - 20);
        assert_eq!(check(document, young, &[], exempt), Ok(()));
        let refused = Err(FingersError::TooYoung(Hand::Right));
        assert_eq!(check(document, young, &both, None), refused);
        let grown = birthday(birth, from);
        assert_eq!(check(document, grown, &both, None), Ok(()));
        let hand = Hand::Right;
        let refused = Err(FingersError::Exempt { hand, from });
        assert_eq!(check(document, grown, &[], exempt), refused);
        let permanent = Some(MissingReason::Permanent);
        assert_eq!(check(document, grown, &[], permanent), Ok(()));
    }
}

#[test]
fn permits_are_for_those_who_do_not_move_freely() {
    for nationality in ["USA", "CHN", "GBR", "XXA", "XXB", "UTO"] {
        assert!(residence_permit::may_hold(nationality, "LUX").is_ok());
    }
    for nationality in ["LUX", "D", "FRA", "NOR", "CHE"] {
        assert!(residence_permit::may_hold(nationality, "LUX").is_err());
    }
    assert!(residence_permit::may_hold("UTO", "UTO").is_err());
}

#[test]
fn a_policy_that_makes_no_permit_is_refused() {
    let policy = PermitPolicy::default;
    assert!(policy().check().is_ok());
    for code in ["AR", "AS", "I"] {
        let with = PermitPolicy {
            document_code: code.to_owned(),
            ..policy()
        };
        assert!(with.check().is_ok(), "{code}");
    }
    for code in ["", "P", "AI", "IV", "ID1", "ir"] {
        let with = PermitPolicy {
            document_code: code.to_owned(),
            ..policy()
        };
        assert!(with.check().is_err(), "{code}");
    }
    for longest_years in [0, 11] {
        let with = PermitPolicy {
            longest_years,
            ..policy()
        };
        assert!(with.check().is_err());
    }
}

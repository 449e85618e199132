//! Orders for residence permits: what becomes of good ones, and bad ones by name.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use icao9303::lds::Dg12;
use personalisation::order::{IdentityError, OrderError};
use personalisation_core::{
    fingers::FingersError, rules::residence_permit::MovesFreely, validity::ValidityError,
};
use time::macros::date;

use crate::orders::{ORDER, folder, order, printed};

const DOCUMENT: &str = "[document]
type = \"residence-permit\"
category = \"Salarié\"
remarks = [\"Accès au marché du travail\", \"Toute profession\"]
";

/// An order for somebody from afar, with lines of `[document]` replaced.
fn permit(from: &str, to: &str) -> String {
    let document = format!("{DOCUMENT}[portrait]");
    let text = ORDER.replacen("nationality = \"LUX\"", "nationality = \"USA\"", 1);
    let text = text.replacen("[portrait]", &document, 1);
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn refusal(from: &str, to: &str) -> OrderError {
    let folder = folder();
    let error = order(folder.path(), &permit(from, to)).unwrap_err();
    for secret in ["Müller", "Anne", "1990", "Salarié"] {
        assert!(!error.to_string().contains(secret), "{error}");
    }
    error
}

#[test]
fn a_right_order_becomes_a_permit() {
    let folder = folder();
    let prepared = order(folder.path(), &permit("", "")).unwrap();
    let mrz = printed(&prepared);
    assert!(mrz.starts_with("IRLUXC3F7K9T21"), "{mrz}");
    // Five years less a day, and the holder's nationality.
    assert!(mrz.contains("F3111208USA"), "{mrz}");
    let dg12 = prepared.identity.dg12().unwrap().encode().unwrap();
    let dg12 = Dg12::parse(&dg12).unwrap();
    let endorsements = "Salarié; Accès au marché du travail; Toute profession";
    assert_eq!(dg12.endorsements.as_deref(), Some(endorsements));
    let stored = prepared.identity.encode().unwrap();
    let again = personalisation::order::Identity::decode(&stored).unwrap();
    assert!(again == prepared.identity);
    let holder = prepared.holder().unwrap();
    let permit = holder.permit.as_ref().unwrap();
    assert_eq!(permit.place_of_issue, "Luxembourg");
}

#[test]
fn a_permit_ends_with_its_title() {
    let folder = folder();
    let until = |line: &str| {
        let to = format!("title_ends = \"{line}\"\n[portrait]");
        order(folder.path(), &permit("[portrait]", &to))
    };
    let short = printed(&until("2027-06-30").unwrap());
    assert!(short.contains("F270630"), "{short}");
    let ended = until("2026-11-21").unwrap_err();
    let ended_before = matches!(
        ended,
        OrderError::Identity(IdentityError::Validity(ValidityError::TitleEnded))
    );
    assert!(ended_before, "{ended}");
    let dates = "title_ends = \"2027-06-30\"\nexpires = \"2027-07-01\"\n[portrait]";
    let longest = date!(2027 - 06 - 30);
    assert!(matches!(
        refusal("[portrait]", dates),
        OrderError::Identity(IdentityError::Validity(ValidityError::TooLong { longest: day }))
            if day == longest
    ));
}

#[test]
fn bad_permits_are_refused_by_name() {
    for nationality in ["LUX", "FRA", "D", "CHE"] {
        let refused = refusal("\"USA\"", &format!("{nationality:?}"));
        let named = matches!(
            refused,
            OrderError::Identity(IdentityError::MovesFreely(MovesFreely))
        );
        assert!(named, "{nationality}: {refused}");
    }
    let field = |error| match error {
        OrderError::Identity(IdentityError::Text { field }) => field,
        other => panic!("{other}"),
    };
    assert_eq!(field(refusal("category = \"Salarié\"\n", "")), "category");
    assert_eq!(field(refusal("\"Toute profession\"", "\"\"")), "remarks");
    let five = "remarks = [\"a\", \"b\", \"c\", \"d\", \"e\"]\n#";
    let most = refusal("remarks = ", five);
    let named = matches!(
        most,
        OrderError::Identity(IdentityError::Remarks { most: 4 })
    );
    assert!(named, "{most}");
    let card = refusal("residence-permit", "identity-card");
    let named = matches!(card, OrderError::Identity(IdentityError::NotOnCards));
    assert!(named, "{card}");
    assert!(matches!(
        refusal("residence-permit", "passport"),
        OrderError::Form { .. }
    ));
}

#[test]
fn a_child_gives_fingers_from_its_sixth_birthday_on() {
    let folder = folder();
    let born = |birth: &str, fingers: bool| {
        let text = permit("1990-01-01", birth);
        let text = text.replacen("national_number = \"1990010112385\"\n", "", 1);
        let text = if fingers {
            text
        } else {
            let start = text.find("[[fingers]]").unwrap();
            let end = text.find("[signature]").unwrap();
            let hand = |hand: &str| {
                format!("[[missing_fingers]]\nhand = \"{hand}\"\nreason = \"exempt\"\n")
            };
            let exempt = hand("right") + &hand("left");
            format!("{}{exempt}{}", &text[..start], &text[end..])
        };
        order(folder.path(), &text)
    };
    assert!(born("2020-11-22", false).is_ok(), "five, a day before");
    assert!(born("2020-11-21", true).is_ok(), "six today");
    let young = born("2020-11-22", true).unwrap_err();
    assert!(
        matches!(young, OrderError::Fingers(FingersError::TooYoung(_))),
        "{young}"
    );
    let six = born("2020-11-21", false).unwrap_err();
    assert!(
        matches!(
            six,
            OrderError::Fingers(FingersError::Exempt { from: 6, .. })
        ),
        "{six}"
    );
}

//! What cannot be printed is refused by name, before a card is made.

use personalisation::faces::{FaceError, Faces, Holder};
use personalisation_core::issuer_profile::IssuerProfile;

use crate::faces::holder;

fn refused(change: impl FnOnce(&mut Holder)) -> FaceError {
    let mut somebody = holder::holder();
    change(&mut somebody);
    Faces::prepare(&IssuerProfile::LUXEMBOURG, somebody).unwrap_err()
}

#[test]
fn names_that_do_not_fit() {
    let long = "Wolfeschlegelsteinhausenbergerdorff".repeat(2);
    for field in ["surname", "given names"] {
        let error = refused(|holder| match field {
            "surname" => holder.surname.clone_from(&long),
            _ => holder.given_names.clone_from(&long),
        });
        assert_eq!(error, FaceError::DoesNotFit { field });
        assert!(
            !error.to_string().contains("Wolfe"),
            "no personal data in errors"
        );
    }
    let error = refused(|holder| holder.place_of_birth = vec!["Llanfairpwllgwyngyll ".repeat(8)]);
    assert_eq!(
        error,
        FaceError::DoesNotFit {
            field: "place of birth"
        }
    );
}

#[test]
fn long_names_that_fit_in_two_lines() {
    let mut somebody = holder::holder();
    somebody.surname = "Wolff von Amerongen-Hohenstaufenberg zu Sayn-Wittgenstein".to_owned();
    somebody.given_names =
        "Maximiliana Friederike Auguste Wilhelmina Elisabeth Josephine".to_owned();
    Faces::prepare(&IssuerProfile::LUXEMBOURG, somebody).unwrap();
}

#[test]
fn characters_without_a_glyph() {
    let error = refused(|holder| holder.given_names = "Anne ᚠ".to_owned());
    let character = 'ᚠ';
    assert_eq!(
        error,
        FaceError::MissingGlyph {
            field: "given names",
            character
        }
    );
    assert!(error.to_string().contains("U+16A0"), "{error}");
    // Letters and marks that come apart are put together first.
    let mut somebody = holder::holder();
    somebody.surname = "Mu\u{308}ller".to_owned();
    Faces::prepare(&IssuerProfile::LUXEMBOURG, somebody).unwrap();
}

#[test]
fn portraits_of_odd_shapes_and_damaged_pictures() {
    for (width, height) in [(800, 622), (640, 640), (400, 800)] {
        let error =
            refused(|somebody| somebody.dg2 = holder::dg2(&holder::drawn_portrait(width, height)));
        assert_eq!(error, FaceError::PortraitShape { width, height });
    }
    let error = refused(|somebody| somebody.dg2 = holder::dg2(&holder::drawn_portrait(249, 320)));
    assert!(matches!(
        error,
        FaceError::PortraitSmall {
            width: 249,
            height: 320,
            ..
        }
    ));
    for length in [0, 1, 20, 200, 3000] {
        let error = refused(|somebody| somebody.dg2.truncate(length));
        assert!(
            matches!(
                error,
                FaceError::Picture {
                    picture: "portrait",
                    ..
                }
            ),
            "{error:?}"
        );
        let error = refused(|somebody| somebody.dg7.as_mut().unwrap().truncate(length.min(200)));
        assert!(
            matches!(
                error,
                FaceError::Picture {
                    picture: "signature",
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[test]
fn nothing_personal_is_shown() {
    let somebody = holder::holder();
    assert_eq!(format!("{somebody:?}"), "Holder(redacted)");
    let prepared = Faces::prepare(&IssuerProfile::LUXEMBOURG, somebody).unwrap();
    assert!(!format!("{prepared:?}").contains("Andr"));
    assert_eq!(
        format!("{:?}", holder::card(holder::MRZ)),
        "CardFacts(redacted)"
    );
}

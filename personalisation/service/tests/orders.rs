//! Orders: what is accepted, the name of every refusal, and that no refusal tells personal data.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path};

use biometrics::{picture::PictureError, portrait::PortraitError, wsq};
use icao9303::{
    lds::{Dg3, Dg11},
    mrz::NameError,
};
use image::{GrayImage, Luma, Rgb, RgbImage};
use personalisation::order::PermitSection;
use personalisation::order::{IdentityError, OrderError, OrderFile, PictureOf, Prepared, prepare};
use personalisation_core::{fingers::FingersError, validity::ValidityError};
use personalisation_store::order::ContentKind;
use rand::{SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;
use time::{OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

/// An order that is right; tests change a line of it.
pub const ORDER: &str = r#"issuer_profile = "luxembourg"
[identity]
surname = "Müller-Weiß"
given_names = "Anne-Léa"
sex = "F"
date_of_birth = "1990-01-01"
nationality = "LUX"
national_number = "1990010112385"
[portrait]
file = "portrait.png"
[[fingers]]
finger = "right_index"
file = "finger.png"
[[fingers]]
finger = "left_index"
file = "finger.wsq"
quality = 55
[signature]
file = "signature.png"
"#;

pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let shade = |number: u32| number.to_le_bytes()[0];
    let portrait = RgbImage::from_fn(622, 800, |x, y| Rgb([shade(x / 3), shade(y / 4), 90]));
    portrait.save(folder.path().join("portrait.png")).unwrap();
    let ridge = |x: u32, y: u32| {
        Luma([if ((x * 2 + y) / 9).is_multiple_of(2) {
            40
        } else {
            215
        }])
    };
    let finger = GrayImage::from_fn(200, 240, ridge);
    finger.save(folder.path().join("finger.png")).unwrap();
    let stream = wsq::encode(&finger, &wsq::WsqParameters::default()).unwrap();
    fs::write(folder.path().join("finger.wsq"), stream).unwrap();
    let ink = |x: u32, y: u32| Luma([if x.abs_diff(y * 3) < 4 { 10 } else { 250 }]);
    GrayImage::from_fn(400, 130, ink)
        .save(folder.path().join("signature.png"))
        .unwrap();
    folder
}

/// The three lines that the prepared order prints.
pub fn printed(prepared: &Prepared) -> String {
    let mrz = prepared.identity.mrz("C3F7K9T21".parse().unwrap()).unwrap();
    mrz.lines().collect::<Vec<_>>().join(" ")
}

pub fn order(folder: &Path, text: &str) -> Result<Prepared, OrderError> {
    let path = folder.join("order.toml");
    fs::write(&path, text).unwrap();
    let order = OrderFile::load(&path)?;
    prepare(
        &order,
        folder,
        &PermitSection::default(),
        NOW,
        &mut StdRng::seed_from_u64(1),
    )
}

/// The refusal of the order in which `from` is replaced by `to`; its text holds no personal data.
fn refusal(folder: &Path, from: &str, to: &str) -> OrderError {
    assert!(ORDER.contains(from), "{from}");
    let error = order(folder, &ORDER.replacen(from, to, 1)).unwrap_err();
    let text = format!("{error}");
    for secret in ["Müller", "Anne", "1990", "Мюллер"] {
        assert!(!text.contains(secret), "{text}");
    }
    error
}

#[test]
fn a_right_order_becomes_data_groups() {
    let folder = folder();
    let prepared = order(folder.path(), ORDER).unwrap();
    let mrz = printed(&prepared);
    assert!(mrz.contains("MUELLER<WEISS<<ANNE<LEA<<<<<<<"), "{mrz}");
    let file = |kind| {
        &prepared
            .files
            .iter()
            .find(|(found, _)| *found == kind)
            .unwrap()
            .1[..]
    };
    assert_eq!(Dg3::parse(file(ContentKind::Dg3)).unwrap().fingers.len(), 2);
    let dg11 = Dg11::parse(file(ContentKind::Dg11)).unwrap();
    assert_eq!(dg11.full_name.unwrap().as_str(), "Müller<Weiß<<Anne<Léa");
    assert_eq!(dg11.personal_number.as_deref(), Some("1990010112385"));
    assert!((1_000..=17 * 1024 + 200).contains(&file(ContentKind::Dg2).len()));
    assert!(!format!("{prepared:?} {:?}", prepared.identity).contains("MUELLER"));
}

#[test]
fn fingers_may_be_missing_for_a_reason() {
    let folder = folder();
    let without = ORDER.replacen(
        "[[fingers]]\nfinger = \"left_index\"\nfile = \"finger.wsq\"\nquality = 55",
        "[[missing_fingers]]\nhand = \"left\"\nreason = \"temporary\"",
        1,
    );
    let prepared = order(folder.path(), &without).unwrap();
    let mrz = printed(&prepared);
    assert!(mrz.contains("271120"), "twelve months at most: {mrz}");
}

#[test]
fn names_that_the_mrz_cannot_write() {
    let folder = folder();
    let cyrillic = refusal(
        folder.path(),
        "surname = \"Müller-Weiß\"",
        "surname = \"Мюллер\"",
    );
    let OrderError::Identity(IdentityError::Name(NameError::Unmapped(letters))) = cyrillic else {
        panic!("{cyrillic}")
    };
    assert_eq!(letters.len(), 6);
    for (from, to) in [
        ("surname = \"Müller-Weiß\"", "surname = \"Müller 2\""),
        ("surname = \"Müller-Weiß\"", "surname = \"\""),
        ("surname = \"Müller-Weiß\"", "surname = \"-\""),
        (
            "given_names = \"Anne-Léa\"",
            "given_names = \"Anne\\u0000Léa\"",
        ),
        (
            "given_names = \"Anne-Léa\"",
            &format!("given_names = \"{}\"", "A".repeat(101)),
        ),
        ("sex = \"F\"", "sex = \"F\"\nname_line = \"mueller\""),
        ("sex = \"F\"", "sex = \"F\"\nname_line = \"A<<B<<C\""),
    ] {
        let error = refusal(folder.path(), from, to);
        assert!(matches!(error, OrderError::Identity(_)), "{to}: {error}");
    }
    let operator = ORDER.replacen("sex =", "name_line = \"MJULLER<<ANNE\"\nsex =", 1);
    let operator = operator.replacen("Müller-Weiß", "Мюллер", 1);
    let prepared = order(folder.path(), &operator).unwrap();
    let mrz = printed(&prepared);
    assert!(mrz.contains("MJULLER<<ANNE<"), "the operator's line: {mrz}");
}

#[test]
fn dates_that_cannot_be() {
    let folder = folder();
    let birth = "date_of_birth = \"1990-01-01\"";
    for date in [
        "1990-02-30",
        "1990-13",
        "1990-1-1",
        "90-01-01",
        "yesterday",
        "",
        "1990-01-01-01",
    ] {
        let error = refusal(folder.path(), birth, &format!("date_of_birth = \"{date}\""));
        assert!(
            matches!(error, OrderError::Identity(IdentityError::Date { .. })),
            "{date}: {error}"
        );
    }
    let document = |line: &str| format!("[document]\n{line}\n[portrait]");
    for (from, to, expected) in [
        (
            birth,
            "date_of_birth = \"2027-01-01\"".to_owned(),
            "BornAfterIssue",
        ),
        (
            "[portrait]",
            document("expires = \"2026-11-21\""),
            "ExpiresBeforeIssue",
        ),
        (
            "[portrait]",
            document("expires = \"2036-11-21\""),
            "TooLong",
        ),
        ("[portrait]", document("issued = \"2026-02-29\""), "Date"),
        ("[portrait]", document("issued = \"2026\""), "Date"),
    ] {
        let error = refusal(folder.path(), from, &to);
        let found = match &error {
            OrderError::Identity(IdentityError::Validity(error)) => format!("{error:?}"),
            OrderError::Identity(error) => format!("{error:?}"),
            other => panic!("{other}"),
        };
        assert!(found.starts_with(expected), "{to}: {found}");
    }
    assert!(matches!(
        refusal(
            folder.path(),
            "[portrait]",
            &document("expires = \"2040-01-01\"")
        ),
        OrderError::Identity(IdentityError::Validity(ValidityError::TooLong { .. }))
    ));
}

#[test]
fn other_fields_that_are_wrong() {
    let folder = folder();
    for (from, to) in [
        ("sex = \"F\"", "sex = \"W\""),
        ("nationality = \"LUX\"", "nationality = \"LUXX\""),
        ("nationality = \"LUX\"", "nationality = \"ZZZ\""),
        ("1990010112385", "1990010112386"),
        (
            "date_of_birth = \"1990-01-01\"",
            "date_of_birth = \"1991-01-01\"",
        ),
    ] {
        let error = refusal(folder.path(), from, to);
        assert!(matches!(error, OrderError::Identity(_)), "{to}: {error}");
    }
    for (from, to) in [
        ("sex =", "sax ="),
        ("finger = \"right_index\"", "finger = \"right_toe\""),
        ("[portrait]", "[portrait"),
        ("quality = 55", "quality = 555"),
    ] {
        let error = refusal(folder.path(), from, to);
        assert!(matches!(error, OrderError::Form { .. }), "{to}: {error}");
    }
    let path = folder.path().join("order.toml");
    fs::write(&path, [0xFF, 0xFE, 0x41]).unwrap();
    assert!(matches!(
        OrderFile::load(&path),
        Err(OrderError::Form { .. })
    ));
    fs::write(&path, vec![b'#'; 70_000]).unwrap();
    assert!(matches!(
        OrderFile::load(&path),
        Err(OrderError::TooLong { .. })
    ));
    let missing = OrderFile::load(&folder.path().join("none.toml"));
    assert!(matches!(missing, Err(OrderError::Read { .. })));
}

#[test]
fn fingers_that_do_not_suffice() {
    let folder = folder();
    let left = "[[fingers]]\nfinger = \"left_index\"\nfile = \"finger.wsq\"\nquality = 55\n";
    let none = refusal(folder.path(), left, "");
    assert!(
        matches!(none, OrderError::Fingers(FingersError::Missing(_))),
        "{none}"
    );
    let two = refusal(folder.path(), "left_index", "right_thumb");
    assert!(
        matches!(two, OrderError::Fingers(FingersError::Several(_))),
        "{two}"
    );
    let little = refusal(folder.path(), "left_index", "left_little");
    assert!(
        matches!(little, OrderError::Fingers(FingersError::Little(_))),
        "{little}"
    );
    let reason = "[signature]\n";
    let exempt = "[[missing_fingers]]\nhand = \"left\"\nreason = \"exempt\"\n[signature]\n";
    let both = refusal(folder.path(), reason, exempt);
    assert!(
        matches!(both, OrderError::Fingers(FingersError::Superfluous(_))),
        "{both}"
    );
    let unsigned = refusal(folder.path(), "[signature]\nfile = \"signature.png\"\n", "");
    assert!(
        matches!(unsigned, OrderError::NoSignature { from: 12 }),
        "{unsigned}"
    );
}

#[test]
fn pictures_that_cannot_be_used() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let portrait = fs::read(at("portrait.png")).unwrap();
    fs::write(at("short.png"), &portrait[..portrait.len() / 2]).unwrap();
    fs::write(at("empty.png"), []).unwrap();
    fs::write(at("picture.gif"), b"GIF89a\x01\x00\x01\x00").unwrap();
    let mut huge = portrait;
    // The size in the header, 100,000 pixels a side, with its checksum left as it was.
    huge[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    fs::write(at("huge.png"), huge).unwrap();
    RgbImage::new(300, 400).save(at("small.png")).unwrap();
    let wsq = fs::read(at("finger.wsq")).unwrap();
    fs::write(at("short.wsq"), &wsq[..wsq.len() - 40]).unwrap();
    fs::write(at("long.wsq"), [&wsq[..], &vec![0; 20_000]].concat()).unwrap();
    GrayImage::from_pixel(400, 130, Luma([255]))
        .save(at("blank.png"))
        .unwrap();
    GrayImage::new(40, 40).save(at("tiny.png")).unwrap();

    for (from, to, expected) in [
        ("portrait.png", "short.png", "Picture"),
        ("portrait.png", "empty.png", "Picture"),
        ("portrait.png", "picture.gif", "Picture"),
        ("portrait.png", "huge.png", "Picture"),
        ("portrait.png", "none.png", "Read"),
        ("portrait.png", "small.png", "Portrait"),
        ("finger.png", "short.png", "Picture"),
        ("finger.png", "tiny.png", "FingerEncoding"),
        ("finger.wsq", "short.wsq", "FingerStream"),
        ("finger.wsq", "long.wsq", "FingerTooLong"),
        ("signature.png", "blank.png", "Signature"),
    ] {
        let error = refusal(folder.path(), from, to);
        assert!(
            format!("{error:?}").starts_with(expected),
            "{from} → {to}: {error:?}"
        );
    }
    let short = refusal(folder.path(), "portrait.png", "short.png");
    assert!(
        matches!(
            &short,
            OrderError::Picture {
                of: PictureOf::Portrait,
                source: PictureError::Truncated { .. }
            }
        ),
        "{short}"
    );
    let small = refusal(folder.path(), "portrait.png", "small.png");
    assert!(
        matches!(small, OrderError::Portrait(PortraitError::TooSmall { .. })),
        "{small}"
    );
}

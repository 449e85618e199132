//! The form of a dossier: one encoding, every limit, every rule, and nothing of it in `Debug`.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use crate::common;
use crate::common::{at, dossier, text};
use dossier::{
    Body, Day, Dossier, FormError,
    dossier::{DocumentType, Finger, Hand, MissingReason, Residence, Source, Sourced},
};
use serde_cbor::Value;

type Change = fn(&mut Dossier);

fn refused(dossier: &Dossier) -> &'static str {
    match dossier.encode() {
        Err(FormError::Rule { what, field, .. }) => {
            assert_eq!(what, "dossier");
            field
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_dossier_survives_the_wire() {
    let bytes = dossier().encode().unwrap();
    assert_eq!(Dossier::decode(&bytes).unwrap(), dossier());
}

/// The committed seed is what this form looked like when it was released: a field that moves shows.
#[test]
fn the_encoding_is_the_one_that_was_released() {
    let corpus = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fuzz/corpus/dossier"
    );
    let seed = |name: &str| std::fs::read(format!("{corpus}/{name}")).unwrap();
    let whole = seed("whole");
    let mut expected = dossier();
    // ECDSA signs the same record differently each time.
    expected.second_person = Dossier::decode(&whole).unwrap().second_person;
    assert!(*expected.encode().unwrap() == whole);
    let small = Dossier::decode(&seed("small")).unwrap();
    assert!(small.fingers.is_empty() && small.contact.is_none());
}

#[test]
fn keys_are_the_numbers_of_the_document() {
    let bytes = dossier().encode().unwrap();
    let Value::Map(map) = serde_cbor::from_slice(&bytes).unwrap() else {
        panic!("not a map");
    };
    let keys: Vec<_> = map.keys().cloned().collect();
    let expected: Vec<_> = (0..28).map(Value::Integer).collect();
    assert_eq!(keys, expected);
    assert_eq!(map[&Value::Integer(9)], Value::Integer(2), "ground: loss");
    assert_eq!(map[&Value::Integer(1)], Value::Bytes(vec![1; 16]));
}

/// Rewrites the top-level map; the encoder writes what it is given.
fn changed(change: impl FnOnce(&mut std::collections::BTreeMap<Value, Value>)) -> Vec<u8> {
    let Value::Map(mut map) = serde_cbor::from_slice(&dossier().encode().unwrap()).unwrap() else {
        panic!("not a map");
    };
    change(&mut map);
    serde_cbor::to_vec(&Value::Map(map)).unwrap()
}

#[test]
fn a_newer_version_is_named_whatever_it_holds() {
    let newer = changed(|map| {
        map.clear();
        map.insert(Value::Integer(0), Value::Integer(2));
        map.insert(Value::Integer(99), Value::Text("from the future".into()));
    });
    let error = Dossier::decode(&newer).unwrap_err();
    let expected = FormError::NewerVersion {
        what: "dossier",
        version: 2,
        known: 1,
    };
    assert_eq!(error, expected);
    let older = changed(|map| drop(map.insert(Value::Integer(0), Value::Integer(0))));
    assert!(matches!(
        Dossier::decode(&older),
        Err(FormError::Malformed { .. })
    ));
}

#[test]
fn another_encoding_of_the_same_is_refused() {
    let bytes = dossier().encode().unwrap();
    // The map's head: B8 1C. An indefinite one, a longer one, one key twice, keys as texts, null.
    assert_eq!(bytes[..2], [0xB8, 28]);
    let rest = &bytes[2..];
    let indefinite = [&[0xBF], rest, &[0xFF]].concat();
    let longer = [&[0xB9, 0, 28], rest].concat();
    let twice = [&[0xB8, 29], rest, &[0, 1]].concat();
    let trailing = [&bytes[..], &[0]].concat();
    let wide_key = [&bytes[..2], &[0x18, 0], &bytes[3..]].concat();
    let named = changed(|map| {
        let version = map.remove(&Value::Integer(10)).unwrap();
        map.insert(Value::Text("express".into()), version);
    });
    let null = changed(|map| drop(map.insert(Value::Integer(22), Value::Null)));
    let unknown = changed(|map| drop(map.insert(Value::Integer(28), Value::Null)));
    let missing = changed(|map| drop(map.remove(&Value::Integer(13))));
    let tagged = [&[0xC1], &bytes[..]].concat();
    for (name, form) in [
        ("indefinite", indefinite),
        ("longer", longer),
        ("twice", twice),
        ("trailing", trailing),
        ("wide key", wide_key),
        ("named", named),
        ("null", null),
        ("unknown", unknown),
        ("missing", missing),
        ("tagged", tagged),
    ] {
        assert!(Dossier::decode(&form).is_err(), "{name}");
    }
}

#[test]
fn every_change_of_a_byte_is_refused_or_means_something_else() {
    let bytes = dossier().encode().unwrap();
    for position in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[position] ^= 1;
        if let Ok(other) = Dossier::decode(&changed) {
            assert_ne!(other, dossier(), "byte {position}");
            assert_eq!(*other.encode().unwrap(), changed);
        }
        assert!(Dossier::decode(&bytes[..position]).is_err());
    }
}

#[test]
fn hostile_lengths_cost_nothing() {
    for hostile in [
        &[0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF][..],
        &[0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        &[0xBB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        &vec![0x81; 100_000],
        &[],
    ] {
        assert!(matches!(
            Dossier::decode(hostile),
            Err(FormError::Malformed { .. })
        ));
    }
    let error = Dossier::decode(&vec![0; Dossier::MAX_LENGTH + 1]).unwrap_err();
    assert!(matches!(error, FormError::TooLong { .. }), "{error}");
}

#[test]
fn rules_between_fields_are_kept() {
    let changes: [(&str, Change); 20] = [
        ("clock", |d| {
            d.clock.as_mut().unwrap().milliseconds = i64::MIN;
        }),
        ("nationality", |d| {
            d.identity.nationality.value = text("lux");
        }),
        ("place_of_birth", |d| {
            d.identity.place_of_birth.as_mut().unwrap().value.clear();
        }),
        ("national_number", |d| {
            d.identity.date_of_birth.value = dossier::PartialDay::from_number(19_900_102).unwrap();
        }),
        ("name_line", |d| {
            d.identity.name_line = Some(Sourced::new(text("Müller"), Source::Manual));
        }),
        ("name_line_shortened", |d| {
            d.identity.name_line = None;
            d.identity.name_line_shortened = true;
        }),
        ("commune", |d| {
            d.identity.commune = Some(Sourced::new(text("03A4"), Source::Manual));
        }),
        ("portrait", |d| {
            d.portrait.picture = dossier::Blob::new(b"GIF89a".to_vec()).unwrap();
        }),
        ("portrait", |d| {
            let twice = d.portrait.measures[0].clone();
            d.portrait.measures.push(twice);
        }),
        ("fingers", |d| d.fingers[0].tries = 0),
        ("fingers", |d| {
            let mut other = d.fingers[0].clone();
            other.finger = Finger::RightThumb;
            d.fingers.push(other);
        }),
        ("missing_fingers", |d| d.missing_fingers[0].until = None),
        ("missing_fingers", |d| {
            d.missing_fingers[0].reason = MissingReason::Exempt;
        }),
        ("missing_fingers", |d| {
            d.missing_fingers[0].hand = Hand::Right;
        }),
        ("missing_fingers", |d| d.missing_fingers[0].which.reverse()),
        ("signature", |d| {
            d.signature.as_mut().unwrap().picture = dossier::Blob::new(vec![0xFF; 9]).unwrap();
        }),
        ("payment", |d| d.payment.fee = 100_001),
        ("recapture_of", |d| d.recapture_of = Some(d.application)),
        ("residence", |d| d.residence = Some(residence(1))),
        ("residence", |d| {
            d.document_type = DocumentType::ResidencePermit;
            d.residence = Some(residence(5));
        }),
    ];
    for (field, change) in changes {
        let mut wrong = dossier();
        change(&mut wrong);
        assert_eq!(refused(&wrong), field);
    }
    let mut many = dossier();
    many.documents_seen = vec![many.documents_seen[0].clone(); 17];
    assert_eq!(refused(&many), "documents_seen");
}

/// What a permit is granted for, with so many remarks.
fn residence(remarks: usize) -> Residence {
    Residence {
        category: text("Salarié"),
        ends: Some(Day::from_number(20_300_131).unwrap()),
        remarks: vec![text("Toute profession"); remarks],
    }
}

#[test]
fn what_a_permit_is_granted_for_comes_back() {
    let mut permit = dossier();
    permit.document_type = DocumentType::ResidencePermit;
    for residence in [None, Some(residence(0)), Some(residence(4))] {
        permit.residence = residence;
        let again = Dossier::decode(&permit.encode().unwrap()).unwrap();
        assert_eq!(again, permit);
    }
    let shown = format!("{permit:?}");
    assert!(
        !shown.contains("Salari") && !shown.contains("2030"),
        "{shown}"
    );
}

#[test]
fn nothing_of_a_person_is_in_debug() {
    let shown = format!("{:?}", dossier());
    for personal in [
        "ller", "Anne", "LUX", "1990", "Esch", "0123", "JC4X", "C1111", "2026", "2028", "Camera",
        "eyes", "plaster", "Foss", "example", "Female",
    ] {
        assert!(!shown.contains(personal), "{personal}: {shown}");
    }
    assert!(shown.contains("IdentityCard"), "{shown}");
    let sealed = format!("{:?}", Day::from_number(20_261_231).unwrap());
    assert!(!sealed.contains("2026"));
    let error = Dossier::decode(&changed(|map| {
        map.insert(Value::Integer(25), Value::Text("Anne".into()));
    }));
    assert!(!error.unwrap_err().to_string().contains("Anne"));
    assert_eq!(at(0).seconds(), common::NOW);
}

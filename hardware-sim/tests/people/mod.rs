//! Drawn people: what the command leaves, the cache, and NIST's judgement of the fingers.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

mod fingers;
mod oracle;
mod portraits;
mod register;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use biometrics::{picture, portrait, signature, wsq};
use hardware_sim::people::portrait::Fault;
use hardware_sim::people::{self, People};
use icao9303::mrz;

fn people(out: &Path, cache: &Path, seed: u64, fault: Fault) -> Vec<PathBuf> {
    let arguments = People {
        seed,
        count: 1,
        out: Some(out.to_owned()),
        cache: Some(cache.to_owned()),
        fault,
        register: None,
    };
    people::run(&arguments, |_| ()).unwrap()
}

#[test]
fn a_person_is_an_order_with_pictures_that_a_chip_takes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    let cache = folder.path().join("cache");
    let drawn = people(&first, &cache, 3, Fault::None);
    assert_eq!(drawn, [first.join("person-1")]);

    let load = |name: &str| {
        let bytes = fs::read(drawn[0].join(name)).unwrap();
        picture::load(&bytes, &picture::PictureLimits::default()).unwrap()
    };
    let prepared = portrait::prepare(&load("portrait.png")).unwrap();
    assert_eq!(prepared.warning, None);
    let face = portrait::encode_for_chip(&prepared).unwrap();
    assert!((portrait::CHIP_BYTES * 95 / 100..=portrait::CHIP_BYTES).contains(&face.len()));
    for name in ["finger-right-index.png", "finger-left-index.png"] {
        let finger = wsq::encode(&load(name).to_luma8(), &wsq::WsqParameters::default()).unwrap();
        assert!(
            finger.len() <= wsq::MAX_FINGER_BYTES,
            "{name}: {}",
            finger.len()
        );
    }
    let signed = signature::prepare(&load("signature.png")).unwrap();
    assert!(signature::encode_for_chip(&signed).unwrap().len() <= signature::CHIP_BYTES);

    let text = fs::read_to_string(drawn[0].join("person.toml")).unwrap();
    let order: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(order["issuer_profile"].as_str(), Some("luxembourg"));
    for finger in order["fingers"].as_array().unwrap() {
        assert!(drawn[0].join(finger["file"].as_str().unwrap()).is_file());
    }

    // The second time is a copy of the same person.
    let begin = Instant::now();
    let again = people(&second, &cache, 3, Fault::None);
    assert!(begin.elapsed().as_secs() < 1);
    for entry in fs::read_dir(&drawn[0]).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(
            fs::read(drawn[0].join(&name)).unwrap(),
            fs::read(again[0].join(&name)).unwrap(),
            "{}",
            name.display()
        );
    }

    // A faulty portrait is another picture of the same person, kept beside the proper one.
    let faulty = people(&folder.path().join("c"), &cache, 3, Fault::EyesClosed);
    let read = |folder: &Path, name: &str| fs::read(folder.join(name)).unwrap();
    assert_ne!(
        read(&faulty[0], "portrait.png"),
        read(&drawn[0], "portrait.png")
    );
    for name in ["person.toml", "signature.png", "finger-right-index.png"] {
        assert_eq!(read(&faulty[0], name), read(&drawn[0], name));
    }
}

/// A mistyped path is an error that names it, and makes nothing.
#[test]
fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let arguments = People {
        seed: 1,
        count: 1,
        out: Some(missing.join("people")),
        cache: Some(folder.path().join("cache")),
        fault: Fault::None,
        register: None,
    };
    let register = People {
        out: None,
        register: Some(missing.join("register.csv")),
        ..arguments.clone()
    };
    for arguments in [arguments, register] {
        let error = people::run(&arguments, |_| ()).unwrap_err();
        assert!(
            matches!(&error, people::PeopleError::NoFolder(path) if *path == missing),
            "{error}"
        );
        assert!(error.to_string().contains("missing"), "{error}");
    }
    assert!(!missing.exists());
}

/// Every drawn name can be written into a machine-readable zone.
#[test]
fn every_name_is_transliterated() {
    for seed in 0..500 {
        let person = people::identity::Identity::draw(seed);
        let choice = mrz::Transliteration::default();
        let name = mrz::MrzName::transliterate(&person.surname, &person.given_names, &choice);
        let line = name.and_then(|name| name.fit(30));
        assert!(
            line.is_ok(),
            "{} {}: {line:?}",
            person.surname,
            person.given_names
        );
    }
}

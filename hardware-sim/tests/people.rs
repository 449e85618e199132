//! Drawn people: what the command leaves, the cache, and NIST's judgement of the fingers.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use biometrics::{picture, portrait, signature, wsq};
use hardware_sim::people::finger::{Class, Finger};
use hardware_sim::people::{self, People};
use icao9303::mrz;

fn people(out: &Path, cache: &Path, seed: u64, count: u32) -> Vec<PathBuf> {
    let arguments = People {
        seed,
        count,
        out: out.to_owned(),
        cache: Some(cache.to_owned()),
    };
    people::run(&arguments).unwrap()
}

#[test]
fn a_person_is_an_order_with_pictures_that_a_chip_takes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    let cache = folder.path().join("cache");
    let drawn = people(&first, &cache, 3, 1);
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
    let again = people(&second, &cache, 3, 1);
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

/// Runs `tests/oracles/pictures.py`; a missing oracle is a failure.
fn oracle(command: &str, files: &[PathBuf]) -> Vec<Vec<u32>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    let output = Command::new(&python)
        .arg(root.join("tests/oracles/pictures.py"))
        .arg(command)
        .args(files)
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "the oracle {} does not run ({error}); `cargo xtask test` makes it",
                python.display()
            )
        });
    assert!(
        output.status.success(),
        "oracle: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| {
            line.split(' ')
                .map(|score| score.parse().unwrap())
                .collect()
        })
        .collect()
}

/// BOZORTH3: two touches of one finger match, fingers of different people never do; NFIQ 2 accepts all.
#[test]
fn nist_tells_drawn_fingers_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for number in 0..10u64 {
        let class = Class::ALL[usize::try_from(number % 5).unwrap()];
        let finger = Finger::grow(500 + number, class);
        for touch in 0..2 {
            let file = folder.path().join(format!("{number}-{touch}.png"));
            finger.touch(touch).save(&file).unwrap();
            files.push(file);
        }
    }
    let scores = oracle("match", &files);
    let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
    for (i, row) in scores.iter().enumerate() {
        for (j, score) in row.iter().enumerate().filter(|(j, _)| *j != i) {
            if i / 2 == j / 2 {
                genuine.push(*score);
            } else {
                impostor.push(*score);
            }
        }
    }
    let quality: Vec<u32> = oracle("quality", &files).concat();
    let (least, most) = (
        genuine.iter().min().unwrap(),
        impostor.iter().max().unwrap(),
    );
    println!("genuine from {least}, impostor to {most}, NFIQ 2 {quality:?}");
    assert!(
        *least >= 100 && *most <= 40,
        "genuine from {least}, impostor to {most}"
    );
    assert!(quality.iter().all(|score| *score >= 30));
}

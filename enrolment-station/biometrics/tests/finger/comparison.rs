//! Comparison beside BOZORTH3 in the same run: prints of one finger are told from prints of others.

use std::path::PathBuf;

use biometrics::finger::{SAME_FINGER, Template, compare, given_twice, same_finger};
use biometrics::iso19794::finger::FingerPosition;
use biometrics::wsq::{self, DecodeLimits, WsqParameters};
use hardware_sim::people::finger::{Finger, Touch};
use image::{GrayImage, imageops};

use crate::finger::spoil::Fault;
use crate::{finger::grow, support};

/// What NIST recommends for BOZORTH3.
const THEIR_THRESHOLD: u32 = 40;

fn template(print: &GrayImage) -> Template {
    Template::of(print, 500).unwrap()
}

/// Turned, shifted, stretched, scratched.
fn hard(finger: &Finger, number: u64) -> GrayImage {
    let sign = if number.is_multiple_of(2) { 1.0 } else { -1.0 };
    let touch = Touch {
        rotation: 28.0 * sign,
        shift_x: 30.0 * sign,
        shift_y: -25.0,
        distortion: 5.0,
        pressure: 0.7 * sign,
        scratches: 3,
    };
    finger.touch_as(touch, number)
}

/// Scores of all pairs of files: of one finger, and of different ones.
fn split(fingers: &[usize], score: impl Fn(usize, usize) -> f64) -> (Vec<f64>, Vec<f64>) {
    let (mut same, mut others) = (Vec::new(), Vec::new());
    for (j, finger) in fingers.iter().enumerate() {
        for (i, other) in fingers[..j].iter().enumerate() {
            if finger == other {
                same.push(score(i, j));
            } else {
                others.push(score(i, j));
            }
        }
    }
    same.sort_by(f64::total_cmp);
    others.sort_by(f64::total_cmp);
    (same, others)
}

fn bozorth(files: &[PathBuf]) -> Vec<Vec<u32>> {
    let mut arguments = vec![PathBuf::from("match")];
    arguments.extend_from_slice(files);
    let rows = support::oracle(arguments);
    let row = |line: &str| {
        line.split(' ')
            .map(|score| score.parse().unwrap())
            .collect()
    };
    rows.lines().map(row).collect()
}

#[test]
fn drawn_fingers_are_told_apart_as_bozorth_does() {
    let folder = tempfile::tempdir().unwrap();
    let (mut files, mut fingers, mut templates) = (Vec::new(), Vec::new(), Vec::new());
    for (number, finger) in grow(60..72).iter().enumerate() {
        for (touch, print) in [
            finger.touch(0),
            finger.touch(1),
            hard(finger, 2),
            hard(finger, 3),
        ]
        .iter()
        .enumerate()
        {
            let file = folder.path().join(format!("{number}-{touch}.png"));
            print.save(&file).unwrap();
            files.push(file);
            fingers.push(number);
            templates.push(template(print));
        }
    }
    let ours = |i: usize, j: usize| compare(&templates[i], &templates[j]).value();
    let (same, others) = split(&fingers, ours);
    let theirs = bozorth(&files);
    let (same_there, others_there) = split(&fingers, |i, j| f64::from(theirs[i][j]));
    let count = |scores: &[f64], least: f64| scores.iter().filter(|score| **score >= least).count();
    let missed = same.len() - count(&same, SAME_FINGER);
    let missed_there = same.len() - count(&same_there, f64::from(THEIR_THRESHOLD));
    let taken = count(&others, SAME_FINGER);
    let taken_there = count(&others_there, f64::from(THEIR_THRESHOLD));
    println!(
        "{} pairs of one finger from {:.1} (BOZORTH3 {}), missed {missed} ({missed_there}); {} of others to {:.1} ({}), taken {taken} ({taken_there})",
        same.len(),
        same[0],
        same_there[0],
        others.len(),
        others[others.len() - 1],
        others_there[others.len() - 1]
    );
    assert_eq!((same.len(), others.len()), (72, 1056));
    assert_eq!((missed, taken), (0, 0));
    // Room on both sides of the threshold.
    assert!(same[0] > 2.0 * SAME_FINGER);
    assert!(missed <= missed_there && taken <= taken_there);
}

/// What a counter does to a print before it is compared: compression, and being turned with the reader.
#[test]
fn turned_and_compressed_prints_still_match() {
    for finger in grow(20..22) {
        let print = finger.touch(0);
        let one = template(&print);
        let stream = wsq::encode(&print, &WsqParameters::default()).unwrap();
        let decoded = wsq::decode(&stream, &DecodeLimits::default())
            .unwrap()
            .image;
        for other in [
            imageops::rotate90(&finger.touch(1)),
            imageops::rotate180(&finger.touch(1)),
            decoded,
        ] {
            let other = template(&other);
            let score = compare(&one, &other);
            assert!(score.value() > 2.0 * SAME_FINGER, "{score:?}");
            assert_eq!(score, compare(&other, &one));
        }
    }
}

/// Small, dry, pale and moved prints: none is taken for another finger's, and most still match their own.
#[test]
fn spoilt_prints_match_no_other_finger() {
    let fingers = grow(80..86);
    let whole: Vec<Template> = fingers.iter().map(|one| template(&one.touch(0))).collect();
    for fault in Fault::ALL {
        let mut found = 0;
        for (number, finger) in fingers.iter().enumerate() {
            let spoilt = template(&fault.apply(&finger.touch(1)));
            for (other, one) in whole.iter().enumerate() {
                let same = same_finger(one, &spoilt, SAME_FINGER);
                assert!(
                    !same || number == other,
                    "{fault:?}: {number} is not {other}"
                );
                found += usize::from(same);
            }
        }
        println!("{fault:?}: {found} of {}", fingers.len());
    }
}

#[test]
fn the_same_finger_given_twice_is_seen() {
    let fingers = grow(10..13);
    let prints: Vec<Template> = [&fingers[0], &fingers[1], &fingers[0], &fingers[2]]
        .iter()
        .enumerate()
        .map(|(touch, finger)| template(&finger.touch(touch as u64)))
        .collect();
    let named = [
        (FingerPosition::RightIndex, &prints[0]),
        (FingerPosition::RightMiddle, &prints[1]),
        (FingerPosition::LeftIndex, &prints[2]),
        (FingerPosition::LeftMiddle, &prints[3]),
    ];
    let twice = given_twice(&named, SAME_FINGER);
    let [(one, other, score)] = twice[..] else {
        panic!("{twice:?}");
    };
    assert_eq!(
        (one, other),
        (FingerPosition::RightIndex, FingerPosition::LeftIndex)
    );
    assert!(score.value() >= SAME_FINGER);
    // A threshold of the configuration decides.
    assert!(given_twice(&named, 10_000.0).is_empty());
    assert!(given_twice(&named[1..2], SAME_FINGER).is_empty());
}

/// Sample prints are of different fingers; each matches itself with its half taken away.
#[test]
fn sample_prints_match_themselves_alone() {
    let prints: Vec<GrayImage> = support::samples("fingers")
        .iter()
        .map(|file| image::open(file).unwrap().to_luma8())
        .collect();
    let templates: Vec<Template> = prints.iter().map(template).collect();
    for (i, print) in prints.iter().enumerate() {
        let (width, height) = print.dimensions();
        let half = imageops::crop_imm(print, 0, height / 4, width, height / 2).to_image();
        let half = template(&imageops::rotate90(&half));
        for (j, one) in templates.iter().enumerate() {
            let score = compare(&half, one).value();
            println!("{i} {j} {score:.1}");
            assert_eq!(score >= SAME_FINGER, i == j, "{i} {j}: {score}");
        }
    }
}

/// Nothing to compare is no match.
#[test]
fn empty_templates_match_nothing() {
    let empty = template(&GrayImage::new(200, 200));
    let full = template(&grow(5..6)[0].touch(0));
    for (one, other) in [(&empty, &empty), (&empty, &full), (&full, &empty)] {
        assert!(compare(one, other).value() < f64::EPSILON);
    }
    assert!(compare(&full, &full).value() > 2.0 * SAME_FINGER);
    // What a debugger or a log would show.
    let shown = format!("{full:?} {:?}", full.minutiae()[0]);
    assert!(
        shown.starts_with("Template { minutiae: ") && !shown.contains("x:"),
        "{shown}"
    );
}

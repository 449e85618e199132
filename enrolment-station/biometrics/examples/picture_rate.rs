//! Times the codecs and prints one JSON object a figure, beside the independent programs in the same run.
//!
//! ```text
//! STEMPEL_ORACLES=target/oracles/bin/python cargo run --release -p biometrics --example picture_rate [FINGER.png]
//! ```

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use biometrics::wsq::{self, DecodeLimits, WsqParameters};
use biometrics::{jpeg2000, portrait};
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};
use serde_json::json;

const RUNS: usize = 25;

fn main() -> Result<(), Box<dyn Error>> {
    let finger = match std::env::args_os().nth(1) {
        Some(path) => image::open(path)?.to_luma8(),
        None => drawn_finger(),
    };
    let (their_encode, their_decode) = nbis(&finger)?;
    let parameters = WsqParameters {
        max_bytes: None,
        ..WsqParameters::default()
    };
    let stream = wsq::encode(&finger, &parameters)?;
    let encode = best(|| wsq::encode(&finger, &parameters).map(drop))?;
    let decode = best(|| wsq::decode(&stream, &DecodeLimits::default()).map(drop))?;

    let face = drawn_portrait();
    let prepared = portrait::prepare(&DynamicImage::ImageRgb8(face.clone()))?;
    let chip = portrait::encode_for_chip(&prepared)?;
    let prepare = best(|| portrait::prepare(&DynamicImage::ImageRgb8(face.clone())).map(drop))?;
    let to_chip = best(|| portrait::encode_for_chip(&prepared).map(drop))?;
    let limits = jpeg2000::DecodeLimits::default();
    let from_chip = best(|| jpeg2000::decode(&chip, &limits).map(drop))?;

    let figures = [
        figure(
            "wsq_encode",
            encode,
            Some(their_encode),
            "PyPI wsq (NBIS), same picture and run",
        ),
        figure(
            "wsq_decode",
            decode,
            Some(their_decode),
            "PyPI wsq (NBIS), same stream and run",
        ),
        figure(
            "jpeg2000_portrait_to_17_kib",
            to_chip,
            Some(300.0),
            "the requirement",
        ),
        figure("jpeg2000_portrait_decode", from_chip, None, "reported only"),
        figure("portrait_crop_and_scale", prepare, None, "reported only"),
    ];
    for figure in figures {
        println!("{figure}");
    }
    Ok(())
}

fn figure(name: &str, value: f64, limit: Option<f64>, against: &str) -> serde_json::Value {
    let met = limit.is_none_or(|limit| value <= limit);
    json!({ "name": name, "value": value, "unit": "ms", "limit": limit, "met": met, "against": against })
}

/// The shortest of several runs, in milliseconds.
fn best<E>(mut run: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let mut shortest = f64::INFINITY;
    for _ in 0..RUNS {
        let begin = Instant::now();
        run()?;
        shortest = shortest.min(begin.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(shortest)
}

/// NBIS's best encode and decode times, in milliseconds.
fn nbis(finger: &GrayImage) -> Result<(f64, f64), Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("finger.png");
    finger.save(&path)?;
    let output = Command::new(python)
        .arg(root.join("tests/oracles/pictures.py"))
        .arg("wsq-rate")
        .arg(&path)
        .arg(RUNS.to_string())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let (encode, decode) = text
        .trim()
        .split_once(' ')
        .ok_or_else(|| String::from_utf8_lossy(&output.stderr))?;
    Ok((encode.parse()?, decode.parse()?))
}

/// Ridges of a finger's width, with grain.
fn drawn_finger() -> GrayImage {
    let mut state = 1u32;
    GrayImage::from_fn(416, 560, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = f64::from(state >> 27);
        let (dx, dy) = (f64::from(x) - 200.0, f64::from(y) - 230.0);
        let ridge = (dx.hypot(0.8 * dy) * 0.7 + 0.01 * dx).sin();
        Luma([grey(120.0 + 90.0 * ridge + grain)])
    })
}

/// Soft shades with some hair-like detail.
fn drawn_portrait() -> RgbImage {
    let mut state = 1u32;
    RgbImage::from_fn(1244, 1600, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = f64::from(state >> 28);
        let (dx, dy) = (f64::from(x) - 622.0, f64::from(y) - 720.0);
        let face = (1.0 - (dx / 420.0).powi(2) - (dy / 560.0).powi(2))
            .max(0.0)
            .sqrt();
        let hair = if dy < -250.0 {
            25.0 * (dx * 0.3 + dy * 0.05).sin()
        } else {
            0.0
        };
        let light = 90.0 + 120.0 * face + hair + grain;
        Rgb([grey(light * 1.1), grey(light * 0.9), grey(light * 0.8)])
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped"
)]
fn grey(value: f64) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

//! What the tests of pictures share: drawn test pictures, samples, and the oracle programs.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "drawn values are clamped"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use image::{GrayImage, Luma, Rgb, RgbImage};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs `tests/oracles/pictures.py`; a missing oracle is a failure.
pub fn oracle<I, S>(arguments: I) -> String
where
    I: IntoIterator<Item = S>,
    S: AsRef<std::ffi::OsStr>,
{
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root().join("target/oracles/bin/python"), PathBuf::from);
    let output = Command::new(&python)
        .arg(root().join("tests/oracles/pictures.py"))
        .args(arguments)
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
    String::from_utf8(output.stdout).unwrap()
}

/// Sample files of a folder, if `STEMPEL_SAMPLES` names one; empty otherwise.
pub fn samples(folder: &str) -> Vec<PathBuf> {
    let Some(samples) = std::env::var_os("STEMPEL_SAMPLES") else {
        return Vec::new();
    };
    // Relative paths are meant from the repository's root; tests run in their crate's folder.
    let folder = root().join(samples).join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no samples", folder.display());
    files
}

/// Ridges around a point, with noise: enough texture to exercise every band.
pub fn ridges(width: u32, height: u32, seed: u32) -> GrayImage {
    let mut noise = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    GrayImage::from_fn(width, height, |x, y| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let (dx, dy) = (
            f64::from(x) - f64::from(width) * 0.45,
            f64::from(y) - f64::from(height) * 0.4,
        );
        let radius = (dx * dx + 0.7 * dy * dy).sqrt();
        let ridge = (radius * std::f64::consts::TAU / 9.0 + f64::from(seed)).sin();
        let inside = if radius < 0.46 * f64::from(width.min(height)) {
            1.0
        } else {
            0.0
        };
        let grain = f64::from(noise % 41) - 20.0;
        let value = 235.0 - inside * (105.0 - 80.0 * ridge - grain);
        Luma([value.clamp(0.0, 255.0) as u8])
    })
}

/// A coloured picture with edges, gradients and grain.
pub fn colours(width: u32, height: u32) -> RgbImage {
    let mut noise = 1u32;
    RgbImage::from_fn(width, height, |x, y| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let grain = noise % 17;
        let ball = (x.abs_diff(width / 2).pow(2) + y.abs_diff(height / 2).pow(2)) / 400;
        let stripes = if (x / 23 + y / 31) % 2 == 0 { 40 } else { 0 };
        Rgb([
            (255u32.saturating_sub(ball) / 2 + stripes + grain).min(255) as u8,
            (x * 200 / width + grain) as u8,
            (y * 200 / height + stripes / 2 + grain) as u8,
        ])
    })
}

/// Peak signal to noise ratio in decibels.
pub fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares: f64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / squares.max(1e-9)).log10()
}

//! Our WSQ against NBIS, both ways.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "test"
)]

use crate::support::{oracle, psnr, ridges, samples};
use biometrics::wsq::{self, DecodeLimits, WsqParameters};
use image::GrayImage;

/// NBIS's fixed rate, without our limit of bytes.
fn reference_rate() -> WsqParameters {
    WsqParameters {
        max_bytes: None,
        ..WsqParameters::default()
    }
}

/// Where the transform table's taps stand; NBIS writes them with the error of its single precision.
fn without_taps(stream: &[u8]) -> Vec<u8> {
    let at = stream.windows(2).position(|w| w == [0xFF, 0xA4]).unwrap();
    [&stream[..at], &stream[at + 60..]].concat()
}

fn compare(name: &str, image: &GrayImage) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).into_os_string();
    image.save(path("in.png")).unwrap();

    oracle(["wsq-encode".into(), path("in.png"), path("nbis.wsq")]);
    let theirs = std::fs::read(path("nbis.wsq")).unwrap();
    let ours = wsq::encode(image, &reference_rate()).unwrap();
    std::fs::write(path("ours.wsq"), &ours).unwrap();
    oracle(["wsq-decode".into(), path("ours.wsq"), path("ours.png")]);
    oracle(["wsq-decode".into(), path("nbis.wsq"), path("nbis.png")]);
    let ours_by_nbis = image::open(path("ours.png")).unwrap().to_luma8();
    let theirs_by_nbis = image::open(path("nbis.png")).unwrap().to_luma8();
    let ours_by_us = wsq::decode(&ours, &DecodeLimits::default()).unwrap().image;
    let theirs_by_us = wsq::decode(&theirs, &DecodeLimits::default()).unwrap();

    let identical = without_taps(&ours) == without_taps(&theirs);
    let (good, reference) = (psnr(image, &ours_by_nbis), psnr(image, &theirs_by_nbis));
    println!(
        "{name}: {} bytes, NBIS {}; same bytes: {identical}; PSNR {good:.3} dB, NBIS {reference:.3} dB",
        ours.len(),
        theirs.len()
    );
    assert!(identical, "{name}: our stream is not theirs");
    assert!(
        (good - reference).abs() < 0.001,
        "{name}: quality of our stream"
    );
    assert_eq!(theirs_by_us.ppi, Some(500));
    for (what, a, b) in [
        ("our stream", &ours_by_us, &ours_by_nbis),
        ("their stream", &theirs_by_us.image, &theirs_by_nbis),
    ] {
        let differing = a.iter().zip(b.iter()).filter(|(a, b)| a != b).count();
        let worst = a
            .iter()
            .zip(b.iter())
            .map(|(a, b)| a.abs_diff(*b))
            .max()
            .unwrap();
        println!("{name}: {what}: {differing} pixels differ, by {worst} at most");
        assert_eq!(differing, 0, "{name}: {what}");
    }
}

#[test]
fn drawn_pictures_agree_with_nbis() {
    // Odd sides, and the sizes of common scanners.
    for (width, height) in [(416, 560), (315, 394), (257, 301), (512, 384), (300, 401)] {
        compare(
            &format!("{width} x {height}"),
            &ridges(width, height, width),
        );
    }
}

#[test]
fn sample_prints_agree_with_nbis() {
    let files = samples("fingers");
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        compare(&name, &image::open(file).unwrap().to_luma8());
    }
    println!("{} sample prints", files.len());
}

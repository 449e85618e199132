//! JPEG 2000: the budget, other programs' reading of ours, ours of theirs, and damaged files.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

use std::process::Command;

use crate::support::{colours, oracle, psnr, ridges, samples};
use biometrics::jpeg2000::{self, DecodeError, DecodeLimits, EncodeError, Pixels};
use biometrics::{picture, portrait};
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, RgbImage};

/// Decodes by Pillow and by `opj_decompress`.
fn decoded_by_others(stream: &[u8]) -> [DynamicImage; 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("ours.jp2"), stream).unwrap();
    oracle([
        "decode".into(),
        path("ours.jp2").into_os_string(),
        path("pillow.png").into_os_string(),
    ]);
    let output = Command::new("opj_decompress")
        .arg("-i")
        .arg(path("ours.jp2"))
        .arg("-o")
        .arg(path("opj.png"))
        .output()
        .expect("opj_decompress does not run; install libopenjp2-tools (`cargo xtask test` does)");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    [
        image::open(path("pillow.png")).unwrap(),
        image::open(path("opj.png")).unwrap(),
    ]
}

/// Encodes, checks the budget, and lets everyone decode.
fn round(name: &str, original: &DynamicImage, budget: usize, least_psnr: f64) {
    let pixels = match original {
        DynamicImage::ImageLuma8(image) => Pixels::Gray(image),
        DynamicImage::ImageRgb8(image) => Pixels::Rgb(image),
        other => panic!("{other:?}"),
    };
    let stream = jpeg2000::encode_to_budget(pixels, budget).unwrap();
    let ours = jpeg2000::decode(&stream, &DecodeLimits::default()).unwrap();
    let quality = psnr(original.as_bytes(), ours.as_bytes());
    println!(
        "{name}: {} bytes of {budget}, {quality:.2} dB",
        stream.len()
    );
    assert!(
        stream.len() <= budget && stream.len() * 100 >= budget * 95,
        "{name}"
    );
    assert!(quality >= least_psnr, "{name}: {quality}");
    for theirs in decoded_by_others(&stream) {
        assert_eq!(theirs.color(), original.color(), "{name}");
        let worst = ours
            .as_bytes()
            .iter()
            .zip(theirs.as_bytes())
            .map(|(a, b)| a.abs_diff(*b))
            .max();
        assert!(worst.unwrap() <= 2, "{name}: decoders differ by {worst:?}");
    }
}

#[test]
fn lands_in_the_budget_and_others_read_it() {
    let portrait = DynamicImage::ImageRgb8(colours(portrait::WIDTH, portrait::HEIGHT));
    round("portrait", &portrait, portrait::CHIP_BYTES, 25.0);
    let odd = DynamicImage::ImageRgb8(colours(413, 531));
    round("413 x 531", &odd, 15_000, 25.0);
    let grey = DynamicImage::ImageLuma8(ridges(416, 560, 1));
    round("grey", &grey, 12_000, 25.0);
    let small = DynamicImage::ImageLuma8(ridges(200, 90, 1));
    round("small", &small, 3_000, 25.0);
}

#[test]
fn sample_portraits_land_in_the_budget() {
    let files = samples("portraits");
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let photograph = picture::load(&bytes, &picture::PictureLimits::default()).unwrap();
        let prepared = portrait::prepare(&photograph).unwrap();
        assert_eq!(prepared.warning, None);
        let name = file.file_name().unwrap().to_string_lossy();
        round(
            &name,
            &DynamicImage::ImageRgb8(prepared.image),
            portrait::CHIP_BYTES,
            29.0,
        );
    }
    println!("{} sample portraits", files.len());
}

/// A picture that needs less than its budget, and one that cannot be squeezed into it.
#[test]
fn budgets_too_large_and_too_small() {
    let flat = RgbImage::from_pixel(622, 800, image::Rgb([180, 150, 130]));
    let stream = jpeg2000::encode_to_budget(&flat, portrait::CHIP_BYTES).unwrap();
    assert!(stream.len() < 1000);
    assert_eq!(
        jpeg2000::decode(&stream, &DecodeLimits::default())
            .unwrap()
            .to_rgb8(),
        flat
    );
    let busy = colours(622, 800);
    assert!(matches!(
        jpeg2000::encode_to_budget(&busy, 100),
        Err(EncodeError::Budget { budget: 100, .. })
    ));
    let thin = GrayImage::new(20, 800);
    assert!(matches!(
        jpeg2000::encode_to_budget(&thin, 4096),
        Err(EncodeError::Size { .. })
    ));
}

/// Pillow's files, tiled, layered, lossless, and raw codestreams.
#[test]
fn reads_what_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let picture = imageops::resize(&colours(622, 800), 311, 400, FilterType::Triangle);
    picture.save(path("in.png")).unwrap();
    for (name, options) in [
        ("lossless.jp2", vec!["-r", "1"]),
        ("layers.jp2", vec!["-r", "40,20,10", "-I"]),
        ("tiles.jp2", vec!["-t", "128,128", "-r", "8"]),
        ("codestream.j2k", vec!["-r", "8", "-p", "RPCL"]),
        ("parts.jp2", vec!["-r", "20,8", "-TP", "R", "-SOP", "-EPH"]),
    ] {
        let output = Command::new("opj_compress")
            .arg("-i")
            .arg(path("in.png"))
            .arg("-o")
            .arg(path(name))
            .args(options)
            .output()
            .expect("opj_compress does not run; install libopenjp2-tools");
        assert!(output.status.success(), "{name}");
        let stream = std::fs::read(path(name)).unwrap();
        let header = jpeg2000::header(&stream).unwrap();
        assert_eq!(
            (header.width, header.height, header.components),
            (311, 400, 3),
            "{name}"
        );
        let decoded = jpeg2000::decode(&stream, &DecodeLimits::default()).unwrap();
        let quality = psnr(&picture, decoded.as_bytes());
        assert!(
            quality > if name == "lossless.jp2" { 90.0 } else { 25.0 },
            "{name}: {quality}"
        );
    }
}

fn small_stream() -> Vec<u8> {
    jpeg2000::encode_to_budget(&colours(64, 80), 1500).unwrap()
}

#[test]
fn truncated_and_foreign_files_are_named() {
    let limits = DecodeLimits::default();
    let stream = small_stream();
    for length in 0..stream.len() {
        let error = jpeg2000::decode(&stream[..length], &limits).unwrap_err();
        assert!(
            matches!(
                error,
                DecodeError::NotJpeg2000 | DecodeError::Truncated { .. }
            ),
            "{length}: {error}"
        );
    }
    assert_eq!(
        jpeg2000::decode(b"\xFF\xD8\xFF\xE0", &limits),
        Err(DecodeError::NotJpeg2000)
    );
}

#[test]
fn limits_hold() {
    let stream = small_stream();
    let limit = |max_bytes, max_pixels| DecodeLimits {
        max_bytes,
        max_pixels,
    };
    assert_eq!(
        jpeg2000::decode(&stream, &limit(100, 1000)),
        Err(DecodeError::TooManyBytes {
            bytes: stream.len(),
            limit: 100
        })
    );
    assert_eq!(
        jpeg2000::decode(&stream, &limit(10_000, 1000)),
        Err(DecodeError::Size {
            width: 64,
            height: 80,
            limit: 1000
        })
    );
    // A header that lies about the size is refused before anything is allocated.
    let at = stream
        .windows(4)
        .position(|w| w == [0xFF, 0x4F, 0xFF, 0x51])
        .unwrap();
    for (offset, long) in [(8, [0x7F, 0xFF, 0xFF, 0xFF]), (28, [0, 0, 0, 1])] {
        let mut lying = stream.clone();
        lying[at + offset..at + offset + 4].copy_from_slice(&long);
        assert_eq!(
            jpeg2000::decode(&lying, &limit(10_000, usize::MAX)),
            Err(DecodeError::Unsupported {
                what: "more than 64 tiles"
            })
        );
    }
}

/// Every byte of a small file changed: an error or a picture, never a panic.
#[test]
fn damaged_files_do_no_harm() {
    let stream = small_stream();
    let limits = DecodeLimits {
        max_bytes: 10_000,
        max_pixels: 100_000,
    };
    for at in 0..stream.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut damaged = stream.clone();
            damaged[at] ^= flip;
            let _ = jpeg2000::decode(&damaged, &limits);
        }
    }
}

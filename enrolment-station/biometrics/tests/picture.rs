//! Loading pictures: what is accepted, and a name for everything that is not.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

use std::io::Cursor;

use crate::support::{colours, samples};
use biometrics::picture::{self, Format, PictureError, PictureLimits};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat};

fn png() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    colours(60, 80)
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

fn jpeg() -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 90)
        .encode_image(&colours(60, 80))
        .unwrap();
    out
}

fn load(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    picture::load(bytes, &PictureLimits::default())
}

#[test]
fn loads_both_formats() {
    assert_eq!(load(&png()).unwrap().to_rgb8(), colours(60, 80));
    assert_eq!(load(&jpeg()).unwrap().to_rgb8().dimensions(), (60, 80));
}

#[test]
fn turns_photographs_upright() {
    // EXIF orientation 6: turn by 90 degrees; big-endian TIFF header with one entry.
    let exif =
        b"\xFF\xE1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let plain = jpeg();
    let turned = [&plain[..2], &exif[..], &plain[2..]].concat();
    assert_eq!(load(&turned).unwrap().to_rgb8().dimensions(), (80, 60));
}

#[test]
fn every_truncation_is_named() {
    for (format, bytes) in [(Format::Png, png()), (Format::Jpeg, jpeg())] {
        for length in 8..bytes.len() - 1 {
            match load(&bytes[..length]) {
                Err(PictureError::Truncated { format: found }) => assert_eq!(found, format),
                // PNG: the last chunk has no content; only its checksum may be missing.
                Err(PictureError::Damaged { .. }) if format == Format::Png => {}
                other => panic!("{format:?} at {length}: {other:?}"),
            }
        }
    }
}

#[test]
fn other_formats_are_named() {
    for (bytes, name) in [
        (&b"GIF89a...."[..], "a GIF"),
        (b"BM........", "a BMP"),
        (b"%PDF-1.7", "a PDF"),
        (b"\0\0\0\x18ftypheic", "a HEIC, an AVIF or a film"),
        (b"\xFF\xA0\xFF\xA8", "a WSQ"),
        (b"hello", "of an unknown format"),
    ] {
        match load(bytes) {
            Err(PictureError::Format { found }) => assert_eq!(found, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(matches!(load(b""), Err(PictureError::Empty)));
}

#[test]
fn limits_hold() {
    let bytes = png();
    let limits = |max_bytes, max_pixels| PictureLimits {
        max_bytes,
        max_pixels,
    };
    assert!(matches!(
        picture::load(&bytes, &limits(100, 10_000)),
        Err(PictureError::TooManyBytes { limit: 100, .. })
    ));
    assert!(matches!(
        picture::load(&bytes, &limits(100_000, 4_799)),
        Err(PictureError::TooManyPixels {
            width: 60,
            height: 80,
            limit: 4_799
        })
    ));
    // A header that claims 2^31 pixels a side costs nothing.
    let mut lying = png();
    lying[16..24].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
    assert!(load(&lying).is_err());
    let mut lying = jpeg();
    let frame = lying.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    lying[frame + 5..frame + 9].fill(0xFF);
    assert!(matches!(
        load(&lying),
        Err(PictureError::TooManyPixels { .. })
    ));
}

#[test]
fn damaged_files_do_no_harm() {
    for bytes in [png(), jpeg()] {
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            let _ = load(&damaged);
        }
    }
}

#[test]
fn sample_photographs_load() {
    let files = samples("portraits");
    for file in &files {
        let photograph = load(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!((photograph.width(), photograph.height()), (1024, 1024));
    }
    println!("{} sample photographs", files.len());
}

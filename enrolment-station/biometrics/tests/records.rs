//! The ISO/IEC 19794 records against the vectors, byte for byte, and damaged ones.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

use crate::support::root;
use biometrics::iso19794::face::{
    ColourSpace, FaceError, FaceImage, FaceRecord, ImageData, Source,
};
use biometrics::iso19794::finger::{FingerError, FingerPosition, FingerRecord};

/// The data block with this format identifier inside a vector's file, `number` counted from 0.
fn block(vector: &str, format: [u8; 4], number: usize) -> Vec<u8> {
    let text = std::fs::read_to_string(root().join("tests/vectors/lds.json")).unwrap();
    let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let file = hex::decode(vectors[vector]["hex"].as_str().unwrap()).unwrap();
    let (at, _) = file
        .windows(4)
        .enumerate()
        .filter(|(_, w)| *w == format)
        .nth(number)
        .unwrap();
    // 5F2E 81 LL or 5F2E 82 LLLL stand before the block.
    let length = if file[at - 4..at - 1] == [0x5F, 0x2E, 0x81] {
        usize::from(file[at - 1])
    } else {
        assert_eq!(file[at - 5..at - 2], [0x5F, 0x2E, 0x82]);
        usize::from(u16::from_be_bytes([file[at - 2], file[at - 1]]))
    };
    file[at..at + length].to_vec()
}

fn face() -> Vec<u8> {
    block("dg2_19794_5_jpeg", *b"FAC\0", 0)
}

fn finger() -> Vec<u8> {
    block("dg3_19794_4_two_index", *b"FIR\0", 0)
}

#[test]
fn the_face_of_the_vector_reads_and_writes_the_same() {
    let bytes = face();
    let record = FaceRecord::parse(&bytes).unwrap();
    assert_eq!((record.width, record.height), (8, 10));
    assert_eq!(record.kind, FaceImage::FullFrontal);
    assert_eq!(record.data, ImageData::Jpeg);
    assert_eq!(record.colours, ColourSpace::Rgb24);
    assert_eq!(record.source, Source::Camera);
    assert!(record.image.starts_with(&[0xFF, 0xD8, 0xFF]));
    assert_eq!(record.encode().unwrap(), bytes);
    let made = FaceRecord::full_frontal(
        8,
        10,
        ColourSpace::Rgb24,
        ImageData::Jpeg,
        record.image.clone(),
    );
    assert_eq!(made, record);
}

#[test]
fn feature_points_survive() {
    let mut record = FaceRecord::parse(&face()).unwrap();
    record.points = (0..3)
        .map(|i| biometrics::iso19794::face::FeaturePoint {
            kind: 1,
            point: 0xC1,
            x: i,
            y: 2 * i,
        })
        .collect();
    let bytes = record.encode().unwrap();
    assert_eq!(bytes.len(), face().len() + 24);
    assert_eq!(FaceRecord::parse(&bytes).unwrap(), record);
}

#[test]
fn damaged_faces_are_named() {
    let bytes = face();
    let with = |at: usize, value: u8| {
        let mut changed = bytes.clone();
        changed[at] = value;
        FaceRecord::parse(&changed)
    };
    assert_eq!(with(0, b'X'), Err(FaceError::Format));
    assert_eq!(with(5, b'2'), Err(FaceError::Format));
    assert_eq!(with(13, 2), Err(FaceError::Images(2)));
    assert!(matches!(with(9, 1), Err(FaceError::Length { .. })));
    assert!(matches!(with(16, 0xFF), Err(FaceError::Length { .. })));
    assert_eq!(with(18, 0xFF), Err(FaceError::Truncated));
    assert_eq!(with(35, 7), Err(FaceError::ImageData(7)));
    for length in 0..bytes.len() {
        assert!(FaceRecord::parse(&bytes[..length]).is_err());
    }
}

#[test]
fn the_fingers_of_the_vectors_read_and_write_the_same() {
    use FingerPosition::{LeftIndex, RightIndex, RightThumb};
    for (vector, number, position, quality) in [
        ("dg3_19794_4_two_index", 0, LeftIndex, 70),
        ("dg3_19794_4_two_index", 1, RightIndex, 64),
        ("dg3_one_finger", 0, RightThumb, 55),
    ] {
        let bytes = block(vector, *b"FIR\0", number);
        let record = FingerRecord::parse(&bytes).unwrap();
        assert_eq!((record.width, record.height), (16, 20));
        assert_eq!((record.position, record.quality), (position, quality));
        assert_eq!(record.encode().unwrap(), bytes);
        let made = FingerRecord::from_wsq(position, quality, record.wsq.clone()).unwrap();
        assert_eq!(made, record);
    }
}

#[test]
fn subtypes_are_those_of_the_table() {
    let subtypes: Vec<u8> = FingerPosition::ALL
        .iter()
        .map(|f| f.cbeff_subtype())
        .collect();
    assert_eq!(
        subtypes,
        [0x05, 0x09, 0x0D, 0x11, 0x15, 0x06, 0x0A, 0x0E, 0x12, 0x16]
    );
    for finger in FingerPosition::ALL {
        assert_eq!(FingerPosition::from_code(finger.code()), Some(finger));
    }
    assert_eq!(FingerPosition::from_code(0), None);
    assert_eq!(FingerPosition::from_code(11), None);
}

#[test]
fn damaged_fingers_are_named() {
    let bytes = finger();
    let with = |at: usize, value: u8| {
        let mut changed = bytes.clone();
        changed[at] = value;
        FingerRecord::parse(&changed)
    };
    assert_eq!(with(0, b'X'), Err(FingerError::Format));
    assert!(matches!(with(8, 1), Err(FingerError::Length { .. })));
    assert!(matches!(with(35, 1), Err(FingerError::Length { .. })));
    assert!(matches!(with(18, 2), Err(FingerError::Unsupported(_))));
    assert!(matches!(with(24, 2), Err(FingerError::Unsupported(_))));
    assert!(matches!(with(29, 0), Err(FingerError::Unsupported(_))));
    assert_eq!(with(36, 11), Err(FingerError::Position(11)));
    assert!(matches!(with(42, 17), Err(FingerError::Dimensions { .. })));
    for length in 0..bytes.len() {
        assert!(FingerRecord::parse(&bytes[..length]).is_err());
    }
}

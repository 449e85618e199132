//! WSQ without an oracle: limits of bytes, and streams that lie.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

use crate::support::{psnr, ridges};
use biometrics::wsq::{self, DecodeError, DecodeLimits, EncodeError, WsqParameters};
use image::{GrayImage, Luma};

fn stream() -> Vec<u8> {
    wsq::encode(&ridges(96, 128, 3), &WsqParameters::default()).unwrap()
}

fn decode(data: &[u8]) -> Result<wsq::Decoded, DecodeError> {
    wsq::decode(data, &DecodeLimits::default())
}

/// Position of a marker.
fn find(data: &[u8], marker: u8) -> usize {
    data.windows(2).position(|w| w == [0xFF, marker]).unwrap()
}

#[test]
fn large_fingers_are_compressed_more() {
    let finger = ridges(800, 750, 5);
    let free = WsqParameters {
        max_bytes: None,
        ..WsqParameters::default()
    };
    assert!(wsq::encode(&finger, &free).unwrap().len() > 20_000);
    let limited = wsq::encode(&finger, &WsqParameters::default()).unwrap();
    println!("limited to {} bytes", limited.len());
    assert!(
        (17_000..=wsq::MAX_FINGER_BYTES).contains(&limited.len()),
        "{}",
        limited.len()
    );
    let decoded = decode(&limited).unwrap();
    assert!(psnr(&decoded.image, &finger) > 20.0);
    assert!(matches!(
        wsq::encode(
            &finger,
            &WsqParameters {
                max_bytes: Some(500),
                ..free
            }
        ),
        Err(EncodeError::Limit { limit: 500, .. })
    ));
}

#[test]
fn pictures_of_one_grey_come_back() {
    for grey in [0, 128, 255] {
        let flat = GrayImage::from_pixel(80, 100, Luma([grey]));
        let stream = wsq::encode(&flat, &WsqParameters::default()).unwrap();
        assert_eq!(decode(&stream).unwrap().image, flat);
    }
}

/// White noise at high rates needs all escapes.
#[test]
fn noise_at_a_high_rate_comes_back() {
    let mut state = 7u32;
    let noise = GrayImage::from_fn(200, 180, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Luma([state.to_be_bytes()[0]])
    });
    let parameters = WsqParameters {
        bit_rate: 8.0,
        max_bytes: None,
        ppi: 500,
    };
    let decoded = decode(&wsq::encode(&noise, &parameters).unwrap()).unwrap();
    // The highest quarter of the bands is never coded.
    assert!(psnr(&decoded.image, &noise) > 9.0);
    let waves = GrayImage::from_fn(200, 180, |x, _| Luma([if x % 20 < 10 { 0 } else { 255 }]));
    let decoded = decode(&wsq::encode(&waves, &parameters).unwrap()).unwrap();
    assert!(psnr(&decoded.image, &waves) > 30.0);
}

#[test]
fn impossible_requests_are_named() {
    let parameters = WsqParameters::default();
    for (width, height) in [(63, 200), (200, 63), (5000, 200)] {
        let error = wsq::encode(&GrayImage::new(width, height), &parameters).unwrap_err();
        assert_eq!(error, EncodeError::Size { width, height });
    }
    for bit_rate in [0.0, -1.0, 100.0, f32::NAN] {
        let asked = WsqParameters {
            bit_rate,
            ..parameters.clone()
        };
        assert!(matches!(
            wsq::encode(&ridges(96, 128, 3), &asked),
            Err(EncodeError::BitRate { .. })
        ));
    }
}

#[test]
fn every_truncation_is_named() {
    let stream = stream();
    for length in 0..stream.len() {
        let error = decode(&stream[..length]).unwrap_err();
        assert!(
            matches!(error, DecodeError::NotWsq | DecodeError::Truncated { .. }),
            "{length} of {}: {error}",
            stream.len()
        );
    }
}

#[test]
fn limits_hold_before_anything_is_allocated() {
    let limits = DecodeLimits {
        max_bytes: 100,
        max_pixels: 1000,
    };
    let mut stream = stream();
    let bytes = stream.len();
    assert_eq!(
        wsq::decode(&stream, &limits),
        Err(DecodeError::TooManyBytes { bytes, limit: 100 })
    );
    let frame = find(&stream, 0xA2);
    stream[frame + 6..frame + 10].fill(0xFF);
    assert_eq!(
        decode(&stream),
        Err(DecodeError::Size {
            width: 65535,
            height: 65535,
            limit: 4_000_000
        })
    );
    stream[frame + 6..frame + 10].copy_from_slice(&[0, 1, 0, 1]);
    assert!(matches!(
        decode(&stream),
        Err(DecodeError::Size {
            width: 1,
            height: 1,
            ..
        })
    ));
}

#[test]
fn lies_are_named() {
    let good = stream();
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = good.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        decode(&changed).unwrap_err()
    };
    let (frame, filters, bins, table, block) = (
        find(&good, 0xA2),
        find(&good, 0xA4),
        find(&good, 0xA5),
        find(&good, 0xA6),
        find(&good, 0xA3),
    );
    // More or fewer rows than there are coefficients for.
    assert!(matches!(
        with(frame + 6, &[0, 200]),
        DecodeError::Coefficients { .. }
    ));
    assert!(matches!(
        with(frame + 6, &[0, 100]),
        DecodeError::Coefficients { .. }
    ));
    assert!(matches!(
        with(frame + 1, &[0xA8]),
        DecodeError::Missing {
            what: "frame header"
        }
    ));
    assert!(matches!(
        with(filters + 4, &[8, 8]),
        DecodeError::Unsupported { .. }
    ));
    assert!(matches!(
        with(filters + 7, &[0]),
        DecodeError::Segment { .. }
    ));
    assert!(matches!(
        with(filters + 1, &[0xA8]),
        DecodeError::Missing {
            what: "transform table"
        }
    ));
    assert!(matches!(
        with(bins + 1, &[0xA8]),
        DecodeError::Missing {
            what: "quantisation table"
        }
    ));
    assert!(matches!(with(table + 4, &[9]), DecodeError::Segment { .. }));
    assert!(matches!(with(table + 4, &[5]), DecodeError::Missing { .. }));
    assert!(matches!(
        with(table + 5, &[200]),
        DecodeError::Segment { .. }
    ));
    assert!(matches!(with(block + 4, &[3]), DecodeError::Missing { .. }));
    assert!(matches!(
        with(block + 2, &[0, 1]),
        DecodeError::Segment { .. }
    ));
    assert!(matches!(with(frame, &[0x00]), DecodeError::Marker { .. }));
    assert!(matches!(
        with(bins + 1, &[0xA7]),
        DecodeError::Unsupported { .. }
    ));
    // More than three blocks.
    let end = good.len() - 2;
    let more = [&good[..end], &[0xFF, 0xA3, 0, 3, 0], &good[end..]].concat();
    assert!(matches!(decode(&more), Err(DecodeError::Segment { .. })));
}

/// Every byte changed in several ways: an error or a picture, never a panic.
#[test]
fn damaged_streams_do_no_harm() {
    let good = stream();
    for at in 0..good.len() {
        for flip in [0x01, 0x10, 0x80, 0xFF] {
            let mut damaged = good.clone();
            damaged[at] ^= flip;
            let _ = decode(&damaged);
        }
    }
}

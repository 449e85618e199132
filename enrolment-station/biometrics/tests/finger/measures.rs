//! The plain measure: drawn prints pass, each fault fails with its own advice, values are what was drawn.

use biometrics::finger::check::Limit;
use biometrics::finger::measure::{Part, RidgeMeasure};
use biometrics::finger::{FingerError, Limits, MAX_SIDE, Measure, best, measure};
use image::{GrayImage, Luma, imageops};

use crate::finger::spoil::Fault;
use crate::{finger::grow, support};

fn of(print: &GrayImage) -> RidgeMeasure {
    measure(print, 500).unwrap()
}

/// Straight ridges of a period, running in a direction, within a rectangle on white.
fn straight(period: f64, degrees: f64, inside: (u32, u32)) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    GrayImage::from_fn(416, 560, |x, y| {
        if x.abs_diff(208) * 2 >= inside.0 || y.abs_diff(280) * 2 >= inside.1 {
            return Luma([250]);
        }
        let across = f64::from(y) * cos - f64::from(x) * sin;
        let wave = (across * std::f64::consts::TAU / period).sin();
        Luma([(140.0 + 80.0 * wave) as u8])
    })
}

#[test]
fn values_are_what_was_drawn() {
    for period in [6.0, 7.5, 9.0, 11.0, 13.0] {
        for degrees in [0.0, 20.0, 45.0, 90.0, 135.0, 171.0] {
            let found = of(&straight(period, degrees, (320, 400)));
            let (frequency, expected) = (found.frequency.unwrap(), 500.0 / 25.4 / period);
            assert!(
                (frequency / expected - 1.0).abs() < 0.03,
                "{period} {degrees}: {frequency} of {expected}"
            );
            // Cells at the rim see the glass too.
            let area = 320.0 * 400.0 * (25.4f64 / 500.0).powi(2);
            assert!(
                (found.area / area - 1.0).abs() < 0.12,
                "{} of {area}",
                found.area
            );
            assert!(found.coherence.unwrap() > 0.95);
            assert!((found.contrast.unwrap() - 150.0).abs() < 12.0, "{found:?}");
            assert!(found.offset.unwrap() < 0.3);
        }
    }
    // Denser or wider than any finger's ridges: no ridges.
    for period in [3.5, 20.0] {
        assert!(of(&straight(period, 30.0, (320, 400))).area < f64::EPSILON);
    }
}

#[test]
fn drawn_prints_pass_and_each_fault_has_its_advice() {
    let limits = Limits::default();
    for (number, finger) in grow(0..6).iter().enumerate() {
        for touch in 0..3 {
            let found = of(&finger.touch(touch));
            let verdict = limits.judge(&found);
            assert!(verdict.passed(), "{number}: {verdict:?}");
            assert_eq!(verdict.advice(), None);
            let order = verdict.outcomes.iter().map(|outcome| outcome.measure);
            assert!(order.eq(Measure::ALL));
        }
        for fault in Fault::ALL {
            let found = of(&fault.apply(&finger.touch(0)));
            let expected = match fault {
                Fault::Dry => "moisten-finger",
                Fault::Wet => "dry-finger",
                Fault::Smeared => "hold-finger-still",
                Fault::Small => "press-flat",
                Fault::OffCentre => "finger-in-middle",
                Fault::Pale => "clean-glass",
            };
            let verdict = limits.judge(&found);
            assert_eq!(
                verdict.advice(),
                Some(expected),
                "{number} {fault:?}: {verdict:?}"
            );
        }
    }
}

#[test]
fn the_best_try_is_kept() {
    let finger = &grow(3..4)[0];
    let good = of(&finger.touch(0));
    let limits = Limits::default();
    let spoilt = |fault: Fault| of(&fault.apply(&finger.touch(0)));
    let (wet, small, pale) = (
        spoilt(Fault::Wet),
        spoilt(Fault::Small),
        spoilt(Fault::Pale),
    );
    // A pale print has as much area, but does not pass.
    let tries = [pale.clone(), wet.clone(), good.clone()];
    assert_eq!(best(&tries, &limits), Some(2));
    assert_eq!(best(&[wet.clone(), small], &limits), Some(1));
    assert_eq!(best(&[good.clone(), good], &limits), Some(0));
    assert_eq!(best(&[wet], &limits), Some(0));
    assert_eq!(best(&[], &limits), None);
}

#[test]
fn limits_come_from_configuration() {
    let found = of(&grow(1..2)[0].touch(0));
    let mut limits = Limits::default();
    limits.set(Measure::RidgeArea, Some(Limit::AtLeast(900.0)));
    let verdict = limits.judge(&found);
    assert!(!verdict.passed());
    assert_eq!(verdict.advice(), Some("press-flat"));
    limits.set(Measure::RidgeArea, None);
    assert!(limits.judge(&found).passed());
    for measure in Measure::ALL {
        assert_eq!(Measure::named(measure.name()), Some(measure));
    }
    assert_eq!(Measure::named("nfiq"), None);
}

/// Twice the resolution gives the same values; the map covers the picture.
#[test]
fn a_thousand_ppi_is_measured_at_five_hundred() {
    let print = grow(2..3)[0].touch(0);
    let large = imageops::resize(&print, 832, 1120, imageops::FilterType::Triangle);
    let (found, other) = (of(&print), measure(&large, 1000).unwrap());
    for measure in [
        Measure::RidgeArea,
        Measure::RidgeFrequency,
        Measure::Contrast,
    ] {
        let (a, b) = (found.value(measure).unwrap(), other.value(measure).unwrap());
        assert!((a / b - 1.0).abs() < 0.1, "{measure:?}: {a} {b}");
    }
    assert_eq!((found.map.columns, found.map.parts.len()), (52, 52 * 70));
    let clear = found.map.parts.iter().filter(|part| **part == Part::Clear);
    assert!(clear.count() > 1000);
}

#[test]
fn sample_prints_pass() {
    for file in support::samples("fingers") {
        let verdict = Limits::default().judge(&of(&image::open(&file).unwrap().to_luma8()));
        assert!(verdict.passed(), "{}: {verdict:?}", file.display());
    }
}

/// Pictures of any content: a measure or a named error, never a panic.
#[test]
fn odd_pictures_do_no_harm() {
    for (width, height) in [(0, 0), (1, 1), (63, 64), (64, 63), (MAX_SIDE + 1, 64)] {
        let picture = GrayImage::new(width, height);
        assert_eq!(
            measure(&picture, 500),
            Err(FingerError::Size { width, height })
        );
    }
    for ppi in [0, 489, 511, 600, 1021, u16::MAX] {
        let error = measure(&GrayImage::new(64, 64), ppi).unwrap_err();
        assert_eq!(error, FingerError::Resolution { ppi });
    }
    let limits = Limits::default();
    for (width, height) in [(64, 64), (71, 65), (64, MAX_SIDE), (417, 561)] {
        for grey in [0, 128, 255] {
            let found = of(&GrayImage::from_pixel(width, height, Luma([grey])));
            assert_eq!(
                (found.area, found.frequency, found.offset),
                (0.0, None, None)
            );
            assert_eq!(limits.judge(&found).advice(), Some("press-flat"));
        }
        let noise = GrayImage::from_fn(width, height, |x, y| {
            Luma([(x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503_001)).to_le_bytes()[2]])
        });
        let verdict = limits.judge(&of(&noise));
        assert!(!verdict.passed(), "{verdict:?}");
    }
}

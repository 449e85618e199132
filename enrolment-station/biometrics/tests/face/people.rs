//! Generated people: proper portraits pass everything, each fault shows where it must.

use biometrics::face::check::Refusal;
use biometrics::face::crop::CropError;
use biometrics::face::measure::Measure;
use hardware_sim::people::portrait::Fault;
use image::{Rgb, RgbImage, imageops};

use crate::face::{check, draw, draw_all, failed};

#[test]
fn proper_portraits_pass_every_measure() {
    for (seed, picture) in (0..24).zip(draw_all(0..24, Fault::None)) {
        let verdict = check().picture(&picture);
        assert!(
            verdict.passed(),
            "{seed}: {:?} {verdict:?}",
            failed(&verdict)
        );
        assert_eq!(verdict.faces, 1);
        let order: Vec<Measure> = verdict
            .outcomes
            .iter()
            .map(|outcome| outcome.measure)
            .collect();
        assert_eq!(order, Measure::ALL);
        assert_eq!(verdict.portrait.unwrap().dimensions(), (1244, 1600));
    }
}

/// What each fault must fail, and what may fail with it: all that follows from the same cause.
fn expected(fault: Fault) -> (Vec<Measure>, Vec<Measure>) {
    match fault {
        Fault::None => (vec![], vec![]),
        Fault::Dark => (
            vec![
                Measure::LuminanceMean,
                Measure::UnderExposure,
                Measure::DynamicRange,
            ],
            vec![Measure::LuminanceVariance],
        ),
        Fault::Tilted => (vec![Measure::Roll], vec![]),
        Fault::EyesClosed => (vec![Measure::EyesOpen], vec![]),
        Fault::MouthOpen => (vec![Measure::MouthClosed], vec![]),
        // The second one stands in the background.
        Fault::TwoFaces => (
            vec![Measure::SingleFace],
            vec![Measure::BackgroundUniformity, Measure::HeadSize],
        ),
        Fault::NoFace => (Measure::ALL.into(), vec![]),
        Fault::BusyBackground => (vec![Measure::BackgroundUniformity], vec![]),
    }
}

#[test]
fn every_fault_fails_its_measure_and_no_other() {
    for fault in Fault::ALL {
        let (must, may) = expected(fault);
        for picture in draw_all(200..206, fault) {
            let verdict = check().picture(&picture);
            let failed = failed(&verdict);
            assert!(!verdict.passed(), "{fault:?}");
            for measure in &must {
                assert!(
                    failed.contains(measure),
                    "{fault:?}: {failed:?} {verdict:?}"
                );
            }
            for measure in &failed {
                let known = must.contains(measure) || may.contains(measure);
                assert!(known, "{fault:?}: {failed:?} {verdict:?}");
            }
        }
    }
}

#[test]
fn nobody_and_somebody_far_away_are_refused_by_name() {
    let verdict = check().picture(&draw(200, Fault::NoFace));
    assert_eq!(verdict.portrait, Err(Refusal::NoFace));
    assert_eq!((verdict.faces, verdict.overlay.face), (0, None));
    assert!(
        verdict
            .outcomes
            .iter()
            .all(|outcome| outcome.value.is_none())
    );

    let verdict = check().picture(&draw(200, Fault::TwoFaces));
    assert_eq!(verdict.faces, 2);
    let Err(refusal @ Refusal::Crop(CropError::TooFar { pixels })) = verdict.portrait else {
        panic!("{verdict:?}");
    };
    assert!((220.0..240.0).contains(&pixels));
    assert_eq!(refusal.advice(), "come-nearer");
    // Where the eyes are can be drawn, a frame cannot.
    assert!(verdict.overlay.eyes.is_some() && verdict.overlay.frame.is_none());
}

/// Pictures of any shape and faces cut by any edge: a verdict, never a panic.
#[test]
fn odd_pictures_do_no_harm() {
    for (width, height) in [(1, 1), (1, 3000), (3000, 1), (17, 9), (640, 64)] {
        let grey = RgbImage::from_fn(width, height, |x, y| {
            Rgb([((x * 37) ^ (y * 91)) as u8, (x ^ y) as u8, (x * y) as u8])
        });
        let verdict = check().picture(&grey);
        assert_eq!((verdict.faces, verdict.portrait), (0, Err(Refusal::NoFace)));
    }
    let portrait = draw(300, Fault::None);
    for (x, y, width, height) in [
        (622, 0, 622, 1600),
        (0, 712, 1244, 888),
        (0, 0, 1244, 760),
        (420, 650, 400, 120),
        (300, 500, 640, 700),
        (0, 300, 700, 700),
    ] {
        let part = imageops::crop_imm(&portrait, x, y, width, height).to_image();
        let verdict = check().picture(&part);
        assert_eq!(verdict.outcomes.len(), Measure::ALL.len());
        assert!(!verdict.passed());
    }
}

/// A limit of the configuration decides, not the measure.
#[test]
fn limits_come_from_configuration() {
    use biometrics::face::check::{Check, Limits};

    let picture = draw(200, Fault::Tilted);
    let mut limits = Limits::default();
    limits.set(Measure::Roll, 80);
    let verdict = Check::new(limits.clone()).unwrap().picture(&picture);
    assert!(verdict.outcome(Measure::Roll).unwrap().passed);
    limits.set(Measure::Roll, 255);
    assert_eq!(limits.least(Measure::Roll), 100);
    let verdict = Check::new(limits).unwrap().picture(&picture);
    let roll = verdict.outcome(Measure::Roll).unwrap();
    assert_eq!(
        (roll.passed, roll.limit, roll.advice),
        (false, 100, "hold-head-upright")
    );
    assert!((roll.native.unwrap() - 20.0).abs() < 1.0);
}

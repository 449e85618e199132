//! Generated people: proper portraits pass everything, each fault shows where it must.

use biometrics::face::check::Refusal;
use biometrics::face::crop::CropError;
use biometrics::face::measure::Measure;
use hardware_sim::people::portrait::Fault;

use crate::{check, draw, draw_all, failed};

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

//! The formulas beside values that the reference implementation of ISO/IEC 29794-5 publishes (OFIQ, 28 pictures).

use biometrics::face::measure::Measure;

use crate::support;

/// Names of the columns.
const COLUMNS: [(&str, Measure); 20] = [
    ("BackgroundUniformity", Measure::BackgroundUniformity),
    ("IlluminationUniformity", Measure::IlluminationUniformity),
    ("LuminanceMean", Measure::LuminanceMean),
    ("LuminanceVariance", Measure::LuminanceVariance),
    ("UnderExposurePrevention", Measure::UnderExposure),
    ("OverExposurePrevention", Measure::OverExposure),
    ("DynamicRange", Measure::DynamicRange),
    ("NaturalColour", Measure::NaturalColour),
    ("SingleFacePresent", Measure::SingleFace),
    ("EyesOpen", Measure::EyesOpen),
    ("MouthClosed", Measure::MouthClosed),
    ("InterEyeDistance", Measure::InterEyeDistance),
    ("HeadSize", Measure::HeadSize),
    ("LeftwardCropOfTheFaceImage", Measure::CropLeft),
    ("RightwardCropOfTheFaceImage", Measure::CropRight),
    ("MarginAboveOfTheFaceImage", Measure::MarginAbove),
    ("MarginBelowOfTheFaceImage", Measure::MarginBelow),
    ("HeadPoseYaw", Measure::Yaw),
    ("HeadPosePitch", Measure::Pitch),
    ("HeadPoseRoll", Measure::Roll),
];

#[test]
fn qualities_are_those_of_the_reference() {
    let Some(file) = support::samples("expected")
        .into_iter()
        .find(|file| file.ends_with("ofiq_expected_results.csv"))
    else {
        println!("0 pictures: no samples");
        return;
    };
    let text = std::fs::read_to_string(file).unwrap();
    let mut rows = text.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|found| *found == name).unwrap();
    let (mut pictures, mut compared, mut wrong) = (0, 0, Vec::new());
    for row in rows.filter(|row| row.len() > 1) {
        pictures += 1;
        for (name, measure) in COLUMNS {
            let raw = row[column(name)].parse::<f64>();
            let expected = row[column(&format!("{name}.scalar"))].parse::<u8>();
            let (Ok(raw), Ok(expected)) = (raw, expected) else {
                continue;
            };
            compared += 1;
            let found = measure.quality(raw);
            if found != expected {
                wrong.push(format!("{name} {raw}: {found}, they say {expected}"));
            }
        }
    }
    println!(
        "{pictures} pictures, {compared} qualities, {} differ",
        wrong.len()
    );
    assert!(pictures == 28 && compared > 500, "{pictures} {compared}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Values computed by hand from the formulas, for runs without samples.
#[test]
fn qualities_follow_the_formulas() {
    for (measure, native, quality) in [
        (Measure::SingleFace, 0.3, 70),
        (Measure::InterEyeDistance, 70.0, 50),
        (Measure::InterEyeDistance, 90.0, 73),
        (Measure::HeadSize, 0.45, 100),
        (Measure::HeadSize, 0.35, 24),
        (Measure::CropLeft, 1.0, 73),
        (Measure::MarginAbove, 1.4, 50),
        (Measure::MarginBelow, 1.7, 27),
        (Measure::Yaw, -20.0, 88),
        (Measure::EyesOpen, 0.02, 50),
        (Measure::MouthClosed, 0.2, 50),
        (Measure::LuminanceMean, 0.2, 50),
        (Measure::LuminanceVariance, 1.0 / 60.0, 100),
        (Measure::UnderExposure, 0.0, 100),
        (Measure::UnderExposure, 1.0, 0),
        (Measure::OverExposure, 0.04, 20),
        (Measure::DynamicRange, 6.0, 75),
        (Measure::IlluminationUniformity, 0.5, 81),
        (Measure::NaturalColour, 10.0, 54),
        (Measure::BackgroundUniformity, 110.0, 51),
        (Measure::BackgroundUniformity, f64::INFINITY, 0),
        (Measure::Yaw, f64::NAN, 0),
    ] {
        assert_eq!(measure.quality(native), quality, "{measure:?} {native}");
    }
}

/// Measures, ids and units that records and texts build on.
#[test]
fn measures_keep_their_order_and_ids() {
    let names: Vec<&str> = Measure::ALL.iter().map(|measure| measure.name()).collect();
    assert_eq!(names[0], "single-face");
    assert_eq!(names[26], "compression");
    for (index, measure) in Measure::ALL.into_iter().enumerate() {
        assert_eq!(measure as usize, index);
        assert_eq!(Measure::named(measure.name()), Some(measure));
        assert_eq!(
            names.iter().filter(|name| **name == measure.name()).count(),
            1
        );
    }
    let ours = Measure::ALL
        .iter()
        .filter(|measure| measure.is_approximation());
    assert_eq!(ours.count(), 7);
}

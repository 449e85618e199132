//! Prints: any picture gives measures within their ranges, minutiae within the picture, and the same score both ways.
#![cfg_attr(fuzzing, no_main)]

use biometrics::finger::{
    Limits, MAX_MINUTIAE, MIN_SIDE, Measure, PIXELS_PER_MM, Template, compare, measure,
};
use image::GrayImage;

// Two bytes say how large the picture is, the others are its pixels, over and over.
fuzz::target!(|data| {
    let [wide, high, pixels @ ..] = data else {
        return;
    };
    let (width, height) = (MIN_SIDE + u32::from(*wide), MIN_SIDE + u32::from(*high));
    if pixels.is_empty() {
        return;
    }
    let mut grey = pixels.iter().cycle().copied();
    let picture = GrayImage::from_fn(width, height, |_, _| {
        image::Luma([grey.next().unwrap_or(0)])
    });
    let measured = measure(&picture, 500).expect("sides within limits");
    let square_mm = f64::from(width * height) / (PIXELS_PER_MM * PIXELS_PER_MM);
    let most = square_mm + 1e-6;
    assert!(measured.area <= most && measured.clear_area <= measured.area + 1e-6);
    for share in [
        Measure::Coherence,
        Measure::DryShare,
        Measure::WetShare,
        Measure::SmearedShare,
    ] {
        let value = measured.value(share).unwrap_or(0.0);
        assert!((0.0..=1.000_001).contains(&value), "{share:?}: {value}");
    }
    let verdict = Limits::default().judge(&measured);
    assert_eq!(verdict.passed(), verdict.advice().is_none());

    let template = Template::of(&picture, 500).expect("sides within limits");
    let minutiae = template.minutiae();
    assert!(minutiae.len() <= MAX_MINUTIAE);
    for one in minutiae {
        assert!(u64::from(width) > one.x as u64 && u64::from(height) > one.y as u64);
    }
    let turned = Template::of(&image::imageops::rotate90(&picture), 500).expect("the same sides");
    let score = compare(&template, &turned);
    assert!(score.value().is_finite() && score.value() >= 0.0);
    assert_eq!(score, compare(&turned, &template));
});

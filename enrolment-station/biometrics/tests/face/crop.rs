//! The automatic crop out of larger pictures, as a camera takes them.

use biometrics::face::check::Refusal;
use biometrics::face::crop::{CropError, Side};
use biometrics::portrait;
use hardware_sim::people::portrait::Fault;
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};

use crate::face::{check, draw};

/// A camera's picture: somebody's portrait, scaled, its corner at `at`, the wall going on around it.
fn photograph(seed: u64, scale: f32, at: (i64, i64), size: (u32, u32)) -> RgbImage {
    let portrait = draw(seed, Fault::None);
    let wall = *portrait.get_pixel(3, 3);
    let (width, height) = ((1244.0 * scale) as u32, (1600.0 * scale) as u32);
    let portrait = imageops::resize(&portrait, width, height, FilterType::Triangle);
    let mut picture = RgbImage::from_pixel(size.0, size.1, wall);
    imageops::overlay(&mut picture, &portrait, at.0, at.1);
    picture
}

#[test]
fn the_portrait_has_the_eyes_where_the_rules_want_them() {
    for (seed, scale) in [(1u64, 1.0f32), (2, 1.3), (3, 1.6)] {
        let picture = photograph(seed, scale, (400, 300), (2900, 3000));
        let verdict = check().picture(&picture);
        let portrait = verdict.portrait.clone().unwrap();
        assert_eq!(portrait.dimensions(), (1244, 1600));
        let frame = verdict.overlay.frame.unwrap();
        let eyes = verdict.overlay.eyes.unwrap();
        assert!((eyes[0].distance(eyes[1]) / frame.width - 0.25).abs() < 0.01);
        // Found again in the portrait: a quarter of the width apart, in the middle, 44.5 % from the top.
        let again = check().picture(&portrait);
        let [left, right] = again.overlay.eyes.unwrap();
        assert!(
            (left.distance(right) - 311.0).abs() < 8.0,
            "{left:?} {right:?}"
        );
        let middle = left.middle(right);
        assert!(
            (middle.x - 622.0).abs() < 8.0 && (middle.y - 712.0).abs() < 8.0,
            "{middle:?}"
        );
        // And the chip's form of it is the usual one.
        let chip = portrait::prepare(&DynamicImage::ImageRgb8(portrait)).unwrap();
        assert_eq!((chip.image.dimensions(), chip.warning), ((622, 800), None));
    }
}

#[test]
fn what_leaves_the_picture_is_refused_with_advice() {
    for (at, side, advice) in [
        ((-330, 300), Side::Left, "move-right-in-picture"),
        ((1000, 300), Side::Right, "move-left-in-picture"),
        ((300, -420), Side::Top, "move-down"),
        ((300, 1200), Side::Bottom, "move-up"),
    ] {
        let verdict = check().picture(&photograph(4, 1.0, at, (1900, 2300)));
        let refusal = verdict.portrait.unwrap_err();
        assert_eq!(refusal, Refusal::Crop(CropError::LeavesPicture { side }));
        assert_eq!(refusal.advice(), advice);
    }
}

#[test]
fn small_faces_are_refused_and_never_enlarged() {
    let verdict = check().picture(&photograph(5, 0.9, (500, 500), (2400, 2600)));
    let refusal = verdict.portrait.unwrap_err();
    assert!(matches!(refusal, Refusal::Crop(CropError::TooFar { pixels }) if pixels < 300.0));
    assert_eq!(refusal.advice(), "come-nearer");
    assert!(
        refusal
            .to_string()
            .contains("have the applicant come nearer")
    );
}

//! Our own approximations: each sees its fault when it is painted on a proper portrait, and nothing before.

use biometrics::face::check::Verdict;
use biometrics::face::measure::Measure;
use hardware_sim::people::portrait::Fault;
use image::codecs::jpeg::JpegEncoder;
use image::imageops;
use image::{Rgb, RgbImage};

use crate::face::{check, draw};

/// Paints a rectangle.
fn paint(picture: &mut RgbImage, left: u32, top: u32, width: u32, height: u32, colour: [u8; 3]) {
    for y in top..top + height {
        for x in left..left + width {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}

/// The proper portrait passes the measure, the spoilt one does not.
fn falls(measure: Measure, spoil: impl Fn(&mut RgbImage)) -> (Verdict, Verdict) {
    let proper = draw(9, Fault::None);
    let mut spoilt = proper.clone();
    spoil(&mut spoilt);
    let (before, after) = (check().picture(&proper), check().picture(&spoilt));
    let outcome = |verdict: &Verdict| *verdict.outcome(measure).unwrap();
    assert!(outcome(&before).passed, "{:?}", outcome(&before));
    assert!(!outcome(&after).passed, "{:?}", outcome(&after));
    (before, after)
}

#[test]
fn blur_is_seen() {
    falls(Measure::Sharpness, |picture| {
        *picture = imageops::blur(picture, 6.0);
    });
}

#[test]
fn glare_on_glasses_is_seen() {
    falls(Measure::Glare, |picture| {
        paint(picture, 440, 660, 60, 40, [255; 3]);
    });
}

#[test]
fn red_eyes_are_seen() {
    falls(Measure::RedEye, |picture| {
        paint(picture, 450, 697, 32, 30, [200, 30, 30]);
    });
}

#[test]
fn a_scarf_over_the_mouth_is_seen() {
    falls(Measure::Occlusion, |picture| {
        paint(picture, 330, 900, 584, 420, [40, 70, 160]);
    });
}

#[test]
fn a_dark_side_of_the_face_is_seen() {
    for measure in [Measure::Shadow, Measure::IlluminationUniformity] {
        falls(measure, |picture| {
            for (x, _, pixel) in picture.enumerate_pixels_mut() {
                if x > 630 {
                    pixel.0 = pixel.0.map(|value| value / 3);
                }
            }
        });
    }
}

#[test]
fn coloured_light_is_seen() {
    falls(Measure::NaturalColour, |picture| {
        for pixel in picture.pixels_mut() {
            pixel.0 = [pixel.0[0] / 3, pixel.0[1] / 2, pixel.0[2]];
        }
    });
}

#[test]
fn too_much_light_is_seen() {
    falls(Measure::OverExposure, |picture| {
        for pixel in picture.pixels_mut() {
            pixel.0 = pixel.0.map(|value| value.saturating_mul(2));
        }
    });
}

/// JPEG of quality 85 passes, of quality 10 does not; the check reads the files themselves.
#[test]
fn hard_compression_is_seen() {
    let picture = draw(9, Fault::None);
    let encoded = |quality| {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality)
            .encode_image(&picture)
            .unwrap();
        *check()
            .file(&bytes)
            .unwrap()
            .outcome(Measure::Compression)
            .unwrap()
    };
    let (fine, coarse) = (encoded(85), encoded(10));
    assert!(fine.passed, "{fine:?}");
    assert!(!coarse.passed, "{coarse:?}");
}

/// Corners of the mouth lifted by bending the picture: less neutral than before.
#[test]
fn a_smile_is_less_neutral() {
    let proper = draw(9, Fault::None);
    // Columns away from the middle move up around the mouth.
    let bent = RgbImage::from_fn(proper.width(), proper.height(), |x, y| {
        let (across, down) = (
            (f64::from(x) - 622.0) / 130.0,
            (f64::from(y) - 1010.0) / 110.0,
        );
        let lift =
            60.0 * across.powi(2).min(1.3) * (-down * down).exp() * (-(across / 2.0).powi(4)).exp();
        *proper.get_pixel(x, (y + lift as u32).min(proper.height() - 1))
    });
    let native = |picture: &RgbImage| {
        check()
            .picture(picture)
            .outcome(Measure::NeutralExpression)
            .unwrap()
            .native
            .unwrap()
    };
    let (neutral, smiling) = (native(&proper), native(&bent));
    assert!(smiling > neutral + 0.03, "{neutral} {smiling}");
}

/// Files that are no pictures are refused by name before any model runs.
#[test]
fn only_pictures_are_checked() {
    assert!(check().file(b"GIF89a").is_err());
    assert!(check().file(&[]).is_err());
}

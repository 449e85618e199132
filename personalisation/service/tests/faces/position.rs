//! Where OCR-B stands, measured in the picture: 9303-3 §4.4, 9303-5 §3.2.3, §4.2.1.3 and figure 6, to a tenth of a millimetre.

use image::RgbImage;
use personalisation::faces::{
    Faces,
    geometry::{self, Area},
};
use personalisation_core::issuer_profile::IssuerProfile;

use crate::faces::holder::{self, MRZ, grey};

/// Darker is ink.
const INK: f64 = 100.0;
/// Millimetres.
const TENTH: f64 = 0.1;

fn millimetres(pixels: u32) -> f64 {
    f64::from(pixels) / geometry::scale()
}

fn pixel(millimetres: f64) -> u32 {
    u32::try_from(geometry::pixels(millimetres)).unwrap()
}

/// Runs of rows, or of columns, that have ink: first, and one past the last.
fn runs(length: std::ops::Range<u32>, inked: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for place in length.filter(|place| inked(*place)) {
        match runs.last_mut() {
            Some((_, end)) if *end == place => *end = place + 1,
            _ => runs.push((place, place + 1)),
        }
    }
    runs
}

fn inked_rows(face: &RgbImage, area: Area) -> Vec<(u32, u32)> {
    let columns = pixel(area.x)..pixel(area.x + area.width);
    runs(pixel(area.y)..pixel(area.y + area.height), |y| {
        columns.clone().any(|x| grey(*face.get_pixel(x, y)) < INK)
    })
}

fn inked_columns(face: &RgbImage, rows: (u32, u32), from: f64, to: f64) -> Vec<(u32, u32)> {
    runs(pixel(from)..pixel(to), |x| {
        (rows.0..rows.1).any(|y| grey(*face.get_pixel(x, y)) < INK)
    })
}

fn near(name: &str, measured: f64, expected: f64, tolerance: f64) {
    let difference = (measured - expected).abs();
    assert!(
        difference <= tolerance,
        "{name}: {measured:.3} mm, expected {expected:.3} mm"
    );
}

fn back(lines: [&str; 3]) -> RgbImage {
    let prepared = Faces::prepare(&IssuerProfile::LUXEMBOURG, holder::holder()).unwrap();
    let pictures = Faces::new().draw(&prepared, &holder::card(lines)).unwrap();
    holder::pixels(&pictures.back)
}

#[test]
fn the_machine_readable_zone_stands_where_the_standard_says() {
    let face = back(MRZ);
    let zone = Area {
        x: 0.0,
        y: geometry::HEIGHT - geometry::MRZ_HEIGHT + 1.2,
        width: geometry::WIDTH,
        height: geometry::MRZ_HEIGHT - 1.2,
    };
    let rows = inked_rows(&face, zone);
    assert_eq!(rows.len(), 3, "three lines and nothing else: {rows:?}");
    let from_below = [15.73, 11.50, 7.27];
    for ((line, band), below) in rows.iter().enumerate().zip(from_below) {
        let (top, bottom) = (millimetres(band.0), millimetres(band.1));
        let centre = geometry::HEIGHT - f64::midpoint(top, bottom);
        near(
            &format!("centre of line {}", line + 1),
            centre,
            below,
            TENTH,
        );
        // The printing zone of a line (figure 6) is 2.95 mm high, around the reference centre line.
        let zone = (
            geometry::HEIGHT - below - 2.95 / 2.0,
            geometry::HEIGHT - below + 2.95 / 2.0,
        );
        assert!(
            top > zone.0 && bottom < zone.1,
            "{top} to {bottom}, {zone:?}"
        );
        // The effective reading zone (9303-3 figure 5) is 3.0 to 20.0 mm from the lower edge.
        assert!(geometry::HEIGHT - bottom > 3.0 && geometry::HEIGHT - top < 20.0);
        let columns = inked_columns(&face, *band, 0.0, geometry::WIDTH);
        assert_eq!(columns.len(), 30, "thirty characters that do not touch");
        let right = millimetres(columns[29].1);
        assert!(
            right < geometry::MRZ_LEFT + 77.7,
            "inside the printing zone"
        );
    }
    // M is as wide as characters get.
    let first = inked_columns(&face, rows[2], 0.0, geometry::WIDTH)[0];
    let left = millimetres(first.0);
    near("left edge of the first character", left, 5.0, TENTH);
    let letter = Area {
        x: left,
        width: millimetres(first.1) - left,
        y: geometry::mrz_centre(2) - 1.6,
        height: 3.2,
    };
    let band = inked_rows(&face, letter)[0];
    let height = millimetres(band.1 - band.0);
    near("height of a capital", height, geometry::OCR_CAPITAL, TENTH);
}

#[test]
fn every_character_has_its_place_in_the_pitch() {
    let face = back([MRZ[0], MRZ[1], "HHHHHHHHHHHHHH<<HHHHHHHHHHHHHH"]);
    let centre = geometry::mrz_centre(2);
    let rows = (pixel(centre - 1.4), pixel(centre + 1.4));
    let columns = inked_columns(&face, rows, 0.0, geometry::WIDTH);
    assert_eq!(columns.len(), 30);
    let first = millimetres(columns[0].0);
    for (place, (column, _)) in (0..30_u32).zip(&columns) {
        if !(14..16).contains(&place) {
            let expected = first + f64::from(place) * 2.54;
            near(
                &format!("character {}", place + 1),
                millimetres(*column),
                expected,
                TENTH / 2.0,
            );
        }
    }
}

#[test]
fn the_ground_of_the_zone_is_light_enough() {
    // Print contrast signal of at least 0.6 (9303-3 §4.11): ink against the darkest ground.
    let face = back(MRZ);
    let top = pixel(geometry::HEIGHT - geometry::MRZ_HEIGHT + 1.2);
    let strip = top..pixel(geometry::mrz_centre(0) - 1.8);
    let darkest = strip
        .flat_map(|y| (0..face.width()).map(move |x| (x, y)))
        .map(|(x, y)| grey(*face.get_pixel(x, y)))
        .fold(255.0, f64::min);
    assert!(darkest > 200.0, "{darkest}");
}

#[test]
fn the_card_access_number_stands_as_high_as_the_lower_line() {
    let prepared = Faces::prepare(&IssuerProfile::LUXEMBOURG, holder::holder()).unwrap();
    let pictures = Faces::new().draw(&prepared, &holder::card(MRZ)).unwrap();
    let face = holder::pixels(&pictures.front);
    let area = Area {
        x: geometry::CAN_LEFT - 0.5,
        y: geometry::mrz_centre(2) - 1.6,
        width: 6.0 * geometry::OCR_PITCH,
        height: 3.2,
    };
    let rows = inked_rows(&face, area);
    assert_eq!(rows.len(), 1, "{rows:?}");
    let (top, bottom) = (millimetres(rows[0].0), millimetres(rows[0].1));
    near(
        "centre",
        geometry::HEIGHT - f64::midpoint(top, bottom),
        7.27,
        TENTH,
    );
    let digits = inked_columns(&face, rows[0], area.x, area.x + area.width);
    assert_eq!(digits.len(), 6, "six digits that do not touch");
    // Not over the portrait, and two millimetres from the edge.
    const { assert!(geometry::CAN_LEFT > geometry::PORTRAIT.x + geometry::PORTRAIT.width) };
    assert!(millimetres(digits[5].1) < geometry::WIDTH - 2.0);
}

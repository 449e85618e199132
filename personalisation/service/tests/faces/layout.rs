//! What is where on the faces.

use image::RgbImage;
use personalisation::faces::{
    CardFacts, Faces, Holder,
    geometry::{self, Area, GHOST, PORTRAIT, SIGNATURE},
};
use personalisation_core::issuer_profile::IssuerProfile;

use crate::faces::holder::{self, MRZ, grey};

fn draw(faces: &Faces, profile: &IssuerProfile, holder: Holder, card: &CardFacts) -> [RgbImage; 2] {
    let prepared = Faces::prepare(profile, holder).unwrap();
    let pictures = faces.draw(&prepared, card).unwrap();
    [
        holder::pixels(&pictures.front),
        holder::pixels(&pictures.back),
    ]
}

/// Smallest rectangle around every pixel in which two faces differ, in millimetres.
pub fn difference(one: &RgbImage, other: &RgbImage) -> Option<Area> {
    let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
    for (x, y, pixel) in one.enumerate_pixels() {
        if pixel != other.get_pixel(x, y) {
            (left, top) = (left.min(x), top.min(y));
            (right, bottom) = (right.max(x + 1), bottom.max(y + 1));
        }
    }
    let mm = |pixels: u32| f64::from(pixels) / geometry::scale();
    (left < right).then(|| Area {
        x: mm(left),
        y: mm(top),
        width: mm(right - left),
        height: mm(bottom - top),
    })
}

pub fn is_within(inner: Area, outer: Area) -> bool {
    let slack = 0.1;
    inner.x >= outer.x - slack
        && inner.y >= outer.y - slack
        && inner.x + inner.width <= outer.x + outer.width + slack
        && inner.y + inner.height <= outer.y + outer.height + slack
}

#[test]
fn each_fact_is_printed_in_its_place_and_nowhere_else() {
    let faces = Faces::new();
    let profile = IssuerProfile::LUXEMBOURG;
    let before = draw(&faces, &profile, holder::holder(), &holder::card(MRZ));
    let again = draw(&faces, &profile, holder::holder(), &holder::card(MRZ));
    assert!(before == again, "the same card is drawn the same way");

    let mut card = holder::card(MRZ);
    card.can = "999999".to_owned();
    let [front, back] = draw(&faces, &profile, holder::holder(), &card);
    let changed = difference(&before[0], &front).unwrap();
    let can = Area {
        x: 67.8,
        y: 45.0,
        width: 15.8,
        height: 3.6,
    };
    assert!(is_within(changed, can), "{changed:?}");
    assert!(back == before[1]);

    let mut somebody = holder::holder();
    somebody.dg7 = None;
    let [front, back] = draw(&faces, &profile, somebody, &holder::card(MRZ));
    let changed = difference(&before[0], &front).unwrap();
    assert!(is_within(changed, SIGNATURE), "{changed:?}");
    assert!(back == before[1]);

    let mut somebody = holder::holder();
    somebody.surname = "Weiß".to_owned();
    let [front, _] = draw(&faces, &profile, somebody, &holder::card(MRZ));
    let changed = difference(&before[0], &front).unwrap();
    let surname = Area {
        x: 33.4,
        y: 15.0,
        width: 49.0,
        height: 4.8,
    };
    assert!(is_within(changed, surname), "{changed:?}");
}

#[test]
fn the_portrait_is_printed_dot_by_dot_and_once_more_as_a_shade() {
    let production = IssuerProfile {
        danger_production: true,
        ..IssuerProfile::LUXEMBOURG
    };
    let faces = Faces::new();
    let [front, _] = draw(&faces, &production, holder::holder(), &holder::card(MRZ));
    let (left, top) = (geometry::pixels(PORTRAIT.x), geometry::pixels(PORTRAIT.y));
    let (left, top) = (u32::try_from(left).unwrap(), u32::try_from(top).unwrap());
    let drawn = holder::drawn_portrait(622, 800);
    for (x, y) in [(311, 400), (40, 40), (600, 400), (311, 770), (300, 300)] {
        let (printed, expected) = (
            grey(*front.get_pixel(left + x, top + y)),
            grey(*drawn.get_pixel(x, y)),
        );
        // The chip's picture is compressed.
        assert!(
            (printed - expected).abs() < 6.0,
            "{x}, {y}: {printed} and {expected}"
        );
    }
    // Light ground stays clear, the head does not.
    let at = |across: f64, down: f64| {
        let x = geometry::pixels(GHOST.x + GHOST.width * across);
        let y = geometry::pixels(GHOST.y + GHOST.height * down);
        grey(*front.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()))
    };
    assert!(
        at(0.5, 0.5) < 230.0 && at(0.06, 0.06) > 200.0,
        "{} {}",
        at(0.5, 0.5),
        at(0.06, 0.06)
    );
}

#[test]
fn specimen_stands_across_both_faces_unless_production_is_asked_for() {
    let faces = Faces::new();
    for profile in IssuerProfile::ALL {
        assert!(
            !profile.danger_production,
            "no profile of ours makes real cards"
        );
        let production = IssuerProfile {
            danger_production: true,
            ..profile
        };
        let specimen = draw(&faces, &profile, holder::holder(), &holder::card(MRZ));
        let real = draw(&faces, &production, holder::holder(), &holder::card(MRZ));
        for (specimen, real) in specimen.iter().zip(&real) {
            let across = difference(specimen, real).unwrap();
            assert!(across.width > 45.0 && across.height > 12.0, "{across:?}");
            // The machine readable zone is left alone.
            let below = across.y + across.height;
            assert!(specimen == &real.clone() || below < 53.98, "{across:?}");
        }
        let zone = difference(&specimen[1], &real[1]).unwrap();
        assert!(
            zone.y + zone.height < geometry::HEIGHT - geometry::MRZ_HEIGHT,
            "{zone:?}"
        );
    }
}

#[test]
fn two_millimetres_along_the_edges_are_free_of_data() {
    let faces = Faces::new();
    for profile in IssuerProfile::ALL {
        for face in draw(&faces, &profile, holder::holder(), &holder::card(MRZ)) {
            let margin = u32::try_from(geometry::pixels(2.0)).unwrap();
            let (width, height) = face.dimensions();
            for (x, y, pixel) in face.enumerate_pixels() {
                let edge = x.min(y).min(width - 1 - x).min(height - 1 - y);
                assert!(edge >= margin || grey(*pixel) > 85.0, "{x}, {y}: {pixel:?}");
            }
        }
    }
}

#[test]
fn issuers_look_different() {
    let faces = Faces::new();
    let [lux, uto] = IssuerProfile::ALL
        .map(|profile| draw(&faces, &profile, holder::holder(), &holder::card(MRZ)));
    let differing =
        |a: &RgbImage, b: &RgbImage| a.pixels().zip(b.pixels()).filter(|(a, b)| a != b).count();
    assert!(differing(&lux[0], &uto[0]) > 500_000 && differing(&lux[1], &uto[1]) > 500_000);
    assert_eq!(format!("{faces:?}"), "Faces { drawn: 2 }");
}

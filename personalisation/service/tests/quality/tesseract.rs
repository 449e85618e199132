//! An independent reader: Tesseract reads the machine readable zone off the same exit pictures.

use hardware_sim::machine::{
    build::{Build, Marking},
    camera::Camera,
};
use image::{DynamicImage, imageops};
use personalisation::faces::geometry::MRZ_HEIGHT;

use super::{cards, defects};
use crate::faces::{grammar, reading};

/// Dots of the ground on each side, and how far to the left the picture is cut: the reader knows a character by its place, and
/// takes one that stands too far to the left better than one too far to the right.
const GROUND: u32 = 35;
const FURTHER: u32 = 7;

#[test]
fn tesseract_reads_the_same_off_exit_pictures() {
    let build = Build::new(Marking::Ribbon, "1".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let (mut pictures, mut ordered) = (Vec::new(), Vec::new());
    cards::each(41, 12, |number, card| {
        let handle = u64::from(number);
        let [_, back] = defects::photographs(&build, &Camera::default(), handle, &card.faces);
        let frame = image::load_from_memory(&back).unwrap().to_rgb8();
        let zone = height_of_zone();
        let top = frame.height() - GROUND - zone;
        let width = frame.width() - 2 * GROUND;
        let zone = imageops::crop_imm(&frame, GROUND + FURTHER, top, width, zone).to_image();
        let path = folder.path().join(format!("{number}.png"));
        DynamicImage::ImageRgb8(zone).save(&path).unwrap();
        pictures.push(path);
        let lines: Vec<String> = card.mrz.lines().map(str::to_owned).collect();
        ordered.push(lines);
        let found = defects::look(&build, &Camera::default(), handle, card, None);
        assert_eq!(found.machine_readable_zone(), ordered.last().unwrap());
    });
    let read = reading::read(folder.path(), 300, &pictures);
    assert_eq!(read.len(), ordered.len());
    for (number, (reading, lines)) in read.iter().zip(&ordered).enumerate() {
        let settled = grammar::settle(reading).map(Vec::from);
        assert_eq!(settled.as_ref(), Some(lines), "card {number}: {reading:?}");
    }
}

/// Zone VII in dots of the camera.
fn height_of_zone() -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some 260 dots"
    )]
    let height = ((MRZ_HEIGHT - 1.2) / 25.4 * 300.0) as u32;
    height
}

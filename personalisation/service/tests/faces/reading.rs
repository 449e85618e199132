//! Tesseract with the model for machine readable zones (tests/ocr) reads every card of the test set, at 600 and at 300 dpi.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use image::{
    DynamicImage, RgbImage,
    imageops::{self, FilterType},
};
use personalisation::faces::{Faces, geometry};
use personalisation_core::issuer_profile::IssuerProfile;

use crate::faces::{
    grammar::{self, Reading},
    holder, test_set,
};

/// Dots in an inch at which single lines are looked at: the model was made for letters of that height.
const CLOSE_LOOK: u32 = 300;
/// Middle of the first character of a line, in millimetres: characters are 1.75 mm wide.
const FIRST_MIDDLE: f64 = geometry::MRZ_LEFT + 0.87;

#[test]
fn tesseract_reads_every_card_at_600_and_at_300_dpi() {
    let set = test_set::lines();
    let folder = tempfile::tempdir().unwrap();
    let faces = Faces::new();
    let mut lists = [Vec::new(), Vec::new()];
    for (number, lines) in set.iter().enumerate() {
        let profile = &IssuerProfile::ALL[number % IssuerProfile::ALL.len()];
        // Every third is a residence permit.
        let somebody = if number % 3 == 2 {
            holder::resident()
        } else {
            holder::holder()
        };
        let prepared = Faces::prepare(profile, somebody).unwrap();
        let lines = [0, 1, 2].map(|line| lines[line].as_str());
        let pictures = faces.draw(&prepared, &holder::card(lines)).unwrap();
        let zone = zone(&holder::pixels(&pictures.back));
        let (width, height) = zone.dimensions();
        let half = imageops::resize(&zone, width / 2, height / 2, FilterType::Triangle);
        for (list, (name, picture)) in lists.iter_mut().zip([("600", zone), ("300", half)]) {
            let path = folder.path().join(format!("{number}-{name}.png"));
            DynamicImage::ImageRgb8(picture).save(&path).unwrap();
            list.push(path);
        }
    }
    let [read_600, read_300] = thread::scope(|scope| {
        let first = scope.spawn(|| read(folder.path(), 600, &lists[0]));
        let second = scope.spawn(|| read(folder.path(), 300, &lists[1]));
        [first.join().unwrap(), second.join().unwrap()]
    });
    let mut wrong = Vec::new();
    let mut exact = [0_usize; 2];
    for (index, read) in [read_600, read_300].into_iter().enumerate() {
        assert_eq!(read.len(), set.len(), "a page for every card");
        for (reading, lines) in read.iter().zip(&set) {
            exact[index] += usize::from(as_read(reading) == *lines);
            if grammar::settle(reading).as_ref() != Some(lines) {
                let (dpi, read) = (600 >> index, as_read(reading).join("\n"));
                wrong.push(format!("at {dpi} dpi\n{read}\nfor\n{}", lines.join("\n")));
            }
        }
    }
    println!(
        "{} cards; read exactly without grammar and check digits: {} at 600 dpi, {} at 300 dpi",
        set.len(),
        exact[0],
        exact[1]
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        2 * set.len(),
        wrong.join("\n\n")
    );
}

/// The characters one after the other, without any judgement.
fn as_read(reading: &Reading) -> [String; 3] {
    [0, 1, 2].map(|line: usize| reading[line].iter().flatten().collect())
}

/// Zone VII.
fn zone(face: &RgbImage) -> RgbImage {
    let height = u32::try_from(geometry::pixels(geometry::MRZ_HEIGHT - 1.2)).unwrap();
    imageops::crop_imm(face, 0, face.height() - height, face.width(), height).to_image()
}

/// Reads zones with one Tesseract; those that do not settle are looked at once more, each line by itself.
pub fn read(folder: &Path, dpi: u32, list: &[PathBuf]) -> Vec<Reading> {
    let mut pages = tesseract(folder, dpi, "6", list);
    pages.resize_with(list.len(), empty);
    for (reading, picture) in pages.iter_mut().zip(list) {
        if grammar::settle(reading).is_none() {
            let again = tesseract(folder, CLOSE_LOOK, "7", &lines(picture, dpi));
            // A line alone has its characters in the first of the three.
            let [first, second, third] = again.try_into().unwrap();
            *reading = [first, second, third].map(|[line, ..]: Reading| line);
        }
    }
    pages
}

/// The three lines of a zone as pictures of their own.
fn lines(zone: &Path, dpi: u32) -> Vec<PathBuf> {
    let picture = image::open(zone).unwrap();
    let picture = picture.thumbnail_exact(
        picture.width() * CLOSE_LOOK / dpi,
        picture.height() * CLOSE_LOOK / dpi,
    );
    let pixels = |mm: f64| index(mm * f64::from(CLOSE_LOOK) / 25.4);
    let crop = |line: usize| {
        let below = geometry::HEIGHT - geometry::mrz_centre(line);
        let middle = picture.height() - u32::try_from(pixels(below)).unwrap();
        let half = u32::try_from(pixels(2.05)).unwrap();
        let path = zone.with_extension(format!("{line}.png"));
        let one = picture.crop_imm(0, middle - half, picture.width(), 2 * half);
        one.save(&path).unwrap();
        path
    };
    (0..3).map(crop).collect()
}

fn empty() -> Reading {
    [0, 1, 2].map(|_| vec![Vec::new(); 30])
}

/// Reads pictures of zones (`6`: blocks) or of single lines (`7`): characters with their boxes, so that each is known by its place.
fn tesseract(folder: &Path, dpi: u32, kind: &str, list: &[PathBuf]) -> Vec<Reading> {
    let file = folder.join(format!("list-{dpi}-{kind}.txt"));
    let names: Vec<_> = list.iter().map(|path| path.to_str().unwrap()).collect();
    fs::write(&file, names.join("\n") + "\n").unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ocr");
    let output = Command::new("tesseract")
        .arg(&file)
        .arg("-")
        .args(["-l", "mrz", "--psm", kind, "--dpi", &dpi.to_string()])
        .arg("--tessdata-dir")
        .arg(model)
        .args(["-c", "tessedit_create_boxfile=1"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let mut pages: Vec<Reading> = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let parts: Vec<_> = line.split(' ').collect();
        let [character, left, bottom, right, top, page] = parts[..] else {
            panic!("{line}");
        };
        let page: usize = page.parse().unwrap();
        pages.resize_with(pages.len().max(page + 1), empty);
        let middle = |one: &str, other: &str| {
            let (one, other): (f64, f64) = (one.parse().unwrap(), other.parse().unwrap());
            f64::midpoint(one, other) / f64::from(dpi) * 25.4
        };
        let above = (middle(bottom, top) - 7.27) / geometry::MRZ_LINE_DISTANCE;
        let line = if kind == "7" {
            0
        } else {
            2 - index(above.round())
        };
        // A second guess at a character has its box half a place to the left.
        let place = (middle(left, right) - FIRST_MIDDLE) / geometry::OCR_PITCH - 0.25;
        pages[page][line][index(place.ceil())].extend(character.chars());
    }
    pages
}

fn index(number: f64) -> usize {
    assert!((0.0..2000.0).contains(&number), "{number}");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "asserted"
    )]
    let index = number as usize;
    index
}

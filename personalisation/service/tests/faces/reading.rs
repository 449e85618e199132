//! Tesseract with the model for machine readable zones (tests/ocr) reads every card of the test set, at 600 and at 300 dpi.

use std::{
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use image::{
    DynamicImage, RgbImage,
    imageops::{self, FilterType},
};
use personalisation::faces::{Faces, geometry};
use personalisation_core::issuer_profile::IssuerProfile;

use crate::{
    grammar::{self, Reading},
    holder, test_set,
};

/// Middle of the first character of a line, in millimetres: characters are 1.75 mm wide.
const FIRST_MIDDLE: f64 = geometry::MRZ_LEFT + 0.87;

#[test]
fn tesseract_reads_every_card_at_600_and_at_300_dpi() {
    let set = test_set::lines();
    let folder = tempfile::tempdir().unwrap();
    let faces = Faces::new();
    let mut lists = [String::new(), String::new()];
    for (number, lines) in set.iter().enumerate() {
        let profile = &IssuerProfile::ALL[number % IssuerProfile::ALL.len()];
        let prepared = Faces::prepare(profile, holder::holder()).unwrap();
        let lines = [0, 1, 2].map(|line| lines[line].as_str());
        let pictures = faces.draw(&prepared, &holder::card(lines)).unwrap();
        let zone = zone(&holder::pixels(&pictures.back));
        let (width, height) = zone.dimensions();
        let half = imageops::resize(&zone, width / 2, height / 2, FilterType::Triangle);
        for (list, (name, picture)) in lists.iter_mut().zip([("600", zone), ("300", half)]) {
            let path = folder.path().join(format!("{number}-{name}.png"));
            DynamicImage::ImageRgb8(picture).save(&path).unwrap();
            writeln!(list, "{}", path.display()).unwrap();
        }
    }
    let [read_600, read_300] = thread::scope(|scope| {
        let first = scope.spawn(|| tesseract(folder.path(), 600, &lists[0]));
        let second = scope.spawn(|| tesseract(folder.path(), 300, &lists[1]));
        [first.join().unwrap(), second.join().unwrap()]
    });
    let mut wrong = Vec::new();
    let mut raw = [0_usize; 2];
    for (index, read) in [read_600, read_300].into_iter().enumerate() {
        assert_eq!(read.len(), set.len(), "a page for every card");
        for (reading, lines) in read.iter().zip(&set) {
            raw[index] += usize::from(as_read(reading) == *lines);
            if grammar::settle(reading).as_ref() != Some(lines) {
                let (dpi, read) = (600 >> index, as_read(reading).join("\n"));
                wrong.push(format!("at {dpi} dpi\n{read}\nfor\n{}", lines.join("\n")));
            }
        }
    }
    println!(
        "{} cards; exact without any correction: {} at 600 dpi, {} at 300 dpi",
        set.len(),
        raw[0],
        raw[1]
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

/// Reads a list of pictures with one Tesseract: characters with their boxes, so that each is known by its place.
fn tesseract(folder: &Path, dpi: u32, list: &str) -> Vec<Reading> {
    let file = folder.join(format!("list-{dpi}.txt"));
    fs::write(&file, list).unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ocr");
    let output = Command::new("tesseract")
        .arg(&file)
        .arg("-")
        .args([
            "-l",
            "mrz",
            "--psm",
            "6",
            "--dpi",
            &dpi.to_string(),
            "--tessdata-dir",
        ])
        .arg(model)
        .args(["-c", "tessedit_create_boxfile=1"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut pages: Vec<Reading> = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Ok([character, left, bottom, right, top, page]) =
            <[&str; 6]>::try_from(line.split(' ').collect::<Vec<_>>())
        else {
            panic!("{line}");
        };
        let page: usize = page.parse().unwrap();
        pages.resize_with(pages.len().max(page + 1), || {
            [
                vec![Vec::new(); 30],
                vec![Vec::new(); 30],
                vec![Vec::new(); 30],
            ]
        });
        let middle = |one: &str, other: &str| {
            let (one, other): (f64, f64) = (one.parse().unwrap(), other.parse().unwrap());
            f64::midpoint(one, other) / f64::from(dpi) * 25.4
        };
        let height = (middle(bottom, top) - 7.27) / geometry::MRZ_LINE_DISTANCE;
        // A second guess at a character has its box half a place to the left.
        let place = (middle(left, right) - FIRST_MIDDLE) / geometry::OCR_PITCH - 0.25;
        let line = [2, 1, 0].into_iter().nth(index(height.round())).unwrap();
        pages[page][line][index(place.ceil())].extend(character.chars());
    }
    pages
}

fn index(number: f64) -> usize {
    assert!((0.0..30.0).contains(&number), "{number}");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 29"
    )]
    let index = number as usize;
    index
}

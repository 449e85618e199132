//! The demo's cards as other programs see them: faces by Tesseract, portraits by Pillow, fingers by NBIS.

use std::{
    fs,
    path::{Path, PathBuf},
};

use e2e::{oracles, programs::end_of};
use serde_json::{Value, json};

use super::text;

/// The back's lower part, as a reader sees it, read without any correction.
pub fn tesseract_reads_the_back(folder: &Path, mrz: &Value) {
    let size = |face: &str| image::image_dimensions(folder.join(face)).unwrap();
    assert_eq!([size("front.png"), size("back.png")], [(2022, 1275); 2]);
    let back = image::open(folder.join("back.png")).unwrap();
    // 22 mm of 600 dpi from the lower edge.
    let zone = folder.join("zone.png");
    back.crop_imm(0, 1275 - 520, 2022, 520).save(&zone).unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("ocr");
    let options = [
        "-",
        "-l",
        "mrz",
        "--psm",
        "6",
        "--dpi",
        "600",
        "--tessdata-dir",
    ];
    let arguments = [&[text(&zone)], &options[..], &[text(&model)]].concat();
    let ended = end_of(Path::new("tesseract"), &arguments, &[]).unwrap();
    let read: Vec<&str> = ended
        .output
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(&json!(read), mrz);
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Pixels of a PNG.
fn size_of_png(path: &Path) -> (u32, u32) {
    let bytes = fs::read(path).unwrap();
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (side(16), side(20))
}

/// The fingers written to the chip, as PNGs that the package `wsq` made of them.
fn finger_pictures(scratch: &Path) -> Vec<PathBuf> {
    (0..2)
        .map(|finger| scratch.join(format!("finger-{finger}.png")))
        .collect()
}

/// Pillow opens the JPEG 2000 of DG2, `wsq` (NBIS) the two fingers of DG3.
pub fn pictures_open_elsewhere(folder: &Path, scratch: &Path) {
    let dg2 = fs::read(folder.join("chip/EF_DG2.bin")).unwrap();
    let start =
        position(&dg2, b"\x00\x00\x00\x0CjP  ").or_else(|| position(&dg2, b"\xFF\x4F\xFF\x51"));
    let (image, png) = (scratch.join("portrait.jp2"), scratch.join("portrait.png"));
    fs::write(&image, &dg2[start.unwrap()..]).unwrap();
    oracles::pictures(&["decode", text(&image), text(&png)]).unwrap();
    assert_eq!(size_of_png(&png), (622, 800));

    let dg3 = fs::read(folder.join("written/EF_DG3.bin")).unwrap();
    // A record begins with "FIR"; the stream in it from SOI to the last EOI before the next record.
    let records: Vec<usize> = (0..dg3.len())
        .filter(|at| dg3[*at..].starts_with(b"FIR\0"))
        .collect();
    assert_eq!(records.len(), 2);
    for (finger, (start, end)) in records.iter().zip([records[1], dg3.len()]).enumerate() {
        let record = &dg3[*start..end];
        let first = position(record, b"\xFF\xA0\xFF").unwrap();
        let last = record
            .windows(2)
            .rposition(|two| two == b"\xFF\xA1")
            .unwrap();
        let stream = scratch.join("finger.wsq");
        fs::write(&stream, &record[first..last + 2]).unwrap();
        let png = &finger_pictures(scratch)[finger];
        oracles::pictures(&["wsq-decode", text(&stream), text(png)]).unwrap();
        let (width, height) = size_of_png(png);
        assert!(width >= 200 && height >= 200, "{width} x {height}");
    }
}

/// NBIS matches each finger on the chip with the ordered one of the same hand, and not with the other.
pub fn fingers_are_the_persons(person: &Path, scratch: &Path) {
    /// BOZORTH3 says "the same finger" from 40 on; compression leaves far more of a print than that.
    const SURELY: u32 = 100;
    let ordered = ["finger-right-index.png", "finger-left-index.png"].map(|name| person.join(name));
    let on_chip = finger_pictures(scratch);
    let all: Vec<&str> = on_chip
        .iter()
        .chain(&ordered)
        .map(|path| text(path))
        .collect();
    let table = oracles::pictures(&[&["match"], all.as_slice()].concat()).unwrap();
    let scores: Vec<Vec<u32>> = table
        .lines()
        .map(|row| row.split(' ').map(|score| score.parse().unwrap()).collect())
        .collect();
    for finger in 0..2 {
        let (same, other) = (scores[finger][2 + finger], scores[finger][3 - finger]);
        assert!(
            same >= SURELY && same > 3 * other,
            "finger {finger}: {table}"
        );
    }
}

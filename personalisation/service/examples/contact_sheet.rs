//! Draws the pictures of this documentation: people who do not exist, and their cards.
//!
//! ```text
//! cargo run -p personalisation --example contact_sheet FOLDER [ORDER.toml ...]
//! ```
//!
//! Leaves in FOLDER `people.jpg` (twelve people with both faces of their cards), `card-front.jpg` and `card-back.jpg` (the first of them).
//! With orders, their cards alone, as `1-front.png`, `1-back.png`, `2-front.png`, …: for looking at a design.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use hardware_sim::people::{self, People, portrait::Fault};
use image::{
    DynamicImage, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops, imageops::FilterType,
};
use personalisation::{
    edge,
    faces::{CardFacts, Faces, Pictures},
    order::{self, OrderFile, PermitSection},
};
use personalisation_core::{card_access_number::CardAccessNumber, document_number::DocumentNumber};

/// Draws these people, of whom every third is a citizen of Utopia.
const SEED: u64 = 3;
const PEOPLE: u32 = 12;
/// Columns of the sheet, rows of a person's pictures, and the space around them, in pixels.
const COLUMNS: u32 = 2;
const TALL: u32 = 150;
const SPACE: u32 = 10;
/// Pixels in a row of the single card.
const CARD: u32 = 1011;
/// Bytes of the sheet at most.
const LIMIT: usize = 300 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("name the folder")?;
    let orders: Vec<PathBuf> = arguments.collect();
    let faces = Faces::new();
    if !orders.is_empty() {
        for (number, order) in (1..).zip(&orders) {
            let pictures = card(&faces, order)?;
            fs::write(folder.join(format!("{number}-front.png")), &pictures.front)?;
            fs::write(folder.join(format!("{number}-back.png")), &pictures.back)?;
        }
        return Ok(());
    }
    let work = tempfile::tempdir()?;
    let mut sheet = Sheet::new();
    for (place, person) in (0..).zip(crowd(work.path())?) {
        let pictures = card(&faces, &person.join("person.toml"))?;
        let front = image::load_from_memory(&pictures.front)?;
        let back = image::load_from_memory(&pictures.back)?;
        if place == 0 {
            for (name, face) in [("card-front.jpg", &front), ("card-back.jpg", &back)] {
                let face = face.resize(CARD, CARD, FilterType::Lanczos3).to_rgb8();
                fs::write(folder.join(name), jpeg(&face, 85)?)?;
            }
        }
        sheet.add(
            place,
            &[image::open(person.join("portrait.png"))?, front, back],
        );
    }
    fs::write(folder.join("people.jpg"), sheet.jpeg()?)?;
    Ok(())
}

/// The folders of the people.
fn crowd(out: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let people = People {
        seed: SEED,
        count: PEOPLE,
        out: Some(out.to_owned()),
        cache: None,
        fault: Fault::None,
        register: None,
    };
    let folders = people::run(&people, |_| ())?;
    for folder in folders.iter().skip(2).step_by(3) {
        let order = folder.join("person.toml");
        let text = fs::read_to_string(&order)?.replace("\"luxembourg\"", "\"utopia\"");
        fs::write(order, text)?;
    }
    Ok(folders)
}

/// The faces of an order's card, with the numbers that a card would get.
fn card(faces: &Faces, order: &Path) -> Result<Pictures, Box<dyn Error>> {
    let folder = order.parent().unwrap_or(Path::new(""));
    let mut rng = edge::rng();
    let prepared = order::prepare(
        &OrderFile::load(order)?,
        folder,
        &PermitSection::default(),
        edge::now(),
        &mut rng,
    )?;
    let number = DocumentNumber::generate(&mut rng);
    let content = CardFacts {
        number: number.to_string(),
        can: CardAccessNumber::generate(&mut rng).as_str().to_owned(),
        mrz: prepared.identity.mrz(number)?,
    };
    let profile = prepared.identity.issuer_profile()?;
    let holder = Faces::prepare(&profile, prepared.holder()?)?;
    Ok(faces.draw(&holder, &content)?)
}

/// Pictures in rows.
struct Sheet(RgbImage);

impl Sheet {
    fn new() -> Self {
        let (wide, tall) = (
            COLUMNS * Self::cell() + SPACE,
            PEOPLE / COLUMNS * (TALL + SPACE),
        );
        let paper = Rgb([255, 255, 255]);
        Self(RgbImage::from_pixel(wide, tall + SPACE, paper))
    }

    /// Pixels from one person to the next.
    fn cell() -> u32 {
        let portrait = TALL * 622 / 800;
        let face = TALL * 8560 / 5398;
        portrait + 2 * face + 4 * SPACE
    }

    fn add(&mut self, place: u32, pictures: &[DynamicImage]) {
        let top = SPACE + place / COLUMNS * (TALL + SPACE);
        let mut left = SPACE + place % COLUMNS * Self::cell();
        for picture in pictures {
            let small = picture
                .resize(u32::MAX, TALL, FilterType::Lanczos3)
                .to_rgb8();
            imageops::replace(&mut self.0, &small, left.into(), top.into());
            left += small.width() + SPACE;
        }
    }

    /// As good as the limit allows.
    fn jpeg(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        for quality in (40..=90).rev().step_by(5) {
            let bytes = jpeg(&self.0, quality)?;
            if bytes.len() <= LIMIT {
                return Ok(bytes);
            }
        }
        Err("the sheet is too large for its limit".into())
    }
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture)?;
    Ok(bytes)
}

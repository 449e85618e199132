//! The machine readable zone, read cell by cell.

use image::RgbImage;

use super::{
    affine::Affine,
    error::ExitError,
    finding::Face,
    glyphs::Glyphs,
    limits::CHARACTER,
    photograph::luminance,
    plane::{Plane, real},
    register::{from_dots, levels},
};
use crate::faces::geometry::{self, MRZ_LEFT, OCR_PITCH, mrz_centre};

/// Lines of the zone of a TD1 card.
pub(super) const LINES: usize = 3;
/// Characters of a line.
pub(super) const LINE_LENGTH: usize = 30;
/// Dots of a cell at 300 dpi: a character's pitch is 30 of them.
pub(super) const CELL: (usize, usize) = (30, 36);
/// Dots in a millimetre at 300 dpi.
const SCALE: f64 = 300.0 / 25.4;
/// Millimetres from the middle of the white before a character to its ink.
const BEFORE: f64 = 0.4;

/// One cell, read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Character {
    /// What it is most like.
    pub(super) read: char,
    /// How much, -1 to 1.
    pub(super) likeness: f64,
}

/// The zone of one face, cut into cells.
pub(super) struct Zone {
    cells: Vec<Vec<f32>>,
}

/// Upper left corner of a cell, in dots of 300 dpi from the face's.
pub(super) fn cell_at(line: usize, place: usize) -> (usize, usize) {
    let left = whole((MRZ_LEFT - BEFORE) * SCALE) + place * CELL.0;
    (left, whole(mrz_centre(line) * SCALE) - CELL.1 / 2)
}

/// The place of a cell in millimetres.
pub(super) fn place_of(line: usize, place: usize) -> geometry::Area {
    let (left, top) = cell_at(line, place);
    let millimetres = |dots: usize| f64::from(real(dots)) / SCALE;
    geometry::Area {
        x: millimetres(left),
        y: millimetres(top),
        width: OCR_PITCH,
        height: millimetres(CELL.1),
    }
}

fn whole(dots: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place on the card"
    )]
    let dots = dots as usize;
    dots
}

impl Zone {
    /// Cuts the zone out of a picture, where the print lies so.
    pub(super) fn seen(grey: &Plane, print: &Affine) -> Self {
        let (left, top) = cell_at(0, 0);
        let last = cell_at(LINES - 1, LINE_LENGTH - 1);
        let (width, height) = (last.0 + CELL.0 - left, last.1 + CELL.1 - top);
        let corner = (f64::from(real(left)), f64::from(real(top)));
        let to_frame = print.after(&from_dots(2)).moved(corner);
        let zone = levels(grey, &to_frame, width, height);
        Self::cut(&zone, (left, top))
    }

    /// Cuts the zone out of a face of 600 dpi.
    fn expected(face: &RgbImage) -> Self {
        let (left, top) = cell_at(0, 0);
        let last = cell_at(LINES - 1, LINE_LENGTH - 1);
        let (width, height) = (2 * (last.0 + CELL.0 - left), 2 * (last.1 + CELL.1 - top));
        let row = face.width() as usize * 3;
        let mut grey = Vec::with_capacity(width * height);
        for y in 2 * top..2 * top + height {
            let start = y * row + 2 * left * 3;
            let dots = &face.as_raw()[start..start + width * 3];
            grey.extend(dots.chunks_exact(3).map(luminance));
        }
        Self::cut(&Plane::new(width, height, grey).halved(), (left, top))
    }

    fn cut(zone: &Plane, (left, top): (usize, usize)) -> Self {
        let places = (0..LINES).flat_map(|line| (0..LINE_LENGTH).map(move |place| (line, place)));
        let cells = places.map(|(line, place)| {
            let at = cell_at(line, place);
            let cell = zone.part(at.0 - left, at.1 - top, CELL.0, CELL.1);
            cell.levels().to_vec()
        });
        Self {
            cells: cells.collect(),
        }
    }

    /// Reads every cell: the most similar of the 37, whatever was ordered.
    pub(super) fn read(&self, glyphs: &Glyphs) -> Vec<Character> {
        let cells = self.cells.iter();
        cells
            .map(|cell| {
                let (read, likeness) = glyphs.most_like(cell);
                Character { read, likeness }
            })
            .collect()
    }

    /// How like a character a cell is.
    pub(super) fn likeness(&self, cell: usize, character: char, glyphs: &Glyphs) -> f64 {
        let cell = self.cells.get(cell);
        cell.map_or(-1.0, |cell| glyphs.likeness(character, cell))
    }
}

/// The characters of a face that is to be printed, of 2022 x 1275 pixels.
pub(super) fn read_expected(glyphs: &Glyphs, face: &RgbImage) -> Result<Vec<char>, ExitError> {
    let read = Zone::expected(face).read(glyphs);
    if read.iter().any(|character| character.likeness < CHARACTER) {
        return Err(ExitError::Expected {
            face: Face::Back,
            reason: "has a machine readable zone that cannot be read".to_owned(),
        });
    }
    Ok(read.into_iter().map(|character| character.read).collect())
}

/// Characters as lines of text.
pub(super) fn lines(characters: &[Character]) -> Vec<String> {
    let lines = characters.chunks(LINE_LENGTH);
    lines
        .map(|line| line.iter().map(|character| character.read).collect())
        .collect()
}

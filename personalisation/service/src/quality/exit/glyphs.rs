//! What the 37 characters of machine readable zones look like at 300 dpi: drawn once from the OCR-B that ships with the program.

use std::sync::OnceLock;

use super::{
    error::ExitError,
    photograph::luminance,
    plane::Plane,
    zone::{CELL, LINE_LENGTH, cell_at},
};
use crate::faces::zone_alone;

/// The characters, on the lines that they are drawn from.
const ALPHABET: [&str; 3] = [
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
    "456789<<<<<<<<<<<<<<<<<<<<<<<<",
    "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
];
/// How many there are.
const COUNT: usize = 37;
/// Levels of a cell.
pub(super) const LEVELS: usize = CELL.0 * CELL.1;

/// The characters with their cells, each with mean 0 and length 1.
pub(super) struct Glyphs {
    list: Vec<(char, Vec<f32>)>,
}

impl Glyphs {
    /// The glyphs, drawn when first asked for.
    pub(super) fn shared() -> Result<&'static Self, ExitError> {
        static GLYPHS: OnceLock<Result<Glyphs, ExitError>> = OnceLock::new();
        let drawn = GLYPHS.get_or_init(Glyphs::draw);
        drawn.as_ref().map_err(Clone::clone)
    }

    fn draw() -> Result<Self, ExitError> {
        let face = zone_alone(ALPHABET).map_err(|error| ExitError::Glyphs(error.to_string()))?;
        let (width, height) = (face.width() as usize, face.height() as usize);
        let grey = face.as_raw().chunks_exact(3).map(luminance).collect();
        let face = Plane::new(width, height, grey).halved();
        let characters = ALPHABET.iter().enumerate().flat_map(|(line, text)| {
            let places = text.chars().enumerate();
            places.map(move |(place, character)| (line, place, character))
        });
        let list: Vec<_> = characters
            .take(COUNT)
            .map(|(line, place, character)| {
                let (left, top) = cell_at(line, place);
                let cell = face.part(left, top, CELL.0, CELL.1);
                (character, normal(cell.levels()))
            })
            .collect();
        Ok(Self { list })
    }

    /// Which character a cell is most like, and how much, -1 to 1.
    pub(super) fn most_like(&self, cell: &[f32]) -> (char, f64) {
        let cell = normal(cell);
        let mut best = ('<', -1.0);
        for (character, glyph) in &self.list {
            let likeness = product(glyph, &cell);
            if likeness > best.1 {
                best = (*character, likeness);
            }
        }
        best
    }

    /// How like a character a cell is.
    pub(super) fn likeness(&self, character: char, cell: &[f32]) -> f64 {
        let glyph = self.list.iter().find(|(known, _)| *known == character);
        glyph.map_or(-1.0, |(_, glyph)| product(glyph, &normal(cell)))
    }
}

/// Levels with mean 0 and length 1; an even cell stays near 0.
fn normal(levels: &[f32]) -> Vec<f32> {
    let count = super::plane::real(levels.len()).max(1.0);
    let mean = levels.iter().sum::<f32>() / count;
    let length = levels
        .iter()
        .map(|level| (level - mean) * (level - mean))
        .sum::<f32>()
        .sqrt()
        .max(1.0);
    levels.iter().map(|level| (level - mean) / length).collect()
}

/// The sum of products, in eight sums at a time.
fn product(one: &[f32], other: &[f32]) -> f64 {
    let mut sums = [0.0_f32; 8];
    for (one, other) in one.chunks_exact(8).zip(other.chunks_exact(8)) {
        for (sum, (one, other)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += one * other;
        }
    }
    sums.iter().copied().map(f64::from).sum()
}

const _: () = assert!(
    LEVELS.is_multiple_of(8),
    "cells are summed eight levels at a time"
);
const _: () = assert!(LINE_LENGTH == 30, "the alphabet stands on lines of thirty");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_glyph_is_itself_and_unlike_all_others() {
        let glyphs = Glyphs::shared().unwrap();
        assert_eq!(glyphs.list.len(), COUNT);
        let mut closest: f64 = 0.0;
        for (character, glyph) in &glyphs.list {
            let (read, likeness) = glyphs.most_like(glyph);
            assert_eq!((read, likeness > 0.999), (*character, true));
            for (other, unlike) in &glyphs.list {
                if other != character {
                    closest = closest.max(product(glyph, unlike));
                }
            }
        }
        assert!(closest < 0.93, "the two most alike: {closest}");
    }
}

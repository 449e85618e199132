//! Where the print lies: first roughly by correlation, then between dots by least squares.
//!
//! The second part is the inverse compositional form of Lucas and Kanade's method (Baker and Matthews, "Lucas-Kanade 20 Years On",
//! 2004): the gradient of what is expected is computed once, and each round corrects the map from print to picture.

use super::{
    affine::Affine,
    least::solve,
    light::Light,
    plane::{Plane, correlation, real},
};
use crate::faces::geometry::{PIXEL_HEIGHT, PIXEL_WIDTH};

/// Millimetres of a printed dot (600 dpi).
const DOT: f64 = 25.4 / 600.0;
/// Dots along the edges that are left out of rough correlation, and how far it looks; of two thirds of a millimetre each.
const BORDER: usize = 5;
const REACH: usize = 4;
/// Correlation that needs no look beyond the neighbouring dots.
const CLEAR: f64 = 0.9;
/// Millimetres along the edges that are left out of the fine part.
const MARGIN_MM: f32 = 3.0;
/// Differences beyond this say that something else is printed, not where it stands.
const FAR: f32 = 50.0;
/// Millimetres that count as one in turns and scales, so that equations are even.
const LEVER: f32 = 40.0;

/// From dots of a face, 600 / `printed` in an inch, to millimetres from its middle.
pub(super) fn from_dots(printed: u32) -> Affine {
    let dot = DOT * f64::from(printed);
    let middle = |dots: u32| -f64::from(dots) / 2.0 * DOT;
    Affine {
        along: (dot, 0.0),
        down: (0.0, dot),
        origin: (middle(PIXEL_WIDTH), middle(PIXEL_HEIGHT)),
    }
}

/// A picture with fewer dots: what a map to the whole one becomes.
fn smaller(to_frame: &Affine, times: f64) -> Affine {
    let part = |(x, y): (f64, f64)| (x / times, y / times);
    Affine {
        along: part(to_frame.along),
        down: part(to_frame.down),
        origin: part(to_frame.origin),
    }
}

/// The picture's levels at the middles of a plane's dots; black beyond the picture.
pub(super) fn levels(seen: &Plane, map: &Affine, width: usize, height: usize) -> Plane {
    let mut levels = Vec::with_capacity(width * height);
    for y in 0..height {
        let y = f64::from(real(y)) + 0.5;
        for x in 0..width {
            let (x, y) = map.apply((f64::from(real(x)) + 0.5, y));
            levels.push(seen.sample((narrow(x), narrow(y))).unwrap_or(0.0));
        }
    }
    Plane::new(width, height, levels)
}

/// The card seen in dots of two thirds of a millimetre. `eighth` is the picture with an eighth of its dots each way.
pub(super) fn rough_look(eighth: &Plane, to_frame: &Affine, like: &Plane) -> Plane {
    let map = smaller(&to_frame.after(&from_dots(16)), 8.0);
    levels(eighth, &map, like.width(), like.height())
}

/// How a face lies, roughly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rough {
    /// Millimetres to the right and down.
    pub(super) step: (f64, f64),
    /// How like the face it is there, -1 to 1.
    pub(super) likeness: f64,
}

/// Where a face correlates best with the card, within 2.7 mm each way.
pub(super) fn rough(expected: &Plane, seen: &Plane) -> Rough {
    let near = best(expected, seen, 1);
    if near.likeness > CLEAR {
        return near;
    }
    best(expected, seen, REACH)
}

fn best(expected: &Plane, seen: &Plane, reach: usize) -> Rough {
    let mut best = Rough {
        step: (0.0, 0.0),
        likeness: -1.0,
    };
    let (width, height) = (
        expected.width() - 2 * BORDER,
        expected.height() - 2 * BORDER,
    );
    for down in BORDER - reach..=BORDER + reach {
        for right in BORDER - reach..=BORDER + reach {
            let rows = (0..height).flat_map(|y| {
                let expected = &expected.row(y + BORDER)[BORDER..BORDER + width];
                let seen = &seen.row(y + down)[right..right + width];
                expected.iter().copied().zip(seen.iter().copied())
            });
            let likeness = correlation(rows);
            if likeness > best.likeness {
                let step = |at: usize| (f64::from(real(at)) - f64::from(real(BORDER))) * DOT * 16.0;
                best = Rough {
                    step: (step(right), step(down)),
                    likeness,
                };
            }
        }
    }
    best
}

/// What is compared in the fine part.
pub(super) struct Pair<'a> {
    /// The face, 600 / `printed` dots in an inch.
    pub(super) expected: &'a Plane,
    /// Printed dots that one dot of it stands for.
    pub(super) printed: u32,
    /// The picture.
    pub(super) seen: &'a Plane,
    /// Dots of the whole picture that one dot of it stands for.
    pub(super) frame: f64,
    /// Its light.
    pub(super) light: Light,
    /// Every so many dots are compared.
    pub(super) every: usize,
}

/// One dot that is compared: its place on the face in millimetres from the middle, and what depends on the face alone.
struct Spot {
    place: (f32, f32),
    level: f32,
    light: f32,
    /// Change of the level by a millimetre to the right and down.
    slope: (f32, f32),
}

impl Pair<'_> {
    /// Corrects where a face lies, without turning it.
    pub(super) fn shift(&self, print: Affine, rounds: usize) -> Option<Affine> {
        let spots = self.spots();
        (0..rounds).try_fold(print, |print, _| {
            let terms = |spot: &Spot| [spot.slope.0, spot.slope.1];
            let [right, down] = self.correction(&spots, &print, terms)?;
            Some(print.moved((-right, -down)))
        })
    }

    /// Corrects where a face lies, how it is turned and how large it is.
    pub(super) fn settle(&self, print: Affine, rounds: usize) -> Option<Affine> {
        let spots = self.spots();
        let lever = f64::from(LEVER);
        (0..rounds).try_fold(print, |print, _| {
            let terms = |spot: &Spot| {
                let (x, y) = (spot.place.0 / LEVER, spot.place.1 / LEVER);
                let (right, down) = spot.slope;
                [right, right * x, right * y, down, down * x, down * y]
            };
            let found = self.correction(&spots, &print, terms)?;
            let change = Affine {
                along: (1.0 + found[1] / lever, found[4] / lever),
                down: (found[2] / lever, 1.0 + found[5] / lever),
                origin: (found[0], found[3]),
            };
            Some(print.after(&change.inverse()?))
        })
    }

    fn spots(&self) -> Vec<Spot> {
        let to_place = from_dots(self.printed);
        let dot = narrow(to_place.along.0);
        let size = (self.expected.width(), self.expected.height());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some dots"
        )]
        let margin = (MARGIN_MM / dot).ceil() as usize;
        let mut spots = Vec::new();
        for y in (margin..size.1.saturating_sub(margin)).step_by(self.every) {
            for x in (margin..size.0.saturating_sub(margin)).step_by(self.every) {
                let level = |x, y| self.expected.at(x, y);
                let slope = (
                    (level(x + 1, y) - level(x - 1, y)) / (2.0 * dot),
                    (level(x, y + 1) - level(x, y - 1)) / (2.0 * dot),
                );
                let place = to_place.apply((f64::from(real(x)) + 0.5, f64::from(real(y)) + 0.5));
                spots.push(Spot {
                    place: (narrow(place.0), narrow(place.1)),
                    level: level(x, y),
                    light: self.light.at(x, y, size),
                    slope,
                });
            }
        }
        spots
    }

    /// One round: the change of the face's place that explains the differences best.
    fn correction<const N: usize>(
        &self,
        spots: &[Spot],
        print: &Affine,
        terms: impl Fn(&Spot) -> [f32; N],
    ) -> Option<[f64; N]> {
        let map = smaller(print, self.frame);
        let (along, down) = (both(map.along), both(map.down));
        let origin = both(map.origin);
        let mut matrix = [[0.0_f32; N]; N];
        let mut right = [0.0_f32; N];
        let mut sums = ([[0.0_f64; N]; N], [0.0_f64; N]);
        for (count, spot) in spots.iter().enumerate() {
            let (x, y) = spot.place;
            let place = (
                origin.0 + x * along.0 + y * down.0,
                origin.1 + x * along.1 + y * down.1,
            );
            let Some(seen) = self.seen.sample(place) else {
                continue;
            };
            let difference = (seen / spot.light - spot.level).clamp(-FAR, FAR);
            let terms = terms(spot);
            for (row, (cells, sum)) in matrix.iter_mut().zip(&mut right).enumerate() {
                for (cell, term) in cells.iter_mut().zip(terms) {
                    *cell += terms[row] * term;
                }
                *sum += terms[row] * difference;
            }
            // Short sums keep the small numbers' digits.
            if count % 512 == 511 {
                add(&mut sums, &mut matrix, &mut right);
            }
        }
        add(&mut sums, &mut matrix, &mut right);
        solve(sums.0, sums.1)
    }
}

fn add<const N: usize>(
    sums: &mut ([[f64; N]; N], [f64; N]),
    matrix: &mut [[f32; N]; N],
    right: &mut [f32; N],
) {
    for (sum, part) in sums.0.iter_mut().flatten().zip(matrix.iter_mut().flatten()) {
        *sum += f64::from(std::mem::take(part));
    }
    for (sum, part) in sums.1.iter_mut().zip(right) {
        *sum += f64::from(std::mem::take(part));
    }
}

fn both((x, y): (f64, f64)) -> (f32, f32) {
    (narrow(x), narrow(y))
}

/// A place in a picture needs no more digits.
fn narrow(number: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "a place in a picture")]
    let number = number as f32;
    number
}

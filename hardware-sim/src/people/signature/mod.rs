//! Signatures: a name in a hand of its own, which grows careless towards the end, and a flourish.

mod letters;

use icao9303::mrz::{MrzName, Transliteration};
use image::{GrayImage, Luma};

use super::dice::{Dice, ramp};
use super::identity::Identity;

/// Pixels in a row: 60 mm at 300 dpi.
pub const WIDTH: u32 = 710;
/// Rows.
pub const HEIGHT: u32 = 240;
/// White around the ink, in pixels.
const MARGIN: f32 = 16.0;

/// A place on the paper.
type Point = (f32, f32);

/// Draws the signature of a seed under somebody's name, dark ink on white.
pub fn draw(seed: u64, identity: &Identity) -> GrayImage {
    let dice = &mut Dice::new(seed, "signature");
    let hand = Hand::draw(dice);
    let mut strokes = hand.write(&signed(dice, identity), dice);
    strokes.extend(flourish(dice, &strokes));
    fit(&mut strokes, dice);
    let mut paper = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([255]));
    for stroke in &strokes {
        ink(&mut paper, &curve(stroke), hand.pen);
    }
    paper
}

/// What somebody signs with: words of Latin letters.
fn signed(dice: &mut Dice, identity: &Identity) -> Vec<String> {
    let choice = Transliteration::default();
    let Ok(name) = MrzName::transliterate(&identity.surname, &identity.given_names, &choice) else {
        return vec![String::from("X")];
    };
    let words = |text: &str| -> Vec<String> {
        let words = text.split('<').filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    // The last component is the name proper; particles and a first of two surnames are often left out.
    let (family, given) = (words(name.primary()), words(name.secondary()));
    let family = family.last().cloned().unwrap_or_default();
    let initial = |word: &String| word.chars().take(1).collect::<String>();
    let Some(first) = given.first() else {
        return vec![family];
    };
    match dice.below(10) {
        0..=3 => vec![initial(first), family],
        4..=6 => vec![family],
        7..=8 => vec![first.clone(), family],
        _ => vec![initial(first), initial(&family)],
    }
}

/// How somebody writes. Lengths are shares of the height of an x.
#[derive(Debug)]
struct Hand {
    /// To the right for each step upwards.
    slant: f32,
    /// Width of letters; 1 is upright school writing.
    width: f32,
    /// Height of capitals.
    capital: f32,
    /// Height of ascenders and descenders.
    reach: f32,
    /// After so many letters of a word only waves follow.
    patience: usize,
    /// How far places stray.
    stray: f32,
    /// Upwards for each step to the right.
    rise: f32,
    /// Radius of the pen in pixels.
    pen: f32,
    /// Whether a capital runs into the next letter.
    joined: bool,
}

impl Hand {
    fn draw(dice: &mut Dice) -> Self {
        Self {
            slant: dice.between(-0.12, 0.6),
            width: dice.between(0.75, 1.6),
            capital: dice.between(0.8, 1.45),
            reach: dice.between(0.75, 1.35),
            patience: 2 + dice.below(7),
            stray: dice.between(0.2, 0.9),
            rise: dice.between(-0.03, 0.16),
            pen: dice.between(1.4, 2.7),
            joined: dice.chance(0.6),
        }
    }

    /// The strokes of words, upwards from the baseline.
    fn write(&self, words: &[String], dice: &mut Dice) -> Vec<Vec<Point>> {
        let mut strokes = Vec::new();
        let mut x = 0.0;
        for word in words {
            let mut stroke = Vec::new();
            for (index, letter) in word.chars().enumerate() {
                let places = self.letter(letter, index, dice);
                let wide = places.last().map_or(8.0, |place| place.0);
                let places = places.iter().map(|(right, up)| {
                    let stray = |dice: &mut Dice| self.stray * dice.around_zero();
                    let (right, up) = (x + self.width * (right + stray(dice)), up + stray(dice));
                    (right + self.slant * up, up + self.rise * right)
                });
                stroke.extend(places);
                x += self.width * wide;
                if index == 0 && !self.joined {
                    strokes.push(std::mem::take(&mut stroke));
                    x += 2.0;
                }
                if matches!(letter, 'I' | 'J') && index > 0 && dice.chance(0.6) {
                    let up = 15.0 + self.rise * x;
                    let right = x - 4.0 + self.slant * 15.0;
                    strokes.push(vec![(right, up), (right + 1.0, up - 1.0)]);
                }
            }
            // The last letter runs out.
            let up = self.rise * x;
            stroke.push((x + dice.between(6.0, 26.0), up + dice.between(-1.0, 6.0)));
            strokes.push(stroke);
            x += dice.between(4.0, 12.0);
        }
        strokes
    }

    /// The places of a letter, less of it the further on it stands.
    fn letter(&self, letter: char, index: usize, dice: &mut Dice) -> Vec<Point> {
        if index == 0 {
            let capital = letters::capital(letter);
            return capital
                .iter()
                .map(|(x, y)| (self.capital * x, self.capital * y))
                .collect();
        }
        let flat = if index > self.patience {
            dice.between(0.35, 0.7)
        } else {
            1.0
        };
        let small = letters::small(letter);
        let tall = |y: f32| {
            if (0.0..=10.0).contains(&y) {
                y
            } else {
                self.reach * y
            }
        };
        let kept = small
            .iter()
            .enumerate()
            .filter(|(place, _)| flat >= 1.0 || place % 2 == 1);
        kept.map(|(_, (x, y))| (*x, flat * tall(*y))).collect()
    }
}

/// A line under, through or back from the name; many have none.
fn flourish(dice: &mut Dice, strokes: &[Vec<Point>]) -> Option<Vec<Point>> {
    let (first, last) = (strokes.first()?.first()?, *strokes.last()?.last()?);
    let length = last.0 - first.0;
    let low = first.1.min(last.1) - dice.between(5.0, 14.0);
    match dice.below(6) {
        0 => Some(vec![
            (first.0 - 4.0, low),
            (first.0 + length * 0.5, low + 2.0),
            (last.0, low + dice.between(-2.0, 6.0)),
        ]),
        1 => Some(vec![
            last,
            (last.0 + 10.0, last.1 - 4.0),
            (first.0 + length * 0.5, low),
            (first.0 + length * dice.between(0.0, 0.3), low - 1.0),
            (first.0 + length * 0.6, low - 5.0),
        ]),
        2 => Some(vec![
            last,
            (last.0 + 14.0, last.1 + 16.0),
            (first.0 + length * 0.6, last.1 + 9.0),
            (first.0 + length * dice.between(0.05, 0.3), last.1 + 5.0),
        ]),
        3 => Some(vec![
            (last.0 + 6.0, last.1 - 1.0),
            (last.0 + 7.0, last.1 - 2.0),
        ]),
        _ => None,
    }
}

/// Turns and scales strokes onto the paper: rows count downwards, nothing is cut off.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn fit(strokes: &mut [Vec<Point>], dice: &mut Dice) {
    let bounds = |axis: fn(&Point) -> f32| {
        let values = strokes.iter().flatten().map(axis);
        values.fold((f32::MAX, f32::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    };
    let (left, right) = bounds(|place| place.0);
    let (bottom, top) = bounds(|place| place.1);
    // A curve swings a little beyond its places.
    let (wide, high) = (WIDTH as f32 - 4.0 * MARGIN, HEIGHT as f32 - 4.0 * MARGIN);
    let most = (wide / (right - left).max(1.0)).min(high / (top - bottom).max(1.0));
    let scale = dice.between(3.6, 6.0).min(most);
    let (spare_x, spare_y) = (wide - scale * (right - left), high - scale * (top - bottom));
    let corner = (
        2.0 * MARGIN + spare_x * dice.between(0.1, 0.6),
        2.0 * MARGIN + spare_y * dice.between(0.3, 0.7),
    );
    for (x, y) in strokes.iter_mut().flatten() {
        *x = corner.0 + scale * (*x - left);
        *y = corner.1 + scale * (top - *y);
    }
}

/// A Catmull-Rom curve through the nodes, in short steps.
fn curve(nodes: &[Point]) -> Vec<Point> {
    let mut points = Vec::new();
    let node = |i: usize| nodes[i.min(nodes.len() - 1)];
    for i in 0..nodes.len().saturating_sub(1) {
        let (p0, p1, p2, p3) = (node(i.saturating_sub(1)), node(i), node(i + 1), node(i + 2));
        for step in 0..40u8 {
            let t = f32::from(step) / 40.0;
            let blend = |a: f32, b: f32, c: f32, d: f32| {
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * b - a - 3.0 * c + d) * t * t * t)
            };
            points.push((blend(p0.0, p1.0, p2.0, p3.0), blend(p0.1, p1.1, p2.1, p3.1)));
        }
    }
    points
}

/// Inks a curve: thicker downwards, thinner at both ends.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn ink(paper: &mut GrayImage, points: &[Point], pen: f32) {
    for (i, pair) in points.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1).max(0.01);
        let down = ((to.1 - from.1) / length).max(0.0);
        let ends = ramp(0.0, 12.0, i as f32) * ramp(0.0, 30.0, (points.len() - i) as f32);
        let radius = pen * (0.75 + 0.55 * down) * (0.4 + 0.6 * ends);
        let steps = length.ceil().max(1.0);
        let mut step = 0.0;
        while step < steps {
            let t = step / steps;
            dot(
                paper,
                from.0 + (to.0 - from.0) * t,
                from.1 + (to.1 - from.1) * t,
                radius,
            );
            step += 1.0;
        }
    }
}

/// A round spot with a soft rim.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "clamped to the paper"
)]
fn dot(paper: &mut GrayImage, x: f32, y: f32, radius: f32) {
    let clamp = |value: f32, side: u32| value.clamp(0.0, side as f32 - 1.0) as u32;
    let reach = radius + 1.0;
    for row in clamp(y - reach, HEIGHT)..=clamp(y + reach, HEIGHT) {
        for column in clamp(x - reach, WIDTH)..=clamp(x + reach, WIDTH) {
            let distance = (column as f32 - x).hypot(row as f32 - y);
            let white = 28.0 + 227.0 * ramp(radius - 0.6, radius + 0.6, distance);
            let pixel = &mut paper.get_pixel_mut(column, row).0[0];
            *pixel = (*pixel).min(white as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_have_ink_differ_and_are_not_cut_off() {
        let ink = |image: &GrayImage| image.pixels().filter(|p| p.0[0] < 128).count();
        for seed in 0..60 {
            let identity = Identity::draw(seed);
            let signature = draw(seed, &identity);
            assert!(
                (500..30_000).contains(&ink(&signature)),
                "{seed}: {}",
                ink(&signature)
            );
            assert_eq!(signature, draw(seed, &identity));
            // Another hand, and another name in the same hand.
            assert_ne!(signature, draw(seed + 1, &identity));
            assert_ne!(signature, draw(seed, &Identity::draw(seed + 1)));
            for (x, y, pixel) in signature.enumerate_pixels() {
                let edge = x.min(y).min(WIDTH - 1 - x).min(HEIGHT - 1 - y);
                assert!(edge > 2 || pixel.0[0] > 128, "{seed}: ink at {x}, {y}");
            }
        }
    }
}

//! Where the card lies: its four edges against the dark ground.

use super::{
    affine::Affine,
    error::ExitError,
    limits::{CARD_RATIO, CARD_TURN},
    photograph::Frame,
    plane::real,
};
use crate::faces::geometry::{HEIGHT, WIDTH};

/// The ground is darker than this.
const GROUND_MOST: u32 = 110;
/// The card is so much brighter than the ground, at least.
const STEP: u32 = 40;
/// Part of a side at each end where edges are not looked for: corners are round.
const CORNER: f64 = 0.12;
/// Part of the picture's side within which an edge lies.
const REACH: usize = 5;
/// Every so many dots the edge is looked for.
const EVERY: usize = 2;
/// Dots from the edge at which the card's own level is taken.
const INSIDE: usize = 4;
/// How far a place may be from the line, in dots.
const NEAR: f64 = 1.2;
/// Part of the places that have to be near the line.
const AGREEING: f64 = 0.6;

/// A straight line: `at + slope · (along - middle)`.
#[derive(Clone, Copy, Debug)]
struct Line {
    at: f64,
    slope: f64,
    middle: f64,
}

/// The side of the card.
#[derive(Clone, Copy, Debug)]
enum Edge {
    Left,
    Right,
    Upper,
    Lower,
}

/// Where the card lies: from millimetres, counted from its middle, to dots of the picture.
pub(super) fn find(frame: &Frame) -> Result<Affine, ExitError> {
    let missing = |edge| ExitError::NoCard {
        face: frame.face,
        edge,
    };
    let line = |edge: Edge| line(frame, edge).ok_or(missing(edge.name()));
    let (left, right) = (line(Edge::Left)?, line(Edge::Right)?);
    let (upper, lower) = (line(Edge::Upper)?, line(Edge::Lower)?);
    // The long edges say best how the card is turned.
    let turn = f64::midpoint(upper.slope, lower.slope).atan();
    if turn.to_degrees().abs() > CARD_TURN {
        return Err(missing("straight"));
    }
    let across = Line::between(left, right);
    let down = Line::between(upper, lower);
    // x = across(y), y = down(x).
    let y = (down.at + down.slope * (across.at - across.slope * across.middle - down.middle))
        / (1.0 - down.slope * across.slope);
    let x = across.at + across.slope * (y - across.middle);
    let dots = (
        (right.of(y) - left.of(y)) * turn.cos(),
        (lower.of(x) - upper.of(x)) * turn.cos(),
    );
    let (wide, tall) = (dots.0 / WIDTH, dots.1 / HEIGHT);
    if !(wide > 0.0 && tall > 0.0) || (wide / tall - 1.0).abs() > CARD_RATIO {
        return Err(missing("opposite"));
    }
    let scale = f64::midpoint(wide, tall);
    let (sin, cos) = turn.sin_cos();
    Ok(Affine {
        along: (scale * cos, scale * sin),
        down: (-scale * sin, scale * cos),
        origin: (x, y),
    })
}

impl Edge {
    const fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Upper => "upper",
            Self::Lower => "lower",
        }
    }
}

impl Line {
    const fn between(one: Self, other: Self) -> Self {
        Self {
            at: f64::midpoint(one.at, other.at),
            slope: f64::midpoint(one.slope, other.slope),
            middle: one.middle,
        }
    }

    fn of(&self, along: f64) -> f64 {
        self.at + self.slope * (along - self.middle)
    }
}

/// Finds one edge.
fn line(frame: &Frame, edge: Edge) -> Option<Line> {
    let (width, height) = (frame.grey.width(), frame.grey.height());
    // Length along the edge, and depth across it.
    let (length, depth) = match edge {
        Edge::Left | Edge::Right => (height, width),
        Edge::Upper | Edge::Lower => (width, height),
    };
    let level = |along: usize, deep: usize| {
        let dot = |along: usize| match edge {
            Edge::Left => frame.brightest(deep, along),
            Edge::Right => frame.brightest(width - 1 - deep, along),
            Edge::Upper => frame.brightest(along, deep),
            Edge::Lower => frame.brightest(along, height - 1 - deep),
        };
        u32::from(dot(along - 1)) + u32::from(dot(along)) + u32::from(dot(along + 1))
    };
    let skipped = corner(length);
    let places: Vec<(f64, f64)> = (skipped..length - skipped)
        .step_by(EVERY)
        .filter_map(|along| {
            let deep = step(|deep| level(along, deep), depth / REACH)?;
            Some((f64::from(real(along)) + 0.5, deep))
        })
        .collect();
    let asked = (length - 2 * skipped).div_ceil(EVERY);
    let found = fit(&places, f64::from(real(length)) / 2.0, asked)?;
    Some(match edge {
        Edge::Left | Edge::Upper => found,
        Edge::Right | Edge::Lower => Line {
            at: f64::from(real(depth)) - found.at,
            slope: -found.slope,
            ..found
        },
    })
}

fn corner(length: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a small number"
    )]
    let skipped = (f64::from(real(length)) * CORNER) as usize;
    skipped.max(1)
}

/// Where the ground ends, in dots from the picture's edge: half-way between the ground and the card. Levels are sums of three.
fn step(level: impl Fn(usize) -> u32, reach: usize) -> Option<f64> {
    let ground = (0..INSIDE).map(&level).sum::<u32>() / u32::try_from(INSIDE).ok()?;
    if ground > 3 * GROUND_MOST {
        return None;
    }
    let first = (INSIDE..reach).find(|deep| level(*deep) > ground + 3 * STEP)?;
    let card = (first + INSIDE..first + 2 * INSIDE).map(&level).max()?;
    let half = u32::midpoint(ground, card.max(level(first)));
    let deep = (first - 1..first + INSIDE).find(|deep| level(*deep + 1) >= half)?;
    let (before, after) = (f64::from(level(deep)), f64::from(level(deep + 1)));
    let part = (f64::from(half) - before) / (after - before).max(1.0);
    // From the middle of one dot to the middle of the next.
    Some(f64::from(real(deep)) + 0.5 + part.clamp(0.0, 1.0))
}

/// The line that most places agree on.
fn fit(places: &[(f64, f64)], middle: f64, asked: usize) -> Option<Line> {
    let enough = AGREEING * f64::from(real(asked));
    let half = places.len() / 2;
    if f64::from(real(places.len())) < enough || half == 0 {
        return None;
    }
    let slopes = places.iter().zip(&places[half..]);
    let slope = median(slopes.map(|(one, other)| (other.1 - one.1) / (other.0 - one.0)))?;
    let at = median(
        places
            .iter()
            .map(|place| place.1 - slope * (place.0 - middle)),
    )?;
    let mut line = Line { at, slope, middle };
    for _ in 0..2 {
        let near = places
            .iter()
            .filter(|place| (place.1 - line.of(place.0)).abs() < NEAR);
        let mut sums = [0.0; 5];
        for (along, deep) in near {
            let x = along - middle;
            for (sum, term) in sums.iter_mut().zip([1.0, x, x * x, *deep, x * deep]) {
                *sum += term;
            }
        }
        let [count, x, xx, y, xy] = sums;
        let spread = xx * count - x * x;
        if count < enough || spread <= 0.0 {
            return None;
        }
        let slope = (xy * count - x * y) / spread;
        line = Line {
            at: (y - slope * x) / count,
            slope,
            middle,
        };
    }
    Some(line)
}

/// The middle one of some numbers.
pub(super) fn median(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    let middle = numbers.len() / 2;
    if numbers.is_empty() {
        return None;
    }
    let (_, middle, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*middle)
}

//! Fine lines: drawn by the program, the same every time for a seed, different for every issuer.

use std::{f64::consts::TAU, fmt::Write};

use super::geometry::{HEIGHT, WIDTH};

/// Step along a line in millimetres: finer than a printer shows.
const STEP: f64 = 0.4;

/// A source of numbers for drawing (`SplitMix64`): what is drawn must not change with a library's version.
#[derive(Debug)]
pub(super) struct Seed(u64);

impl Seed {
    /// By name (FNV-1a).
    pub(super) fn named(name: &str) -> Self {
        Self(name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        }))
    }

    /// A number of the interval.
    fn between(&mut self, from: f64, to: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // 32 bits are plenty and exact.
        let share = f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / f64::from(u32::MAX);
        from + (to - from) * share
    }
}

/// A path as SVG writes it.
#[derive(Debug, Default)]
pub(super) struct Path(String);

impl Path {
    /// Adds a line through points, closed or open.
    pub(super) fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, closed: bool) {
        for (index, (x, y)) in points.into_iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            // Writing to a string does not fail.
            let _ = write!(self.0, "{command}{x:.3} {y:.3}");
        }
        if closed {
            self.0.push('Z');
        }
    }

    /// The path data.
    pub(super) fn data(self) -> String {
        self.0
    }
}

/// Waves across the card that swell, shift and cross from line to line.
pub(super) fn waves(seed: &mut Seed, lines: u32, strength: f64) -> String {
    let long = seed.between(38.0, 52.0);
    let short = seed.between(13.0, 19.0);
    let (shift, counter) = (seed.between(2.2, 3.4), seed.between(-5.5, -4.0));
    let (phase, other) = (seed.between(0.0, TAU), seed.between(0.0, TAU));
    let mut path = Path::default();
    for line in 0..lines {
        let share = f64::from(line) / f64::from(lines);
        let middle = -5.0 + share * (HEIGHT + 10.0);
        let points = across().map(|x| {
            let swell = 0.55 + 0.45 * (TAU * (x / 96.0 + share * 0.7) + other).sin();
            let slow = (TAU * x / long + phase + share * TAU * shift).sin();
            let quick = (TAU * x / short + other + share * TAU * counter).sin();
            (x, middle + strength * (1.9 * slow + 0.75 * swell * quick))
        });
        path.line(points, false);
    }
    path.data()
}

/// A rosette: rings of braided petals around a point.
pub(super) fn rosette(seed: &mut Seed, centre: (f64, f64), radius: f64) -> String {
    let mut path = Path::default();
    let rings = [
        (0.86, 0.13, 22.0, 10_u8),
        (0.58, 0.2, 14.0, 12),
        (0.26, 0.16, 9.0, 9),
    ];
    for (middle, depth, petals, strands) in rings {
        let turn = seed.between(0.0, TAU);
        for strand in 0..strands {
            let phase = TAU * f64::from(strand) / f64::from(strands);
            let points = around(720).map(|angle| {
                let wave = (petals * angle + phase).sin()
                    + 0.28 * (petals * 2.0 * angle - phase * 2.0 + turn).sin();
                polar(
                    centre,
                    radius * (middle + depth * wave / 1.28),
                    angle + turn,
                )
            });
            path.line(points, true);
        }
    }
    path.data()
}

/// Three bands across the card, each between two curves: the colours of the State.
pub(super) fn ribbon(seed: &str, height: f64, band: u8) -> String {
    let mut seed = Seed::named(seed);
    let phase = seed.between(0.0, TAU);
    let edge = |x: f64, offset: f64| {
        let swing =
            0.42 * (TAU * x / 74.0 + phase).sin() + 0.16 * (TAU * x / 31.0 + 2.0 * phase).sin();
        let spread = 0.30 + 0.11 * (TAU * x / 85.6 + phase * 0.5).sin();
        height + swing + (offset - 1.5) * spread
    };
    let upper = across().map(|x| (x, edge(x, f64::from(band))));
    let lower: Vec<_> = across()
        .map(|x| (x, edge(x, f64::from(band) + 1.0)))
        .collect();
    let mut path = Path::default();
    path.line(upper.chain(lower.into_iter().rev()), true);
    path.data()
}

/// A point by angle and distance.
pub(super) fn polar((x, y): (f64, f64), radius: f64, angle: f64) -> (f64, f64) {
    (x + radius * angle.cos(), y + radius * angle.sin())
}

/// Angles around a circle.
pub(super) fn around(points: u32) -> impl Iterator<Item = f64> {
    (0..points).map(move |point| TAU * f64::from(point) / f64::from(points))
}

/// Places across the card and a little beyond.
fn across() -> impl Iterator<Item = f64> {
    (0..=220_u32)
        .map(|step| f64::from(step) * STEP - 1.0)
        .take_while(|x| *x <= WIDTH + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_lines_and_another_seed_others() {
        let drawn = |name| waves(&mut Seed::named(name), 5, 1.0);
        assert_eq!(drawn("luxembourg"), drawn("luxembourg"));
        assert_ne!(drawn("luxembourg"), drawn("utopia"));
    }

    #[test]
    fn numbers_stay_in_their_interval() {
        let mut seed = Seed::named("interval");
        for _ in 0..1000 {
            let number = seed.between(2.0, 3.0);
            assert!((2.0..=3.0).contains(&number));
        }
    }
}

//! The light on the card: uneven, and not the print's fault.

use super::{
    edges::median,
    error::ExitError,
    finding::Face,
    limits::LIGHT,
    plane::{Plane, real},
};

/// Dots of a side of the squares whose light is compared.
const SQUARE: usize = 6;
/// Squares darker than this say little about the light.
const DARK: f32 = 70.0;
/// Squares brighter than this may be brighter still: the camera ends at 255.
const BRIGHT: f32 = 247.0;
/// With fewer squares than this that are not too bright, the bright ones count as well: a card may come out white.
const FEW: usize = 24;
/// How far a square may be from the plane before it counts less: first wide, then narrow.
const NEAR: [f64; 5] = [0.1, 0.05, 0.03, 0.02, 0.02];

/// The light on a card: `middle + across · x + down · y`, x and y from -1 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Light {
    middle: f64,
    across: f64,
    down: f64,
}

/// Place from -1 to 1 and ratio of seen to expected.
type Sample = ((f64, f64), f64);

impl Light {
    /// The plane that most squares agree on. Of the channels the middle ratio counts: a dye may be missing.
    pub(super) fn fit(face: Face, expected: &[Plane], seen: &[Plane]) -> Result<Self, ExitError> {
        // A card that comes out white has next to no square that is not too bright, and those lie in a row.
        let dimmer = samples(expected, seen, BRIGHT);
        let enough = dimmer.len() >= FEW;
        if let Some(light) = enough.then(|| Self::through(&dimmer)).flatten()
            && light.worst() <= LIGHT
        {
            return Ok(light);
        }
        let light = Self::through(&samples(expected, seen, f32::INFINITY));
        let worst = light.map_or(1.0, |light| light.worst());
        light.filter(|_| worst <= LIGHT).ok_or(ExitError::Light {
            face,
            measured: 1.0 - worst,
            limit: LIGHT,
        })
    }

    /// The plane through samples; none where they do not determine one.
    fn through(samples: &[Sample]) -> Option<Self> {
        let flat = Self {
            middle: median(samples.iter().map(|sample| sample.1))?,
            across: 0.0,
            down: 0.0,
        };
        NEAR.into_iter()
            .try_fold(flat, |light, near| light.refined(samples, near))
    }

    /// How far the light is from even and right, at most.
    fn worst(&self) -> f64 {
        [self.middle - 1.0, self.across, self.down]
            .into_iter()
            .fold(0.0, |worst, part| worst.max(part.abs()))
    }

    /// The light at a dot of a card of this size.
    pub(super) fn at(&self, x: usize, y: usize, size: (usize, usize)) -> f32 {
        let (x, y) = place(x, y, size);
        #[expect(clippy::cast_possible_truncation, reason = "a number near 1")]
        let light = (self.middle + self.across * x + self.down * y) as f32;
        light
    }

    /// Takes the light out of a plane.
    pub(super) fn even(&self, seen: &Plane) -> Plane {
        self.each(seen, |level, light| level / light)
    }

    /// What can be seen of a plane at most, when the light is taken out of it again: the camera ends at 255.
    pub(super) fn cap(&self, expected: &Plane) -> Plane {
        self.each(expected, |level, light| level.min(255.0 / light))
    }

    fn each(&self, plane: &Plane, change: impl Fn(f32, f32) -> f32) -> Plane {
        let size = (plane.width(), plane.height());
        let mut levels = Vec::with_capacity(plane.levels().len());
        for y in 0..plane.height() {
            let row = plane.row(y).iter().enumerate();
            levels.extend(row.map(|(x, level)| change(*level, self.at(x, y, size))));
        }
        Plane::new(plane.width(), plane.height(), levels)
    }

    fn refined(&self, samples: &[Sample], near: f64) -> Option<Self> {
        let mut matrix = [[0.0; 3]; 3];
        let mut right = [0.0; 3];
        for ((x, y), ratio) in samples {
            let away = (ratio - self.middle - self.across * x - self.down * y) / near;
            let weight = 1.0 / (1.0 + away * away);
            let terms = [1.0, *x, *y];
            for (row, (cells, sum)) in matrix.iter_mut().zip(&mut right).enumerate() {
                for (cell, term) in cells.iter_mut().zip(terms) {
                    *cell += weight * terms[row] * term;
                }
                *sum += weight * terms[row] * ratio;
            }
        }
        let [middle, across, down] = super::least::solve(matrix, right)?;
        Some(Self {
            middle,
            across,
            down,
        })
    }
}

fn place(x: usize, y: usize, (width, height): (usize, usize)) -> (f64, f64) {
    let part =
        |at: usize, side: usize| 2.0 * (f64::from(real(at)) + 0.5) / f64::from(real(side)) - 1.0;
    (part(x, width), part(y, height))
}

fn samples(expected: &[Plane], seen: &[Plane], brightest: f32) -> Vec<Sample> {
    let Some(first) = expected.first() else {
        return Vec::new();
    };
    let size = (first.width(), first.height());
    let mut samples = Vec::new();
    for top in (SQUARE..size.1.saturating_sub(2 * SQUARE)).step_by(SQUARE) {
        for left in (SQUARE..size.0.saturating_sub(2 * SQUARE)).step_by(SQUARE) {
            let channels = expected.iter().zip(seen);
            let ratios = channels.filter_map(|(expected, seen)| {
                let (wanted, got) = (mean(expected, left, top), mean(seen, left, top));
                (wanted > DARK && got < brightest).then(|| f64::from(got / wanted))
            });
            if let Some(ratio) = median(ratios) {
                samples.push((place(left + SQUARE / 2, top + SQUARE / 2, size), ratio));
            }
        }
    }
    samples
}

fn mean(plane: &Plane, left: usize, top: usize) -> f32 {
    let rows = (top..top + SQUARE).map(|y| &plane.row(y)[left..left + SQUARE]);
    rows.flatten().sum::<f32>() / real(SQUARE * SQUARE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gradient_is_found_beside_a_spot_without_ink() {
        let expected = Plane::new(60, 40, vec![200.0; 2_400]);
        let levels = (0..2_400).map(|at| {
            let (x, y) = place(at % 60, at / 60, (60, 40));
            let spot = if at % 60 > 40 && at / 60 < 12 {
                1.4
            } else {
                1.0
            };
            #[expect(clippy::cast_possible_truncation, reason = "a level")]
            let level = (200.0 * spot * (0.95 + 0.08 * x - 0.05 * y)) as f32;
            level
        });
        let seen = Plane::new(60, 40, levels.collect());
        let light = Light::fit(
            Face::Front,
            std::slice::from_ref(&expected),
            std::slice::from_ref(&seen),
        )
        .unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < 0.01;
        assert!(
            near(light.middle, 0.95) && near(light.across, 0.08) && near(light.down, -0.05),
            "{light:?}"
        );
        assert!((light.even(&seen).at(10, 30) - 200.0).abs() < 3.0);
        let dark = Plane::new(60, 40, vec![90.0; 2_400]);
        assert!(Light::fit(Face::Front, &[expected], &[dark]).is_err());
    }
}

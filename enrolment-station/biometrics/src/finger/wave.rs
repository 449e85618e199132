//! How many ridges a pixel holds: the strongest wave across the ridges around a place.

use std::f32::consts::{PI, TAU};

use super::plane::Plane;

/// Places looked at across the ridges, one a pixel.
const LENGTH: usize = 48;
/// The same, as a number.
const ACROSS: f32 = 48.0;
/// Places that are averaged along the ridges, two pixels apart.
const ALONG: [f32; 9] = [-8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0];
/// Frequencies tried, in ridges a pixel.
const TRIED: usize = 18;
const LOWEST: f32 = 0.050;
const STEP: f32 = 0.009;

/// A wave that was found.
#[derive(Clone, Copy)]
pub(super) struct Wave {
    /// Ridges a pixel.
    pub frequency: f32,
    /// Share of all change that is this wave, 0 to 1.
    pub share: f32,
}

/// The tried waves under a bell, made once.
pub(super) struct Waves {
    bell: [f32; LENGTH],
    tried: Vec<[[f32; LENGTH]; 2]>,
    /// What turns power into a share.
    scale: f32,
}

impl Waves {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    pub fn new() -> Self {
        let bell: [f32; LENGTH] =
            std::array::from_fn(|i| 0.5 - 0.5 * (TAU * (i as f32 + 0.5) / ACROSS).cos());
        let tried = (0..TRIED)
            .map(|number| {
                let frequency = LOWEST + STEP * number as f32;
                let wave = |i: usize| TAU * frequency * (i as f32 + 0.5 - ACROSS / 2.0);
                [
                    std::array::from_fn(|i| bell[i] * wave(i).cos()),
                    std::array::from_fn(|i| bell[i] * wave(i).sin()),
                ]
            })
            .collect();
        let (sum, squares) = bell
            .iter()
            .fold((0.0, 0.0), |(sum, squares), b| (sum + b, squares + b * b));
        Self {
            bell,
            tried,
            scale: 2.0 * squares / (sum * sum),
        }
    }

    /// The strongest wave around a place whose ridges run in `direction` (radians, from `x` to `y`); none if the
    /// strongest is slower or faster than any that is tried.
    pub fn at(&self, plane: &Plane, x: f32, y: f32, direction: f32) -> Option<Wave> {
        let signal = self.across(plane, x, y, direction);
        let energy: f32 = signal
            .iter()
            .zip(&self.bell)
            .map(|(s, b)| (s * b).powi(2))
            .sum();
        if energy < f32::EPSILON {
            return None;
        }
        let mut powers = [0.0f32; TRIED];
        for (power, [even, odd]) in powers.iter_mut().zip(&self.tried) {
            let product = |wave: &[f32; LENGTH]| -> f32 {
                wave.iter().zip(&signal).map(|(w, s)| w * s).sum()
            };
            *power = product(even).powi(2) + product(odd).powi(2);
        }
        let best = (0..TRIED).max_by(|a, b| powers[*a].total_cmp(&powers[*b]))?;
        if best == 0 || best + 1 == TRIED {
            return None;
        }
        let (before, top, after) = (powers[best - 1], powers[best], powers[best + 1]);
        let bend = 2.0 * top - before - after;
        let between = if bend > 0.0 {
            0.5 * (after - before) / bend
        } else {
            0.0
        };
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let frequency = LOWEST + STEP * (best as f32 + between);
        Some(Wave {
            frequency,
            share: (top / energy * self.scale).min(1.0),
        })
    }

    /// Grey values across the ridges, averaged along them, without their mean under the bell.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn across(&self, plane: &Plane, x: f32, y: f32, direction: f32) -> [f32; LENGTH] {
        let (sin, cos) = direction.rem_euclid(PI).sin_cos();
        let mut signal = [0.0f32; LENGTH];
        for (i, value) in signal.iter_mut().enumerate() {
            let step = i as f32 + 0.5 - ACROSS / 2.0;
            let (x, y) = (x - step * sin, y + step * cos);
            *value = ALONG
                .iter()
                .map(|along| plane.near(x + along * cos, y + along * sin))
                .sum();
        }
        let weights: f32 = self.bell.iter().sum();
        let mean = signal
            .iter()
            .zip(&self.bell)
            .map(|(s, b)| s * b)
            .sum::<f32>()
            / weights;
        signal.map(|value| value - mean)
    }
}

//! Growing ridges: random spots, filtered over and over along the field until they fill the finger.
//!
//! Where ridges from different spots meet, endings and bifurcations come about by themselves, as in
//! `SFinGe` (Cappelli, Maio, Maltoni 2002). Growth happens at half resolution, the last steps at full.

use std::f32::consts::{PI, TAU};

use super::super::dice::{Dice, Noise};
use super::orientation::Field;

/// Master of a finger: more than an impression ever shows, 500 ppi.
pub(super) const WIDTH: usize = 480;
pub(super) const HEIGHT: usize = 640;

/// Directions of the filter bank.
const DIRECTIONS: usize = 48;
/// Numbers that a filter takes at once.
const LANES: usize = 8;
/// Ridge periods of the filter bank.
const PERIODS: usize = 9;
/// Steps at half and at full resolution.
const COARSE_STEPS: usize = 45;
const FINE_STEPS: usize = 3;

/// Ridges (towards 1) and valleys (towards -1), row by row.
#[derive(Clone, Debug)]
pub(super) struct Master {
    pub values: Vec<f32>,
}

/// Grows the ridges of a field.
pub(super) fn grow(field: &Field, dice: &mut Dice) -> Master {
    let period = dice.between(8.2, 9.8);
    let waves = [Noise::new(dice, 170.0), Noise::new(dice, 70.0)];
    let local_period =
        |x: f32, y: f32| period * (1.0 + 0.09 * waves[0].at(x, y) + 0.06 * waves[1].at(x, y));

    let coarse = Plan::new(2, period, field, &local_period);
    let mut values = spots(coarse.width, coarse.height, dice);
    for _ in 0..COARSE_STEPS {
        values = coarse.step(&values);
    }
    let fine = Plan::new(1, period, field, &local_period);
    let mut values = double(&values, coarse.width, coarse.height);
    for _ in 0..FINE_STEPS {
        values = fine.step(&values);
    }
    Master { values }
}

/// Spots far enough apart that most ridges are long, near enough that there are minutiae.
fn spots(width: usize, height: usize, dice: &mut Dice) -> Vec<f32> {
    let mut values = vec![0.0; width * height];
    let count = width * height / 700;
    for _ in 0..count {
        values[dice.below(width * height)] = if dice.chance(0.5) { 1.0 } else { -1.0 };
    }
    values
}

/// Twice the size, interpolated.
fn double(values: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut result = Vec::with_capacity(4 * values.len());
    for y in 0..2 * height {
        let (top, below) = (y / 2, (y / 2 + y % 2).min(height - 1));
        for x in 0..2 * width {
            let (left, right) = (x / 2, (x / 2 + x % 2).min(width - 1));
            let sum = values[top * width + left]
                + values[top * width + right]
                + values[below * width + left]
                + values[below * width + right];
            result.push(sum / 4.0);
        }
    }
    result
}

/// A filter bank and which filter each pixel takes, at one resolution.
struct Plan {
    width: usize,
    height: usize,
    radius: usize,
    bank: Vec<Vec<[f32; LANES]>>,
    choice: Vec<u16>,
}

impl Plan {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "indices of a small bank"
    )]
    fn new(
        scale: usize,
        period: f32,
        field: &Field,
        local_period: &impl Fn(f32, f32) -> f32,
    ) -> Self {
        let (width, height) = (WIDTH / scale, HEIGHT / scale);
        let step = scale as f32;
        let radius = (1.15 * period / step).ceil() as usize;
        let periods: Vec<f32> = (0..PERIODS)
            .map(|i| period * (0.85 + 0.30 * i as f32 / (PERIODS - 1) as f32) / step)
            .collect();
        let bank = (0..DIRECTIONS * PERIODS)
            .map(|i| {
                let direction = (i % DIRECTIONS) as f32 * PI / DIRECTIONS as f32;
                gabor(direction, periods[i / DIRECTIONS], radius)
            })
            .collect();
        let mut choice = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let x = (column as f32 + 0.5) * step - WIDTH as f32 / 2.0;
                let y = HEIGHT as f32 / 2.0 - (row as f32 + 0.5) * step;
                // Rows count downwards: the angle turns over.
                let turns = (-field.at(x, y) / PI).rem_euclid(1.0);
                let direction = (turns * DIRECTIONS as f32).round() as usize % DIRECTIONS;
                let relative = (local_period(x, y) / period - 0.85) / 0.30;
                let index = (relative * (PERIODS - 1) as f32).round() as usize;
                choice.push((index.min(PERIODS - 1) * DIRECTIONS + direction) as u16);
            }
        }
        Self {
            width,
            height,
            radius,
            bank,
            choice,
        }
    }

    /// Filters every pixel with its own filter and drives it towards ridge or valley.
    fn step(&self, values: &[f32]) -> Vec<f32> {
        let (width, radius) = (self.width, self.radius);
        // A few columns more, because filters read whole lanes.
        let stride = width + 2 * radius + LANES;
        let mut padded = vec![0.0f32; stride * (self.height + 2 * radius)];
        for (y, row) in values.chunks_exact(width).enumerate() {
            let start = (y + radius) * stride + radius;
            padded[start..start + width].copy_from_slice(row);
        }
        let mut result = Vec::with_capacity(values.len());
        for (i, choice) in self.choice.iter().enumerate() {
            let around = &padded[i / width * stride + i % width..];
            let sum = weigh(
                &self.bank[usize::from(*choice)],
                around,
                stride,
                2 * radius + 1,
            );
            result.push((3.0 * sum).clamp(-1.0, 1.0));
        }
        result
    }
}

/// Sum of products of a filter's rows with the rows of `around`, `stride` apart.
fn weigh(filter: &[[f32; LANES]], around: &[f32], stride: usize, side: usize) -> f32 {
    let blocks = side.div_ceil(LANES);
    let mut sums = [0.0f32; LANES];
    for (row, taps) in filter.chunks_exact(blocks).enumerate() {
        let pixels = &around[row * stride..row * stride + blocks * LANES];
        for (taps, pixels) in taps.iter().zip(pixels.as_chunks::<LANES>().0) {
            for i in 0..LANES {
                sums[i] += taps[i] * pixels[i];
            }
        }
    }
    sums.iter().sum()
}

/// A wave across the ridge under a bell, without mean, of unit strength on its own wave.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn gabor(direction: f32, period: f32, radius: usize) -> Vec<[f32; LANES]> {
    let (sin, cos) = direction.sin_cos();
    let sigma = 0.42 * period;
    let side = 2 * radius + 1;
    let mut kernel = Vec::with_capacity(side * side);
    let mut bells = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let (x, y) = (column as f32 - radius as f32, row as f32 - radius as f32);
            let across = y * cos - x * sin;
            let bell = (-(x * x + y * y) / (2.0 * sigma * sigma)).exp();
            kernel.push(bell * (TAU * across / period).cos());
            bells.push(bell);
        }
    }
    let mean = kernel.iter().sum::<f32>() / bells.iter().sum::<f32>();
    for (tap, bell) in kernel.iter_mut().zip(&bells) {
        *tap -= mean * bell;
    }
    let strength: f32 = kernel.iter().map(|tap| tap.abs()).sum();
    // Rows in whole lanes, filled up with zeros.
    let rows = kernel.chunks_exact(side).flat_map(|row| {
        row.chunks(LANES)
            .map(|taps| std::array::from_fn(|i| taps.get(i).map_or(0.0, |tap| tap / strength)))
    });
    rows.collect()
}

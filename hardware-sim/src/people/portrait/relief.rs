//! The head as a relief: how far each place bulges towards the camera, and the light on it.
//!
//! A flattened ball in the face's outline carries nose, sockets, cheekbones, lips and chin as soft
//! bumps. Its slopes give light and gleam, and what lies deeper than its surroundings is darker.

use super::look::{Look, Shape};
use super::path::Point;

/// Nodes a head unit.
const FINE: f32 = 40.0;
/// The part of the plane that is modelled.
const LEFT: f32 = -1.45;
const TOP: f32 = -2.0;
const COLUMNS: usize = 117;
const ROWS: usize = 177;
/// Nodes around the outline.
const TURNS: usize = 256;
/// Where light comes from: the key light from the upper left, the fill from the right.
const KEY: [f32; 3] = [-0.38, -0.26, 0.887];
const FILL: [f32; 3] = [0.52, 0.04, 0.853];
const GLEAM: [f32; 3] = [-0.19, -0.23, 0.955];

/// Light on the face, by place.
#[derive(Debug)]
pub(super) struct Relief {
    light: Vec<f32>,
    gleam: Vec<f32>,
}

/// A bump: middle, half sizes, height. Those aside of the middle stand on both sides.
struct Bump(f32, f32, f32, f32, f32);

impl Relief {
    /// Models the face within an outline.
    pub(super) fn model(look: &Look, outline: &[Point]) -> Self {
        let radii = radii(outline);
        let bumps = bumps(&look.shape, look.lines);
        let mut heights = Vec::with_capacity(COLUMNS * ROWS);
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let (x, y) = node(column, row);
                heights.push(height(&look.shape, &radii, &bumps, x, y));
            }
        }
        let deep = blurred(&blurred(&heights, 4), 4);
        let mut relief = Self {
            light: Vec::with_capacity(heights.len()),
            gleam: Vec::with_capacity(heights.len()),
        };
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let at =
                    |c: usize, r: usize| heights[r.min(ROWS - 1) * COLUMNS + c.min(COLUMNS - 1)];
                let dx = (at(column + 1, row) - at(column.saturating_sub(1), row)) * FINE / 2.0;
                let dy = (at(column, row + 1) - at(column, row.saturating_sub(1))) * FINE / 2.0;
                let here = row * COLUMNS + column;
                let hollow = (deep[here] - heights[here]).clamp(-0.05, 0.09);
                let (light, gleam) = lit(dx, dy);
                relief
                    .light
                    .push(light - 2.3 * hollow.max(0.0) - 0.6 * hollow.min(0.0));
                relief.gleam.push(gleam);
            }
        }
        relief.light = blurred(&relief.light, 1);
        relief
    }

    /// Light (1 is plain) and gleam at a place.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "clamped to the grid"
    )]
    pub(super) fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let column = ((x - LEFT) * FINE).clamp(0.0, COLUMNS as f32 - 1.01);
        let row = ((y - TOP) * FINE).clamp(0.0, ROWS as f32 - 1.01);
        let here = row as usize * COLUMNS + column as usize;
        let (u, v) = (column.fract(), row.fract());
        let sample = |values: &[f32]| {
            let upper = values[here] + (values[here + 1] - values[here]) * u;
            let lower =
                values[here + COLUMNS] + (values[here + COLUMNS + 1] - values[here + COLUMNS]) * u;
            upper + (lower - upper) * v
        };
        (sample(&self.light), sample(&self.gleam))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a small grid")]
fn node(column: usize, row: usize) -> Point {
    (LEFT + column as f32 / FINE, TOP + row as f32 / FINE)
}

/// Light and gleam of a slope.
fn lit(dx: f32, dy: f32) -> (f32, f32) {
    let length = (dx * dx + dy * dy + 1.0).sqrt();
    let facing = |light: [f32; 3]| (light[2] - dx * light[0] - dy * light[1]) / length;
    // Skin lets light through: the edge of the shade is soft.
    let soft = |light| ((facing(light) + 0.25) / 1.25).max(0.0);
    let light = 0.33 + 0.47 * soft(KEY) + 0.26 * soft(FILL);
    (light, facing(GLEAM).max(0.0).powi(26))
}

/// Distance of the outline from the middle, by direction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a short table"
)]
fn radii(outline: &[Point]) -> Vec<f32> {
    let mut radii = vec![0.0f32; TURNS];
    for (i, from) in outline.iter().enumerate() {
        let to = outline[(i + 1) % outline.len()];
        for step in 0..8u8 {
            let t = f32::from(step) / 8.0;
            let (x, y) = (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t);
            let turn = turn(x, y) as usize % TURNS;
            radii[turn] = radii[turn].max(x.hypot(y));
        }
    }
    // Directions between the steps take their neighbour's.
    for i in 1..2 * TURNS {
        if radii[i % TURNS] == 0.0 {
            radii[i % TURNS] = radii[(i - 1) % TURNS];
        }
    }
    radii
}

#[expect(clippy::cast_precision_loss, reason = "a short table")]
fn turn(x: f32, y: f32) -> f32 {
    (y.atan2(x) / std::f32::consts::TAU + 0.5) * TURNS as f32
}

/// How far a place bulges towards the camera.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a short table"
)]
fn height(shape: &Shape, radii: &[f32], bumps: &[Bump], x: f32, y: f32) -> f32 {
    let turn = turn(x, y);
    let (before, after) = (
        radii[turn as usize % TURNS],
        radii[(turn as usize + 1) % TURNS],
    );
    let radius = before + (after - before) * turn.fract();
    let reach = (x.hypot(y) / radius).min(1.15);
    let ball = if reach < 1.0 {
        (1.0 - reach.powf(2.7)).powf(0.55)
    } else {
        -2.5 * (reach - 1.0)
    };
    let mut height = 0.92 * ball + nose(shape, x, y);
    for Bump(across, down, half_width, half_height, rise) in bumps {
        let (a, b) = ((x.abs() - across) / half_width, (y - down) / half_height);
        let far = a * a + b * b;
        if far < 9.0 {
            height += rise * (-far).exp();
        }
    }
    height
}

/// The nose: a ridge that widens and rises downwards, and ends in a ball over the lip.
fn nose(shape: &Shape, x: f32, y: f32) -> f32 {
    let tip = shape.nose_length - 0.06;
    let along = (y + 0.22) / (tip + 0.22);
    if !(-0.2..=1.6).contains(&along) {
        return 0.0;
    }
    let rise = if along < 1.0 {
        0.05 + 0.24 * along.max(0.0).powf(1.4)
    } else {
        0.29
    };
    let start = ((along + 0.2) / 0.3).clamp(0.0, 1.0);
    let end = (1.0 - (y - tip) / 0.17).clamp(0.0, 1.0);
    let end = end * end * (3.0 - 2.0 * end);
    let half = 0.105 + 0.075 * along.clamp(0.0, 1.0).powi(2);
    let ridge = rise * start * end * (-(x / half).powi(2)).exp();
    let wing =
        ((x.abs() - shape.nose_width * 0.72) / 0.085).powi(2) + ((y - tip - 0.02) / 0.10).powi(2);
    shape.nose_height * (ridge + 0.11 * (-wing).exp())
}

fn bumps(shape: &Shape, lines: f32) -> Vec<Bump> {
    let (mouth, gape) = (shape.mouth, shape.gape);
    let below = mouth + gape;
    vec![
        // Brows, sockets, eyeballs, bags.
        Bump(0.40, -0.36, 0.34, 0.13, 0.045),
        Bump(0.36, -0.06, 0.22, 0.17, -0.085),
        Bump(0.62, -0.02, 0.22, 0.15, -0.045),
        Bump(0.50, 0.00, 0.19, 0.12, 0.060),
        Bump(0.50, 0.20, 0.20, 0.045, -0.010 - 0.022 * lines),
        // Temples, cheekbones, cheeks.
        Bump(0.98, -0.45, 0.2, 0.3, -0.05),
        Bump(0.74, 0.40, 0.28, 0.20, 0.045),
        Bump(0.68, 0.92, 0.24, 0.30, 0.07 * shape.full - 0.015),
        // Folds from the nose to the mouth.
        Bump(
            shape.nose_width + 0.10,
            shape.nose_length + 0.08,
            0.05,
            0.16,
            -0.012 - 0.022 * lines,
        ),
        Bump(
            shape.mouth_width + 0.07,
            mouth - 0.06,
            0.05,
            0.14,
            -0.012 - 0.024 * lines,
        ),
        // Muzzle, groove under the nose, lips, chin.
        Bump(0.0, mouth - 0.02, 0.42, 0.30, 0.075),
        Bump(0.0, mouth - 0.2, 0.035, 0.09, -0.022),
        Bump(0.07, mouth - 0.2, 0.03, 0.09, 0.010),
        Bump(0.0, mouth - 0.05, 0.24, 0.05, 0.030),
        Bump(0.0, mouth + 0.012, 0.36, 0.022, -0.022),
        Bump(0.0, below + 0.075, 0.22, 0.055, 0.048),
        Bump(0.0, below + 0.22, 0.24, 0.075, -0.045),
        Bump(0.0, shape.chin - 0.17, 0.22, 0.15, 0.075),
        Bump(shape.mouth_width + 0.02, mouth, 0.06, 0.05, -0.022),
    ]
}

/// Means over squares of `2 * reach + 1` nodes.
#[expect(clippy::cast_precision_loss, reason = "a few nodes")]
fn blurred(values: &[f32], reach: usize) -> Vec<f32> {
    let mean = |get: &dyn Fn(usize) -> f32, here: usize, end: usize| {
        let (from, to) = (here.saturating_sub(reach), (here + reach).min(end - 1));
        (from..=to).map(get).sum::<f32>() / (to - from + 1) as f32
    };
    let mut across = Vec::with_capacity(values.len());
    for row in values.chunks_exact(COLUMNS) {
        across.extend((0..COLUMNS).map(|column| mean(&|c| row[c], column, COLUMNS)));
    }
    let mut result = Vec::with_capacity(values.len());
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            result.push(mean(&|r| across[r * COLUMNS + column], row, ROWS));
        }
    }
    result
}

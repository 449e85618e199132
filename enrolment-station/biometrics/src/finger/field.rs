//! A finger cell by cell: direction, clearness, contrast and frequency of the ridges.

use std::f32::consts::FRAC_PI_2;

use super::plane::Plane;
use super::wave::Waves;

/// Pixels of a cell's side.
pub(super) const CELL: usize = 8;
/// The same, as a number.
pub(super) const SIDE: f32 = 8.0;
/// Grey levels of a histogram's bin.
const LEVELS: usize = 4;
const BINS: usize = 256 / LEVELS;
/// Shares of a cell's surroundings that are darker than its ridges' and its valleys' grey.
const DARK: u32 = 10;
const LIGHT: u32 = 90;

/// Ridges a pixel that human fingers have: 1.4 to 3.7 a millimetre.
pub(super) const PLAUSIBLE: std::ops::RangeInclusive<f32> = 0.071..=0.188;
/// Grey levels between ridges and valleys, from which on something is there.
const LEAST_CONTRAST: f32 = 20.0;
/// Grey levels by which skin without valleys is darker than the glass.
const DARKER: f32 = 40.0;
/// Share of the glass's grey under which skin is as dark as ridges.
const BLACK: f32 = 0.42;
/// How clear a direction must be for ridges.
const LEAST_COHERENCE: f32 = 0.3;
/// Share of the change across the ridges that must be one wave.
const LEAST_SHARE: f32 = 0.25;

/// What is known of a cell; greys, directions and frequency are those of its surroundings, three by three cells.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    /// Direction of the ridges in radians, from `x` to `y`; 0 to pi.
    pub direction: f32,
    /// How clear the direction is, 0 to 1.
    pub coherence: f32,
    /// Grey of ridges.
    pub dark: f32,
    /// Grey of valleys.
    pub light: f32,
    /// Share of pixels that are nearer to the ridges' grey than to the valleys'.
    pub ridge_share: f32,
    /// Ridges a pixel; 0 if there is no wave.
    pub frequency: f32,
    /// Share of the change across the ridges that is this wave.
    pub share: f32,
    /// Skin touches the glass here.
    pub touched: bool,
    /// There are ridges: clear, and as many as fingers have.
    pub ridged: bool,
}

impl Cell {
    /// Grey levels between ridges and valleys.
    pub fn contrast(&self) -> f32 {
        self.light - self.dark
    }
}

/// All cells of a picture. What does not fill a cell at the right and at the bottom has none.
pub(super) struct Field {
    pub columns: usize,
    pub rows: usize,
    pub cells: Vec<Cell>,
    /// Grey under which something is as dark as ridges are.
    pub black: f32,
}

impl Field {
    pub fn of(plane: &Plane) -> Self {
        let (columns, rows) = (plane.width / CELL, plane.height / CELL);
        let mut field = Self {
            columns,
            rows,
            cells: vec![Cell::default(); columns * rows],
            black: 0.0,
        };
        field.find_directions(&gradients(plane, columns, rows));
        let whole = field.find_greys(&histograms(plane, columns, rows));
        let glass = grey_at(&whole, LIGHT + 5);
        field.black = BLACK * glass;
        let waves = Waves::new();
        for index in 0..field.cells.len() {
            let (x, y) = field.middle(index);
            let cell = &mut field.cells[index];
            let middle = f32::midpoint(cell.dark, cell.light);
            cell.touched = cell.contrast() >= LEAST_CONTRAST || middle + DARKER <= glass;
            if !cell.touched {
                continue;
            }
            if let Some(wave) = waves.at(plane, x, y, cell.direction) {
                cell.frequency = wave.frequency;
                cell.share = wave.share;
                cell.ridged = cell.contrast() >= LEAST_CONTRAST
                    && cell.coherence >= LEAST_COHERENCE
                    && wave.share >= LEAST_SHARE
                    && PLAUSIBLE.contains(&wave.frequency);
            }
        }
        field
    }

    /// Cells in which minutiae may be looked for: with ridges, or among cells with ridges.
    pub fn usable(&self) -> Vec<bool> {
        const MOST: usize = 5;
        (0..self.cells.len())
            .map(|index| {
                let beside = self
                    .around(index)
                    .filter(|(other, _)| self.cells[*other].ridged);
                let beside = beside.count();
                beside > MOST || (self.cells[index].ridged && beside > 2)
            })
            .collect()
    }

    /// The middle of a cell, in pixels.
    #[expect(clippy::cast_precision_loss, reason = "at most a few hundred")]
    pub fn middle(&self, index: usize) -> (f32, f32) {
        let (column, row) = (index % self.columns, index / self.columns);
        (
            (column as f32 + 0.5) * SIDE - 0.5,
            (row as f32 + 0.5) * SIDE - 0.5,
        )
    }

    /// The cells around one, itself included, three by three, fewer at the edge; with how far they are (0 to 2 steps).
    pub fn around(&self, index: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (columns, rows) = (self.columns, self.rows);
        let (column, row) = (index % columns, index / columns);
        let span = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
        span(row, rows).flat_map(move |r| {
            span(column, columns)
                .map(move |c| (r * columns + c, r.abs_diff(row) + c.abs_diff(column)))
        })
    }

    /// Directions and their clearness from the gradients of the surroundings.
    fn find_directions(&mut self, gradients: &[[f32; 3]]) {
        const WEIGHTS: [f32; 3] = [4.0, 2.0, 1.0];
        for index in 0..self.cells.len() {
            let mut sums = [0.0f32; 3];
            for (other, steps) in self.around(index) {
                for (sum, value) in sums.iter_mut().zip(gradients[other]) {
                    *sum += WEIGHTS[steps] * value;
                }
            }
            let [xx, yy, xy] = sums;
            let cell = &mut self.cells[index];
            // Ridges run across the gradient.
            let across = 0.5 * (2.0 * xy).atan2(xx - yy);
            cell.direction = (across + FRAC_PI_2).rem_euclid(std::f32::consts::PI);
            let strength = xx + yy;
            if strength > f32::EPSILON {
                cell.coherence = (xx - yy).hypot(2.0 * xy) / strength;
            }
        }
    }

    /// Greys of ridges and valleys from the histograms of the surroundings; the histogram of the whole picture.
    #[expect(clippy::cast_precision_loss, reason = "counts of a few pixels")]
    fn find_greys(&mut self, histograms: &[[u16; BINS]]) -> [u32; BINS] {
        let mut whole = [0u32; BINS];
        for index in 0..self.cells.len() {
            for (sum, count) in whole.iter_mut().zip(&histograms[index]) {
                *sum += u32::from(*count);
            }
            let mut near = [0u32; BINS];
            for (other, _) in self.around(index) {
                for (sum, count) in near.iter_mut().zip(&histograms[other]) {
                    *sum += u32::from(*count);
                }
            }
            let cell = &mut self.cells[index];
            cell.dark = grey_at(&near, DARK);
            cell.light = grey_at(&near, LIGHT);
            let middle = f32::midpoint(cell.dark, cell.light);
            let (mut darker, mut all) = (0.0, 0.0);
            for (bin, count) in near.iter().enumerate() {
                let grey = ((bin * LEVELS) as f32) + 2.0;
                all += *count as f32;
                if grey < middle {
                    darker += *count as f32;
                }
            }
            cell.ridge_share = darker / all.max(1.0);
        }
        whole
    }
}

/// The grey that `percent` of all pixels do not exceed.
#[expect(clippy::cast_precision_loss, reason = "at most 64 bins")]
fn grey_at(histogram: &[u32; BINS], percent: u32) -> f32 {
    let all: u32 = histogram.iter().sum();
    let wanted = u64::from(all) * u64::from(percent) / 100;
    let mut sum = 0u64;
    for (bin, count) in histogram.iter().enumerate() {
        sum += u64::from(*count);
        if sum > wanted {
            return (bin * LEVELS) as f32 + 2.0;
        }
    }
    255.0
}

/// Sums of squared and multiplied gradients a cell: `xx`, `yy`, `xy`.
fn gradients(plane: &Plane, columns: usize, rows: usize) -> Vec<[f32; 3]> {
    let mut sums = vec![[0.0f32; 3]; columns * rows];
    let width = plane.width;
    let row_at = |y: usize| &plane.values[y * width..(y + 1) * width];
    for y in 1..(rows * CELL).min(plane.height - 1) {
        let (above, here, below) = (row_at(y - 1), row_at(y), row_at(y + 1));
        for column in 0..columns {
            let sum = &mut sums[y / CELL * columns + column];
            let from = (column * CELL).max(1);
            let to = (column * CELL + CELL).min(width - 1);
            for x in from..to {
                let right = above[x + 1] + 2.0 * here[x + 1] + below[x + 1];
                let left = above[x - 1] + 2.0 * here[x - 1] + below[x - 1];
                let under = below[x - 1] + 2.0 * below[x] + below[x + 1];
                let over = above[x - 1] + 2.0 * above[x] + above[x + 1];
                let (dx, dy) = (right - left, under - over);
                sum[0] += dx * dx;
                sum[1] += dy * dy;
                sum[2] += dx * dy;
            }
        }
    }
    sums
}

/// How often each grey is in each cell.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "greys are 0 to 255"
)]
fn histograms(plane: &Plane, columns: usize, rows: usize) -> Vec<[u16; BINS]> {
    let mut counts = vec![[0u16; BINS]; columns * rows];
    for (y, row) in plane
        .values
        .chunks_exact(plane.width)
        .take(rows * CELL)
        .enumerate()
    {
        for (x, grey) in row.iter().take(columns * CELL).enumerate() {
            let bin = (*grey as usize / LEVELS).min(BINS - 1);
            counts[y / CELL * columns + x / CELL][bin] += 1;
        }
    }
    counts
}

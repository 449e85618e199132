//! Ridges made clear: each place filtered by a wave of its own direction and frequency, then black or white.

use std::f32::consts::{PI, TAU};

use super::field::{CELL, Field};
use super::plane::Plane;

/// Directions and frequencies of the filters.
const DIRECTIONS: usize = 32;
const FREQUENCIES: usize = 10;
const LOWEST: f32 = 0.071;
const STEP: f32 = 0.013;
/// Pixels on each side of a filter's middle.
const REACH: usize = 7;
const SPAN: usize = 2 * REACH + 1;
/// A filter's row, filled up with a zero.
const LANES: usize = 16;
/// Places that share a filter.
const BLOCK: usize = 4;

type Filter = [[f32; LANES]; SPAN];

/// The picture in black and white: ridges are true; false beyond the usable cells.
pub(super) struct Ridges {
    pub width: usize,
    pub height: usize,
    pub black: Vec<bool>,
}

/// Filters the usable cells of a picture.
pub(super) fn ridges(plane: &Plane, field: &Field, usable: &[bool]) -> Ridges {
    let filters = bank();
    let guide = Guide::of(field, usable);
    let (padded, stride) = even_contrast(plane, field);
    let mut black = vec![false; plane.width * plane.height];
    for top in (0..field.rows * CELL).step_by(BLOCK) {
        for left in (0..field.columns * CELL).step_by(BLOCK) {
            if !usable[top / CELL * field.columns + left / CELL] {
                continue;
            }
            let filter = &filters[guide.filter_at(left, top)];
            for y in top..top + BLOCK {
                for x in left..left + BLOCK {
                    black[y * plane.width + x] =
                        weigh(filter, &padded[y * stride + x..], stride) < 0.0;
                }
            }
        }
    }
    Ridges {
        width: plane.width,
        height: plane.height,
        black,
    }
}

/// Greys between -1 (ridge) and 1 (valley) by the surroundings' own, with a margin for the filters; and its row's length.
fn even_contrast(plane: &Plane, field: &Field) -> (Vec<f32>, usize) {
    let stride = plane.width + LANES;
    let mut padded = vec![0.0f32; stride * (plane.height + 2 * REACH + 1)];
    for y in 0..field.rows * CELL {
        let from = (y + REACH) * stride + REACH;
        for x in 0..field.columns * CELL {
            let cell = &field.cells[y / CELL * field.columns + x / CELL];
            let middle = f32::midpoint(cell.dark, cell.light);
            let half = (cell.contrast() / 2.0).max(4.0);
            let grey = plane.values[y * plane.width + x];
            padded[from + x] = ((grey - middle) / half).clamp(-1.0, 1.0);
        }
    }
    (padded, stride)
}

/// Sum of products of a filter with the pixels around a place.
fn weigh(filter: &Filter, around: &[f32], stride: usize) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (row, taps) in filter.iter().enumerate() {
        let Some(pixels) = around.get(row * stride..row * stride + LANES) else {
            break;
        };
        for i in 0..LANES {
            sums[i] += taps[i] * pixels[i];
        }
    }
    sums.iter().sum()
}

/// All filters, direction by direction within each frequency.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn bank() -> Vec<Filter> {
    (0..DIRECTIONS * FREQUENCIES)
        .map(|number| {
            let direction = (number % DIRECTIONS) as f32 * PI / DIRECTIONS as f32;
            gabor(direction, LOWEST + STEP * (number / DIRECTIONS) as f32)
        })
        .collect()
}

/// A wave across a direction under a bell, without mean.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn gabor(direction: f32, frequency: f32) -> Filter {
    let (sin, cos) = direction.sin_cos();
    let (across, along) = (0.42 / frequency, 0.48 / frequency);
    let mut filter = [[0.0; LANES]; SPAN];
    let mut bells = [[0.0; LANES]; SPAN];
    for row in 0..SPAN {
        for column in 0..SPAN {
            let (x, y) = (column as f32 - REACH as f32, row as f32 - REACH as f32);
            let (u, v) = (y * cos - x * sin, x * cos + y * sin);
            let bell = (-0.5 * ((u / across).powi(2) + (v / along).powi(2))).exp();
            bells[row][column] = bell;
            filter[row][column] = bell * (TAU * frequency * u).cos();
        }
    }
    let total = |filter: &Filter| filter.iter().flatten().sum::<f32>();
    let mean = total(&filter) / total(&bells);
    for (tap, bell) in filter.iter_mut().flatten().zip(bells.iter().flatten()) {
        *tap -= mean * bell;
    }
    filter
}

/// Direction and frequency between the cells' middles, smoothed.
struct Guide {
    columns: usize,
    rows: usize,
    /// Cosine and sine of twice the direction, and the frequency.
    cells: Vec<[f32; 3]>,
}

impl Guide {
    fn of(field: &Field, usable: &[bool]) -> Self {
        const WEIGHTS: [f32; 3] = [4.0, 2.0, 1.0];
        let cells = (0..field.cells.len())
            .map(|index| {
                let mut sums = [0.0f32; 3];
                let mut ridged = 0.0;
                for (other, steps) in field.around(index) {
                    let cell = &field.cells[other];
                    let (sin, cos) = (2.0 * cell.direction).sin_cos();
                    let weight = WEIGHTS[steps] * cell.coherence;
                    sums[0] += weight * cos;
                    sums[1] += weight * sin;
                    if cell.ridged {
                        sums[2] += WEIGHTS[steps] * cell.frequency;
                        ridged += WEIGHTS[steps];
                    }
                }
                let frequency = if ridged > 0.0 { sums[2] / ridged } else { 0.0 };
                [sums[0], sums[1], frequency]
            })
            .collect();
        let mut guide = Self {
            columns: field.columns,
            rows: field.rows,
            cells,
        };
        guide.fill(field, usable);
        guide
    }

    /// Usable cells far from any wave take the median.
    fn fill(&mut self, field: &Field, usable: &[bool]) {
        let mut known: Vec<f32> = field
            .cells
            .iter()
            .filter(|cell| cell.ridged)
            .map(|cell| cell.frequency)
            .collect();
        if known.is_empty() {
            return;
        }
        let middle = known.len() / 2;
        let (_, median, _) = known.select_nth_unstable_by(middle, f32::total_cmp);
        for (cell, usable) in self.cells.iter_mut().zip(usable) {
            if *usable && cell[2] < LOWEST / 2.0 {
                cell[2] = *median;
            }
        }
    }

    /// The filter for the block that begins at a place.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "small positive numbers"
    )]
    fn filter_at(&self, left: usize, top: usize) -> usize {
        let half = (CELL - BLOCK) / 2;
        // Blocks lie before or behind the middle of their cell: a quarter of the way to the neighbour.
        let toward = |at: usize, end: usize| {
            let cell = at / CELL;
            if at % CELL < half + 1 {
                (cell, cell.saturating_sub(1))
            } else {
                (cell, (cell + 1).min(end - 1))
            }
        };
        let (column, column_beside) = toward(left, self.columns);
        let (row, row_beside) = toward(top, self.rows);
        let mut mixed = [0.0f32; 2];
        for (r, c, weight) in [
            (row, column, 0.5625),
            (row, column_beside, 0.1875),
            (row_beside, column, 0.1875),
            (row_beside, column_beside, 0.0625),
        ] {
            let [cos, sin, _] = self.cells[r * self.columns + c];
            mixed[0] += weight * cos;
            mixed[1] += weight * sin;
        }
        let frequency = self.cells[row * self.columns + column][2];
        let turns = (mixed[1].atan2(mixed[0]) / TAU).rem_euclid(1.0);
        let direction = (turns * DIRECTIONS as f32).round() as usize % DIRECTIONS;
        let level = ((frequency - LOWEST) / STEP).round().max(0.0) as usize;
        level.min(FREQUENCIES - 1) * DIRECTIONS + direction
    }
}

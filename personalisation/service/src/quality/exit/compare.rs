//! A face dot by dot with the one that was ordered: ink, cells, portrait. Dots are a third of a millimetre (75 dpi).

use super::{
    limits::{BORDER_MM, CELL},
    plane::{Plane, correlation, real},
    register::from_dots,
};
use crate::faces::geometry::{Area, HEIGHT, PORTRAIT as PORTRAIT_AREA, WIDTH};

/// Dots of a cell's side: 4.06 mm.
const SIDE: usize = 12;
/// Printed dots that one dot stands for.
const PRINTED: u32 = 8;
/// How far an edge may seem to be from its place, in dots.
const UNSURE: f32 = 0.06;
/// A cell with fewer dots within the border than this part says nothing.
const ENOUGH: usize = 3;

/// A face, expected and seen, in even light.
pub(super) struct Comparison<'a> {
    pub(super) expected: &'a [Plane],
    pub(super) seen: &'a [Plane],
    /// How far a level may be off, for it stands at an edge.
    pub(super) slack: &'a [Plane],
    /// How far the print stands from its place, in millimetres.
    pub(super) offset: (f64, f64),
}

/// An area that differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Blemish {
    pub(super) area: Area,
    pub(super) worst: f64,
}

impl Comparison<'_> {
    /// The ink of each channel as a part of what was ordered: the slope of the line through nothing and all dots.
    pub(super) fn ink(&self) -> Vec<f64> {
        let channels = self.expected.iter().zip(self.seen);
        channels
            .map(|(expected, seen)| {
                let mut sums = (0.0_f64, 0.0_f64);
                for y in self.rows() {
                    let columns = self.columns();
                    let expected = &expected.row(y)[columns.clone()];
                    for (expected, seen) in expected.iter().zip(&seen.row(y)[columns]) {
                        let (ordered, found) = (255.0 - expected, 255.0 - seen);
                        sums.0 += f64::from(ordered * found);
                        sums.1 += f64::from(ordered * ordered);
                    }
                }
                sums.0 / sums.1.max(1.0)
            })
            .collect()
    }

    /// How much the channels vary as a part of what was ordered: the most of any.
    pub(super) fn contrast(&self) -> f64 {
        let spread = |plane: &Plane| {
            let mut sums = [0.0_f64; 3];
            for y in self.rows() {
                for level in &plane.row(y)[self.columns()] {
                    let level = f64::from(*level);
                    for (sum, term) in sums.iter_mut().zip([1.0, level, level * level]) {
                        *sum += term;
                    }
                }
            }
            let [count, sum, squares] = sums;
            (squares * count - sum * sum).max(0.0).sqrt()
        };
        let channels = self.expected.iter().zip(self.seen);
        channels
            .map(|(expected, seen)| spread(seen) / spread(expected).max(1.0))
            .fold(0.0, f64::max)
    }

    /// Correlation of the portrait, by the channel in which it is least like the ordered one.
    pub(super) fn portrait(&self) -> f64 {
        let rows = dots(PORTRAIT_AREA.y, PORTRAIT_AREA.height);
        let columns = dots(PORTRAIT_AREA.x, PORTRAIT_AREA.width);
        let channels = self.expected.iter().zip(self.seen);
        channels
            .map(|(expected, seen)| {
                let pairs = rows.clone().flat_map(|y| {
                    let expected = &expected.row(y)[columns.clone()];
                    let seen = &seen.row(y)[columns.clone()];
                    expected.iter().copied().zip(seen.iter().copied())
                });
                correlation(pairs)
            })
            .fold(1.0, f64::min)
    }

    /// The worst cell's difference, and the areas of neighbouring cells beyond the limit.
    pub(super) fn blemishes(&self) -> (f64, Vec<Blemish>) {
        let (across, down) = self.expected.first().map_or((0, 0), |plane| {
            (plane.width().div_ceil(SIDE), plane.height().div_ceil(SIDE))
        });
        let cells: Vec<f64> = (0..across * down)
            .map(|cell| self.difference(cell % across, cell / across))
            .collect();
        let worst = cells.iter().copied().fold(0.0, f64::max);
        let mut open: Vec<bool> = cells.iter().map(|cell| *cell > CELL).collect();
        let mut found = Vec::new();
        while let Some(first) = open.iter().position(|open| *open) {
            found.push(gather(&mut open, &cells, first, across));
        }
        (worst, found)
    }

    /// Root of the mean square difference of a cell, in the channel where it is largest.
    fn difference(&self, column: usize, row: usize) -> f64 {
        let within = |range: std::ops::Range<usize>, cell: usize| {
            range.start.max(cell * SIDE)..range.end.min((cell + 1) * SIDE)
        };
        let (rows, columns) = (within(self.rows(), row), within(self.columns(), column));
        let count = rows.len() * columns.len();
        if rows.start >= rows.end || columns.start >= columns.end || count * ENOUGH < SIDE * SIDE {
            return 0.0;
        }
        let channels = self.expected.iter().zip(self.seen).zip(self.slack);
        channels
            .map(|((expected, seen), slack)| {
                let squares = rows.clone().flat_map(|y| {
                    let expected = &expected.row(y)[columns.clone()];
                    let slack = &slack.row(y)[columns.clone()];
                    let pairs = expected.iter().zip(&seen.row(y)[columns.clone()]);
                    pairs.zip(slack).map(|((expected, seen), slack)| {
                        let beyond = ((expected - seen).abs() - slack).max(0.0);
                        beyond * beyond
                    })
                });
                f64::from((squares.sum::<f32>() / real(count)).sqrt())
            })
            .fold(0.0, f64::max)
    }

    /// Rows that lie within the card's border and the print's.
    fn rows(&self) -> std::ops::Range<usize> {
        let height = self.expected.first().map_or(0, Plane::height);
        inner(self.offset.1, HEIGHT, height)
    }

    fn columns(&self) -> std::ops::Range<usize> {
        let width = self.expected.first().map_or(0, Plane::width);
        inner(self.offset.0, WIDTH, width)
    }
}

/// How far levels may be off where a face changes from dot to dot: an edge is never seen in quite its place.
pub(super) fn slack(expected: &Plane) -> Plane {
    let (width, height) = (expected.width(), expected.height());
    let mut levels = Vec::with_capacity(width * height);
    for y in 0..height {
        let rows = [y.saturating_sub(1), y, (y + 1).min(height - 1)].map(|y| expected.row(y));
        for x in 0..width {
            let columns = x.saturating_sub(1)..(x + 2).min(width);
            let around = rows.iter().flat_map(|row| &row[columns.clone()]);
            let (least, most) = around.fold((f32::INFINITY, 0.0_f32), |(least, most), level| {
                (least.min(*level), most.max(*level))
            });
            levels.push((most - least) * UNSURE);
        }
    }
    Plane::new(width, height, levels)
}

/// Dots of a side that lie within the border of the card and of the print, which stands `offset` further on.
fn inner(offset: f64, side: f64, dots: usize) -> std::ops::Range<usize> {
    let start = whole((BORDER_MM + (-offset).max(0.0)) / dot()) + 1;
    let end = whole(((side - BORDER_MM - offset.max(0.0)) / dot()).max(0.0)).min(dots);
    start.min(end)..end
}

/// Dots that lie wholly within a part of the face.
fn dots(start: f64, length: f64) -> std::ops::Range<usize> {
    whole(start / dot()) + 1..whole((start + length) / dot())
}

fn dot() -> f64 {
    from_dots(PRINTED).along.0
}

fn whole(dots: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place on the card"
    )]
    let dots = dots.max(0.0) as usize;
    dots
}

/// Takes a cell and all that touch it, directly or by others.
fn gather(open: &mut [bool], cells: &[f64], first: usize, across: usize) -> Blemish {
    let mut waiting = vec![first];
    let (mut left, mut right) = (usize::MAX, 0);
    let (mut top, mut bottom) = (usize::MAX, 0);
    let mut worst: f64 = 0.0;
    while let Some(cell) = waiting.pop() {
        if !std::mem::replace(&mut open[cell], false) {
            continue;
        }
        let (column, row) = (cell % across, cell / across);
        (left, right) = (left.min(column), right.max(column + 1));
        (top, bottom) = (top.min(row), bottom.max(row + 1));
        worst = worst.max(cells[cell]);
        let beside = [
            (column > 0).then(|| cell - 1),
            (column + 1 < across).then(|| cell + 1),
            cell.checked_sub(across),
            Some(cell + across),
        ];
        let beside = beside.into_iter().flatten();
        waiting.extend(beside.filter(|next| open.get(*next).is_some_and(|open| *open)));
    }
    let millimetres = |cells: usize| f64::from(real(cells * SIDE)) * dot();
    Blemish {
        area: Area {
            x: millimetres(left),
            y: millimetres(top),
            width: millimetres(right - left),
            height: millimetres(bottom - top),
        },
        worst,
    }
}

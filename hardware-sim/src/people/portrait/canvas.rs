//! A canvas of colours, and masks: how much of each pixel a shape covers.

use std::ops::Range;

use super::super::dice::Dice;
use super::colour::Colour;
use super::path::Point;

/// Pixels in rows.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Colour>,
}

/// Pixels of blur below which an edge counts as fine.
const FINE: f32 = 2.2;

/// Coverage (0 to 1) of the pixels of a rectangle, which may reach beyond the canvas.
#[derive(Clone, Debug)]
pub(super) struct Mask {
    left: isize,
    top: isize,
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Canvas {
    /// A canvas of one colour.
    pub(super) fn new(width: usize, height: usize, colour: Colour) -> Self {
        let pixels = vec![colour; width * height];
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Lays `colour(x, y)` over what a mask covers; places are pixels.
    #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
    pub(super) fn paint(
        &mut self,
        mask: &Mask,
        mut colour: impl FnMut(f32, f32, Colour) -> Colour,
    ) {
        let columns = shared(mask.left, mask.width, self.width);
        for y in shared(mask.top, mask.height, self.height) {
            let values = mask.row(y, &columns);
            let line = &mut self.pixels[y * self.width..][columns.clone()];
            for ((x, pixel), value) in columns.clone().zip(line).zip(values) {
                if *value > 0.002 {
                    *pixel = pixel.mix(colour(x as f32, y as f32, *pixel), *value);
                }
            }
        }
    }

    /// The camera: fine grain, darkening, bytes.
    pub(super) fn develop(&self, exposure: f32, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = vec![0; 3 * self.pixels.len()];
        for (out, pixel) in bytes.as_chunks_mut().0.iter_mut().zip(&self.pixels) {
            let grain = 0.012 * (dice.unit() - 0.5);
            *out = pixel.shaded(exposure).lighter(grain).bytes();
        }
        bytes
    }
}

/// The places below `end` that a stretch of `count` from `start` covers.
fn shared(start: isize, count: usize, end: usize) -> Range<usize> {
    let from = usize::try_from(start).unwrap_or(0).min(end);
    let to = usize::try_from(start.saturating_add_unsigned(count)).unwrap_or(0);
    from..to.clamp(from, end)
}

impl Mask {
    /// What a closed polygon (pixels) covers, with room for `margin` pixels of blur around it;
    /// only what may show on a canvas of so many rows.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few thousand pixels, bounds first"
    )]
    pub(super) fn polygon(points: &[Point], margin: f32, rows: f32) -> Self {
        let bound = |pick: fn(&Point) -> f32, end: f32| {
            let (low, high) = points
                .iter()
                .map(pick)
                .fold((f32::MAX, f32::MIN), |(low, high), v| {
                    (low.min(v), high.max(v))
                });
            let low = (low.clamp(-end, 2.0 * end) - margin).floor();
            let span = (high.clamp(-end, end) + margin).ceil() - low;
            (low, span.max(0.0) as usize + 2)
        };
        let (left, width) = bound(|p| p.0, 4000.0);
        let (top, height) = bound(|p| p.1, rows);
        let mut values = vec![0.0; width * height];
        let local = |p: Point| (p.0.clamp(-4000.0, 4000.0) - left, p.1 - top);
        for (i, from) in points.iter().enumerate() {
            let to = points[(i + 1) % points.len()];
            edge(&mut values, width, local(*from), local(to));
        }
        for row in values.chunks_exact_mut(width) {
            let mut sum = 0.0f32;
            for value in row {
                sum += *value;
                *value = sum.abs().min(1.0);
            }
        }
        Self {
            left: left as isize,
            top: top as isize,
            width,
            height,
            values,
        }
    }

    /// Blurred, nearly as by a bell of this width (pixels).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small and positive"
    )]
    pub(super) fn blurred(mut self, sigma: f32) -> Self {
        // A fine edge needs no bell: one box of the same width will do.
        let (passes, radius) = if sigma < FINE {
            (1, (sigma * 1.7).round() as usize)
        } else {
            (3, (sigma * 1.02).round() as usize)
        };
        if radius == 0 {
            return self;
        }
        let mut spare = vec![0.0; self.values.len()];
        for _ in 0..passes {
            blur_rows(&self.values, &mut spare, self.width, radius);
            blur_columns(&spare, &mut self.values, self.width, radius);
        }
        self
    }

    /// A mask made so many times smaller, at full size: for soft shapes, whose detail is gone anyway.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "clamped to the small mask"
    )]
    pub(super) fn enlarged(&self, times: usize) -> Self {
        let split = |place: usize, end: usize| {
            let small = ((place as f32 + 0.5) / times as f32 - 0.5).clamp(0.0, end as f32 - 1.001);
            (small as usize, small.fract())
        };
        let columns: Vec<(usize, f32)> = (0..self.width * times)
            .map(|x| split(x, self.width))
            .collect();
        let mut values = Vec::with_capacity(self.values.len() * times * times);
        let mut line = Vec::with_capacity(self.width);
        for row in 0..self.height * times {
            let (y, v) = split(row, self.height);
            let upper = &self.values[y * self.width..(y + 1) * self.width];
            let lower = &self.values[(y + 1) * self.width..(y + 2) * self.width];
            let mixed = upper.iter().zip(lower).map(|(a, b)| a + (b - a) * v);
            line.clear();
            line.extend(mixed);
            values.extend(
                columns
                    .iter()
                    .map(|(x, u)| line[*x] + (line[x + 1] - line[*x]) * u),
            );
        }
        Self {
            left: self.left * times as isize,
            top: self.top * times as isize,
            width: self.width * times,
            height: self.height * times,
            values,
        }
    }

    /// Only where another mask covers too.
    pub(super) fn clipped(mut self, other: &Self) -> Self {
        let (width, left) = (self.width, self.left.saturating_sub(other.left));
        let columns = shared(left, width, other.width);
        let first = columns.start.saturating_add_signed(left.saturating_neg());
        for (row, values) in self.values.chunks_exact_mut(width).enumerate() {
            let y = self
                .top
                .saturating_add_unsigned(row)
                .saturating_sub(other.top);
            let Some(y) = usize::try_from(y).ok().filter(|y| *y < other.height) else {
                values.fill(0.0);
                continue;
            };
            let over = &other.values[y * other.width..][columns.clone()];
            let (before, rest) = values.split_at_mut(first.min(width));
            let (within, after) = rest.split_at_mut(over.len());
            before.fill(0.0);
            after.fill(0.0);
            for (value, over) in within.iter_mut().zip(over) {
                *value *= over;
            }
        }
        self
    }

    /// Thinned to a share.
    pub(super) fn faded(mut self, share: f32) -> Self {
        self.values.iter_mut().for_each(|value| *value *= share);
        self
    }

    /// Coverage of a row's columns, all of which it has.
    fn row(&self, y: usize, columns: &Range<usize>) -> &[f32] {
        let place = |pixel: usize, start: isize| {
            usize::try_from(pixel.cast_signed().saturating_sub(start)).unwrap_or(0)
        };
        let row = &self.values[place(y, self.top) * self.width..];
        &row[place(columns.start, self.left)..][..columns.len()]
    }

    /// Coverage of a pixel; 0 outside.
    pub(super) fn at(&self, x: isize, y: isize) -> f32 {
        match (
            usize::try_from(x - self.left),
            usize::try_from(y - self.top),
        ) {
            (Ok(column), Ok(row)) if column < self.width && row < self.height => {
                self.values[row * self.width + column]
            }
            _ => 0.0,
        }
    }
}

/// Rows whose running means are taken side by side: each mean waits for the one before it.
const ABREAST: usize = 8;

/// Running means along all rows; three of them nearly make a bell.
fn blur_rows(values: &[f32], out: &mut [f32], width: usize, radius: usize) {
    let (rows, outs) = (
        values.chunks(ABREAST * width),
        out.chunks_mut(ABREAST * width),
    );
    for (rows, outs) in rows.zip(outs) {
        if rows.len() == ABREAST * width {
            blur_abreast::<ABREAST>(rows, outs, width, radius);
        } else {
            for (row, out) in rows.chunks(width).zip(outs.chunks_mut(width)) {
                blur_abreast::<1>(row, out, width, radius);
            }
        }
    }
}

/// Running means along `N` rows.
#[expect(clippy::cast_precision_loss, reason = "a few hundred pixels")]
fn blur_abreast<const N: usize>(rows: &[f32], outs: &mut [f32], width: usize, radius: usize) {
    let share = 1.0 / (2 * radius + 1) as f32;
    let rows: [&[f32]; N] = std::array::from_fn(|n| &rows[n * width..(n + 1) * width]);
    let mut sums: [f32; N] = rows.map(|row| row[..width.min(radius)].iter().sum());
    for i in 0..width {
        if i + radius < width {
            (0..N).for_each(|n| sums[n] += rows[n][i + radius]);
        }
        if i > radius {
            (0..N).for_each(|n| sums[n] -= rows[n][i - radius - 1]);
        }
        (0..N).for_each(|n| outs[n * width + i] = sums[n].max(0.0) * share);
    }
}

/// The same down all columns at once.
#[expect(clippy::cast_precision_loss, reason = "a few hundred pixels")]
fn blur_columns(values: &[f32], out: &mut [f32], width: usize, radius: usize) {
    let share = 1.0 / (2 * radius + 1) as f32;
    let height = values.len() / width;
    let row = |i: usize| &values[i * width..(i + 1) * width];
    let mut sums = vec![0.0f32; width];
    for i in 0..height.min(radius) {
        sums.iter_mut()
            .zip(row(i))
            .for_each(|(sum, value)| *sum += value);
    }
    for (i, line) in out.chunks_exact_mut(width).enumerate() {
        if i + radius < height {
            sums.iter_mut()
                .zip(row(i + radius))
                .for_each(|(sum, value)| *sum += value);
        }
        if i > radius {
            sums.iter_mut()
                .zip(row(i - radius - 1))
                .for_each(|(sum, value)| *sum -= value);
        }
        line.iter_mut()
            .zip(&sums)
            .for_each(|(slot, sum)| *slot = sum.max(0.0) * share);
    }
}

/// Adds the signed area to the right of an edge, as differences along each row (after font-rs).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "inside the mask"
)]
fn edge(values: &mut [f32], width: usize, from: Point, to: Point) {
    let (sign, (x0, y0), (x1, y1)) = if from.1 < to.1 {
        (1.0, from, to)
    } else {
        (-1.0, to, from)
    };
    if y1 - y0 < 1e-6 {
        return;
    }
    let slope = (x1 - x0) / (y1 - y0);
    let top = y0.max(0.0);
    let mut x = x0 + slope * (top - y0);
    for row in top as usize..(y1.max(0.0).ceil() as usize).min(values.len() / width) {
        let tall = y1.min(row as f32 + 1.0) - top.max(row as f32);
        let next = x + slope * tall;
        let (low, high) = if x < next { (x, next) } else { (next, x) };
        spread(
            &mut values[row * width..(row + 1) * width],
            low.max(0.0),
            high.max(0.0),
            sign * tall,
        );
        x = next;
    }
}

/// Spreads an edge's height over the pixels of a row that it crosses from `low` to `high`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "inside the mask"
)]
fn spread(row: &mut [f32], low: f32, high: f32, tall: f32) {
    let (first, last) = (low as usize, high as usize);
    let mut add = |at: usize, value: f32| {
        if let Some(slot) = row.get_mut(at) {
            *slot += value;
        }
    };
    if first == last {
        let inside = 0.5 * (low + high) - first as f32;
        add(first, tall * (1.0 - inside));
        add(first + 1, tall * inside);
        return;
    }
    let scale = tall / (high - low);
    for pixel in first..=last {
        let left = low.max(pixel as f32);
        let right = high.min(pixel as f32 + 1.0);
        let part = scale * (right - left);
        let inside = 0.5 * (left + right) - pixel as f32;
        add(pixel, part * (1.0 - inside));
        add(pixel + 1, part * inside);
    }
}

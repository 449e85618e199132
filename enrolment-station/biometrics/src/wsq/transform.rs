//! The two-dimensional wavelet transform of a whole picture, in place.

use super::filter::{
    Analysis, Halves, Phases, Synthesis, even_sample, high_index, low_index, mirror, odd_sample,
};
use super::tree::{Node, Tree};

/// Splits every node of the tree, rows before columns.
pub(super) fn decompose(plane: &mut [f32], width: usize, tree: &Tree, filters: &Analysis) {
    let mut scratch = vec![0.0; plane.len()];
    let mut phases = Phases::default();
    for node in &tree.nodes {
        split_rows(plane, width, node, filters, &mut phases, &mut scratch);
        split_columns(plane, width, node, filters, &scratch);
    }
}

/// Joins every node of the tree again, children before parents, columns before rows.
pub(super) fn reconstruct(plane: &mut [f32], width: usize, tree: &Tree, filters: &Synthesis) {
    let mut scratch = vec![0.0; plane.len()];
    let mut halves = Halves::default();
    for node in tree.nodes.iter().rev() {
        join_columns(plane, width, node, filters, &mut scratch);
        join_rows(plane, width, node, filters, &mut halves, &scratch);
    }
}

/// Start of the region's row `y` in the plane.
fn row_start(width: usize, node: &Node, y: usize) -> usize {
    (node.region.y + y) * width + node.region.x
}

/// Filters each row of the region into `scratch` (rows of the region's width).
fn split_rows(
    plane: &[f32],
    width: usize,
    node: &Node,
    filters: &Analysis,
    phases: &mut Phases,
    scratch: &mut [f32],
) {
    let length = node.region.width;
    let rows = scratch.chunks_exact_mut(length).take(node.region.height);
    for (y, target) in rows.enumerate() {
        let start = row_start(width, node, y);
        phases.split(&plane[start..start + length]);
        if node.high_first_x {
            let (high, low) = target.split_at_mut(length / 2);
            phases.analyse(filters, low, high);
        } else {
            let (low, high) = target.split_at_mut(length.div_ceil(2));
            phases.analyse(filters, low, high);
        }
    }
}

/// Filters the columns of `scratch` back into the region.
fn split_columns(
    plane: &mut [f32],
    width: usize,
    node: &Node,
    filters: &Analysis,
    scratch: &[f32],
) {
    let (length, height) = (node.region.width, node.region.height);
    let row = |position: isize| -> &[f32] {
        let start = mirror(position, height) * length;
        &scratch[start..start + length]
    };
    let (low_start, high_start) = if node.high_first_y {
        (height / 2, 0)
    } else {
        (0, height.div_ceil(2))
    };
    for k in 0..height.div_ceil(2) {
        let start = row_start(width, node, low_start + k);
        let centre = 2 * k.cast_signed();
        let rows: [&[f32]; 9] = std::array::from_fn(|i| row(centre + i.cast_signed() - 4));
        weigh(&mut plane[start..start + length], rows, &filters.low);
    }
    for k in 0..height / 2 {
        let start = row_start(width, node, high_start + k);
        let centre = 2 * k.cast_signed() + 1;
        let rows: [&[f32]; 7] = std::array::from_fn(|i| row(centre + i.cast_signed() - 3));
        weigh(&mut plane[start..start + length], rows, &filters.high);
    }
}

/// `target[x] = sum of rows[i][x] * taps[i]`, in tap order.
fn weigh<const N: usize>(target: &mut [f32], rows: [&[f32]; N], taps: &[f32; N]) {
    let rows = rows.map(|row| &row[..target.len()]);
    for (x, out) in target.iter_mut().enumerate() {
        let mut sum = rows[0][x] * taps[0];
        for i in 1..N {
            sum += rows[i][x] * taps[i];
        }
        *out = sum;
    }
}

/// Joins the columns of the region into `scratch` (rows of the region's width).
fn join_columns(
    plane: &[f32],
    width: usize,
    node: &Node,
    filters: &Synthesis,
    scratch: &mut [f32],
) {
    let (length, height) = (node.region.width, node.region.height);
    let (low_start, high_start) = if node.high_first_y {
        (height / 2, 0)
    } else {
        (0, height.div_ceil(2))
    };
    let low = |index: isize| -> &[f32] {
        let start = row_start(width, node, low_start + low_index(index, height));
        &plane[start..start + length]
    };
    let high = |index: isize| -> &[f32] {
        let start = row_start(width, node, high_start + high_index(index, height));
        &plane[start..start + length]
    };
    let (l, h) = (&filters.low, &filters.high);
    for (y, target) in scratch.chunks_exact_mut(length).take(height).enumerate() {
        let k = (y / 2).cast_signed();
        let lows: [&[f32]; 4] = std::array::from_fn(|i| low(k + i.cast_signed() - 1));
        let highs: [&[f32]; 5] = std::array::from_fn(|i| high(k + i.cast_signed() - 2));
        let lows = lows.map(|row| &row[..target.len()]);
        let highs = highs.map(|row| &row[..target.len()]);
        if y % 2 == 0 {
            for (x, out) in target.iter_mut().enumerate() {
                *out = even_sample(
                    l,
                    h,
                    std::array::from_fn(|i| lows[i][x]),
                    std::array::from_fn(|i| highs[i][x]),
                );
            }
        } else {
            for (x, out) in target.iter_mut().enumerate() {
                *out = odd_sample(l, h, lows.map(|row| row[x]), highs.map(|row| row[x]));
            }
        }
    }
}

/// Joins the rows of `scratch` back into the region.
fn join_rows(
    plane: &mut [f32],
    width: usize,
    node: &Node,
    filters: &Synthesis,
    halves: &mut Halves,
    scratch: &[f32],
) {
    let length = node.region.width;
    let rows = scratch.chunks_exact(length).take(node.region.height);
    for (y, source) in rows.enumerate() {
        let (low, high) = if node.high_first_x {
            let (high, low) = source.split_at(length / 2);
            (low, high)
        } else {
            source.split_at(length.div_ceil(2))
        };
        halves.join(low, high, length);
        let start = row_start(width, node, y);
        halves.synthesise(filters, &mut plane[start..start + length]);
    }
}

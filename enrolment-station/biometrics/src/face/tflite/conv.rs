//! Convolution as a blocked matrix product: six pixels by sixteen channels at a time stay in registers.
#![expect(
    clippy::inline_always,
    reason = "the kernel takes on the instruction set of the function that calls it"
)]

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch, f32x8, prelude::*};

use super::ModelError;
use super::graph::{Constant, Graph, Operator};
use super::plan::{LANES, Shape};

/// Output channels of a block.
const BLOCK: usize = 2 * LANES;
/// Pixels of a block.
const ROWS: usize = 6;
/// Pixels of a smaller block: what six leave over of a picture whose sides are powers of two.
const REST: usize = 4;
/// Numbers of the left matrix that a pass keeps in the nearest cache.
const PASS: usize = 5000;

/// A convolution with its weights in blocks.
#[derive(Clone, Debug)]
pub(super) struct Conv {
    /// Kernel's rows and columns.
    kernel: (usize, usize),
    /// Step across and down.
    step: (usize, usize),
    /// Zeros before the first column and row.
    before: (usize, usize),
    input: Shape,
    output: Shape,
    /// Blocks of sixteen output channels, each with its weights by tap and input channel.
    weights: Vec<f32>,
    bias: Vec<f32>,
    /// What a negative result is multiplied with: 0 is Relu, 1 nothing.
    slopes: Vec<f32>,
    /// Whether an activation was taken in.
    active: bool,
}

impl Conv {
    /// Reads kernel and bias from the graph.
    pub(super) fn of(graph: &Graph, operator: &Operator, input: Shape) -> Result<Self, ModelError> {
        let wrong = ModelError::Shape {
            tensor: operator.output,
        };
        let [_, kernel, bias] = operator.inputs[..] else {
            return Err(wrong);
        };
        let [channels, rows, columns, depth] = graph.tensors[kernel].shape[..] else {
            return Err(wrong);
        };
        let (Some(Constant::Floats(kernel)), Some(Constant::Floats(bias))) = (
            &graph.tensors[kernel].constant,
            &graph.tensors[bias].constant,
        ) else {
            return Err(wrong);
        };
        let [1, height, width, made] = graph.tensors[operator.output].shape[..] else {
            return Err(wrong);
        };
        let taps = rows * columns * depth;
        let fits = depth == input.channels
            && made == channels
            && kernel.len() == taps * channels
            && bias.len() == channels
            && (operator.same
                || ((height - 1) * operator.stride.1 + rows <= input.height
                    && (width - 1) * operator.stride.0 + columns <= input.width));
        if !fits {
            return Err(wrong);
        }
        let blocks = channels.div_ceil(BLOCK);
        let mut weights = vec![0.0; blocks * BLOCK * taps];
        for (channel, row) in kernel.chunks_exact(taps).enumerate() {
            let block = &mut weights[channel / BLOCK * BLOCK * taps..];
            for (tap, weight) in row.iter().enumerate() {
                block[tap * BLOCK + channel % BLOCK] = *weight;
            }
        }
        let mut padded = bias.clone();
        padded.resize(blocks * BLOCK, 0.0);
        let before = if operator.same {
            (
                padding(input.width, width, columns, operator.stride.0),
                padding(input.height, height, rows, operator.stride.1),
            )
        } else {
            (0, 0)
        };
        Ok(Self {
            kernel: (rows, columns),
            step: operator.stride,
            before,
            input,
            output: Shape {
                height,
                width,
                channels,
                stride: channels.next_multiple_of(LANES),
            },
            weights,
            bias: padded,
            slopes: vec![1.0; blocks * BLOCK],
            active: false,
        })
    }

    /// Whether an activation was already taken in.
    pub(super) fn is_active(&self) -> bool {
        self.active
    }

    /// Takes in the activation that follows: Relu, or Prelu with a slope a channel.
    pub(super) fn activate(
        &mut self,
        slopes: Option<&[f32]>,
        tensor: usize,
    ) -> Result<(), ModelError> {
        self.active = true;
        match slopes {
            None => self.slopes.fill(0.0),
            Some(slopes) if slopes.len() == self.output.channels => {
                self.slopes[..slopes.len()].copy_from_slice(slopes);
            }
            Some(_) => return Err(ModelError::Shape { tensor }),
        }
        Ok(())
    }

    /// Numbers of the left matrix: one row a pixel.
    fn depth(&self) -> usize {
        self.kernel.0 * self.kernel.1 * self.input.channels
    }

    /// Runs it. `added` is a picture of the same size and its numbers from pixel to pixel, fewer channels at most.
    pub(super) fn run(
        &self,
        input: &[f32],
        added: Option<(&[f32], usize)>,
        rows: &mut Vec<f32>,
        output: &mut [f32],
    ) {
        let depth = self.depth();
        let pixels = self.output.height * self.output.width;
        let (left, stride) = if self.kernel == (1, 1) && self.step == (1, 1) {
            (input, self.input.stride)
        } else {
            self.unroll(input, rows);
            (&rows[..], depth)
        };
        let task = Task {
            conv: self,
            left,
            stride,
            depth,
            pixels,
            added,
        };
        dispatch!(Level::new(), simd => task.run(simd, output));
    }

    /// Writes what the kernel sees at each pixel as a row ("im2col").
    fn unroll(&self, input: &[f32], rows: &mut Vec<f32>) {
        let channels = self.input.channels;
        let (depth, dense) = (self.depth(), self.input.stride == channels);
        rows.clear();
        rows.resize(self.output.height * self.output.width * depth, 0.0);
        let wide = self.kernel.1;
        for (pixel, row) in rows.chunks_exact_mut(depth).enumerate() {
            let top = pixel / self.output.width * self.step.1;
            let left = pixel % self.output.width * self.step.0;
            for (down, line) in row.chunks_exact_mut(wide * channels).enumerate() {
                let y = (top + down).wrapping_sub(self.before.1);
                if y >= self.input.height {
                    continue;
                }
                let inside =
                    left >= self.before.0 && left - self.before.0 + wide <= self.input.width;
                if dense && inside {
                    let from = (y * self.input.width + left - self.before.0) * channels;
                    line.copy_from_slice(&input[from..from + line.len()]);
                    continue;
                }
                for (right, pixel) in line.chunks_exact_mut(channels).enumerate() {
                    let x = (left + right).wrapping_sub(self.before.0);
                    if x < self.input.width {
                        let from = (y * self.input.width + x) * self.input.stride;
                        pixel.copy_from_slice(&input[from..from + channels]);
                    }
                }
            }
        }
    }
}

/// Zeros before the first number of a side, by the rule SAME.
pub(super) fn padding(input: usize, output: usize, kernel: usize, step: usize) -> usize {
    ((output - 1) * step + kernel).saturating_sub(input) / 2
}

/// One product of matrices.
struct Task<'a> {
    conv: &'a Conv,
    /// A row of `depth` numbers every `stride` numbers.
    left: &'a [f32],
    stride: usize,
    depth: usize,
    pixels: usize,
    added: Option<(&'a [f32], usize)>,
}

impl Task<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, output: &mut [f32]) {
        let pass = (PASS / self.depth).max(1).next_multiple_of(2 * ROWS);
        for first in (0..self.pixels).step_by(pass) {
            let end = (first + pass).min(self.pixels);
            for block in 0..self.conv.weights.len() / (BLOCK * self.depth) {
                let wide = self.conv.output.stride - block * BLOCK > LANES;
                let mut at = first;
                if wide {
                    at = self.tiles::<S, ROWS, 2>(simd, at..end, block, output);
                    at = self.tiles::<S, REST, 2>(simd, at..end, block, output);
                    self.tiles::<S, 1, 2>(simd, at..end, block, output);
                } else {
                    // One column alone: twice the rows keep the multipliers busy.
                    at = self.tiles::<S, { 2 * ROWS }, 1>(simd, at..end, block, output);
                    at = self.tiles::<S, REST, 1>(simd, at..end, block, output);
                    self.tiles::<S, 1, 1>(simd, at..end, block, output);
                }
            }
        }
    }

    /// As many tiles as fit; the first pixel left over.
    #[inline(always)]
    fn tiles<S: Simd, const R: usize, const C: usize>(
        &self,
        simd: S,
        pixels: Range<usize>,
        block: usize,
        output: &mut [f32],
    ) -> usize {
        let mut at = pixels.start;
        while at + R <= pixels.end {
            self.tile::<S, R, C>(simd, at, block, output);
            at += R;
        }
        at
    }

    /// `R` pixels by `C` times eight channels, with what is added and the activation.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const C: usize>(
        &self,
        simd: S,
        at: usize,
        block: usize,
        output: &mut [f32],
    ) {
        let rows: [&[f32]; R] = std::array::from_fn(|row| {
            let from = (at + row) * self.stride;
            &self.left[from..from + self.depth]
        });
        let weights = &self.conv.weights[block * BLOCK * self.depth..][..BLOCK * self.depth];
        let bias = &self.conv.bias[block * BLOCK..][..BLOCK];
        let start: [f32x8<S>; C] =
            std::array::from_fn(|column| f32x8::from_slice(simd, &bias[column * LANES..][..LANES]));
        let mut sums = [start; R];
        for (tap, weights) in weights
            .as_chunks::<BLOCK>()
            .0
            .iter()
            .enumerate()
            .take(self.depth)
        {
            let weights: [f32x8<S>; C] = std::array::from_fn(|column| {
                f32x8::from_slice(simd, &weights[column * LANES..][..LANES])
            });
            for row in 0..R {
                let value = f32x8::splat(simd, rows[row][tap]);
                for column in 0..C {
                    sums[row][column] = value.mul_add(weights[column], sums[row][column]);
                }
            }
        }
        let slopes = &self.conv.slopes[block * BLOCK..][..BLOCK];
        let zero = f32x8::splat(simd, 0.0);
        for (row, sums) in sums.iter().enumerate() {
            for (column, sum) in sums.iter().enumerate() {
                let channel = block * BLOCK + column * LANES;
                let mut sum = *sum;
                if let Some((added, stride)) = self.added
                    && channel < stride
                {
                    let from = (at + row) * stride + channel;
                    sum += f32x8::from_slice(simd, &added[from..from + LANES]);
                }
                let slope = f32x8::from_slice(simd, &slopes[column * LANES..][..LANES]);
                let active = sum.min(zero).mul_add(slope, sum.max(zero));
                let to = (at + row) * self.conv.output.stride + channel;
                active.store_slice(&mut output[to..to + LANES]);
            }
        }
    }
}

//! Depthwise convolution three by three: each channel with its own kernel, eight channels at a time.
#![expect(
    clippy::inline_always,
    reason = "the kernel takes on the instruction set of the function that calls it"
)]

use fearless_simd::{Level, Simd, dispatch, f32x8, prelude::*};

use super::ModelError;
use super::conv::padding;
use super::graph::{Constant, Graph, Operator};
use super::plan::{LANES, Shape};

/// Rows and columns of the kernel.
const SIDE: usize = 3;

/// A depthwise convolution.
#[derive(Clone, Debug)]
pub(super) struct Depthwise {
    input: Shape,
    output: Shape,
    /// Step across and down.
    step: (usize, usize),
    /// Zeros before the first column and row.
    before: (usize, usize),
    /// For each eight channels: nine taps, then the bias.
    weights: Vec<f32>,
}

impl Depthwise {
    /// Reads kernel and bias from the graph.
    pub(super) fn of(graph: &Graph, operator: &Operator, input: Shape) -> Result<Self, ModelError> {
        let wrong = ModelError::Shape {
            tensor: operator.output,
        };
        let [_, kernel, bias] = operator.inputs[..] else {
            return Err(wrong);
        };
        let (Some(Constant::Floats(taps)), Some(Constant::Floats(bias))) = (
            &graph.tensors[kernel].constant,
            &graph.tensors[bias].constant,
        ) else {
            return Err(wrong);
        };
        let [1, height, width, channels] = graph.tensors[operator.output].shape[..] else {
            return Err(wrong);
        };
        let fits = graph.tensors[kernel].shape == [1, SIDE, SIDE, channels]
            && taps.len() == SIDE * SIDE * channels
            && bias.len() == channels
            && input.channels == channels
            && input.stride == channels.next_multiple_of(LANES)
            && operator.same
            && height == input.height.div_ceil(operator.stride.1)
            && width == input.width.div_ceil(operator.stride.0);
        if !fits {
            return Err(wrong);
        }
        let group = (SIDE * SIDE + 1) * LANES;
        let mut weights = vec![0.0; input.stride / LANES * group];
        for (tap, row) in taps.chunks_exact(channels).chain([&bias[..]]).enumerate() {
            for (channel, weight) in row.iter().enumerate() {
                weights[channel / LANES * group + tap * LANES + channel % LANES] = *weight;
            }
        }
        Ok(Self {
            input,
            output: Shape {
                height,
                width,
                channels,
                stride: input.stride,
            },
            step: operator.stride,
            before: (
                padding(input.width, width, SIDE, operator.stride.0),
                padding(input.height, height, SIDE, operator.stride.1),
            ),
            weights,
        })
    }

    /// Runs it.
    pub(super) fn run(&self, input: &[f32], output: &mut [f32]) {
        let zeros = vec![0.0; self.input.width * self.input.stride];
        dispatch!(Level::new(), simd => self.all(simd, input, &zeros, output));
    }

    #[inline(always)]
    fn all<S: Simd>(&self, simd: S, input: &[f32], zeros: &[f32], output: &mut [f32]) {
        let line = self.input.width * self.input.stride;
        let lines = output.chunks_exact_mut(self.output.width * self.output.stride);
        for (y, made) in lines.enumerate() {
            let seen: [&[f32]; SIDE] = std::array::from_fn(|down| {
                let row = (y * self.step.1 + down).wrapping_sub(self.before.1);
                let inside = row < self.input.height;
                if inside {
                    &input[row * line..(row + 1) * line]
                } else {
                    zeros
                }
            });
            for group in 0..self.input.stride / LANES {
                self.group(simd, seen, group, made);
            }
        }
    }

    /// Eight channels of one row.
    #[inline(always)]
    fn group<S: Simd>(&self, simd: S, seen: [&[f32]; SIDE], group: usize, made: &mut [f32]) {
        let stride = self.input.stride;
        let weights = &self.weights[group * (SIDE * SIDE + 1) * LANES..];
        let taps: [[f32x8<S>; SIDE]; SIDE] = std::array::from_fn(|down| {
            std::array::from_fn(|right| {
                f32x8::from_slice(simd, &weights[(down * SIDE + right) * LANES..][..LANES])
            })
        });
        let bias = f32x8::from_slice(simd, &weights[SIDE * SIDE * LANES..][..LANES]);
        let mut x = 0;
        while x * stride < made.len() {
            if let Some(sums) = self.pair(simd, seen, group, x, &taps, bias) {
                for sum in sums {
                    sum.store_slice(&mut made[x * stride + group * LANES..][..LANES]);
                    x += 1;
                }
                continue;
            }
            let mut sum = bias;
            let left = (x * self.step.0).wrapping_sub(self.before.0);
            if left.wrapping_add(SIDE) <= self.input.width && left < self.input.width {
                let at = left * stride + group * LANES;
                for down in 0..SIDE {
                    let seen = &seen[down][at..at + (SIDE - 1) * stride + LANES];
                    for right in 0..SIDE {
                        let value = f32x8::from_slice(simd, &seen[right * stride..][..LANES]);
                        sum = value.mul_add(taps[down][right], sum);
                    }
                }
            } else {
                for (down, taps) in taps.iter().enumerate() {
                    for (right, tap) in taps.iter().enumerate() {
                        let column = left.wrapping_add(right);
                        if column < self.input.width {
                            let at = column * stride + group * LANES;
                            let value = f32x8::from_slice(simd, &seen[down][at..at + LANES]);
                            sum = value.mul_add(*tap, sum);
                        }
                    }
                }
            }
            sum.store_slice(&mut made[x * stride + group * LANES..][..LANES]);
            x += 1;
        }
    }

    /// Two neighbours at once where the step is one and both see the picture alone: they share half of what is read.
    #[inline(always)]
    fn pair<S: Simd>(
        &self,
        simd: S,
        seen: [&[f32]; SIDE],
        group: usize,
        x: usize,
        taps: &[[f32x8<S>; SIDE]; SIDE],
        bias: f32x8<S>,
    ) -> Option<[f32x8<S>; 2]> {
        let stride = self.input.stride;
        let left = x.checked_sub(self.before.0)?;
        if self.step.0 != 1 || left + SIDE + 1 > self.input.width {
            return None;
        }
        let at = left * stride + group * LANES;
        let mut sums = [bias; 2];
        for (seen, taps) in seen.iter().zip(taps) {
            let seen = &seen[at..at + SIDE * stride + LANES];
            let values: [f32x8<S>; SIDE + 1] = std::array::from_fn(|right| {
                f32x8::from_slice(simd, &seen[right * stride..][..LANES])
            });
            for (right, tap) in taps.iter().enumerate() {
                sums[0] = values[right].mul_add(*tap, sums[0]);
                sums[1] = values[right + 1].mul_add(*tap, sums[1]);
            }
        }
        Some(sums)
    }
}

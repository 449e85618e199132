//! An interpreter for `TensorFlow` Lite models, as far as the three models of faces need it: ten operators, floats.
//!
//! Reads the `.tflite` file, plans fused steps, runs them with the widest vectors of the processor. The models are part
//! of the program; no file from outside ever comes here.

mod conv;
mod depthwise;
mod flatbuffer;
mod graph;
mod plan;

use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use graph::Graph;
use plan::{Plan, Shape, Work};

/// Why a model cannot be run. The models are built in: any of these is a mistake in this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ModelError {
    /// Numbers in a format that we do not read.
    #[error(
        "cannot read the face model: it holds numbers of the unknown kind {kind}; reinstall the program"
    )]
    Numbers {
        /// `TensorType` of the schema.
        kind: u8,
    },
    /// An operator, or a use of it, that we do not know.
    #[error("cannot read the face model: its operator {code} is unknown; reinstall the program")]
    Operator {
        /// `BuiltinOperator` of the schema.
        code: i32,
    },
    /// A tensor of a shape that its operator cannot have.
    #[error(
        "cannot read the face model: its tensor {tensor} has an impossible shape; reinstall the program"
    )]
    Shape {
        /// Number of the tensor.
        tensor: usize,
    },
    /// The file ends too early, or is another file.
    #[error("cannot read the face model: it is damaged at byte {at}; reinstall the program")]
    Truncated {
        /// Where.
        at: usize,
    },
}

/// A model, ready to run.
#[derive(Debug)]
pub struct Model {
    plan: Plan,
    /// Memory that an earlier run left, for the next one.
    spare: Mutex<Vec<Memory>>,
}

/// What a run writes to.
#[derive(Debug)]
struct Memory {
    slots: Vec<Vec<f32>>,
    rows: Vec<f32>,
}

impl Model {
    /// Reads a `.tflite` file.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        Ok(Self {
            plan: Plan::of(&Graph::read(bytes)?)?,
            spare: Mutex::default(),
        })
    }

    /// Numbers that a run takes: rows, then columns, then channels.
    pub fn input_len(&self) -> usize {
        self.plan.shapes[self.plan.input].len()
    }

    /// Runs the model; the outputs in the file's order. An input that is too short is filled with zeros.
    pub fn run(&self, input: &[f32]) -> Vec<Vec<f32>> {
        let spare = self
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut memory = spare.unwrap_or_else(|| Memory {
            slots: vec![Vec::new(); self.plan.shapes.len()],
            rows: Vec::new(),
        });
        let first = &mut memory.slots[self.plan.input];
        first.clear();
        first.extend_from_slice(input);
        first.resize(self.input_len(), 0.0);
        for step in &self.plan.steps {
            self.step(step, &mut memory);
        }
        let outputs = self.plan.outputs.iter();
        let outputs = outputs
            .map(|id| dense(&memory.slots[*id], self.plan.shapes[*id]))
            .collect();
        self.spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(memory);
        outputs
    }

    fn step(&self, step: &plan::Step, memory: &mut Memory) {
        let shape = self.plan.shapes[step.output];
        let mut output = std::mem::take(&mut memory.slots[step.output]);
        output.resize(shape.len(), 0.0);
        let first = step.inputs[0];
        match &step.work {
            Work::Conv(conv) => {
                let added = step.inputs.get(1);
                let added = added.map(|id| (&memory.slots[*id][..], self.plan.shapes[*id].stride));
                conv.run(&memory.slots[first], added, &mut memory.rows, &mut output);
            }
            Work::Depthwise(depthwise) => depthwise.run(&memory.slots[first], &mut output),
            Work::MaxPool => max_pool(&memory.slots[first], self.plan.shapes[first], &mut output),
            Work::Copy => {
                let mut at = 0;
                for id in &step.inputs {
                    let numbers = dense(&memory.slots[*id], self.plan.shapes[*id]);
                    for number in numbers {
                        let (pixel, channel) = (at / shape.channels, at % shape.channels);
                        output[pixel * shape.stride + channel] = number;
                        at += 1;
                    }
                }
            }
        }
        memory.slots[step.output] = output;
    }
}

/// The numbers without the zeros that fill up the channels.
fn dense(numbers: &[f32], shape: Shape) -> Vec<f32> {
    let pixels = numbers.chunks_exact(shape.stride);
    pixels
        .flat_map(|pixel| &pixel[..shape.channels])
        .copied()
        .collect()
}

/// The largest of two by two pixels.
fn max_pool(input: &[f32], shape: Shape, output: &mut [f32]) {
    let line = shape.width * shape.stride;
    let made = output.chunks_exact_mut(line / 2);
    for (rows, made) in input.chunks_exact(2 * line).zip(made) {
        let (upper, lower) = rows.split_at(line);
        let pixels = upper
            .chunks_exact(2 * shape.stride)
            .zip(lower.chunks_exact(2 * shape.stride));
        for ((upper, lower), made) in pixels.zip(made.chunks_exact_mut(shape.stride)) {
            let (a, b) = upper.split_at(shape.stride);
            let (c, d) = lower.split_at(shape.stride);
            for (channel, made) in made.iter_mut().enumerate() {
                *made = a[channel].max(b[channel]).max(c[channel].max(d[channel]));
            }
        }
    }
}

//! From a graph to steps: a convolution, what is added to it and its activation become one pass over memory.
//!
//! Pictures are stored row by row with the channels of a pixel together, padded with zeros to a multiple of eight,
//! so that the kernels never see a rest.

use super::ModelError;
use super::conv::Conv;
use super::depthwise::Depthwise;
use super::graph::{Constant, Graph, Kind, Operator};

/// Channels of a pixel come in groups of this many.
pub(super) const LANES: usize = 8;

/// Rows, columns and channels of a picture between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    /// Numbers from one pixel to the next.
    pub(super) stride: usize,
}

impl Shape {
    /// Of a tensor with padded channels; leading dimensions of 1 may be missing.
    fn of(graph: &Graph, id: usize) -> Result<Self, ModelError> {
        let wrong = ModelError::Shape { tensor: id };
        let (height, width, channels) = match graph.tensors[id].shape[..] {
            [1, height, width, channels] => (height, width, channels),
            [1, width, channels] => (1, width, channels),
            [1, channels] => (1, 1, channels),
            _ => return Err(wrong),
        };
        let stride = channels.next_multiple_of(LANES);
        if [height, width, channels].contains(&0) || height * width * stride > 1 << 22 {
            return Err(wrong);
        }
        Ok(Self {
            height,
            width,
            channels,
            stride,
        })
    }

    /// Numbers stored.
    pub(super) fn len(&self) -> usize {
        self.height * self.width * self.stride
    }
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Conv(Conv),
    Depthwise(Depthwise),
    /// The largest of two by two.
    MaxPool,
    /// The same numbers in another shape, or several tensors one after the other.
    Copy,
}

/// One pass over memory.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) work: Work,
    /// Slots that are read; for a convolution the second one, if any, is added to the result.
    pub(super) inputs: Vec<usize>,
    pub(super) output: usize,
}

/// Steps, and the shape of each slot.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) shapes: Vec<Shape>,
    pub(super) input: usize,
    pub(super) outputs: Vec<usize>,
}

/// A convolution whose step waits for what follows it.
struct Pending {
    conv: Conv,
    input: usize,
    added: Option<usize>,
    /// The tensor it makes so far.
    makes: usize,
}

impl Plan {
    /// Plans a graph.
    pub(super) fn of(graph: &Graph) -> Result<Self, ModelError> {
        let mut shapes = Vec::new();
        for (id, tensor) in graph.tensors.iter().enumerate() {
            let constant = tensor.constant.is_some();
            shapes.push(if constant {
                Shape {
                    height: 0,
                    width: 0,
                    channels: 0,
                    stride: 0,
                }
            } else {
                Shape::of(graph, id)?
            });
        }
        // The picture that comes in is dense.
        let input = &mut shapes[graph.input];
        input.stride = input.channels;
        let mut maker = Maker {
            graph,
            shapes,
            steps: Vec::new(),
            pending: Vec::new(),
            pads: Vec::new(),
        };
        for operator in &graph.operators {
            maker.take(operator)?;
        }
        if let Some(left) = maker.pads.first() {
            return Err(ModelError::Shape { tensor: left.0 });
        }
        for waiting in std::mem::take(&mut maker.pending) {
            maker.emit(waiting);
        }
        Ok(Self {
            steps: maker.steps,
            shapes: maker.shapes,
            input: graph.input,
            outputs: graph.outputs.clone(),
        })
    }
}

/// The plan while it grows.
struct Maker<'a> {
    graph: &'a Graph,
    shapes: Vec<Shape>,
    steps: Vec<Step>,
    pending: Vec<Pending>,
    /// Padded tensors and what they pad with further channels of zeros.
    pads: Vec<(usize, usize)>,
}

impl Maker<'_> {
    fn take(&mut self, operator: &Operator) -> Result<(), ModelError> {
        let first = operator.inputs[0];
        match operator.kind {
            Kind::Add => return self.add(operator),
            Kind::Prelu | Kind::Relu => return self.activate(operator),
            Kind::Pad => return self.pad(operator),
            _ => {}
        }
        for input in &operator.inputs {
            self.flush(*input);
        }
        let output = operator.output;
        let work = match operator.kind {
            Kind::Conv => {
                let conv = Conv::of(self.graph, operator, self.shapes[first])?;
                self.pending.push(Pending {
                    conv,
                    input: first,
                    added: None,
                    makes: output,
                });
                return Ok(());
            }
            Kind::DepthwiseConv => {
                Work::Depthwise(Depthwise::of(self.graph, operator, self.shapes[first])?)
            }
            Kind::MaxPool => {
                let (from, to) = (self.shapes[first], self.shapes[output]);
                let halves = from.height == 2 * to.height && from.width == 2 * to.width;
                if !halves || from.channels != to.channels || operator.stride != (2, 2) {
                    return Err(ModelError::Shape { tensor: output });
                }
                Work::MaxPool
            }
            Kind::Concatenation if operator.axis != 1 => {
                return Err(ModelError::Shape { tensor: output });
            }
            _ => Work::Copy,
        };
        // The second and third operand of these are the model's own numbers.
        let runs = |id: &&usize| self.graph.tensors[**id].constant.is_none();
        self.steps.push(Step {
            work,
            inputs: operator.inputs.iter().filter(runs).copied().collect(),
            output,
        });
        Ok(())
    }

    /// Something added to a convolution that waits.
    fn add(&mut self, operator: &Operator) -> Result<(), ModelError> {
        let wrong = ModelError::Shape {
            tensor: operator.output,
        };
        let [a, b] = operator.inputs[..] else {
            return Err(wrong);
        };
        let waits = |maker: &Self, id| {
            let mut pending = maker.pending.iter();
            pending.any(|one| one.makes == id && one.added.is_none() && !one.conv.is_active())
        };
        let (conv, other) = if waits(self, a) { (a, b) } else { (b, a) };
        if !waits(self, conv) || self.uses(conv) != 1 {
            return Err(wrong);
        }
        self.flush(other);
        let padded = self.pads.iter().position(|pad| pad.0 == other);
        let added = padded.map_or(other, |at| self.pads.swap_remove(at).1);
        for pending in &mut self.pending {
            if pending.makes == conv {
                pending.makes = operator.output;
                pending.added = Some(added);
            }
        }
        Ok(())
    }

    fn activate(&mut self, operator: &Operator) -> Result<(), ModelError> {
        let wrong = ModelError::Shape {
            tensor: operator.output,
        };
        let slopes = match operator.inputs[..] {
            [_] => None,
            [_, slopes] => match &self.graph.tensors[slopes].constant {
                Some(Constant::Floats(slopes)) => Some(&slopes[..]),
                _ => return Err(wrong),
            },
            _ => return Err(wrong),
        };
        let from = operator.inputs[0];
        if self.uses(from) != 1 {
            return Err(wrong);
        }
        let at = self.pending.iter().position(|one| one.makes == from);
        let mut pending = self.pending.swap_remove(at.ok_or(wrong)?);
        pending.conv.activate(slopes, operator.output)?;
        pending.makes = operator.output;
        self.emit(pending);
        Ok(())
    }

    /// Further channels of zeros: remembered until they are added to something.
    fn pad(&mut self, operator: &Operator) -> Result<(), ModelError> {
        let wrong = ModelError::Shape {
            tensor: operator.output,
        };
        let last = operator.inputs[operator.inputs.len() - 1];
        let Some(Constant::Integers(amounts)) = &self.graph.tensors[last].constant else {
            return Err(wrong);
        };
        let [0, 0, 0, 0, 0, 0, 0, more] = amounts[..] else {
            return Err(wrong);
        };
        if more < 1 || self.uses(operator.output) != 1 {
            return Err(wrong);
        }
        self.flush(operator.inputs[0]);
        self.pads.push((operator.output, operator.inputs[0]));
        Ok(())
    }

    /// How many operators and outputs read a tensor.
    fn uses(&self, id: usize) -> usize {
        let operators = self.graph.operators.iter();
        let read = operators.flat_map(|operator| &operator.inputs);
        read.chain(&self.graph.outputs)
            .filter(|input| **input == id)
            .count()
    }

    /// Emits the convolution that makes a tensor, if it still waits.
    fn flush(&mut self, makes: usize) {
        if let Some(at) = self.pending.iter().position(|one| one.makes == makes) {
            let pending = self.pending.remove(at);
            self.emit(pending);
        }
    }

    fn emit(&mut self, pending: Pending) {
        let inputs = [Some(pending.input), pending.added];
        self.steps.push(Step {
            work: Work::Conv(pending.conv),
            inputs: inputs.into_iter().flatten().collect(),
            output: pending.makes,
        });
    }
}

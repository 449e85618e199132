//! A `.tflite` file as a graph: tensors, and operators in the order in which they run.

use super::ModelError;
use super::flatbuffer::Table;

/// Operators that the three models use, by their number in the schema (`BuiltinOperator`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Add,
    Concatenation,
    Conv,
    DepthwiseConv,
    Dequantize,
    MaxPool,
    Pad,
    Prelu,
    Relu,
    Reshape,
}

impl Kind {
    fn of(code: i32) -> Result<Self, ModelError> {
        Ok(match code {
            0 => Self::Add,
            2 => Self::Concatenation,
            3 => Self::Conv,
            4 => Self::DepthwiseConv,
            6 => Self::Dequantize,
            17 => Self::MaxPool,
            19 => Self::Relu,
            22 => Self::Reshape,
            34 => Self::Pad,
            54 => Self::Prelu,
            _ => return Err(ModelError::Operator { code }),
        })
    }
}

/// A tensor: its shape, and its numbers if they are the model's own.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub(super) shape: Vec<usize>,
    pub(super) constant: Option<Constant>,
}

/// Numbers that the file holds.
#[derive(Clone, Debug)]
pub(super) enum Constant {
    Floats(Vec<f32>),
    Integers(Vec<i32>),
}

/// One operator.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    pub(super) kind: Kind,
    pub(super) inputs: Vec<usize>,
    pub(super) output: usize,
    /// Padding SAME rather than VALID.
    pub(super) same: bool,
    /// Step across and down.
    pub(super) stride: (usize, usize),
    /// Axis of a concatenation.
    pub(super) axis: i32,
}

/// The only graph of a model.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub(super) tensors: Vec<Tensor>,
    pub(super) operators: Vec<Operator>,
    pub(super) input: usize,
    pub(super) outputs: Vec<usize>,
}

impl Graph {
    /// Reads the file; halves are widened, so that `Dequantize` has nothing left to do.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.get(4..8) != Some(b"TFL3") {
            return Err(ModelError::Truncated { at: 4 });
        }
        let model = Table::root(bytes)?;
        let mut codes = Vec::new();
        let listed = model.vector(1)?;
        for index in 0..listed.len {
            let code = listed.table(index)?;
            codes.push(code.i32(3, 0)?.max(i32::from(code.u8(0, 0)?)));
        }
        let graph = model.vector(2)?.table(0)?;
        let (listed, mut tensors) = (graph.vector(0)?, Vec::new());
        for index in 0..listed.len {
            tensors.push(tensor(&model, &listed.table(index)?)?);
        }
        let (listed, mut operators) = (graph.vector(3)?, Vec::new());
        for index in 0..listed.len {
            let operator = operator(&codes, &listed.table(index)?)?;
            if operator.kind == Kind::Dequantize {
                let constant = tensors.get(operator.inputs[0]);
                let constant = constant.and_then(|tensor| tensor.constant.clone());
                if let Some(tensor) = tensors.get_mut(operator.output) {
                    tensor.constant = constant;
                }
            } else {
                operators.push(operator);
            }
        }
        let ids = |vector: Vec<i32>| indices(&vector);
        let input = ids(graph.vector(1)?.i32s()?)?;
        let outputs = ids(graph.vector(2)?.i32s()?)?;
        let graph = Self {
            tensors,
            operators,
            input: *input.first().ok_or(ModelError::Shape { tensor: 0 })?,
            outputs,
        };
        graph.check()?;
        Ok(graph)
    }

    /// Every number of a tensor names one.
    fn check(&self) -> Result<(), ModelError> {
        let used = self.operators.iter().flat_map(|operator| &operator.inputs);
        let made = self.operators.iter().map(|operator| &operator.output);
        for id in used.chain(made).chain(&self.outputs).chain([&self.input]) {
            if *id >= self.tensors.len() {
                return Err(ModelError::Shape { tensor: *id });
            }
        }
        Ok(())
    }
}

fn indices(numbers: &[i32]) -> Result<Vec<usize>, ModelError> {
    let index = |number: &i32| usize::try_from(*number);
    numbers
        .iter()
        .map(|number| index(number).map_err(|_| ModelError::Shape { tensor: 0 }))
        .collect()
}

fn tensor(model: &Table<'_>, tensor: &Table<'_>) -> Result<Tensor, ModelError> {
    let shape = indices(&tensor.vector(0)?.i32s()?)?;
    let data = model
        .vector(4)?
        .table(tensor.size(2)?)?
        .vector(0)?
        .bytes()?;
    let constant = match tensor.u8(1, 0)? {
        _ if data.is_empty() => None,
        0 => {
            let words = data.as_chunks::<4>().0.iter();
            Some(Constant::Floats(
                words.map(|word| f32::from_le_bytes(*word)).collect(),
            ))
        }
        1 => {
            let words = data.as_chunks::<2>().0.iter();
            Some(Constant::Floats(
                words.map(|word| widen(u16::from_le_bytes(*word))).collect(),
            ))
        }
        2 => {
            let words = data.as_chunks::<4>().0.iter();
            Some(Constant::Integers(
                words.map(|word| i32::from_le_bytes(*word)).collect(),
            ))
        }
        kind => return Err(ModelError::Numbers { kind }),
    };
    Ok(Tensor { shape, constant })
}

fn operator(codes: &[i32], table: &Table<'_>) -> Result<Operator, ModelError> {
    let code = *codes.get(table.size(0)?).unwrap_or(&-1);
    let kind = Kind::of(code)?;
    let inputs = indices(&table.vector(1)?.i32s()?)?;
    let outputs = indices(&table.vector(2)?.i32s()?)?;
    let ([_, ..], [output]) = (&inputs[..], &outputs[..]) else {
        return Err(ModelError::Operator { code });
    };
    let output = *output;
    let (mut same, mut stride, mut axis) = (false, (1, 1), 0);
    if let Some(options) = table.table(4)? {
        match kind {
            Kind::Conv | Kind::DepthwiseConv | Kind::MaxPool => {
                same = options.u8(0, 0)? == 0;
                stride = (options.size(1)?, options.size(2)?);
            }
            Kind::Concatenation => axis = options.i32(0, 0)?,
            _ => {}
        }
        // Where the schema keeps a fused activation: the three models write each one out.
        let fused = match kind {
            Kind::Conv => options.u8(3, 0)?,
            Kind::DepthwiseConv => options.u8(4, 0)?,
            Kind::MaxPool => options.u8(5, 0)?,
            Kind::Add => options.u8(0, 0)?,
            Kind::Concatenation => options.u8(1, 0)?,
            _ => 0,
        };
        if fused != 0 {
            return Err(ModelError::Operator { code });
        }
    }
    Ok(Operator {
        kind,
        inputs,
        output,
        same,
        stride,
        axis,
    })
}

/// A half-precision number (IEEE 754 binary16) in single precision.
fn widen(half: u16) -> f32 {
    let (sign, exponent) = (u32::from(half >> 15) << 31, u32::from(half >> 10 & 0x1F));
    let fraction = u32::from(half & 0x3FF);
    match exponent {
        // Zero and the subnormals: counts of 2^-24.
        0 => {
            let small = f32::from(half & 0x3FF) * 2f32.powi(-24);
            f32::from_bits(sign | small.to_bits())
        }
        0x1F => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_widened() {
        for (half, float) in [
            (0x0000, 0.0),
            (0x3C00, 1.0),
            (0xC000, -2.0),
            (0x7BFF, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x03FF, 6.097_555e-5),
            (0x3555, 0.333_251_95),
        ] {
            assert_eq!(widen(half).to_bits(), f32::to_bits(float), "{half:04x}");
        }
        assert!(widen(0x7C00).is_infinite() && widen(0x7E00).is_nan());
    }
}

//! From a stream of unknown origin to pixels, within limits.

use image::GrayImage;

use super::bits::BitReader;
use super::filter::Synthesis;
use super::huffman::{CodeLengths, Decoder};
use super::markers::{self, Frame};
use super::parser::Parser;
use super::quantiser::{self, Bins};
use super::symbols::{Meaning, meaning};
use super::transform::reconstruct;
use super::tree::Tree;
use super::{DecodeError, DecodeLimits, Decoded, MIN_SIDE};

/// Blocks of entropy-coded data in a stream.
const BLOCKS: usize = 3;
/// Numbers of Huffman tables.
const TABLES: usize = 8;

/// What the markers said so far.
#[derive(Default)]
struct State {
    ppi: Option<u16>,
    frame: Option<Frame>,
    filters: Option<Synthesis>,
    bins: Option<(f32, Bins)>,
    tables: [Option<CodeLengths>; TABLES],
    blocks: usize,
    /// How many values the coded bands have; known once the first block begins.
    expected: usize,
    values: Vec<i16>,
}

/// See [`super::decode`].
pub(super) fn decode(data: &[u8], limits: &DecodeLimits) -> Result<Decoded, DecodeError> {
    if data.len() > limits.max_bytes {
        return Err(DecodeError::TooManyBytes {
            bytes: data.len(),
            limit: limits.max_bytes,
        });
    }
    let mut parser = Parser::new(data);
    if data.len() < 2 || parser.marker() != Ok(markers::SOI) {
        return Err(DecodeError::NotWsq);
    }
    let mut state = State::default();
    loop {
        let offset = parser.position();
        match parser.marker()? {
            markers::EOI => return state.finish(),
            markers::COM => {
                let resolution = parser.segment("comment")?.resolution();
                state.ppi = state.ppi.or(resolution);
            }
            markers::SOF if state.frame.is_none() => {
                let frame = parser.segment("frame header")?.frame()?;
                state.frame = Some(check(frame, limits)?);
            }
            markers::DTT => state.filters = Some(parser.segment("transform table")?.filters()?),
            markers::DQT if state.blocks == 0 => {
                state.bins = Some(parser.segment("quantisation table")?.bins()?);
            }
            markers::DHT => {
                let mut fields = parser.segment("Huffman table")?;
                while let Some((id, lengths)) = fields.huffman()? {
                    *state.table(id)? = Some(lengths);
                }
            }
            markers::SOB => {
                let table = parser.segment("block header")?.byte()?;
                let end = state.block(data, parser.position(), table)?;
                parser.move_to(end);
            }
            markers::DRT => {
                return Err(DecodeError::Unsupported {
                    what: "restart intervals",
                });
            }
            _ => return Err(DecodeError::Marker { offset }),
        }
    }
}

fn check(frame: Frame, limits: &DecodeLimits) -> Result<Frame, DecodeError> {
    let (width, height) = (frame.width, frame.height);
    let pixels = usize::from(width) * usize::from(height);
    if width < MIN_SIDE || height < MIN_SIDE || pixels > limits.max_pixels {
        return Err(DecodeError::Size {
            width,
            height,
            limit: limits.max_pixels,
        });
    }
    Ok(frame)
}

impl State {
    fn table(&mut self, id: u8) -> Result<&mut Option<CodeLengths>, DecodeError> {
        self.tables
            .get_mut(usize::from(id))
            .ok_or(DecodeError::Segment {
                reading: "Huffman table",
                problem: "its number is above 7",
            })
    }

    /// Decodes one block from `start` on; gives the position of the marker after it.
    fn block(&mut self, data: &[u8], start: usize, table: u8) -> Result<usize, DecodeError> {
        let frame = self.frame.ok_or(DecodeError::Missing {
            what: "frame header",
        })?;
        if self.blocks == BLOCKS {
            return Err(DecodeError::Segment {
                reading: "block header",
                problem: "there are more than three blocks",
            });
        }
        if self.blocks == 0 {
            let (_, bins) = self.bins.as_ref().ok_or(DecodeError::Missing {
                what: "quantisation table",
            })?;
            let tree = Tree::new(usize::from(frame.width), usize::from(frame.height));
            let coded = tree
                .bands
                .iter()
                .zip(bins.width)
                .filter(|(_, width)| *width > 0.0);
            self.expected = coded.map(|(band, _)| band.area()).sum();
            self.values.reserve_exact(self.expected);
        }
        self.blocks += 1;
        let decoder = self
            .table(table)?
            .as_ref()
            .ok_or(DecodeError::Missing {
                what: "Huffman table of a block",
            })?
            .decoder()
            .ok_or(DecodeError::Segment {
                reading: "Huffman table",
                problem: "its lengths are not those of a prefix code",
            })?;
        let mut bits = BitReader::new(data, start);
        while let Some(symbol) = next_symbol(&mut bits, &decoder)? {
            self.append(symbol, &mut bits)?;
        }
        Ok(bits.end())
    }

    fn append(&mut self, symbol: u8, bits: &mut BitReader) -> Result<(), DecodeError> {
        let truncated = |bits: &BitReader| DecodeError::Truncated {
            offset: bits.end(),
            reading: "escape",
        };
        match meaning(symbol) {
            Meaning::Zeros(count) => self.zeros(count),
            Meaning::Value(value) => self.value(value),
            Meaning::LongZeros(size) => {
                let count = bits.take(size).ok_or_else(|| truncated(bits))?;
                self.zeros(count)
            }
            Meaning::LongValue(size, negative) => {
                let value = bits.take(size).ok_or_else(|| truncated(bits))?;
                let value = i16::try_from(value).unwrap_or(i16::MAX);
                self.value(if negative { -value } else { value })
            }
            Meaning::Nothing => Err(DecodeError::Code { offset: bits.end() }),
        }
    }

    fn value(&mut self, value: i16) -> Result<(), DecodeError> {
        self.room(1)?;
        self.values.push(value);
        Ok(())
    }

    fn zeros(&mut self, count: u16) -> Result<(), DecodeError> {
        self.room(usize::from(count))?;
        self.values
            .resize(self.values.len() + usize::from(count), 0);
        Ok(())
    }

    fn room(&self, count: usize) -> Result<(), DecodeError> {
        if self.values.len() + count > self.expected {
            let (expected, found) = (self.expected, self.values.len() + count);
            return Err(DecodeError::Coefficients { expected, found });
        }
        Ok(())
    }

    fn finish(self) -> Result<Decoded, DecodeError> {
        let frame = self.frame.ok_or(DecodeError::Missing {
            what: "frame header",
        })?;
        let filters = self.filters.ok_or(DecodeError::Missing {
            what: "transform table",
        })?;
        let (centre, bins) = self.bins.ok_or(DecodeError::Missing {
            what: "quantisation table",
        })?;
        if self.blocks != BLOCKS {
            return Err(DecodeError::Missing { what: "block" });
        }
        if self.values.len() != self.expected {
            let (expected, found) = (self.expected, self.values.len());
            return Err(DecodeError::Coefficients { expected, found });
        }
        let (width, height) = (usize::from(frame.width), usize::from(frame.height));
        let tree = Tree::new(width, height);
        let mut plane = quantiser::restore(&self.values, width, height, &tree, &bins, centre);
        drop(self.values);
        reconstruct(&mut plane, width, &tree, &filters);
        let pixels = plane.iter().map(|value| pixel(*value, &frame)).collect();
        let image = GrayImage::from_raw(frame.width.into(), frame.height.into(), pixels)
            .ok_or(DecodeError::Missing { what: "pixels" })?;
        Ok(Decoded {
            image,
            ppi: self.ppi,
        })
    }
}

/// The next symbol, or `None` at the end of the block.
fn next_symbol(bits: &mut BitReader, decoder: &Decoder) -> Result<Option<u8>, DecodeError> {
    let (window, available) = bits.peek();
    match decoder.look_up(window) {
        Some((symbol, length)) if length <= available => {
            bits.skip(length);
            Ok(Some(symbol))
        }
        _ if available < 16 && !bits.at_marker() => Err(DecodeError::Truncated {
            offset: bits.end(),
            reading: "block",
        }),
        // Less than a byte of padding is left before the marker.
        _ if available < 8 => Ok(None),
        _ => Err(DecodeError::Code { offset: bits.end() }),
    }
}

/// Back to a grey value, rounded and clamped.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped; not a number becomes 0"
)]
fn pixel(value: f32, frame: &Frame) -> u8 {
    let grey = value * frame.scale + frame.shift;
    (f64::from(grey) + 0.5).clamp(0.0, 255.0) as u8
}

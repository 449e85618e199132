//! Reading the segments of a stream, every length checked.

use super::DecodeError;
use super::decimal::Decimal;
use super::filter::Synthesis;
use super::huffman::CodeLengths;
use super::markers::{self, Frame};
use super::quantiser::Bins;
use super::tree::BANDS;

/// Largest tap that a filter can sensibly have; beyond it values would leave all bounds.
const LARGEST_TAP: f32 = 4.0;

/// A place in the stream.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    data: &'a [u8],
    position: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, position: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn move_to(&mut self, position: usize) {
        self.position = position;
    }

    /// The next marker.
    pub(super) fn marker(&mut self) -> Result<u16, DecodeError> {
        let offset = self.position;
        match self.data.get(offset..) {
            Some([first @ 0xFF, second, ..]) => {
                self.position += 2;
                Ok(u16::from_be_bytes([*first, *second]))
            }
            Some([_, _, ..]) => Err(DecodeError::Marker { offset }),
            _ => Err(DecodeError::Truncated {
                offset,
                reading: "marker",
            }),
        }
    }

    /// The content of the segment whose marker was just read.
    pub(super) fn segment(&mut self, reading: &'static str) -> Result<Fields<'a>, DecodeError> {
        let offset = self.position;
        let truncated = DecodeError::Truncated { offset, reading };
        let length = match self.data.get(offset..) {
            Some([high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err(truncated),
        };
        if length < 2 {
            return Err(DecodeError::Segment {
                reading,
                problem: "its length is below 2",
            });
        }
        let content = self
            .data
            .get(offset + 2..offset + length)
            .ok_or(truncated)?;
        self.position = offset + length;
        Ok(Fields {
            rest: content,
            reading,
        })
    }
}

/// Fields of one segment.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    reading: &'static str,
}

impl<'a> Fields<'a> {
    fn problem(&self, problem: &'static str) -> DecodeError {
        DecodeError::Segment {
            reading: self.reading,
            problem,
        }
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (bytes, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| self.problem("it ends too early"))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, DecodeError> {
        Ok(self.bytes(1)?[0])
    }

    fn short(&mut self) -> Result<u16, DecodeError> {
        let bytes = self.bytes(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn decimal(&mut self) -> Result<f32, DecodeError> {
        Ok(Decimal::<u16> {
            scale: self.byte()?,
            digits: self.short()?,
        }
        .to_f32())
    }

    /// Text of a comment; `PPI` of a NIST comment.
    pub(super) fn resolution(&self) -> Option<u16> {
        let text = std::str::from_utf8(self.rest).ok()?;
        if !text.starts_with("NIST_COM") {
            return None;
        }
        text.lines()
            .find_map(|line| line.strip_prefix("PPI ")?.trim().parse().ok())
    }

    /// Frame header.
    pub(super) fn frame(mut self) -> Result<Frame, DecodeError> {
        let _black_and_white = self.bytes(2)?;
        let height = self.short()?;
        let width = self.short()?;
        let shift = self.decimal()?;
        let scale = self.decimal()?;
        Ok(Frame {
            width,
            height,
            shift,
            scale,
        })
    }

    /// Transform table: only the 9/7 filters have this shape.
    pub(super) fn filters(mut self) -> Result<Synthesis, DecodeError> {
        if self.bytes(2)? != [9, 7] {
            return Err(DecodeError::Unsupported {
                what: "wavelet filters other than 9/7",
            });
        }
        let mut taps = [0.0; 9];
        for tap in &mut taps {
            let sign = self.byte()?;
            let scale = self.byte()?;
            let digits = self.bytes(4)?;
            let digits = u32::from_be_bytes([digits[0], digits[1], digits[2], digits[3]]);
            let size = Decimal::<u32> { scale, digits }.to_f32();
            if size > LARGEST_TAP {
                return Err(self.problem("a filter tap is out of range"));
            }
            *tap = if sign == 0 { size } else { -size };
        }
        let [l0, l1, l2, l3, l4, h0, h1, h2, h3] = taps;
        Ok(Synthesis::from_halves(
            &[l0, l1, l2, l3, l4],
            &[h0, h1, h2, h3],
        ))
    }

    /// Quantisation table: bin centre and bins.
    pub(super) fn bins(mut self) -> Result<(f32, Bins), DecodeError> {
        let centre = self.decimal()?;
        let mut bins = Bins {
            width: [0.0; BANDS],
            zero: [0.0; BANDS],
        };
        for band in 0..64 {
            let (width, zero) = (self.decimal()?, self.decimal()?);
            if band < BANDS {
                (bins.width[band], bins.zero[band]) = (width, zero);
            }
        }
        Ok((centre, bins))
    }

    /// One Huffman table with its number, or `None` at the end of the segment.
    pub(super) fn huffman(&mut self) -> Result<Option<(u8, CodeLengths)>, DecodeError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let id = self.byte()?;
        let mut counts = [0; 16];
        counts.copy_from_slice(self.bytes(16)?);
        let total = counts.iter().map(|count| usize::from(*count)).sum();
        let symbols = self.bytes(total)?.to_vec();
        Ok(Some((id, CodeLengths { counts, symbols })))
    }
}

/// Looks for the frame header without decoding anything.
pub(super) fn find_frame(data: &[u8]) -> Result<Frame, DecodeError> {
    let mut parser = Parser::new(data);
    if parser.marker()? != markers::SOI {
        return Err(DecodeError::NotWsq);
    }
    loop {
        match parser.marker()? {
            markers::SOF => return parser.segment("frame header")?.frame(),
            markers::COM | markers::DTT | markers::DQT | markers::DHT => {
                parser.segment("table")?;
            }
            _ => {
                return Err(DecodeError::Missing {
                    what: "frame header",
                });
            }
        }
    }
}

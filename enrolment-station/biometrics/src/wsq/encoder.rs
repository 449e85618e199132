//! From pixels to a stream, at a bit rate or within a number of bytes.

use image::GrayImage;

use super::bits::BitWriter;
use super::filter::Analysis;
use super::huffman::CodeLengths;
use super::markers::{self, Frame};
use super::quantiser::{self, Bins};
use super::symbols;
use super::transform::decompose;
use super::tree::{BANDS, BLOCK_2, BLOCK_3, Tree};
use super::{EncodeError, MAX_SIDE, MIN_SIDE, WsqParameters};

/// Bit rates that the search and the caller may ask for.
const RATES: std::ops::RangeInclusive<f32> = 0.02..=8.0;
/// A result that uses less of its limit than this (in 100ths) is searched on, unless the bit rate is reached.
const LEAST_USE: usize = 97;
/// Steps of the search for a limit of bytes; each halves the range of rates.
const SEARCH_STEPS: usize = 12;

/// A picture after the wavelet transform: everything that does not depend on the bit rate.
struct Transformed {
    frame: Frame,
    tree: Tree,
    plane: Vec<f32>,
    variances: [f32; BANDS],
    ppi: u16,
}

/// See [`super::encode`].
pub(super) fn encode(
    image: &GrayImage,
    parameters: &WsqParameters,
) -> Result<Vec<u8>, EncodeError> {
    if !RATES.contains(&parameters.bit_rate) {
        return Err(EncodeError::BitRate {
            asked: parameters.bit_rate,
        });
    }
    let transformed = Transformed::new(image, parameters.ppi)?;
    let stream = transformed.code(parameters.bit_rate);
    match parameters.max_bytes {
        Some(limit) if stream.len() > limit => {
            transformed.code_within(limit, parameters.bit_rate, stream.len())
        }
        _ => Ok(stream),
    }
}

impl Transformed {
    fn new(image: &GrayImage, ppi: u16) -> Result<Self, EncodeError> {
        let (width, height) = image.dimensions();
        let side = |length: u32| {
            u16::try_from(length)
                .ok()
                .filter(|side| (MIN_SIDE..=MAX_SIDE).contains(side))
                .ok_or(EncodeError::Size { width, height })
        };
        let (columns, rows) = (side(width)?, side(height)?);
        let (shift, scale) = range(image.as_raw());
        let factor = if scale > 0.0 { scale } else { 1.0 };
        let mut plane: Vec<f32> = image
            .as_raw()
            .iter()
            .map(|pixel| (f32::from(*pixel) - shift) / factor)
            .collect();
        let tree = Tree::new(usize::from(columns), usize::from(rows));
        decompose(
            &mut plane,
            usize::from(columns),
            &tree,
            &Analysis::standard(),
        );
        let variances = quantiser::variances(&plane, usize::from(columns), &tree);
        let frame = Frame {
            width: columns,
            height: rows,
            shift,
            scale,
        };
        Ok(Self {
            frame,
            tree,
            plane,
            variances,
            ppi,
        })
    }

    /// The stream at a bit rate.
    fn code(&self, bit_rate: f32) -> Vec<u8> {
        let bins = quantiser::allocate(&self.variances, bit_rate);
        let blocks =
            [0..BLOCK_2, BLOCK_2..BLOCK_3, BLOCK_3..BANDS].map(|bands| self.quantise(&bins, bands));
        let first = lengths(&blocks[..1]);
        let others = lengths(&blocks[1..]);

        let mut out = Vec::with_capacity(self.plane.len() / 8);
        out.extend(markers::SOI.to_be_bytes());
        markers::write_comment(&mut out, &self.frame, self.ppi, bit_rate);
        markers::write_filters(&mut out);
        markers::write_bins(&mut out, &bins);
        markers::write_frame(&mut out, &self.frame);
        markers::write_huffman(&mut out, 0, &first);
        write_block(&mut out, 0, &first, &blocks[0]);
        markers::write_huffman(&mut out, 1, &others);
        write_block(&mut out, 1, &others, &blocks[1]);
        write_block(&mut out, 1, &others, &blocks[2]);
        out.extend(markers::EOI.to_be_bytes());
        out
    }

    fn quantise(&self, bins: &Bins, bands: std::ops::Range<usize>) -> Vec<i16> {
        let mut values = Vec::new();
        let width = usize::from(self.frame.width);
        quantiser::quantise(&self.plane, width, &self.tree, bins, bands, &mut values);
        values
    }

    /// The largest stream within `limit` bytes that a few halvings of the rate find.
    fn code_within(
        &self,
        limit: usize,
        too_high: f32,
        size: usize,
    ) -> Result<Vec<u8>, EncodeError> {
        let (mut low, mut high) = (*RATES.start(), too_high);
        let mut smallest = size;
        let mut best: Option<Vec<u8>> = None;
        for _ in 0..SEARCH_STEPS {
            let rate = f32::midpoint(low, high);
            let stream = self.code(rate);
            smallest = smallest.min(stream.len());
            if stream.len() > limit {
                high = rate;
                continue;
            }
            low = rate;
            let enough = stream.len() * 100 >= limit * LEAST_USE;
            if best.as_ref().is_none_or(|found| found.len() < stream.len()) {
                best = Some(stream);
            }
            if enough {
                break;
            }
        }
        best.ok_or(EncodeError::Limit { limit, smallest })
    }
}

/// Mean of the pixels, and the larger distance from it, in 128ths.
#[expect(clippy::cast_precision_loss, reason = "as in the reference encoder")]
fn range(pixels: &[u8]) -> (f32, f32) {
    let sum: u64 = pixels.iter().map(|pixel| u64::from(*pixel)).sum();
    let mean = sum as f32 / pixels.len() as f32;
    let low = pixels.iter().min().copied().unwrap_or(0);
    let high = pixels.iter().max().copied().unwrap_or(0);
    (
        mean,
        (mean - f32::from(low)).max(f32::from(high) - mean) / 128.0,
    )
}

/// The best code for all blocks together.
fn lengths(blocks: &[Vec<i16>]) -> CodeLengths {
    let mut frequencies = [0u32; 256];
    for block in blocks {
        symbols::for_each(block, |symbol| frequencies[usize::from(symbol.code)] += 1);
    }
    CodeLengths::from_frequencies(&frequencies)
}

fn write_block(out: &mut Vec<u8>, table: u8, lengths: &CodeLengths, values: &[i16]) {
    markers::write_block_header(out, table);
    let codes = lengths.encoder();
    let mut bits = BitWriter::new(out);
    symbols::for_each(values, |symbol| {
        let (code, length) = codes[usize::from(symbol.code)];
        bits.put(code, length);
        if symbol.extra_bits > 0 {
            bits.put(symbol.extra, symbol.extra_bits);
        }
    });
    bits.finish();
}

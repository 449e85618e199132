//! The markers of a stream and how their segments are written (IAFIS-IC-0110 3.1, annex B).

use super::decimal::Decimal;
use super::filter::{HIGH_HALF, LOW_HALF};
use super::huffman::CodeLengths;
use super::quantiser::{BIN_CENTRE, Bins};
use super::tree::BANDS;

pub(super) const SOI: u16 = 0xFFA0;
pub(super) const EOI: u16 = 0xFFA1;
pub(super) const SOF: u16 = 0xFFA2;
pub(super) const SOB: u16 = 0xFFA3;
pub(super) const DTT: u16 = 0xFFA4;
pub(super) const DQT: u16 = 0xFFA5;
pub(super) const DHT: u16 = 0xFFA6;
pub(super) const DRT: u16 = 0xFFA7;
pub(super) const COM: u16 = 0xFFA8;

/// Number of the encoder that the standard's parameters belong to.
const ENCODER_NUMBER: u8 = 2;
/// Certificate number of the implementation: ours has none.
const SOFTWARE: u16 = 0;

/// Size, shift and scale of the picture, as the frame header carries them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub width: u16,
    pub height: u16,
    /// What was subtracted from each pixel.
    pub shift: f32,
    /// What each pixel was divided by; zero for a picture of one grey.
    pub scale: f32,
}

/// Begins a segment; its bytes follow.
fn segment(out: &mut Vec<u8>, marker: u16, content: &[u8]) {
    out.extend(marker.to_be_bytes());
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(content);
}

/// The first comment: text that NIST's programs read and write.
pub(super) fn write_comment(out: &mut Vec<u8>, frame: &Frame, ppi: u16, bit_rate: f32) {
    let text = format!(
        "NIST_COM 9\nPIX_WIDTH {}\nPIX_HEIGHT {}\nPIX_DEPTH 8\nPPI {ppi}\nLOSSY 1\n\
         COLORSPACE GRAY\nCOMPRESSION WSQ\nWSQ_BITRATE {bit_rate:.6}",
        frame.width, frame.height
    );
    segment(out, COM, text.as_bytes());
}

/// Right halves of both analysis filters.
pub(super) fn write_filters(out: &mut Vec<u8>) {
    let mut content = vec![9, 7];
    for tap in LOW_HALF.iter().chain(&HIGH_HALF) {
        let Decimal { scale, digits } = Decimal::<u32>::from_f64(tap.abs());
        content.extend([u8::from(*tap < 0.0), scale]);
        content.extend(digits.to_be_bytes());
    }
    segment(out, DTT, &content);
}

/// Bin centre and bin widths of all 64 bands; the last four are never coded.
pub(super) fn write_bins(out: &mut Vec<u8>, bins: &Bins) {
    let mut content = Vec::with_capacity(387);
    let centre = Decimal {
        scale: 2,
        digits: 44u16,
    };
    debug_assert!((centre.to_f32() - BIN_CENTRE).abs() < 1e-6);
    push(&mut content, centre);
    for band in 0..64 {
        let width = |widths: &[f32; BANDS]| widths.get(band).copied().unwrap_or(0.0);
        push(&mut content, Decimal::<u16>::from_f32(width(&bins.width)));
        push(&mut content, Decimal::<u16>::from_f32(width(&bins.zero)));
    }
    segment(out, DQT, &content);
}

/// Frame header.
pub(super) fn write_frame(out: &mut Vec<u8>, frame: &Frame) {
    let mut content = vec![0, 255];
    content.extend(frame.height.to_be_bytes());
    content.extend(frame.width.to_be_bytes());
    push(&mut content, Decimal::<u16>::from_f32(frame.shift));
    push(&mut content, Decimal::<u16>::from_f32(frame.scale));
    content.push(ENCODER_NUMBER);
    content.extend(SOFTWARE.to_be_bytes());
    segment(out, SOF, &content);
}

/// One Huffman table.
pub(super) fn write_huffman(out: &mut Vec<u8>, id: u8, lengths: &CodeLengths) {
    let mut content = vec![id];
    content.extend(lengths.counts);
    content.extend(&lengths.symbols);
    segment(out, DHT, &content);
}

/// Header of a block; its bits follow.
pub(super) fn write_block_header(out: &mut Vec<u8>, table: u8) {
    segment(out, SOB, &[table]);
}

fn push(content: &mut Vec<u8>, number: Decimal<u16>) {
    content.push(number.scale);
    content.extend(number.digits.to_be_bytes());
}

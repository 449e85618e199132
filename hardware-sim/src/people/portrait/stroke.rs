//! One straight piece of a line: the inner loop of hair, which is tens of thousands of them.

use super::canvas::Canvas;
use super::colour::{Colour, wash};
use super::path::Point;

/// Draws a piece as one span a row (or a column, where it is flat): each pixel once.
#[expect(clippy::cast_precision_loss, reason = "places on the canvas")]
pub(super) fn segment(
    canvas: &mut Canvas,
    from: Point,
    to: Point,
    half: f32,
    colour: Colour,
    share: f32,
) {
    let low = canvas.height as f32 + half;
    if (from.1 > low && to.1 > low) || (from.1 < -half && to.1 < -half) {
        return;
    }
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let steep = dy.abs() >= dx.abs();
    // Along the longer axis `a`, across the other one `b`.
    let ((a0, b0), (a1, b1)) = match (steep, if steep { dy } else { dx } >= 0.0) {
        (true, true) => ((from.1, from.0), (to.1, to.0)),
        (true, false) => ((to.1, to.0), (from.1, from.0)),
        (false, true) => (from, to),
        (false, false) => (to, from),
    };
    if a1 - a0 < 1e-4 {
        return;
    }
    let slope = (b1 - b0) / (a1 - a0);
    let reach = half * slope.hypot(1.0);
    // Thinner than a pixel: fainter instead.
    let (reach, share) = if reach < 0.5 {
        (0.5, share * reach * 2.0)
    } else {
        (reach, share)
    };
    let (width, height) = (canvas.width, canvas.height);
    let (long, across) = if steep {
        (height, width)
    } else {
        (width, height)
    };
    for a in pixel(a0.round(), long)..pixel(a1.round(), long) {
        let b = b0 + slope * (a as f32 + 0.5 - a0);
        let Some(span) = Span::new(b - reach, b + reach, across) else {
            continue;
        };
        if steep {
            span.fill_row(&mut canvas.pixels[a * width..][..width], colour, share);
        } else {
            span.fill_column(&mut canvas.pixels, (a, width), colour, share);
        }
    }
}

/// The pixels between two places of a row or column: the outer ones are covered in part, those between in full.
struct Span {
    first: usize,
    last: usize,
    first_cover: f32,
    last_cover: f32,
}

impl Span {
    /// From `low` to `high`, within `0..end`; none where that is no pixel.
    #[expect(clippy::cast_precision_loss, reason = "places on the canvas")]
    fn new(low: f32, high: f32, end: usize) -> Option<Self> {
        let first = pixel(low, end);
        let below = pixel(high, end);
        let last = if (below as f32) < high && below < end {
            below
        } else {
            below.checked_sub(1)?
        };
        let cover =
            |place: usize| (high.min(place as f32 + 1.0) - low.max(place as f32)).clamp(0.0, 1.0);
        (first <= last).then(|| Self {
            first,
            last,
            first_cover: cover(first),
            last_cover: cover(last),
        })
    }

    fn fill_row(&self, row: &mut [Colour], colour: Colour, share: f32) {
        match &mut row[self.first..=self.last] {
            [first, between @ .., last] => {
                *first = first.mix(colour, share * self.first_cover);
                wash(between, colour, share);
                *last = last.mix(colour, share * self.last_cover);
            }
            [only] => *only = only.mix(colour, share * self.first_cover),
            [] => {}
        }
    }

    fn fill_column(
        &self,
        pixels: &mut [Colour],
        (column, width): (usize, usize),
        colour: Colour,
        share: f32,
    ) {
        let count = self.last - self.first + 1;
        let down = pixels[self.first * width + column..]
            .iter_mut()
            .step_by(width);
        for (i, pixel) in down.take(count).enumerate() {
            let cover = match i {
                0 => self.first_cover,
                i if i + 1 == count => self.last_cover,
                _ => 1.0,
            };
            *pixel = pixel.mix(colour, share * cover);
        }
    }
}

/// A place as an index, at most `end`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "clamped to the canvas"
)]
#[inline]
fn pixel(place: f32, end: usize) -> usize {
    // By way of 32 bits: processors have no conversion to unsigned 64.
    place.clamp(0.0, end as f32) as u32 as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pixel of a line as wide as told takes the share of it that is covered, whichever way the line runs.
    #[test]
    fn spans_cover_each_pixel_by_its_share() {
        let (paper, ink) = (Colour::hex(0), Colour::hex(0x00FF_FFFF));
        for (half, from, to) in [(1.75, 3.0, 9.0), (0.6, 2.0, 7.0), (30.0, -5.0, 40.0)] {
            let mut down = Canvas::new(16, 16, paper);
            segment(&mut down, (8.25, from), (8.25, to), half, ink, 0.5);
            let mut across = Canvas::new(16, 16, paper);
            segment(&mut across, (to, 8.25), (from, 8.25), half, ink, 0.5);
            for place in 0..16u8 {
                let left = (8.25 - half).max(f32::from(place));
                let covered = ((8.25 + half).min(f32::from(place) + 1.0) - left).max(0.0);
                let (row, column) = (5 * 16 + usize::from(place), usize::from(place) * 16 + 5);
                for pixel in [down.pixels[row], across.pixels[column]] {
                    let difference = pixel.0[0] - 0.5 * covered;
                    assert!(
                        difference.abs() < 1e-5,
                        "half {half}, place {place}: {pixel:?}"
                    );
                }
            }
            let ended = if to > 16.0 {
                ink.mix(paper, 0.5)
            } else {
                paper
            };
            assert_eq!(down.pixels[15 * 16 + 8], ended);
        }
    }
}

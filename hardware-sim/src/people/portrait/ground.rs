//! What stands behind the head: a plain wall, or shelves.

use super::super::dice::Dice;
use super::canvas::Canvas;
use super::colour::Colour;
use super::painter::{Frame, Painter};

/// A plain light wall, a little darker at the rims.
#[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
pub(super) fn plain(width: usize, height: usize, colour: Colour) -> Canvas {
    let mut canvas = Canvas::new(width, height, colour);
    let aside: Vec<f32> = (0..width)
        .map(|column| (column as f32 / width as f32 - 0.42).powi(2))
        .collect();
    for (row, line) in canvas.pixels.chunks_exact_mut(width).enumerate() {
        let y = row as f32 / height as f32 - 0.45;
        for (pixel, aside) in line.iter_mut().zip(&aside) {
            *pixel = pixel.lighter(0.012 - 0.06 * (aside + y * y));
        }
    }
    canvas
}

/// Shelves full of books, out of focus a little.
pub(super) fn shelves(canvas: &mut Canvas, dice: &mut Dice) {
    const BOOKS: [u32; 8] = [
        0x008A_3B32,
        0x002F_4F6F,
        0x00C8_A858,
        0x0040_6048,
        0x00D8_D0C0,
        0x005A_3A5A,
        0x0030_3030,
        0x00A8_6A40,
    ];
    let frame = Frame::new((0.0, 0.0), 100.0, 0.0);
    let mut painter = Painter { canvas, frame };
    let square = |x: f32, y: f32, wide: f32, tall: f32| {
        [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]
    };
    painter.fill(
        &square(-0.5, -0.5, 14.0, 17.5),
        0.0,
        Colour::hex(0x003A_2A20),
        1.0,
    );
    for shelf in 0..6u8 {
        let floor = 2.7 * f32::from(shelf) + 2.5;
        let mut x = -0.2;
        while x < 12.6 {
            let (wide, tall) = (dice.between(0.22, 0.62), dice.between(1.5, 2.2));
            let colour =
                Colour::hex(BOOKS[dice.below(BOOKS.len())]).shaded(dice.between(0.75, 1.1));
            painter.fill(
                &square(x, floor - tall, wide * 0.94, tall),
                0.015,
                colour,
                1.0,
            );
            painter.fill(
                &square(x + wide * 0.2, floor - tall * 0.8, wide * 0.5, 0.1),
                0.015,
                colour.lighter(0.25),
                0.8,
            );
            x += wide;
        }
        painter.fill(
            &square(-0.5, floor, 14.0, 0.2),
            0.015,
            Colour::hex(0x0080_5C3C),
            1.0,
        );
    }
}

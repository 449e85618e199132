//! Signatures: one stroke of loops and waves, thick where the pen goes down, with a flourish.

use image::{GrayImage, Luma};

use super::dice::{Dice, ramp};

/// Pixels in a row: 60 mm at 300 dpi.
pub const WIDTH: u32 = 710;
/// Rows.
pub const HEIGHT: u32 = 240;

/// A place on the paper.
type Point = (f32, f32);

/// Draws the signature of a seed, dark ink on white.
pub fn draw(seed: u64) -> GrayImage {
    let dice = &mut Dice::new(seed, "signature");
    let mut paper = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([255]));
    let slant = dice.between(0.1, 0.5);
    let (main, end) = letters(dice, slant);
    ink(&mut paper, &main, dice.between(1.6, 2.6));
    let line = flourish(dice, end);
    ink(&mut paper, &line, dice.between(1.2, 1.9));
    paper
}

/// The letters as a curve through nodes; and where it ends.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn letters(dice: &mut Dice, slant: f32) -> (Vec<Point>, Point) {
    let base = HEIGHT as f32 * dice.between(0.55, 0.65);
    let mut nodes = vec![(dice.between(50.0, 90.0), base)];
    let mut x = nodes[0].0;
    let capital = dice.between(70.0, 105.0);
    let mut push = |x: f32, height: f32| nodes.push((x + slant * height, base - height));
    push(x + 6.0, capital);
    push(x + 34.0, capital * 0.8);
    push(x + 10.0, -8.0);
    push(x + 48.0, 20.0);
    x += 52.0;
    let count = 5 + dice.below(6);
    for _ in 0..count {
        let wide = dice.between(16.0, 34.0);
        let height = match dice.below(6) {
            0 => dice.between(60.0, 95.0),
            1 => -dice.between(30.0, 60.0),
            _ => dice.between(14.0, 34.0),
        };
        push(x + wide * 0.7, height);
        push(x + wide * 0.35, height * 0.6);
        push(x + wide, dice.between(-6.0, 6.0));
        x += wide;
    }
    let end = (x + 30.0, base + dice.between(-30.0, 10.0));
    nodes.push(end);
    (curve(&nodes), end)
}

/// A line under or through the name.
fn flourish(dice: &mut Dice, end: Point) -> Vec<Point> {
    let low = end.1 + dice.between(18.0, 45.0);
    let back = dice.between(80.0, 160.0);
    curve(&[
        (
            end.0 + dice.between(10.0, 50.0),
            end.1 - dice.between(0.0, 30.0),
        ),
        (end.0 * 0.6, low + dice.between(-8.0, 8.0)),
        (back, low + dice.between(-6.0, 10.0)),
        (end.0 * 0.5, low + dice.between(4.0, 16.0)),
    ])
}

/// A Catmull-Rom curve through the nodes, in short steps.
fn curve(nodes: &[Point]) -> Vec<Point> {
    let mut points = Vec::new();
    let node = |i: usize| nodes[i.min(nodes.len() - 1)];
    for i in 0..nodes.len() - 1 {
        let (p0, p1, p2, p3) = (node(i.saturating_sub(1)), node(i), node(i + 1), node(i + 2));
        for step in 0..40u8 {
            let t = f32::from(step) / 40.0;
            let blend = |a: f32, b: f32, c: f32, d: f32| {
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * b - a - 3.0 * c + d) * t * t * t)
            };
            points.push((blend(p0.0, p1.0, p2.0, p3.0), blend(p0.1, p1.1, p2.1, p3.1)));
        }
    }
    points
}

/// Inks a curve: thicker downwards, thinner at both ends.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn ink(paper: &mut GrayImage, points: &[Point], pen: f32) {
    for (i, pair) in points.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1).max(0.01);
        let down = ((to.1 - from.1) / length).max(0.0);
        let ends = ramp(0.0, 12.0, i as f32) * ramp(0.0, 30.0, (points.len() - i) as f32);
        let radius = pen * (0.75 + 0.55 * down) * (0.4 + 0.6 * ends);
        let steps = length.ceil().max(1.0);
        let mut step = 0.0;
        while step < steps {
            let t = step / steps;
            dot(
                paper,
                from.0 + (to.0 - from.0) * t,
                from.1 + (to.1 - from.1) * t,
                radius,
            );
            step += 1.0;
        }
    }
}

/// A round spot with a soft rim.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "clamped to the paper"
)]
fn dot(paper: &mut GrayImage, x: f32, y: f32, radius: f32) {
    let clamp = |value: f32, side: u32| value.clamp(0.0, side as f32 - 1.0) as u32;
    let reach = radius + 1.0;
    for row in clamp(y - reach, HEIGHT)..=clamp(y + reach, HEIGHT) {
        for column in clamp(x - reach, WIDTH)..=clamp(x + reach, WIDTH) {
            let distance = (column as f32 - x).hypot(row as f32 - y);
            let white = 28.0 + 227.0 * ramp(radius - 0.6, radius + 0.6, distance);
            let pixel = &mut paper.get_pixel_mut(column, row).0[0];
            *pixel = (*pixel).min(white as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_have_ink_and_differ() {
        let ink = |image: &GrayImage| image.pixels().filter(|p| p.0[0] < 128).count();
        for seed in 0..30 {
            let signature = draw(seed);
            assert!(
                (800..30_000).contains(&ink(&signature)),
                "{seed}: {}",
                ink(&signature)
            );
            assert_ne!(signature, draw(seed + 1));
            // Nothing is cut off at the right.
            assert!(
                (0..HEIGHT).all(|y| signature.get_pixel(WIDTH - 1, y).0[0] > 128),
                "{seed}"
            );
        }
    }
}

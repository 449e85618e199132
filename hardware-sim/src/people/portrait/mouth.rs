//! Nose holes and mouth: what the relief cannot show.

use super::colour::Colour;
use super::head::spot;
use super::look::{Look, Shape};
use super::painter::Painter;
use super::path::{Point, curve, ellipse};
use super::relief::Relief;

/// Nostrils and the creases beside them.
pub(super) fn nose(painter: &mut Painter, look: &Look) {
    let (wide, base) = (look.shape.nose_width, look.shape.nose_length + 0.045);
    let skin = look.tint.skin;
    let under = ellipse((0.0, base + 0.045), wide * 0.95, 0.045);
    painter.fill(&under, 0.028, skin.lit(0.50), 0.42);
    for side in [-1.0f32, 1.0] {
        let hole = curve(&[
            (side * wide * 0.22, base + 0.018),
            (side * wide * 0.42, base - 0.016),
            (side * wide * 0.66, base + 0.004),
        ]);
        painter.fill(
            &Painter::band(&hole, |t| 0.024 * (1.0 - (2.0 * t - 1.0).powi(2)) + 0.002),
            0.009,
            skin.lit(0.16),
            0.85,
        );
        let wing = curve(&[
            (side * wide * 0.96, base - 0.20),
            (side * wide * 1.07, base - 0.09),
            (side * wide * 1.02, base - 0.005),
            (side * wide * 0.80, base + 0.025),
        ]);
        painter.fill(
            &Painter::band(&wing, |t| 0.011 * (4.0 * t * (1.0 - t)) + 0.002),
            0.010,
            skin.lit(0.42),
            0.62,
        );
    }
}

/// Edges of the lips from the left corner to the right one, from above to below.
struct Lips {
    top: Vec<Point>,
    above: Vec<Point>,
    below: Vec<Point>,
    bottom: Vec<Point>,
    corners: [Point; 2],
}

impl Lips {
    fn new(shape: &Shape) -> Self {
        let (up, down, gape) = (shape.upper_lip, shape.lower_lip, shape.gape);
        let corner = -shape.smile;
        let at = |x: f32, dy: f32| (x * shape.mouth_width, shape.mouth + dy);
        let corners = [-1.0, 1.0].map(|sign| at(sign, corner + 0.4 * gape));
        // The right half is the left one's mirror image.
        let edge = |half: &[Point], middle: f32| {
            let left = half.iter().map(|(x, dy)| at(-x, *dy));
            let right = half.iter().rev().map(|(x, dy)| at(*x, *dy));
            let inner = left.chain([at(0.0, middle)]).chain(right);
            let all: Vec<Point> = [corners[0]]
                .into_iter()
                .chain(inner)
                .chain([corners[1]])
                .collect();
            curve(&all)
        };
        let above = edge(&[(0.5, 0.010 + corner * 0.3), (0.16, 0.004)], 0.011);
        let below = if gape > 0.0 {
            edge(&[(0.80, gape * 0.80), (0.42, gape * 0.98)], gape)
        } else {
            above.clone()
        };
        Self {
            top: edge(&[(0.55, -up * 0.60), (0.22, -up)], -up * 0.78),
            above,
            below,
            bottom: edge(
                &[(0.86, gape * 0.9), (0.55, gape + down * 0.74)],
                gape + down,
            ),
            corners,
        }
    }
}

/// Lips, and what is between them when they are apart.
pub(super) fn mouth(painter: &mut Painter, look: &Look, relief: &Relief) {
    let shape = &look.shape;
    let edges = Lips::new(shape);
    if shape.gape > 0.0 {
        inside(painter, look, &edges.above, &edges.below);
    }
    let lips = look.tint.lips;
    let between = |a: &[Point], b: &[Point]| -> Vec<Point> {
        a.iter().chain(b.iter().rev()).copied().collect()
    };
    let upper = painter.mask(&between(&edges.top, &edges.above), 0.007);
    painter.shade(&upper, |x, y, _| {
        lips.lit(0.90 * relief.at(x, y).0.min(1.06) - 0.03)
    });
    let lower = painter.mask(&between(&edges.below, &edges.bottom), 0.008);
    let middle = shape.mouth + shape.gape + shape.lower_lip * 0.45;
    painter.shade(&lower, |x, y, _| {
        let shine = 0.10 * spot(x + 0.03, y - middle, 0.2, 0.028);
        lips.lit(0.99 * relief.at(x, y).0.min(1.08)).lighter(shine)
    });
    if shape.gape == 0.0 {
        let seam = Painter::band(&edges.above, |t| {
            0.0115 * (1.0 - (2.0 * t - 1.0).powi(6)) + 0.002
        });
        painter.fill(&seam, 0.005, lips.lit(0.30), 0.85);
    }
    for (x, y) in edges.corners {
        let dimple = ellipse((x * 1.01, y), 0.026, 0.018);
        painter.fill(&dimple, 0.014, lips.lit(0.35), 0.55);
    }
}

/// The open mouth: dark, with the upper teeth and a tongue.
fn inside(painter: &mut Painter, look: &Look, above: &[Point], below: &[Point]) {
    let shape = &look.shape;
    let hole: Vec<Point> = above.iter().chain(below.iter().rev()).copied().collect();
    let mask = painter.mask(&hole, 0.006);
    painter.lay(&mask, Colour::hex(0x004A_1818));
    let tongue = ellipse(
        (0.0, shape.mouth + shape.gape * 1.02),
        shape.mouth_width * 0.62,
        shape.gape * 0.42,
    );
    let tongue = painter.mask(&tongue, 0.03).clipped(&mask);
    painter.lay(&tongue, Colour::hex(0x00B4_5654));
    let teeth = ellipse((0.0, shape.mouth - 0.03), shape.mouth_width * 0.70, 0.10);
    let teeth = painter.mask(&teeth, 0.010).clipped(&mask);
    painter.shade(&teeth, |x, _, _| {
        let gap = 0.12
            * spot(
                ((x / 0.075).rem_euclid(1.0) - 0.5).abs() - 0.5,
                0.0,
                0.09,
                1.0,
            );
        Colour::hex(0x00EF_EBE2).shaded(1.0 - gap - 0.9 * x * x)
    });
}

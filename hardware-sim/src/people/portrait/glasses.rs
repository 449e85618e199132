//! Glasses: clear ones, as the rules for photographs want them.

use super::colour::Colour;
use super::look::Look;
use super::painter::Painter;
use super::path::{Point, curve};
use super::style::Glasses;

/// Paints glasses over the face, if they are worn.
pub(super) fn glasses(painter: &mut Painter, look: &Look) {
    let Some(glasses) = look.glasses else { return };
    let cheek = look.shape.cheek;
    for side in [-1.0f32, 1.0] {
        let lens = lens(&glasses, side);
        painter.fill(&lens, 0.004, Colour::hex(0x00F4_FAFF), 0.05);
        let lower: Vec<Point> = lens.iter().map(|p| (p.0, p.1 + 0.035)).collect();
        let around = |points: &[Point]| Painter::band(points, |_| glasses.weight);
        painter.fill(&around(&lower), 0.025, look.tint.skin.lit(0.5), 0.28);
        painter.fill(&around(&lens), 0.004, glasses.colour, 0.96);
        let shine: Vec<Point> = lens.iter().map(|p| (p.0 - 0.004, p.1 - 0.006)).collect();
        painter.fill(
            &Painter::band(&shine, |t| glasses.weight * 0.25 * (1.0 - t)),
            0.004,
            glasses.colour.lighter(0.35),
            0.5,
        );
        let hinge = (side * (0.5 + glasses.half_width), -0.10);
        let arm = [
            hinge,
            (side * cheek * 0.96, -0.11),
            (side * cheek * 0.985, -0.09),
        ];
        painter.fill(
            &Painter::band(&curve(&arm), |_| glasses.weight * 1.1),
            0.004,
            glasses.colour.shaded(0.85),
            0.95,
        );
    }
    let inner = 0.5 - glasses.half_width;
    let bridge = curve(&[(-inner, -0.07), (0.0, -0.125), (inner, -0.07)]);
    painter.fill(
        &Painter::band(&bridge, |_| glasses.weight * 0.95),
        0.004,
        glasses.colour,
        0.96,
    );
}

/// A rim: an oval, more or less angular; closed.
fn lens(glasses: &Glasses, side: f32) -> Vec<Point> {
    (0..=64u8)
        .map(|i| {
            let (sin, cos) = (f32::from(i) / 64.0 * std::f32::consts::TAU).sin_cos();
            let bend = |v: f32| v.signum() * v.abs().powf(2.0 / glasses.power);
            let wide = glasses.half_width * (1.0 - 0.04 * sin);
            (
                side * 0.5 + wide * bend(cos),
                0.035 + glasses.half_height * bend(sin),
            )
        })
        .collect()
}

//! The head without its features: outline, skin, ears, neck.

use super::super::dice::{Noise, ramp};
use super::canvas::Mask;
use super::look::{Look, Shape};
use super::painter::Painter;
use super::path::{Point, closed, curve, ellipse, mirrored};
use super::relief::Relief;

/// The face's outline: skull, temples, cheeks, jaw, chin.
pub(super) fn outline(shape: &Shape) -> Vec<Point> {
    let skull = shape.temple * 0.97;
    let jaw = shape.mouth - 0.02 + 0.5 * shape.gape;
    let chin = shape.chin;
    closed(&mirrored(&[
        (0.0, -shape.crown),
        (skull * 0.50, -shape.crown * 0.925),
        (skull * 0.87, -shape.crown * 0.69),
        (shape.temple * 1.01, -0.55),
        (shape.cheek, 0.08),
        (shape.cheek * 0.965, 0.55),
        (shape.jaw, jaw),
        (shape.jaw * 0.42 + shape.chin_width * 0.93, chin - 0.24),
        (shape.chin_width, chin - 0.035),
        (0.0, chin),
    ]))
}

/// Skin of the face in its light.
pub(super) fn skin(
    painter: &mut Painter,
    look: &Look,
    face: &Mask,
    relief: &Relief,
    mottle: &Noise,
) {
    let mut mottle = mottle.walk();
    let tint = &look.tint;
    let oil = 0.20 - 0.06 * tint.tone;
    painter.shade(face, |x, y, _| {
        let (light, gleam) = relief.at(x, y);
        let blush = 0.11 * spot(x.abs() - 0.66, y - 0.55, 0.34, 0.26)
            + 0.10 * spot(x, y - look.shape.nose_length + 0.05, 0.24, 0.14)
            + 0.05 * spot(x, y - look.shape.chin + 0.2, 0.25, 0.15);
        let under = 0.10 * spot(x.abs() - 0.46, y - 0.17, 0.2, 0.09) * (0.5 + look.lines);
        let mottled = 0.012 * mottle.at(x, y);
        tint.skin
            .mix(tint.lips, blush)
            .tinted([1.0 - under, 1.0 - 1.15 * under, 1.0 - 0.9 * under])
            .lit(light + mottled)
            .lighter(oil * gleam)
    });
}

/// A soft oval spot around (0, 0): 1 in its middle.
pub(super) fn spot(x: f32, y: f32, half_width: f32, half_height: f32) -> f32 {
    let (a, b) = (x / half_width, y / half_height);
    let far = (a * a + b * b) * 1.5;
    if far > 8.0 { 0.0 } else { (-far).exp() }
}

/// Both ears, and rings in them.
pub(super) fn ears(painter: &mut Painter, look: &Look) {
    let tall = look.shape.ear;
    for side in [-1.0f32, 1.0] {
        let at = |x: f32, y: f32| (side * (look.shape.cheek - 0.07 + x), 0.14 + y * tall / 0.3);
        let rim = closed(&[
            at(0.0, -0.28),
            at(0.11, -0.33),
            at(0.185, -0.20),
            at(0.165, 0.04),
            at(0.10, 0.25),
            at(0.03, 0.31),
            at(-0.02, 0.1),
        ]);
        let mask = painter.mask(&rim, 0.006);
        let shade = if side < 0.0 { 0.93 } else { 0.86 };
        let skin = look.tint.skin.mix(look.tint.lips, 0.16);
        painter.shade(&mask, |x, _, _| {
            skin.lit(shade - 0.25 * ramp(0.10, -0.03, x.abs() - look.shape.cheek))
        });
        let fold = curve(&[
            at(0.04, -0.22),
            at(0.12, -0.22),
            at(0.125, -0.05),
            at(0.07, 0.10),
        ]);
        let inner = painter
            .mask(&Painter::band(&fold, |_| 0.016), 0.012)
            .clipped(&mask)
            .faded(0.5);
        painter.lay(&inner, skin.lit(0.55));
        if look.earrings {
            let middle = at(0.035, 0.30);
            painter.fill(
                &ellipse((middle.0, middle.1 + 0.012), 0.034, 0.036),
                0.006,
                look.tint.skin.lit(0.5),
                0.5,
            );
            painter.fill(
                &ellipse(middle, 0.030, 0.030),
                0.003,
                super::colour::Colour::hex(0x00D8_C48C),
                1.0,
            );
            painter.fill(
                &ellipse((middle.0 - 0.009, middle.1 - 0.01), 0.011, 0.010),
                0.004,
                super::colour::Colour::hex(0x00FF_FBEA),
                1.0,
            );
        }
    }
}

/// The neck and the beginning of the shoulders, in the shadow of the chin.
pub(super) fn neck(painter: &mut Painter, look: &Look) {
    let wide = look.shape.neck;
    let body = closed(&mirrored(&[
        (0.0, 0.9),
        (wide * 1.02, 0.9),
        (wide * 0.98, 1.5),
        (wide * 1.0, 1.95),
        (wide * 1.14, 2.17),
        (wide * 1.40, 2.36),
        (1.25, 2.62),
        (1.4, 3.3),
        (0.0, 3.4),
    ]));
    let mask = painter.mask(&body, 0.004);
    let skin = look.tint.skin;
    painter.shade(&mask, |x, y, _| {
        let round = (x / wide).abs().min(1.25);
        let side = if x > 0.0 { 0.30 } else { 0.20 };
        let cords =
            0.05 * spot(x.abs() - 0.30 - 0.12 * (2.1 - y), 0.0, 0.10, 1.0) * ramp(1.5, 2.1, y);
        let bones = 0.06 * spot(x.abs() - 0.5, y - 2.46, 0.42, 0.035);
        skin.lit(0.97 - side * round.powi(3) * ramp(2.5, 2.1, y) + cords - bones)
    });
    // The chin keeps light away.
    let shape = &look.shape;
    let shadow: Vec<Point> = outline(shape)
        .iter()
        .map(|p| (p.0 * 0.93 + 0.03, p.1 + 0.20))
        .collect();
    let shadow = painter.mask(&shadow, 0.06).clipped(&mask).faded(0.62);
    painter.lay(&shadow, skin.lit(0.52));
}

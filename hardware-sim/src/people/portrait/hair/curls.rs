//! Curls: many small arcs in a cloud around the skull.

use super::super::super::dice::Dice;
use super::super::look::Look;
use super::super::painter::Painter;
use super::super::path::{Point, closed, curve};
use super::super::style::Cut;
use super::cap;

/// The cloud behind the face (or over its rim, in front).
pub(super) fn cloud(painter: &mut Painter, look: &Look, dice: &mut Dice, front: bool) {
    let (outer, inner) = (cap::rim(look, look.hair.volume), cap::hairline(look));
    let afro = look.hair.cut == Cut::Afro;
    let low = if afro { 0.34 } else { 0.0 };
    if !front {
        let ball = ball(look, dice);
        let mask = painter.mask(&ball, 0.03);
        super::mass(painter, look, &mask, 0.58);
    }
    let count = match (afro, front) {
        (true, false) => 1500u16,
        (true, true) => 900,
        _ => 1100,
    };
    let size = if afro { 0.032 } else { 0.055 };
    for _ in 0..count {
        let (t, s) = (dice.unit(), dice.unit());
        let (a, b) = (
            super::super::path::along(&inner, t),
            super::super::path::along(&outer, t),
        );
        let reach = if front { s } else { 0.35 + 0.75 * s };
        let mut at = super::super::path::between(a, b, reach);
        if !front {
            at = (
                at.0 * (1.0 + 0.5 * look.hair.volume * s),
                at.1 + low * s * f32::from(!(0.25..=0.75).contains(&t)),
            );
        }
        let size = size * dice.between(0.6, 1.2);
        curl(painter, look, dice, at, size);
    }
}

/// A lumpy ball of hair around the head.
fn ball(look: &Look, dice: &mut Dice) -> Vec<Point> {
    let shape = &look.shape;
    let (wide, tall) = (
        shape.temple + look.hair.volume * 0.85,
        (shape.crown + look.hair.volume) * 0.72,
    );
    let lumps: Vec<Point> = (0..26u8)
        .map(|i| {
            let (sin, cos) = (f32::from(i) / 26.0 * std::f32::consts::TAU).sin_cos();
            let lump = 1.0 + 0.035 * dice.around_zero();
            (
                wide * cos * lump,
                -(shape.crown + look.hair.volume) * 0.30 + tall * sin * lump,
            )
        })
        .collect();
    closed(&lumps)
}

/// One curl: three quarters of a turn, dark below and light above.
fn curl(painter: &mut Painter, look: &Look, dice: &mut Dice, at: Point, size: f32) {
    let start = dice.between(0.0, std::f32::consts::TAU);
    let flat = dice.between(0.6, 1.0);
    let ring = |i: u8, shift: f32| {
        let angle = start + f32::from(i) * 0.95;
        (
            at.0 + size * angle.cos(),
            at.1 + shift + size * flat * angle.sin(),
        )
    };
    let shade = super::dark(look);
    let lower: Vec<Point> = curve(&std::array::from_fn::<_, 6, _>(|i| {
        ring(u8::try_from(i).unwrap_or(0), size * 0.35)
    }));
    painter.line(&lower, 0.55, |_| size * 0.20, |_| shade);
    let upper: Vec<Point> = curve(&std::array::from_fn::<_, 6, _>(|i| {
        ring(u8::try_from(i).unwrap_or(0), 0.0)
    }));
    super::strand(painter, look, dice, &upper, size * 0.24, 0.85);
}

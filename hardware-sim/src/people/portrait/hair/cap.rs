//! Short hair: from the hairline to the rim of the skull.

use super::super::super::dice::Dice;
use super::super::canvas::Mask;
use super::super::look::Look;
use super::super::painter::Painter;
use super::super::path::{Point, along, between, curve};
use super::super::style::Cut;

/// The hairline from the left ear over the forehead to the right one.
pub(super) fn hairline(look: &Look) -> Vec<Point> {
    let (shape, hair) = (&look.shape, &look.hair);
    let (cheek, line, recede) = (shape.cheek, hair.line, hair.recede);
    let burn = if look.woman { -0.05 } else { 0.22 };
    let right = [
        (0.0, -line),
        (0.34, -line - 0.02 - recede * 0.35),
        (0.66, -line + 0.10 - recede * 0.75),
        (shape.temple * 0.83, -0.66 - recede * 0.3),
        (shape.temple * 0.90, -0.42),
        (cheek * 0.965, -0.18),
        (cheek * 0.955, burn),
    ];
    let left = right.iter().skip(1).rev().map(|p| (-p.0, p.1));
    curve(&left.chain(right.iter().copied()).collect::<Vec<_>>())
}

/// The rim of the hair, from ear to ear.
pub(super) fn rim(look: &Look, volume: f32) -> Vec<Point> {
    let shape = &look.shape;
    let (crown, wide) = (shape.crown + volume, shape.temple + 0.03 + 0.42 * volume);
    let burn = if look.woman { -0.05 } else { 0.22 };
    let right = [
        (0.0, -crown),
        (wide * 0.50, -crown * 0.925),
        (wide * 0.86, -crown * 0.70),
        (wide * 1.02, -0.60),
        (wide * 1.0 + 0.03, -0.25),
        (shape.cheek + 0.03, -0.08),
        (shape.cheek + 0.01, burn),
    ];
    let left = right.iter().skip(1).rev().map(|p| (-p.0, p.1));
    curve(&left.chain(right.iter().copied()).collect::<Vec<_>>())
}

fn cap(inner: &[Point], outer: &[Point]) -> Vec<Point> {
    inner.iter().chain(outer.iter().rev()).copied().collect()
}

/// A few millimetres: dots and strokes, or only the sides.
pub(super) fn short(painter: &mut Painter, look: &Look, dice: &mut Dice, face: &Mask) {
    let (inner, outer) = (hairline(look), rim(look, look.hair.volume.min(0.09)));
    let sides_only = look.hair.cut == Cut::Horseshoe;
    if sides_only {
        for mirror in [-1.0f32, 1.0] {
            let c = look.shape.temple;
            let patch = curve(&[
                (c * 0.93, 0.18),
                (c * 0.90, -0.25),
                (c * 0.84, -0.62),
                (c * 0.90, -0.95),
                (c * 1.02, -0.72),
                (c * 1.08, -0.3),
                (c * 1.06, 0.16),
            ]);
            let patch: Vec<Point> = patch.iter().map(|p| (p.0 * mirror, p.1)).collect();
            painter.fill(&patch, 0.035, look.tint.hair.shaded(0.75), 0.75);
        }
    } else {
        let polygon = cap(&inner, &outer);
        super::shadow(painter, look, &polygon, face);
        let mask = painter.mask(&polygon, 0.012).faded(0.94);
        super::mass(painter, look, &mask, 0.72);
    }
    for _ in 0..1700u16 {
        let (t, s) = (dice.unit(), dice.unit());
        let root = between(
            along(&inner, t),
            along(&outer, t),
            s.powf(0.8) * 1.01 - 0.02,
        );
        if sides_only && root.1 < -0.62 {
            continue;
        }
        let lean = 0.05 * dice.around_zero() + 0.05 * (t - 0.5);
        let tip = (root.0 + lean, root.1 - 0.022 - 0.02 * dice.unit());
        super::strand(
            painter,
            look,
            dice,
            &[root, between(root, tip, 0.5), tip],
            0.006,
            0.6,
        );
    }
}

/// Swept from the forehead over the head.
pub(super) fn swept(painter: &mut Painter, look: &Look, dice: &mut Dice, face: &Mask) {
    let volume = look.hair.volume;
    let (inner, outer) = (hairline(look), rim(look, volume));
    let polygon = cap(&inner, &outer);
    super::shadow(painter, look, &polygon, face);
    let mask = painter.mask(&polygon, 0.012);
    super::mass(painter, look, &mask, 0.60);
    let lean = look.hair.parting * 0.12;
    for i in 0..1200u16 {
        let t = f32::from(i) / 1199.0;
        // From the back of the head to the front, so that the front lies on top.
        let start = (1.0 - t).powi(2) * 0.75 * dice.unit();
        let u = 0.02 + 0.96 * dice.unit();
        let from = between(along(&inner, u), along(&outer, u), start);
        let toward =
            (u + (u - 0.5) * 0.10 + lean * (1.0 - (2.0 * u - 1.0).powi(2))).clamp(0.0, 1.0);
        let to = along(&outer, toward);
        let stop = between(from, to, dice.between(0.80, 1.02));
        let middle = between(from, stop, 0.45);
        let bow = 0.08 * (u - 0.5);
        let hair = curve(&[from, (middle.0 + bow, middle.1 - 0.03 * volume), stop]);
        super::strand(painter, look, dice, &hair, 0.012, 0.72);
    }
}

/// Over the forehead, from the crown towards the brows.
pub(super) fn fringe(painter: &mut Painter, look: &Look, dice: &mut Dice, face: &Mask) {
    let shape = &look.shape;
    let top = -(shape.crown + look.hair.volume);
    let long = if look.woman { -0.56 } else { -0.70 };
    let side = look.hair.parting;
    let fall = |u: f32, end: f32| {
        curve(&[
            (u * 0.42 + side * 0.3, top * (1.0 - 0.06 * u * u) + 0.05),
            (u * 0.74 + side * 0.1, -1.42 + 0.10 * u * u),
            (u * 0.88, -0.98),
            (u * 0.93 + side * 0.06 * (1.0 - u.abs()), end),
        ])
    };
    let edge = |u: f32| long + 0.10 * u * u * u.abs() - 0.10 * side * u;
    let (left, right) = (fall(-1.0, edge(-1.0)), fall(1.0, edge(1.0)));
    let bottom: Vec<Point> = (0..=20u8)
        .map(|i| f32::from(i) / 10.0 - 1.0)
        .map(|u| (u * 0.93, edge(u) - 0.05))
        .collect();
    let polygon: Vec<Point> = left
        .iter()
        .chain(&bottom)
        .chain(right.iter().rev())
        .copied()
        .collect();
    super::shadow(painter, look, &polygon, face);
    let mask = painter.mask(&polygon, 0.014);
    super::mass(painter, look, &mask, 0.66);
    for _ in 0..520u16 {
        let u = dice.between(-1.02, 1.02);
        let hair = fall(u, edge(u) + 0.035 * dice.around_zero());
        super::strand(painter, look, dice, &hair, 0.012, 0.72);
    }
}

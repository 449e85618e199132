//! Hair that falls from a parting to both sides, short or long.

use super::super::super::dice::{Dice, Noise};
use super::super::canvas::Mask;
use super::super::look::Look;
use super::super::painter::Painter;
use super::super::path::{Point, between, curve};
use super::super::style::Cut;

/// Knots of the innermost (at the face) and of the outermost lock of a side.
fn knots(look: &Look, side: f32) -> [Vec<Point>; 2] {
    let (shape, hair) = (&look.shape, &look.hair);
    let (cheek, volume, part, line) = (shape.cheek, hair.volume, hair.parting, hair.line);
    let crown = shape.crown + volume;
    // A side with more hair reaches further over the forehead.
    let deep = (0.5 - 0.5 * side * part).clamp(0.2, 0.8);
    let inner_top = vec![
        (part, -line - 0.10),
        (part + side * (0.30 + 0.2 * deep), -line - 0.02),
        (side * cheek * 0.78, -line * 0.66 - 0.05),
    ];
    let outer_top = vec![
        (part * 0.6, -crown),
        (side * cheek * 0.50 + part * 0.2, -crown * 0.93),
        (side * (cheek * 0.88 + volume * 0.3), -crown * 0.69),
    ];
    let (inner_end, outer_end) = match hair.cut {
        Cut::SideParted => (
            vec![(side * cheek * 0.91, -0.42), (side * cheek * 0.965, -0.05)],
            vec![
                (side * (cheek + volume * 0.45), -0.55),
                (side * (cheek + 0.035), -0.02),
            ],
        ),
        Cut::Bob => (
            vec![
                (side * cheek * 0.90, -0.30),
                (side * cheek * 0.92, 0.55),
                (side * cheek * 0.74, hair.end),
            ],
            vec![
                (side * (cheek + volume * 0.8), -0.35),
                (side * (cheek + volume + 0.10), 0.55),
                (side * (cheek + volume * 0.4), hair.end),
            ],
        ),
        _ => (
            vec![
                (side * cheek * 0.90, -0.28),
                (side * cheek * 0.95, 0.60),
                (side * cheek * 0.88, 1.5),
                (side * cheek * 0.72, hair.end),
            ],
            vec![
                (side * (cheek + volume * 0.8), -0.30),
                (side * (cheek + volume + 0.10), 0.70),
                (side * (cheek + volume + 0.16), 1.6),
                (side * (cheek + volume * 0.5), hair.end + 0.1),
            ],
        ),
    };
    [
        [inner_top, inner_end].concat(),
        [outer_top, outer_end].concat(),
    ]
}

fn lock(knots: &[Vec<Point>; 2], u: f32) -> Vec<Point> {
    let mixed: Vec<Point> = knots[0]
        .iter()
        .zip(&knots[1])
        .map(|(a, b)| between(*a, *b, u))
        .collect();
    curve(&mixed)
}

/// Both sides, over temples and cheeks.
pub(super) fn sides(painter: &mut Painter, look: &Look, dice: &mut Dice, face: &Mask) {
    if look.hair.cut == Cut::SideParted {
        super::cap::short(painter, look, dice, face);
    }
    let noise = Noise::new(dice, 0.7);
    for side in [-1.0f32, 1.0] {
        let knots = knots(look, side);
        let polygon: Vec<Point> = lock(&knots, 0.0)
            .into_iter()
            .chain(lock(&knots, 1.0).into_iter().rev())
            .collect();
        super::shadow(painter, look, &polygon, face);
        let mask = painter.mask(&polygon, 0.012);
        super::mass(painter, look, &mask, 0.60);
        let curly = look.hair.cut == Cut::LongCurls;
        let wave = if curly { 0.055 } else { look.hair.wave };
        for i in 0..360u16 {
            // The outer locks first: the inner ones lie over them.
            let u = 1.0 - f32::from(i) / 359.0;
            let u = (u + 0.35 * dice.around_zero()).clamp(-0.02, 1.04);
            let phase = u * if curly { 40.0 } else { 4.0 } + side;
            let hair = super::waved(&lock(&knots, u), wave, &noise, phase);
            let cut = hair.len() - dice.below(hair.len() / 9);
            super::strand(painter, look, dice, &hair[..cut], 0.0165, 0.72);
        }
    }
}

/// Long hair behind the shoulders.
pub(super) fn fall(painter: &mut Painter, look: &Look, dice: &mut Dice) {
    let shape = &look.shape;
    let wide = shape.cheek + look.hair.volume;
    let end = look.hair.end.min(3.0);
    let half = [
        (0.0, -1.2),
        (wide * 0.9, -0.8),
        (wide, 0.3),
        (wide + 0.10, 1.3),
        (wide * 0.95, end),
        (0.0, end + 0.06),
    ];
    let polygon = super::super::path::closed(&super::super::path::mirrored(&half));
    back(painter, look, dice, &polygon, wide * 0.95, end);
}

/// The back of a bob, behind the neck.
pub(super) fn nape(painter: &mut Painter, look: &Look, dice: &mut Dice) {
    let shape = &look.shape;
    let wide = shape.cheek + look.hair.volume * 0.8;
    let end = look.hair.end;
    let half = [
        (0.0, -1.2),
        (wide * 0.9, -0.8),
        (wide, 0.3),
        (wide * 0.97, end - 0.1),
        (0.0, end),
    ];
    let polygon = super::super::path::closed(&super::super::path::mirrored(&half));
    back(painter, look, dice, &polygon, wide * 0.9, end);
}

fn back(
    painter: &mut Painter,
    look: &Look,
    dice: &mut Dice,
    polygon: &[Point],
    wide: f32,
    end: f32,
) {
    let mask = painter.mask(polygon, 0.02);
    super::mass(painter, look, &mask, 0.44);
    for _ in 0..260u16 {
        let u = dice.between(-1.0, 1.0);
        let hair = curve(&[
            (u * wide * 0.95, 0.2),
            (u * (wide + 0.06), 1.2),
            (
                u * wide * 0.98 + 0.04 * dice.around_zero(),
                end + 0.05 * dice.around_zero(),
            ),
        ]);
        super::strand(painter, look, dice, &hair, 0.012, 0.35);
    }
}

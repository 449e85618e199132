//! What years and sun leave: wrinkles, freckles, moles.

use super::super::dice::Dice;
use super::look::Look;
use super::painter::Painter;
use super::path::{Point, curve, ellipse};

/// Wrinkles, deeper with age, and spots.
pub(super) fn lines(painter: &mut Painter, look: &Look, dice: &mut Dice) {
    let shape = &look.shape;
    let deep = look.lines;
    let nose = (shape.nose_width + 0.06, shape.nose_length - 0.04);
    let corner = (shape.mouth_width + 0.10, shape.mouth - 0.02);
    for side in [-1.0f32, 1.0] {
        let mut fold = |points: &[Point], width: f32, share: f32| {
            let mirrored: Vec<Point> = points.iter().map(|p| (side * p.0, p.1)).collect();
            let band = Painter::band(&curve(&mirrored), |t| {
                width * (4.0 * t * (1.0 - t)).powf(0.7) + 0.001
            });
            painter.fill(&band, 0.012, look.tint.skin.lit(0.5), share);
        };
        fold(
            &[
                nose,
                (0.5 * (nose.0 + corner.0) + 0.035, 0.5 * (nose.1 + corner.1)),
                corner,
            ],
            0.014,
            0.12 + 0.42 * deep,
        );
        fold(
            &[(0.33, 0.135), (0.47, 0.20), (0.64, 0.155)],
            0.010,
            0.10 + 0.38 * deep,
        );
        fold(
            &[
                (corner.0 - 0.06, corner.1 + 0.09),
                (corner.0 - 0.02, corner.1 + 0.20),
                (corner.0 - 0.05, corner.1 + 0.28),
            ],
            0.012,
            0.30 * (deep - 0.3).max(0.0),
        );
        for foot in 0..3u8 {
            let rise = 0.05 * (f32::from(foot) - 1.0);
            fold(
                &[
                    (0.775, rise * 0.7 - 0.01),
                    (0.83, rise * 1.3),
                    (0.90, rise * 2.2 + 0.02),
                ],
                0.006,
                0.50 * (deep - 0.25).max(0.0),
            );
        }
        fold(
            &[(0.07, -0.26), (0.085, -0.36), (0.075, -0.44)],
            0.007,
            0.38 * (deep - 0.2).max(0.0),
        );
    }
    forehead(painter, look, dice);
    spots(painter, look, dice);
}

fn forehead(painter: &mut Painter, look: &Look, dice: &mut Dice) {
    for row in 0..3u8 {
        let y = -0.62 - 0.12 * f32::from(row) + 0.02 * dice.around_zero();
        let wide = 0.52 - 0.08 * f32::from(row);
        let band = Painter::band(
            &curve(&[
                (-wide, y + 0.03),
                (-wide * 0.4, y),
                (wide * 0.4, y + 0.004),
                (wide, y + 0.03),
            ]),
            |t| 0.008 * (4.0 * t * (1.0 - t)).powf(0.6),
        );
        painter.fill(
            &band,
            0.012,
            look.tint.skin.lit(0.55),
            0.42 * (look.lines - 0.22).max(0.0),
        );
    }
}

fn spots(painter: &mut Painter, look: &Look, dice: &mut Dice) {
    let brown = look.tint.skin.lit(0.62);
    if look.freckles > 0.0 {
        for _ in 0..90u8 {
            let at = (0.85 * dice.around_zero(), 0.42 + 0.34 * dice.around_zero());
            let size = dice.between(0.007, 0.015);
            painter.fill(
                &ellipse(at, size, size * 0.9),
                0.006,
                brown,
                look.freckles * dice.between(0.25, 0.6),
            );
        }
    }
    for _ in 0..dice.below(4) {
        let at = (0.8 * dice.around_zero(), dice.between(0.3, 1.5));
        let size = dice.between(0.009, 0.017);
        painter.fill(
            &ellipse(at, size, size),
            0.004,
            look.tint.skin.lit(0.34),
            0.7,
        );
    }
}

//! Shoulders and what covers them.

use super::super::dice::{Noise, ramp};
use super::colour::Colour;
use super::head::spot;
use super::look::Look;
use super::painter::Painter;
use super::path::{Point, curve, mirrored};
use super::style::Garment;

/// Bottom of everything, below the picture even where it is turned.
const LOW: f32 = 8.0;

/// Clothes over neck and shoulders.
pub(super) fn clothes(painter: &mut Painter, look: &Look, folds: &Noise) {
    let neck = look.shape.neck;
    let dress = look.dress;
    match dress.garment {
        Garment::Crew => knit(
            painter,
            look,
            folds,
            &[(0.0, 2.50), (neck * 0.62, 2.42), (neck * 1.06, 2.16)],
        ),
        Garment::Vee => knit(
            painter,
            look,
            folds,
            &[(0.0, 2.86), (neck * 0.55, 2.52), (neck * 1.10, 2.15)],
        ),
        Garment::Scoop => knit(
            painter,
            look,
            folds,
            &[(0.0, 2.76), (neck * 0.85, 2.66), (neck * 1.38, 2.26)],
        ),
        Garment::Turtleneck => turtleneck(painter, look, folds),
        Garment::Shirt => {
            cloth(
                painter,
                look,
                folds,
                dress.colour,
                &[(0.0, 2.52), (neck * 0.5, 2.36), (neck * 1.12, 2.12)],
            );
            collar(painter, look, dress.colour);
            buttons(painter, dress.colour);
        }
        Garment::Jacket => jacket(painter, look, folds),
    }
}

/// The cloth from an opening (right half, from the middle outwards) over the shoulders.
fn cloth(painter: &mut Painter, look: &Look, folds: &Noise, colour: Colour, opening: &[Point]) {
    let top = opening[opening.len() - 1];
    let opening = curve(opening);
    let shoulder = curve(&[
        top,
        (1.15, 2.36),
        (1.72, 2.58),
        (2.12, 2.98),
        (2.5, 4.2),
        (2.8, LOW),
    ]);
    let half: Vec<Point> = opening
        .iter()
        .chain(&shoulder)
        .copied()
        .chain([(0.0, LOW)])
        .collect();
    let mask = painter.mask(&mirrored(&half), 0.005);
    let neck = look.shape.neck;
    let (mut folds, mut weave) = (folds.walk(), folds.walk());
    painter.shade(&mask, |x, y, _| {
        let fold = 0.07 * folds.at(1.1 * x + 0.6 * y, 0.35 * y - 0.2 * x.abs())
            + 0.02 * weave.at(9.0 * x, 9.0 * y);
        let round = 0.10 * ramp(1.2, 2.2, x.abs()) + 0.05 * ramp(0.0, 2.0, x);
        let shade = 0.16 * ramp(2.55, 2.15, y) * ramp(neck + 0.7, neck, x.abs());
        colour.shaded(1.06 + fold - round - shade)
    });
    // The neck's opening throws a small shadow, and has a seam.
    let edge: Vec<Point> = opening
        .iter()
        .map(|p| (-p.0, p.1))
        .rev()
        .chain(opening.iter().copied())
        .collect();
    painter.fill(
        &Painter::band(&edge, |_| 0.016),
        0.010,
        colour.shaded(0.72),
        0.75,
    );
}

fn knit(painter: &mut Painter, look: &Look, folds: &Noise, opening: &[Point]) {
    let colour = look.dress.colour;
    cloth(painter, look, folds, colour, opening);
    let lower: Vec<Point> = curve(opening)
        .iter()
        .map(|p| (p.0 * 1.07, p.1 + 0.085))
        .collect();
    let seam: Vec<Point> = lower
        .iter()
        .map(|p| (-p.0, p.1))
        .rev()
        .chain(lower.iter().copied())
        .collect();
    painter.fill(
        &Painter::band(&seam, |_| 0.006),
        0.005,
        colour.shaded(0.74),
        0.7,
    );
}

fn turtleneck(painter: &mut Painter, look: &Look, folds: &Noise) {
    let (neck, colour) = (look.shape.neck, look.dress.colour);
    cloth(
        painter,
        look,
        folds,
        colour,
        &[(0.0, 2.34), (neck * 0.7, 2.28), (neck * 1.12, 2.14)],
    );
    let tube = curve(&[(0.0, 2.02), (neck * 0.65, 1.98), (neck * 1.05, 1.86)]);
    let half: Vec<Point> = tube
        .iter()
        .copied()
        .chain([
            (neck * 1.10, 2.12),
            (neck * 1.2, 2.24),
            (neck * 0.6, 2.42),
            (0.0, 2.46),
        ])
        .collect();
    let mask = painter.mask(&mirrored(&half), 0.008);
    painter.shade(&mask, |x, y, _| {
        let ribs = 0.05 * (x / neck).clamp(-1.0, 1.0).asin().mul_add(46.0, 0.0).sin();
        let round = 0.28 * (x / neck).powi(2).min(1.2);
        colour.shaded(1.02 + ribs - round - 0.24 * ramp(2.2, 1.95, y))
    });
    let edge: Vec<Point> = tube
        .iter()
        .map(|p| (-p.0, p.1))
        .rev()
        .chain(tube.iter().copied())
        .collect();
    painter.fill(
        &Painter::band(&edge, |_| 0.018),
        0.008,
        colour.shaded(1.12),
        0.6,
    );
}

/// Two pointed flaps.
fn collar(painter: &mut Painter, look: &Look, colour: Colour) {
    let neck = look.shape.neck;
    for side in [-1.0f32, 1.0] {
        let at = |x: f32, y: f32| (side * x, y);
        let flap = [
            at(neck * 0.98, 2.00),
            at(neck * 1.18, 2.10),
            at(neck * 1.10, 2.40),
            at(0.36, 2.70),
            at(0.06, 2.47),
            at(neck * 0.55, 2.34),
        ];
        let shadow: Vec<Point> = flap.iter().map(|p| (p.0 * 1.03, p.1 + 0.05)).collect();
        painter.fill(&shadow, 0.03, colour.shaded(0.55), 0.5);
        let mask = painter.mask(&flap, 0.005);
        let light = if side < 0.0 { 1.06 } else { 0.98 };
        painter.shade(&mask, |x, y, _| {
            colour.shaded(light - 0.20 * spot(x.abs() - neck, y - 2.08, 0.16, 0.12))
        });
        painter.fill(
            &Painter::band(&[flap[2], flap[3], flap[4]], |_| 0.005),
            0.003,
            colour.shaded(0.72),
            0.7,
        );
    }
}

fn buttons(painter: &mut Painter, colour: Colour) {
    painter.fill(
        &Painter::band(&[(0.05, 2.5), (0.06, LOW)], |_| 0.006),
        0.004,
        colour.shaded(0.75),
        0.7,
    );
    painter.fill(
        &super::path::ellipse((0.0, 2.74), 0.026, 0.026),
        0.004,
        colour.shaded(0.6),
        0.8,
    );
}

fn jacket(painter: &mut Painter, look: &Look, folds: &Noise) {
    let (neck, dress) = (look.shape.neck, look.dress);
    cloth(
        painter,
        look,
        folds,
        dress.shirt,
        &[(0.0, 2.54), (neck * 0.5, 2.36), (neck * 1.12, 2.12)],
    );
    if let Some(tie) = dress.tie {
        let knot = [(-0.13, 2.44), (0.13, 2.44), (0.085, 2.66), (-0.085, 2.66)];
        let blade = [(-0.08, 2.64), (0.08, 2.64), (0.22, LOW), (-0.22, LOW)];
        painter.fill(&blade, 0.005, tie.shaded(0.95), 1.0);
        painter.fill(&knot, 0.006, tie.shaded(1.08), 1.0);
        painter.fill(
            &Painter::band(&[(-0.085, 2.665), (0.085, 2.665)], |_| 0.010),
            0.008,
            tie.shaded(0.6),
            0.8,
        );
    }
    collar(painter, look, dress.shirt);
    cloth_sides(painter, look, folds, dress.colour);
}

/// A jacket's two halves with their lapels.
fn cloth_sides(painter: &mut Painter, look: &Look, folds: &Noise, colour: Colour) {
    let neck = look.shape.neck;
    for side in [-1.0f32, 1.0] {
        let at = |p: &Point| (side * p.0, p.1);
        let shoulder = curve(&[
            (neck * 1.22, 2.10),
            (1.15, 2.33),
            (1.72, 2.54),
            (2.14, 2.94),
            (2.52, 4.2),
            (2.82, LOW),
        ]);
        let half: Vec<Point> = [(0.10, LOW), (0.34, 3.0), (0.62, 2.6)]
            .iter()
            .chain(&shoulder)
            .map(at)
            .collect();
        let mask = painter.mask(&half, 0.005);
        let mut folds = folds.walk();
        painter.shade(&mask, |x, y, _| {
            let fold = 0.06 * folds.at(0.9 * x + 0.5 * y, 0.3 * y);
            colour.shaded(1.08 + fold - 0.12 * ramp(1.2, 2.2, x.abs()) - 0.05 * ramp(0.0, 2.0, x))
        });
        let lapel = [
            (neck * 1.20, 2.11),
            (neck * 1.40, 2.24),
            (1.02, 2.62),
            (0.84, 2.70),
            (0.90, 2.80),
            (0.16, 3.7),
            (0.34, 3.0),
            (0.60, 2.58),
        ]
        .map(|p| at(&p));
        let shadow: Vec<Point> = lapel.iter().map(|p| (p.0 * 1.03, p.1 + 0.03)).collect();
        painter.fill(&shadow, 0.025, colour.shaded(0.5), 0.55);
        painter.fill(&lapel, 0.005, colour.shaded(1.16), 1.0);
        painter.fill(
            &Painter::band(&[lapel[0], lapel[7], lapel[6]], |_| 0.008),
            0.006,
            colour.shaded(0.62),
            0.6,
        );
    }
}

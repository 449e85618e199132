//! Hair: a mass with a soft edge, and strands upon it that follow its fall.

mod cap;
mod curls;
mod parted;

use super::super::dice::{Dice, Noise};
use super::canvas::Mask;
use super::colour::Colour;
use super::look::Look;
use super::painter::Painter;
use super::path::{Point, curve, ellipse};
use super::style::Cut;

/// What falls behind head and neck.
pub(super) fn behind(painter: &mut Painter, look: &Look, dice: &mut Dice) {
    let shape = &look.shape;
    match look.hair.cut {
        Cut::Long | Cut::LongCurls => parted::fall(painter, look, dice),
        Cut::Bob => parted::nape(painter, look, dice),
        Cut::Bun => {
            let middle = (0.1 * dice.around_zero(), -shape.crown - 0.20);
            let mask = painter.mask(&ellipse(middle, 0.40, 0.34), 0.02);
            mass(painter, look, &mask, 0.62);
            for i in 0..70u8 {
                let turn = f32::from(i) / 70.0 * std::f32::consts::TAU + dice.unit();
                let at =
                    |r: f32, a: f32| (middle.0 + 0.40 * r * a.cos(), middle.1 + 0.34 * r * a.sin());
                let coil = curve(&[at(0.25, turn), at(0.75, turn + 0.5), at(0.98, turn + 1.3)]);
                strand(painter, look, dice, &coil, 0.010, 0.8);
            }
        }
        Cut::Afro => curls::cloud(painter, look, dice, false),
        _ => {}
    }
}

/// What lies over skull, forehead and temples.
pub(super) fn in_front(painter: &mut Painter, look: &Look, dice: &mut Dice, face: &Mask) {
    match look.hair.cut {
        Cut::Bald => {}
        Cut::Horseshoe | Cut::Buzz => cap::short(painter, look, dice, face),
        Cut::Swept | Cut::Bun => cap::swept(painter, look, dice, face),
        Cut::Fringe => {
            cap::swept(painter, look, dice, face);
            cap::fringe(painter, look, dice, face);
        }
        Cut::Curls | Cut::Afro => {
            cap::short(painter, look, dice, face);
            curls::cloud(painter, look, dice, true);
        }
        Cut::SideParted | Cut::Bob | Cut::Long | Cut::LongCurls => {
            parted::sides(painter, look, dice, face);
            if look.hair.fringe && look.hair.cut != Cut::SideParted {
                cap::fringe(painter, look, dice, face);
            }
        }
    }
}

/// Fills a mask with the hair's ground colour.
fn mass(painter: &mut Painter, look: &Look, mask: &Mask, shade: f32) {
    let colour = look.tint.hair;
    painter.shade(mask, |x, y, _| {
        let round = 1.0 - 0.16 * (x / 1.3).powi(2) - 0.10 * (y + 1.0).clamp(0.0, 1.0);
        let sheen = 0.20 * super::head::spot(x + 0.3, y + 1.42, 0.8, 0.30);
        colour.shaded(shade * (round + sheen)).lighter(0.05 * sheen)
    });
}

/// The hair's shadow on the skin, below and beside a mass.
fn shadow(painter: &mut Painter, look: &Look, polygon: &[Point], face: &Mask) {
    let lower: Vec<Point> = polygon.iter().map(|p| (p.0 * 0.985, p.1 + 0.045)).collect();
    let mask = painter.mask(&lower, 0.045).clipped(face).faded(0.55);
    painter.lay(&mask, look.tint.skin.lit(0.48));
}

/// One lock: light runs over it where it bends towards the lamp.
fn strand(
    painter: &mut Painter,
    look: &Look,
    dice: &mut Dice,
    points: &[Point],
    width: f32,
    share: f32,
) {
    let tone = 0.74 + 0.30 * dice.unit();
    let colour = look.tint.hair;
    let sheen = dice.between(0.10, 0.34);
    let width = width * dice.between(0.5, 1.15);
    let lamp = dice.between(0.26, 0.44);
    let (first, last) = (points[0], points[points.len() - 1]);
    let side = 1.0 - 0.10 * ((first.0 + last.0) * 0.5).clamp(-1.0, 1.2);
    painter.line(
        points,
        share,
        |t| width * (1.0 - (2.0 * t - 1.0).powi(4)).max(0.08),
        |t| {
            let glow = sheen * (-((t - lamp) / 0.16).powi(2)).exp();
            let end = 0.12 * (t - 0.6).max(0.0);
            colour
                .shaded((tone - end) * side * (1.0 + glow))
                .lighter(0.10 * glow)
        },
    );
}

/// Bends a lock to and fro, more towards its end.
#[expect(clippy::cast_precision_loss, reason = "few points")]
fn waved(points: &[Point], size: f32, noise: &Noise, phase: f32) -> Vec<Point> {
    let count = points.len() as f32;
    let bend = |i: usize| {
        let t = i as f32 / count;
        let wave = (t * 15.0 + phase).sin() + 1.5 * noise.at(t * 3.0, phase * 0.6);
        size * wave * (t * 1.6).min(1.0)
    };
    points
        .iter()
        .enumerate()
        .map(|(i, p)| (p.0 + bend(i), p.1))
        .collect()
}

/// A shadow colour between locks.
fn dark(look: &Look) -> Colour {
    look.tint.hair.shaded(0.5)
}

//! Eyes and brows.

use super::super::dice::{Dice, ramp};
use super::canvas::Mask;
use super::colour::Colour;
use super::look::Look;
use super::painter::Painter;
use super::path::{Point, along, curve, ellipse};

/// Lids of one eye, from the inner corner to the outer one.
struct Lids {
    upper: Vec<Point>,
    lower: Vec<Point>,
}

/// Paints both eyes; closed ones show their lids.
pub(super) fn eyes(painter: &mut Painter, look: &Look, dice: &mut Dice, closed: bool) {
    for side in [-1.0f32, 1.0] {
        let lids = lids(look, side);
        if closed {
            shut(painter, look, side, &lids);
        } else {
            open(painter, look, side, &lids);
        }
        lashes(
            painter,
            look,
            dice,
            side,
            if closed { &lids.lower } else { &lids.upper },
        );
    }
}

fn lids(look: &Look, side: f32) -> Lids {
    let shape = &look.shape;
    let (wide, up, down, slant) = (
        shape.eye_width,
        shape.eye_upper,
        shape.eye_lower,
        shape.eye_slant,
    );
    let at = |u: f32, y: f32| (side * (0.5 + u * wide), y - slant * u);
    let upper = curve(&[
        at(-1.0, 0.022),
        at(-0.62, -up * 0.62),
        at(-0.05, -up),
        at(0.52, -up * 0.78),
        at(1.0, 0.0),
    ]);
    let lower = curve(&[
        at(-1.0, 0.022),
        at(-0.55, down * 0.70),
        at(0.08, down),
        at(0.62, down * 0.66),
        at(1.0, 0.0),
    ]);
    Lids { upper, lower }
}

fn almond(lids: &Lids) -> Vec<Point> {
    lids.upper
        .iter()
        .chain(lids.lower.iter().rev())
        .copied()
        .collect()
}

fn open(painter: &mut Painter, look: &Look, side: f32, lids: &Lids) {
    let skin = look.tint.skin;
    let mask = painter.mask(&almond(lids), 0.003);
    let white = Colour::hex(0x00EE_EAE6).mix(skin, 0.10);
    painter.shade(&mask, |x, y, _| {
        let (u, v) = (
            (x.abs() - 0.5) / look.shape.eye_width,
            y / look.shape.eye_upper,
        );
        white
            .shaded(1.0 - 0.22 * u * u - 0.05 * v * v)
            .mix(look.tint.lips, 0.12 * ramp(0.6, 1.0, u.abs()))
    });
    iris(painter, look, side, &mask);
    // The lid's shadow on the ball, and the tear duct.
    let shadow = Painter::band(&lids.upper, |_| 0.042);
    let shadow = painter.mask(&shadow, 0.018).clipped(&mask).faded(0.5);
    painter.lay(&shadow, skin.lit(0.25));
    let duct = lids.upper[0];
    let duct = ellipse((duct.0 + side * 0.022, duct.1 - 0.002), 0.020, 0.014);
    let duct = painter.mask(&duct, 0.006).clipped(&mask).faded(0.75);
    painter.lay(&duct, look.tint.lips.mix(white, 0.35));
    // The lower lid: a moist rim, a fine line.
    painter.fill(
        &Painter::band(&lids.lower, |t| 0.011 * (1.0 - (2.0 * t - 1.0).powi(4))),
        0.006,
        skin.lit(1.12),
        0.55,
    );
    let below: Vec<Point> = lids.lower.iter().map(|p| (p.0, p.1 + 0.012)).collect();
    painter.fill(
        &Painter::band(&below, |t| 0.007 * (0.3 + t)),
        0.006,
        skin.lit(0.42),
        0.5,
    );
    crease(painter, look, lids);
}

fn iris(painter: &mut Painter, look: &Look, side: f32, eye: &Mask) {
    let radius = look.shape.iris;
    let middle = (side * 0.5, -0.010);
    let disc = painter
        .mask(&ellipse(middle, radius, radius), 0.004)
        .clipped(eye);
    let colour = look.tint.iris;
    painter.shade(&disc, |x, y, _| {
        let (dx, dy) = (x - middle.0, y - middle.1);
        let far = dx.hypot(dy) / radius;
        let turn = dy.atan2(dx);
        let fibre = 0.16 * ((turn * 29.0).sin() * (turn * 17.0 + 1.0).cos()) * ramp(0.35, 0.6, far);
        let glow = 0.45 * ramp(-0.2, 1.0, dy / radius) * ramp(0.95, 0.6, far);
        let rim = 0.55 * ramp(0.74, 1.0, far);
        colour.shaded(1.02 + fibre + glow - rim)
    });
    let pupil = painter
        .mask(&ellipse(middle, radius * 0.40, radius * 0.40), 0.004)
        .clipped(eye);
    painter.lay(&pupil, Colour::hex(0x000B_0909));
    let window = (middle.0 - 0.034, middle.1 - 0.036);
    painter.fill(
        &ellipse(window, 0.019, 0.021),
        0.004,
        Colour::hex(0x00FF_FFFF),
        0.92,
    );
    painter.fill(
        &ellipse((middle.0 + 0.036, middle.1 + 0.042), 0.013, 0.010),
        0.005,
        Colour::hex(0x00FF_FFFF),
        0.3,
    );
}

fn crease(painter: &mut Painter, look: &Look, lids: &Lids) {
    let skin = look.tint.skin;
    let lift = look.shape.crease;
    if lift > 0.0 {
        let fold: Vec<Point> = (2..=19u8)
            .map(|i| {
                let t = f32::from(i) / 20.0;
                let p = along(&lids.upper, t);
                (p.0, p.1 - lift * (0.35 + 0.65 * (t * 3.2).min(1.0)))
            })
            .collect();
        painter.fill(
            &Painter::band(&fold, |t| 0.010 * (1.0 - (2.0 * t - 1.0).powi(2)) + 0.002),
            0.007,
            skin.lit(0.40),
            0.62,
        );
    }
    if look.woman && look.age > 18.0 {
        // A little make-up.
        let lid: Vec<Point> = lids.upper.iter().map(|p| (p.0, p.1 - 0.03)).collect();
        painter.fill(&Painter::band(&lid, |_| 0.03), 0.02, skin.lit(0.62), 0.28);
    }
}

/// A closed eye: the upper lid lies over the ball and meets the lower one.
fn shut(painter: &mut Painter, look: &Look, side: f32, lids: &Lids) {
    let skin = look.tint.skin;
    let mask = painter.mask(&almond(lids), 0.020);
    painter.shade(&mask, |x, y, _| {
        let (u, v) = ((x - side * 0.5) / 0.26, (y + 0.01) / 0.12);
        skin.lit(1.03 - 0.10 * u * u - 0.10 * v.max(0.0))
    });
    let rim: Vec<Point> = lids.lower.iter().map(|p| (p.0, p.1 + 0.016)).collect();
    let band = Painter::band(&rim, |_| 0.014);
    painter.fill(&band, 0.014, skin.lit(0.6), 0.4);
    let line = Painter::band(&lids.lower, |t| {
        0.013 * (1.0 - (2.0 * t - 1.0).powi(4)) + 0.002
    });
    painter.fill(&line, 0.004, look.tint.brow.shaded(0.35), 0.95);
}

/// A dark line of lashes along a lid.
fn lashes(painter: &mut Painter, look: &Look, dice: &mut Dice, side: f32, lid: &[Point]) {
    let strong = if look.woman && look.age > 14.0 {
        1.0
    } else {
        0.55
    };
    let dark = look
        .tint
        .brow
        .shaded(0.35)
        .mix(Colour::hex(0x0014_0F0E), 0.6 * strong);
    let line = Painter::band(lid, |t| {
        (0.0065 + 0.008 * t) * (0.55 + 0.45 * strong) * (1.0 - (2.0 * t - 1.0).powi(8)) + 0.001
    });
    painter.fill(&line, 0.004, dark, 0.92);
    let downwards = if lid[lid.len() / 2].1 > 0.03 {
        1.0
    } else {
        -1.0
    };
    for i in 0..22u8 {
        let t = 0.12 + 0.88 * f32::from(i) / 21.0;
        let root = along(lid, t);
        let long = (0.018 + 0.040 * t * strong) * dice.between(0.75, 1.1);
        let out = side * long * (0.9 * t - 0.1);
        let tip = (root.0 + out, root.1 + downwards * long * 0.75);
        let bend = (root.0 + out * 0.6, root.1 + downwards * long * 0.25);
        painter.line(
            &[root, bend, tip],
            0.7 * strong,
            |t| 0.0045 * (1.1 - t),
            |_| dark,
        );
    }
}

/// Brows: a soft ground and hairs on it.
pub(super) fn brows(painter: &mut Painter, look: &Look, dice: &mut Dice) {
    let shape = &look.shape;
    let (low, thick) = (-shape.brow_height, shape.brow_weight);
    for side in [-1.0f32, 1.0] {
        let raise = 0.012 * dice.around_zero();
        let arc = curve(&[
            (side * 0.20, low + 0.012 + raise),
            (side * 0.40, low - 0.25 * shape.brow_arch + raise),
            (side * 0.62, low - shape.brow_arch + raise),
            (side * 0.86, low + 0.035 + raise),
        ]);
        let weight = |t: f32| thick * (1.0 - 0.78 * t.powf(1.6)) * (t * 9.0 + 0.35).min(1.0);
        painter.fill(&Painter::band(&arc, weight), 0.014, look.tint.brow, 0.55);
        for _ in 0..240u8 {
            let t = dice.unit();
            let root = along(&arc, t);
            let root = (root.0, root.1 + weight(t) * dice.between(-0.9, 0.9));
            let next = along(&arc, t + 0.05);
            let lift = 0.040 * (1.0 - t).powi(2) + 0.012 * dice.around_zero();
            let run = 0.04 + 0.04 * t;
            let ahead = (next.0 - along(&arc, t).0, next.1 - along(&arc, t).1);
            let length = ahead.0.hypot(ahead.1).max(0.01);
            let tip = (
                root.0 + ahead.0 / length * run,
                root.1 + ahead.1 / length * run - lift,
            );
            let tone = dice.between(0.6, 1.05);
            painter.line(
                &[root, tip],
                0.6,
                |t| 0.0036 * (1.2 - t),
                |_| look.tint.brow.shaded(tone),
            );
        }
    }
}

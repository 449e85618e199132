//! Beards: stubble as a shadow, longer ones hair by hair.

use super::super::dice::Dice;
use super::canvas::Mask;
use super::look::Look;
use super::painter::Painter;
use super::path::{Point, closed, mirrored};
use super::style::Beard;

/// Paints the beard, if there is one.
pub(super) fn beard(painter: &mut Painter, look: &Look, dice: &mut Dice, face: &Mask) {
    let whole = [lip(look), jaw(look)];
    let chin = [lip(look), chin(look)];
    match look.beard {
        Beard::None => {}
        Beard::Stubble(dark) => {
            for area in &whole {
                let mask = painter.mask(area, 0.07).clipped(face).faded(dark * 0.55);
                painter.lay(&mask, look.tint.brow.mix(look.tint.skin, 0.25));
            }
            hairs(painter, look, dice, face, &whole, 1100, 0.014, dark * 0.6);
        }
        Beard::Moustache => grown(painter, look, dice, face, &whole[..1], 0.9),
        Beard::Goatee => grown(painter, look, dice, face, &chin, 0.9),
        Beard::Full(dense) => grown(painter, look, dice, face, &whole, dense),
    }
}

fn grown(
    painter: &mut Painter,
    look: &Look,
    dice: &mut Dice,
    face: &Mask,
    areas: &[Vec<Point>],
    dense: f32,
) {
    for area in areas {
        let mask = painter.mask(area, 0.045).clipped(face).faded(dense * 0.8);
        painter.lay(&mask, look.tint.brow.shaded(0.72));
    }
    hairs(painter, look, dice, face, areas, 2600, 0.065, 0.7 * dense);
}

/// Hairs that grow downwards and outwards, where an area is.
#[expect(clippy::too_many_arguments, reason = "one kind of hair")]
#[expect(clippy::cast_possible_truncation, reason = "pixels of the canvas")]
fn hairs(
    painter: &mut Painter,
    look: &Look,
    dice: &mut Dice,
    face: &Mask,
    areas: &[Vec<Point>],
    count: u16,
    long: f32,
    share: f32,
) {
    let masks: Vec<Mask> = areas.iter().map(|area| painter.mask(area, 0.02)).collect();
    for _ in 0..count {
        let root = (
            dice.between(-1.05, 1.05),
            dice.between(look.shape.nose_length, look.shape.chin),
        );
        let pixel = painter.frame.pixel(root);
        let (px, py) = (pixel.0 as isize, pixel.1 as isize);
        let inside = masks.iter().map(|mask| mask.at(px, py)).fold(0.0, f32::max) * face.at(px, py);
        if !dice.chance(inside) {
            continue;
        }
        let tip = (
            root.0 * 1.01 + long * (0.5 * root.0 + 0.35 * dice.around_zero()),
            root.1 + long * dice.between(0.6, 1.1),
        );
        let tone = dice.between(0.55, 1.15);
        painter.line(
            &[root, tip],
            share,
            |t| 0.0055 * (1.15 - t),
            |_| look.tint.brow.shaded(tone),
        );
    }
}

/// Over the upper lip and down to the chin's corners.
fn lip(look: &Look) -> Vec<Point> {
    let shape = &look.shape;
    let (mouth, wide) = (shape.mouth, shape.mouth_width);
    closed(&mirrored(&[
        (0.0, mouth - 0.20),
        (wide * 0.5, mouth - 0.20),
        (wide * 1.05, mouth - 0.04),
        (wide * 1.12, mouth + 0.14),
        (wide * 0.98, mouth + 0.06),
        (wide * 0.55, mouth - shape.upper_lip * 0.72),
        (0.0, mouth - shape.upper_lip * 0.86),
    ]))
}

/// Cheeks, jaw and chin, around the mouth.
fn jaw(look: &Look) -> Vec<Point> {
    let shape = &look.shape;
    let lower = shape.mouth + shape.gape + shape.lower_lip;
    closed(&mirrored(&[
        (0.0, lower + 0.05 + 0.1 * shape.gape),
        (shape.mouth_width * (0.8 + 0.5 * shape.gape), lower - 0.02),
        (
            shape.mouth_width * (1.12 + 0.3 * shape.gape),
            shape.mouth - 0.06,
        ),
        (shape.jaw * 0.72, shape.mouth - 0.12),
        (shape.cheek * 0.90, 0.52),
        (shape.cheek * 1.05, 0.12),
        (shape.cheek * 1.10, 0.7),
        (shape.jaw * 1.15, shape.mouth + 0.2),
        (shape.chin_width * 1.7, shape.chin + 0.1),
        (0.0, shape.chin + 0.12),
    ]))
}

/// The chin alone.
fn chin(look: &Look) -> Vec<Point> {
    let shape = &look.shape;
    let lower = shape.mouth + shape.gape + shape.lower_lip;
    closed(&mirrored(&[
        (0.0, lower + 0.04),
        (shape.mouth_width * 0.85, lower - 0.03),
        (shape.mouth_width * 1.12, shape.mouth + 0.08),
        (shape.mouth_width * 1.0, shape.chin - 0.14),
        (shape.chin_width, shape.chin + 0.06),
        (0.0, shape.chin + 0.1),
    ]))
}

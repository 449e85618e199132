//! The head without its features: outline, skin with light and shade, ears, neck.

use super::super::dice::ramp;
use super::SOFT;
use super::colour::Colour;
use super::look::Look;

/// Where the light comes from: in front, above, a little from the left.
const LIGHT: [f32; 3] = [-0.22, -0.34, 0.91];

/// Signed distance, roughly, to the outline of the face: negative inside.
pub(super) fn outline(look: &Look, x: f32, y: f32) -> f32 {
    // The widest place lies a little below the eyes.
    let down = y - 0.15;
    let (height, power) = if down < 0.0 {
        (look.crown + 0.15, 2.25)
    } else {
        (look.chin - 0.15, look.jaw)
    };
    let radius =
        ((x / look.cheek).abs().powf(power) + (down / height).abs().powf(power)).powf(1.0 / power);
    (radius - 1.0) * look.cheek
}

/// How far a place belongs to the face: 1 inside, 0 outside.
pub(super) fn inside(look: &Look, x: f32, y: f32) -> f32 {
    ramp(SOFT, -SOFT, outline(look, x, y))
}

/// Light on a bulging surface whose middle is (0, 0) and whose rim has radius 1.
fn light(across: f32, down: f32) -> f32 {
    let flat = (across * across + down * down).min(0.98);
    let out = (1.0 - flat).sqrt();
    let facing = across * LIGHT[0] + down * LIGHT[1] + out * LIGHT[2];
    0.66 + 0.38 * facing.max(0.0)
}

/// The skin of the face, over what is behind it.
pub(super) fn skin(look: &Look, behind: Colour, x: f32, y: f32) -> Colour {
    let covered = inside(look, x, y);
    if covered == 0.0 {
        return behind;
    }
    let across = x / look.cheek * 0.92;
    let down = (y - 0.05) / (look.chin + 0.1) * 0.85;
    let shade = light(across, down) + 0.012 * look.mottle.at(x, y);
    let blush = 0.16 * spot(x.abs() - 0.68, y - 0.72, 0.34, 0.28);
    let face = look.skin.shaded(shade).mix(look.lips, blush);
    behind.mix(face, covered)
}

/// A soft oval spot around (0, 0): 1 in its middle.
pub(super) fn spot(x: f32, y: f32, half_width: f32, half_height: f32) -> f32 {
    let (a, b) = (x / half_width, y / half_height);
    let far = (a * a + b * b) * 1.5;
    if far > 8.0 { 0.0 } else { (-far).exp() }
}

/// Both ears.
pub(super) fn ears(look: &Look, behind: Colour, x: f32, y: f32) -> Colour {
    let (dx, dy) = (
        x.abs() - look.cheek - 0.015,
        y - 0.22 + 0.12 * (x.abs() - look.cheek),
    );
    let radius = ((dx / 0.13).powi(2) + (dy / 0.31).powi(2)).sqrt();
    let hollow = 0.22 * spot(dx - 0.01, dy + 0.03, 0.05, 0.16);
    let ear = look.skin.shaded(0.86 - hollow).mix(look.lips, 0.12);
    behind.mix(ear, ramp(SOFT * 8.0, -SOFT * 8.0, radius - 1.0))
}

/// The neck, in the shadow of the chin.
pub(super) fn neck(look: &Look, behind: Colour, x: f32, y: f32) -> Colour {
    if y < 0.9 {
        return behind;
    }
    let width = look.neck + 0.55 * ramp(2.05, 2.75, y).powi(2);
    let covered = ramp(SOFT * 2.0, -SOFT * 2.0, x.abs() - width);
    let shadow = 0.30 * ramp(2.35, 1.65, y);
    let shade = light(x / width * 0.9, 0.1) - shadow;
    let hollow = 0.05 * spot(x.abs() - 0.28, y - 2.3, 0.12, 0.5);
    behind.mix(look.skin.shaded(shade - hollow), covered)
}

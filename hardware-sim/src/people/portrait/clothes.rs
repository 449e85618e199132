//! Shoulders and what covers them.

use super::super::dice::ramp;
use super::SOFT;
use super::colour::Colour;
use super::head::spot;
use super::look::{Collar, Look};

/// Clothes over the neck and the ground.
pub(super) fn over(look: &Look, behind: Colour, x: f32, y: f32) -> Colour {
    if y < 1.7 {
        return behind;
    }
    // Shoulders fall from the neck outwards.
    let shoulder = 2.12 + 0.16 * x.abs().powf(1.5);
    let body = ramp(-SOFT * 2.0, SOFT * 2.0, y - shoulder);
    let opening = opening(look, x, y);
    let covered = body * ramp(-SOFT * 2.0, SOFT * 2.0, opening);
    let fold = 0.05 * look.mottle.at(x * 1.2, y * 0.7) - 0.10 * (x.abs() / 2.0).powi(2);
    let seam = 0.16 * spot(opening - 0.07, 0.0, 0.02, 1.0);
    let cloth = match look.collar {
        Collar::Shirt if opening < 0.34 => look
            .shirt
            .shaded(0.97 + fold - 0.12 * spot(opening - 0.33, 0.0, 0.03, 1.0)),
        _ => look.cloth.shaded(1.05 + fold - seam),
    };
    behind.mix(cloth, covered)
}

/// Distance to the edge of the neck's opening: positive where there is cloth.
fn opening(look: &Look, x: f32, y: f32) -> f32 {
    let side = look.neck + 0.06;
    match look.collar {
        Collar::Round => ((x / side).powi(2) + ((y - 1.9) / 0.62).powi(2)).sqrt() * side - side,
        Collar::Open | Collar::Shirt => {
            let slope = if look.collar == Collar::Open {
                0.62
            } else {
                0.75
            };
            x.abs() - (side - (y - 2.0) * slope).max(-0.3)
        }
    }
}

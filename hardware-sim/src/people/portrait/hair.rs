//! Hair: what falls behind the head, and the cap in front of it.

use super::super::dice::ramp;
use super::SOFT;
use super::colour::Colour;
use super::head;
use super::look::{HairCut, Look};

/// Hair behind face and neck.
pub(super) fn behind(look: &Look, ground: Colour, x: f32, y: f32) -> Colour {
    let end = match look.cut {
        HairCut::Long => 2.7,
        HairCut::Chin => 1.45,
        _ => return ground,
    };
    let fall = ((y + 0.3) / (end + 0.3)).clamp(0.0, 1.0);
    let width = look.cheek + 0.03 + 0.30 * fall.powf(0.6) - 0.22 * ramp(0.75, 1.0, fall);
    let wave = 0.03 * look.strands[0].at(y * 0.25, x.signum());
    let side = ramp(SOFT * 3.0, -SOFT * 3.0, x.abs() - width - wave);
    let bottom = ramp(0.1, -0.1, y - end - 0.12 * look.strands[0].at(x, 3.0));
    ground.mix(
        strands(look, x, y, 0.72),
        side * bottom * ramp(-0.8, -0.3, y),
    )
}

/// Hair over forehead, temples and crown.
pub(super) fn in_front(look: &Look, face: Colour, x: f32, y: f32) -> Colour {
    if look.cut == HairCut::Bald && y < -0.2 {
        return shaven(look, face, x, y);
    }
    let volume = match look.cut {
        HairCut::Bald => return face,
        HairCut::Short => 0.10,
        HairCut::Full => 0.22,
        HairCut::Chin | HairCut::Long => 0.19,
    };
    if y > sides(look) + 0.15 {
        return face;
    }
    // Outside: the skull with the hair's volume, ragged a little.
    let rag = 0.022 * look.strands[0].at(x * 0.8, y * 0.8) + 0.010 * look.strands[1].at(x, y);
    let rise = volume * (0.55 + 0.45 * ramp(0.2, -1.2, y));
    let out = head::outline(look, x / (1.0 + rise * 0.55), y / (1.0 + rise * 0.5)) - rag;
    let cap = ramp(SOFT * 3.0, -SOFT * 3.0, out);
    if cap == 0.0 {
        return face;
    }
    // Inside: the hairline over the forehead, then down the temples.
    let lift = 0.16 * ramp(0.35, 0.0, (x - look.parting).abs());
    let line = -look.hairline - lift + 0.42 * (x / look.cheek).powi(4) + rag;
    let above = ramp(line + 0.07, line - 0.03, y);
    let temple = look.cheek * temple_width(look, y) + rag;
    let beside =
        ramp(temple - 0.03, temple + 0.05, x.abs()) * ramp(sides(look), sides(look) - 0.12, y);
    let shade = 1.0 - 0.25 * ramp(line - 0.35, line, y) * above;
    face.mix(strands(look, x, y, shade), cap * above.max(beside))
}

/// How far down the hair reaches beside the face.
fn sides(look: &Look) -> f32 {
    match look.cut {
        HairCut::Bald => -0.2,
        HairCut::Short => 0.05,
        HairCut::Full => 0.25,
        HairCut::Chin => 1.35,
        HairCut::Long => 1.75,
    }
}

/// Where the hair beside the face begins, as a share of the face's half width.
fn temple_width(look: &Look, y: f32) -> f32 {
    let open = if matches!(look.cut, HairCut::Long | HairCut::Chin) {
        0.86
    } else {
        0.94
    };
    open - 0.10 * ramp(-0.4, -0.9, y) - 0.10 * ramp(0.9, 1.6, y)
}

/// The shadow of shaven or thin hair on a bald head's sides.
fn shaven(look: &Look, face: Colour, x: f32, y: f32) -> Colour {
    let side = ramp(0.72, 0.95, x.abs() / look.cheek) * ramp(-0.2, -0.45, y) * ramp(-1.35, -1.0, y);
    face.mix(look.hair, 0.4 * side * head::inside(look, x, y))
}

/// Colour of a strand: lines that follow the fall of the hair, with a sheen.
fn strands(look: &Look, x: f32, y: f32, shade: f32) -> Colour {
    let (dx, dy) = (x - look.parting * 0.6, y + look.crown + 0.25);
    let around = dx.atan2(dy.max(0.05)) * 1.6;
    let along = dx.hypot(dy);
    let coarse = look.strands[0].at(around, along * 0.12);
    let fine = look.strands[1].at(around, along * 0.05);
    let sheen = 0.25 * (-(along - 0.9).powi(2) * 6.0).exp();
    look.hair
        .shaded(shade * (1.0 + 0.22 * coarse + 0.16 * fine + sheen))
        .lighter(0.02 * sheen)
}

//! Eyes, brows, nose, mouth, beard and lines on the skin of the face.

use super::super::dice::ramp;
use super::SOFT;
use super::colour::Colour;
use super::head::spot;
use super::look::Look;

/// Half width of an eye's opening.
const EYE: f32 = 0.235;

/// All features over the skin.
pub(super) fn over(look: &Look, skin: Colour, x: f32, y: f32) -> Colour {
    let lined = lines(look, skin, x, y);
    let nosed = nose(look, lined, x, y);
    let bearded = beard(look, nosed, x, y);
    let spoken = mouth(look, bearded, x, y);
    let seen = eye(look, spoken, x, y);
    brow(look, seen, x, y)
}

/// One eye; both are mirror images but for the reflected light.
fn eye(look: &Look, skin: Colour, x: f32, y: f32) -> Colour {
    let (dx, dy) = (x.abs() - 0.5, y + look.eye_slant * (x.abs() - 0.5) * 4.0);
    if dx.abs() > 0.42 || dy.abs() > 0.36 {
        return skin;
    }
    let socket =
        0.13 * spot(dx + 0.06, dy + 0.10, 0.30, 0.15) + 0.05 * spot(dx, dy - 0.15, 0.26, 0.07);
    let around = skin.shaded(1.0 - socket);
    let along = (dx / EYE).clamp(-1.0, 1.0);
    let upper = -look.eye_height * (1.0 - along.abs().powf(2.2));
    let lower = look.eye_height * 0.72 * (1.0 - along * along);
    let open = ramp(-SOFT, SOFT, dy - upper)
        * ramp(SOFT, -SOFT, dy - lower)
        * ramp(EYE + SOFT, EYE - SOFT, dx.abs());
    let drawn = around.mix(eyeball(look, x, dx, dy, upper), open);
    // Lashes along the upper lid, a crease above it, a soft lower rim.
    let within = ramp(EYE + 0.04, EYE - 0.02, dx.abs());
    let lashes = ramp(0.022, 0.006, (dy - upper + 0.004).abs()) * within;
    let crease = ramp(0.020, 0.004, (dy - upper * 1.15 + 0.062).abs()) * within * 0.35;
    let rim = ramp(0.016, 0.004, (dy - lower).abs()) * within * 0.35;
    let dark = look.brow.shaded(0.5);
    drawn
        .mix(dark, lashes * 0.85)
        .mix(skin.shaded(0.6), crease)
        .mix(skin.shaded(0.65), rim)
}

/// White, iris, pupil, and the window's reflection.
fn eyeball(look: &Look, x: f32, dx: f32, dy: f32, upper: f32) -> Colour {
    let shadow = 0.30 * ramp(0.09, 0.0, dy - upper);
    let white = Colour::hex(0x00EC_E8E4).shaded(0.96 - shadow - 0.8 * dx * dx);
    let radius = dx.hypot(dy + 0.008);
    let fibres = 0.10 * ((dy.atan2(dx) * 23.0).sin() * (dy.atan2(dx) * 37.0).cos());
    let ring = 0.45 * ramp(0.085, 0.115, radius);
    let iris = look.iris.shaded(1.05 + fibres - ring - shadow);
    let eye = white.mix(iris, ramp(0.118 + SOFT, 0.118 - SOFT, radius));
    let pupil = eye.mix(
        Colour::hex(0x000C_0A0A),
        ramp(0.045 + SOFT, 0.045 - SOFT, radius),
    );
    let window = (x - if x < 0.0 { -0.5 } else { 0.5 } + 0.035).hypot(dy + 0.045);
    pupil.mix(Colour::hex(0x00FF_FFFF), 0.9 * ramp(0.022, 0.012, window))
}

fn brow(look: &Look, skin: Colour, x: f32, y: f32) -> Colour {
    let along = (x.abs() - 0.20) / 0.62;
    if !(-0.1..=1.1).contains(&along) {
        return skin;
    }
    let middle = -look.brow_height - look.brow_arch * (1.0 - (2.0 * along - 1.2).powi(2));
    let weight = look.brow_weight * (1.1 - 0.75 * along.max(0.0));
    let hairs = 0.35
        + 0.65
            * look.strands[1]
                .at(x * 0.6 + y * 1.2, y * 0.5 - x)
                .abs()
                .powf(0.4);
    let ends = ramp(-0.06, 0.06, along) * ramp(1.06, 0.85, along);
    skin.mix(
        look.brow,
        0.92 * hairs * ends * ramp(weight * 1.35, weight * 0.5, (y - middle).abs()),
    )
}

fn nose(look: &Look, skin: Colour, x: f32, y: f32) -> Colour {
    let (tip, width) = (look.nose_length, look.nose_width);
    if y < -0.35 || y > tip + 0.4 || x.abs() > 0.6 {
        return skin;
    }
    // Along the bridge: light on top, shade at the sides, wider downwards.
    let down = ramp(-0.2, tip, y);
    let side = 0.11 + (width - 0.13) * down * down;
    let bridge = ramp(-0.35, 0.0, y) * ramp(tip + 0.06, tip - 0.1, y);
    let shade =
        0.10 * bridge * spot(x.abs() - side, 0.0, 0.08, 1.0) * if x > 0.0 { 1.3 } else { 0.8 };
    let gleam = 0.07 * bridge * spot(x + 0.02, 0.0, 0.06, 1.0)
        + 0.08 * spot(x + 0.02, y - tip + 0.06, 0.09, 0.08);
    let wings = 0.17 * spot(x.abs() - width - 0.015, y - tip, 0.035, 0.10);
    let below = 0.16 * spot(x, y - tip - 0.13, width * 0.9, 0.045);
    let holes = 0.62 * spot(x.abs() - width * 0.48, y - tip - 0.075, 0.058, 0.026);
    skin.shaded((1.0 - shade + gleam - wings - below).max(0.2))
        .mix(skin.shaded(0.3), holes)
}

fn mouth(look: &Look, skin: Colour, x: f32, y: f32) -> Colour {
    let along = x / look.mouth_width;
    let dy = y - look.mouth;
    if along.abs() > 1.35 || dy.abs() > 0.4 {
        return skin;
    }
    let taper = (1.0 - along * along).max(0.0);
    let bow = 1.0 - 0.30 * spot(x, 0.0, 0.055, 1.0);
    let line = 0.014 * (along * 3.0).cos();
    let upper = line - look.lip_height * taper.powf(0.8) * bow;
    let lower = line + look.lip_height * 1.25 * taper.powf(0.6);
    let lips =
        ramp(-0.012, 0.012, dy - upper) * ramp(0.014, -0.014, dy - lower) * ramp(0.0, 0.04, taper);
    let gleam = 0.10 * spot(x + 0.06, dy - lower * 0.5, 0.16, 0.03);
    let shade = if dy < line { 0.88 } else { 1.0 + gleam };
    let closed = 0.75 * ramp(0.020, 0.004, (dy - line).abs()) * ramp(1.06, 0.9, along.abs());
    let under = 0.11 * spot(x, dy - lower - 0.07, 0.22, 0.05);
    let corners = 0.22 * spot(along.abs() - 1.04, dy / 0.05, 0.07, 1.0);
    skin.shaded(1.0 - under - corners)
        .mix(look.lips.shaded(shade), lips)
        .mix(look.lips.shaded(0.35), closed)
}

fn beard(look: &Look, skin: Colour, x: f32, y: f32) -> Colour {
    if look.beard == 0.0 || y < 0.25 {
        return skin;
    }
    // Cheeks, moustache and chin; thinner upwards, none on the nose.
    let cheeks = ramp(0.62, 0.95, y + 0.55 * (x.abs() - 0.75))
        * ramp(0.28, 0.5, x.abs() + (y - 1.0).max(0.0));
    let moustache = ramp(0.93, 1.0, y - 0.1 * x.abs()) * ramp(0.6, 0.45, x.abs());
    let hairs = 0.55 + 0.45 * look.strands[1].at(x * 1.3, y * 0.8);
    skin.mix(
        look.brow,
        look.beard * hairs * cheeks.max(moustache).min(1.0) * 0.8,
    )
}

/// Folds beside the nose and across the forehead.
fn lines(look: &Look, skin: Colour, x: f32, y: f32) -> Colour {
    let fold_x = 0.30 + 0.30 * ((y - 0.72) / 0.5).clamp(0.0, 1.0);
    let fold = ramp(0.66, 0.8, y) * ramp(1.28, 1.1, y) * spot(x.abs() - fold_x, 0.0, 0.035, 1.0);
    if look.lines < 0.05 {
        return skin;
    }
    let wave = 0.02 * (x * 3.0).cos();
    let forehead: f32 = [0.62f32, 0.74, 0.86]
        .iter()
        .map(|height| spot(0.0, y + height + wave, 1.0, 0.014))
        .sum::<f32>()
        * ramp(0.75, 0.4, x.abs());
    let bags = spot(x.abs() - 0.5, y - 0.19, 0.2, 0.018);
    skin.shaded(1.0 - look.lines * (0.12 * fold + 0.07 * forehead + 0.09 * bags))
}

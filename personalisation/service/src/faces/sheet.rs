//! Sheets: what all cards of an issuer share. Drawn once; every card begins with a copy.

use resvg::tiny_skia::Pixmap;

use super::{
    design::Design,
    error::FaceError,
    geometry::{HEIGHT, MRZ_HEIGHT},
    guilloche::{Seed, ribbon, rosette, waves},
    template::{self, Value},
    version::Side,
};

/// Lines of the two layers of waves.
const WAVES: u32 = 84;
const COUNTER_WAVES: u32 = 52;

/// The front's sheet, or the back's.
pub(super) fn draw(design: &Design, side: &Side) -> Result<Pixmap, FaceError> {
    let lines = &side.lines;
    let seed = |layer: &str| Seed::named(&format!("{} {} {layer}", design.seed, lines.seed));
    let ribbons = format!("{} {} ribbon", design.seed, lines.seed);
    let svg = template::fill(side.sheet, |name| {
        let drawn = match name {
            "waves" => waves(&mut seed("waves"), WAVES, 1.0),
            "counter_waves" => waves(&mut seed("counter waves"), COUNTER_WAVES, -1.6),
            "emblem" => design.emblem.lines(lines.emblem.0, lines.emblem.1),
            "rosette" => rosette(&mut seed("rosette"), lines.rosette.0, lines.rosette.1),
            "ribbon_warm" => ribbon(&ribbons, lines.ribbon, 0),
            "ribbon_middle" => ribbon(&ribbons, lines.ribbon, 1),
            "ribbon_cool" => ribbon(&ribbons, lines.ribbon, 2),
            "badge" => return Some(Value::Markup(design.badge.markup())),
            "zone_top" => format!("{:.2}", HEIGHT - MRZ_HEIGHT),
            "zone_height" => format!("{MRZ_HEIGHT:.2}"),
            word => design.word(word)?.to_owned(),
        };
        Some(Value::Text(drawn))
    })?;
    let mut sheet = template::blank()?;
    template::draw(&svg, &mut sheet)?;
    Ok(sheet)
}

//! Sheets: what all cards of an issuer share. Drawn once; every card begins with a copy.

use resvg::tiny_skia::Pixmap;

use super::{
    design::Design,
    error::FaceError,
    geometry::{HEIGHT, MRZ_HEIGHT},
    guilloche::{Seed, ribbon, rosette, waves},
    template::{self, Value},
};

const FRONT: &str = include_str!("../../templates/identity-card-1-front.svg");
const BACK: &str = include_str!("../../templates/identity-card-1-back.svg");

/// Lines of the two layers of waves.
const WAVES: u32 = 84;
const COUNTER_WAVES: u32 = 52;

/// The fine lines of one side.
struct Lines {
    seed: &'static str,
    emblem: ((f64, f64), f64),
    rosette: ((f64, f64), f64),
    ribbon: f64,
}

/// The front's sheet.
pub(super) fn front(design: &Design) -> Result<Pixmap, FaceError> {
    let lines = Lines {
        seed: "front",
        emblem: ((58.5, 31.5), 19.5),
        rosette: ((17.2, 47.5), 12.0),
        ribbon: 11.05,
    };
    draw(FRONT, design, &lines)
}

/// The back's sheet.
pub(super) fn back(design: &Design) -> Result<Pixmap, FaceError> {
    let lines = Lines {
        seed: "back",
        emblem: ((70.2, 15.0), 12.6),
        rosette: ((43.0, 15.0), 8.5),
        ribbon: HEIGHT - MRZ_HEIGHT - 0.85,
    };
    draw(BACK, design, &lines)
}

fn draw(sheet: &str, design: &Design, lines: &Lines) -> Result<Pixmap, FaceError> {
    let seed = |layer: &str| Seed::named(&format!("{} {} {layer}", design.profile, lines.seed));
    let ribbons = format!("{} {} ribbon", design.profile, lines.seed);
    let svg = template::fill(sheet, |name| {
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

//! The verdict on one face: what is measured is held against its limit.

use super::{
    affine::Affine,
    compare::{Comparison, slack},
    edges,
    error::ExitError,
    finding::{Dye, Face, Finding, Flaw, Marking, Measures},
    glyphs::Glyphs,
    light::Light,
    limits::{BLANK, CELL, CHARACTER, INK, OTHER_FACE, PORTRAIT, POSITION_MM, TURN},
    photograph::{Frame, grey_of},
    plane::Plane,
    register::{Pair, from_dots, rough, rough_look},
    zone::{self, LINE_LENGTH, Zone},
};
use crate::faces::geometry::PORTRAIT as PORTRAIT_AREA;

/// Likeness below which the other face is thought of.
const OWN_FACE: f64 = 0.8;
/// A print that seems to lie further away, in millimetres, or to be larger by this part, was not found.
const FARTHEST_MM: f64 = 4.0;
const LARGEST: f64 = 0.02;

/// A face that was to be printed, at the resolutions that are compared.
pub(super) struct Expected {
    face: Face,
    /// 75 dpi: red, green, blue; of a laser luminance alone.
    channels: Vec<Plane>,
    /// How far each level may be off.
    slack: Vec<Plane>,
    /// Luminance at 150, 75 and 37.5 dpi.
    grey: [Plane; 3],
}

/// A face that was looked at.
pub(super) struct Judged {
    pub(super) measures: Measures,
    /// Where the print lies: from millimetres, counted from its middle, to dots of the picture. None where there is no print of it.
    print: Option<Affine>,
}

impl Expected {
    /// A face at 150 dpi: red, green and blue.
    pub(super) fn new(face: Face, marking: Marking, fine: &[Plane; 3]) -> Self {
        let grey = grey_of(fine);
        let middle = grey.halved();
        let channels: Vec<Plane> = match marking {
            Marking::Ribbon => fine.iter().map(Plane::halved).collect(),
            Marking::Laser => vec![middle.clone()],
        };
        let rough = middle.halved();
        Self {
            face,
            slack: channels.iter().map(slack).collect(),
            channels,
            grey: [grey, middle, rough],
        }
    }
}

/// Luminance at 37.5 dpi of a face at 150 dpi.
pub(super) fn roughest(fine: &[Plane; 3]) -> Plane {
    grey_of(fine).halved().halved()
}

/// Looks at one face; `other` is the roughest of the card's other one.
pub(super) fn face(
    frame: &Frame,
    own: &Expected,
    other: impl FnOnce() -> Plane,
    findings: &mut Vec<Finding>,
) -> Result<Judged, ExitError> {
    let card = edges::find(frame)?;
    let half = frame.grey.halved();
    let quarter = half.halved();
    let look = rough_look(&quarter.halved(), &card, &own.grey[2]);
    let start = rough(&own.grey[2], &look);
    if start.likeness < OWN_FACE {
        let likeness = rough(&other(), &look).likeness;
        if likeness > start.likeness.max(OTHER_FACE) {
            findings.push(whole(own.face, Flaw::WrongSide, likeness, OTHER_FACE));
            return Ok(Judged::without_print(Measures::default()));
        }
    }
    let print = registered(&card.moved(start.step), own, [&half, &quarter], &look)?;
    let (print, offset, turn) = plausible(&card, print);
    let (width, height) = (own.channels[0].width(), own.channels[0].height());
    let seen = frame.area_means(&print.after(&from_dots(2)), width, height);
    let light = Light::fit(own.face, &own.channels, &seen)?;
    let seen: Vec<Plane> = seen.iter().map(|plane| light.even(plane)).collect();
    let expected: Vec<Plane> = own.channels.iter().map(|plane| light.cap(plane)).collect();
    let comparison = Comparison {
        expected: &expected,
        seen: &seen,
        slack: &own.slack,
        offset,
    };
    let ink = comparison.ink();
    let least = ink.iter().copied().fold(f64::INFINITY, f64::min);
    let measures = Measures {
        offset_mm: offset,
        turn,
        ink: [0, 1, 2].map(|channel| ink.get(channel).copied().unwrap_or(least)),
        portrait: 1.0,
        worst_cell: 0.0,
        least_character: 1.0,
    };
    let contrast = comparison.contrast();
    if contrast < BLANK {
        findings.push(whole(own.face, Flaw::Blank, contrast, BLANK));
        return Ok(Judged::without_print(measures));
    }
    place_and_ink(frame, &measures, findings);
    Ok(Judged {
        measures: picture(own.face, &comparison, measures, findings),
        print: Some(print),
    })
}

/// A finding about a whole face.
const fn whole(face: Face, flaw: Flaw, measured: f64, limit: f64) -> Finding {
    Finding {
        face,
        flaw,
        place: None,
        measured,
        limit,
    }
}

/// Where the print stands, and how much of each dye it has.
fn place_and_ink(frame: &Frame, measures: &Measures, findings: &mut Vec<Finding>) {
    for (flaw, measured, limit) in [
        (Flaw::Across, measures.offset_mm.0, POSITION_MM),
        (Flaw::Down, measures.offset_mm.1, POSITION_MM),
        (Flaw::Turned, measures.turn, TURN),
    ] {
        if measured.abs() > limit {
            findings.push(whole(frame.face, flaw, measured, limit));
        }
    }
    for (dye, measured) in dyes(frame.marking).iter().zip(measures.ink) {
        if (measured - 1.0).abs() > INK {
            let limit = if measured < 1.0 { 1.0 - INK } else { 1.0 + INK };
            findings.push(whole(frame.face, Flaw::Ink(*dye), measured, limit));
        }
    }
}

/// Portrait and cells.
fn picture(
    face: Face,
    comparison: &Comparison<'_>,
    mut measures: Measures,
    findings: &mut Vec<Finding>,
) -> Measures {
    if face == Face::Front {
        measures.portrait = comparison.portrait();
        if measures.portrait < PORTRAIT {
            findings.push(Finding {
                face,
                flaw: Flaw::Portrait,
                place: Some(PORTRAIT_AREA),
                measured: measures.portrait,
                limit: PORTRAIT,
            });
        }
    }
    let (worst, blemishes) = comparison.blemishes();
    measures.worst_cell = worst;
    findings.extend(blemishes.into_iter().map(|blemish| Finding {
        face,
        flaw: Flaw::Blemish,
        place: Some(blemish.area),
        measured: blemish.worst,
        limit: CELL,
    }));
    measures
}

const fn dyes(marking: Marking) -> &'static [Dye] {
    match marking {
        Marking::Ribbon => &[Dye::Cyan, Dye::Magenta, Dye::Yellow],
        Marking::Laser => &[Dye::Black],
    }
}

/// Where the print lies, between dots.
fn registered(
    start: &Affine,
    own: &Expected,
    [half, quarter]: [&Plane; 2],
    look: &Plane,
) -> Result<Option<Affine>, ExitError> {
    let light = Light::fit(own.face, &own.grey[2..], std::slice::from_ref(look))?;
    let pair = |expected, printed, seen, frame, every| Pair {
        expected,
        printed,
        seen,
        frame,
        light,
        every,
    };
    let shifted = pair(&own.grey[1], 8, quarter, 4.0, 1).shift(*start, 4);
    let fine = pair(&own.grey[0], 4, half, 2.0, 2);
    Ok(shifted.and_then(|print| fine.settle(print, 4)))
}

/// The print's map with its offset and turn on the card; the card's own where the print was not found.
fn plausible(card: &Affine, print: Option<Affine>) -> (Affine, (f64, f64), f64) {
    let on_card = print.and_then(|print| Some((print, card.inverse()?.after(&print))));
    if let Some((print, on_card)) = on_card {
        let (x, y) = on_card.origin;
        let [wide, tall] = [on_card.along, on_card.down].map(|side| side.0.hypot(side.1));
        let like_one = |scale: f64| (scale - 1.0).abs() < LARGEST;
        if x.abs() < FARTHEST_MM && y.abs() < FARTHEST_MM && like_one(wide) && like_one(tall) {
            let turn = on_card.along.1.atan2(on_card.along.0).to_degrees();
            return (print, (x, y), turn);
        }
    }
    (*card, (0.0, 0.0), 0.0)
}

impl Judged {
    const fn without_print(measures: Measures) -> Self {
        Self {
            measures,
            print: None,
        }
    }
}

/// Reads the machine readable zone of the back and compares it with what was ordered. Empty where there is no print.
pub(super) fn zone(
    frame: &Frame,
    back: &mut Judged,
    glyphs: &Glyphs,
    ordered: &[char],
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let Some(print) = &back.print else {
        return Vec::new();
    };
    let zone = Zone::seen(&frame.grey, print);
    let read = zone.read(glyphs);
    for (cell, (character, ordered)) in read.iter().zip(ordered).enumerate() {
        let (line, place) = (cell / LINE_LENGTH, cell % LINE_LENGTH);
        let number = |at: usize| u8::try_from(at + 1).unwrap_or(u8::MAX);
        let found = |flaw, measured, limit| Finding {
            face: frame.face,
            flaw,
            place: Some(zone::place_of(line, place)),
            measured,
            limit,
        };
        let (line, place) = (number(line), number(place));
        if character.read != *ordered {
            let flaw = Flaw::WrongCharacter { line, place };
            let likeness = zone.likeness(cell, *ordered, glyphs);
            findings.push(found(flaw, likeness, character.likeness));
        } else if character.likeness < CHARACTER {
            let flaw = Flaw::UnclearCharacter { line, place };
            findings.push(found(flaw, character.likeness, CHARACTER));
        }
    }
    let likeness = read.iter().map(|character| character.likeness);
    back.measures.least_character = likeness.fold(1.0, f64::min);
    zone::lines(&read)
}

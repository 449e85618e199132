//! One card: the sheet, the holder's pictures, and on top of them the data.

use icao9303::mrz::PartialDate;
use resvg::tiny_skia::Pixmap;
use time::{Date, Month};
use unicode_normalization::UnicodeNormalization;

use super::{
    CardFacts, FaceError, Holder, Prepared,
    design::Design,
    fonts::Font,
    geometry::{CAN_LEFT, CAN_LINE, GHOST, MRZ_LEFT, OCR_SIZE, PORTRAIT, SIGNATURE, mrz_centre},
    lettering::{Field, ocr_line},
    picture,
    template::{self, Value},
};

const FRONT: &str = include_str!("../../templates/identity-card-1-front-card.svg");
const BACK: &str = include_str!("../../templates/identity-card-1-back-card.svg");
const MRZ: &str = "the machine readable zone";
/// The ink of signatures.
const INK: [u8; 3] = [0x12, 0x1c, 0x4a];

const SURNAME: Field = Field {
    name: "surname",
    x: 33.4,
    width: 49.0,
    baseline: 17.9,
    baselines: [16.95, 19.3],
    one_line: [3.0, 2.4],
    two_lines: [2.35, 1.8],
};
const GIVEN_NAMES: Field = Field {
    name: "given names",
    baseline: 25.1,
    baselines: [24.15, 26.5],
    ..SURNAME
};
const PLACE_OF_BIRTH: Field = Field {
    name: "place of birth",
    x: 5.0,
    width: 50.0,
    baseline: 8.6,
    baselines: [7.75, 9.85],
    one_line: [2.1, 1.8],
    two_lines: [1.8, 1.4],
};
const AUTHORITY: Field = Field {
    name: "authority",
    baseline: 22.6,
    baselines: [21.75, 23.85],
    ..PLACE_OF_BIRTH
};

/// Refuses a holder whose data cannot be printed.
pub(super) fn check(design: &Design, holder: &Holder) -> Result<(), FaceError> {
    SURNAME.fit(&composed(&holder.surname))?;
    GIVEN_NAMES.fit(&composed(&holder.given_names))?;
    PLACE_OF_BIRTH.fit(&place(holder))?;
    Font::Data.check("sex", &holder.sex)?;
    Font::Data.check("nationality", &holder.nationality)?;
    debug_assert!(design.word("state").is_some());
    Ok(())
}

/// The front of a card.
pub(super) fn front(
    sheet: &Pixmap,
    prepared: &Prepared,
    card: &CardFacts,
) -> Result<Pixmap, FaceError> {
    let Prepared {
        design,
        holder,
        portrayal,
        ..
    } = prepared;
    let can = ocr_line(
        "the card access number",
        &card.can,
        CAN_LEFT,
        mrz_centre(CAN_LINE),
    )?;
    let surname = SURNAME.markup(&composed(&holder.surname))?;
    let given_names = GIVEN_NAMES.markup(&composed(&holder.given_names))?;
    let specimen = specimen(prepared, "translate(50 37) rotate(-24)", 13.0);
    let svg = template::fill(FRONT, |name| {
        Some(match name {
            "surname" => Value::Markup(surname.clone()),
            "given_names" => Value::Markup(given_names.clone()),
            "can" => Value::Markup(can.clone()),
            "specimen" => Value::Markup(specimen.clone()),
            "sex" => Value::Text(holder.sex.clone()),
            "nationality" => Value::Text(holder.nationality.clone()),
            "date_of_birth" => Value::Text(partial_date(holder.date_of_birth)),
            "number" => Value::Text(card.number.clone()),
            "date_of_expiry" => Value::Text(date(holder.expires)),
            "ocr_size" => Value::Text(format!("{OCR_SIZE:.4}")),
            word => Value::Text(design.word(word)?.to_owned()),
        })
    })?;
    let mut face = sheet.clone();
    picture::ghost(&mut face, &portrayal.portrait, GHOST, design.ghost);
    picture::portrait(&mut face, &portrayal.portrait, PORTRAIT);
    if let Some(signature) = &portrayal.signature {
        picture::signature(&mut face, signature, SIGNATURE, INK);
    }
    template::draw(&svg, &mut face)?;
    Ok(face)
}

/// The back of a card.
pub(super) fn back(
    sheet: &Pixmap,
    prepared: &Prepared,
    card: &CardFacts,
) -> Result<Pixmap, FaceError> {
    let Prepared {
        design,
        holder,
        profile,
        ..
    } = prepared;
    let lines = card.mrz.lines().enumerate();
    let mrz: Vec<_> = lines
        .map(|(line, text)| ocr_line(MRZ, text, MRZ_LEFT, mrz_centre(line)))
        .collect::<Result<_, _>>()?;
    let place = PLACE_OF_BIRTH.markup(&place(holder))?;
    // Typeset like the captions; the chip has the typewriter's apostrophe.
    let authority = AUTHORITY.markup(&profile.authority.replace('\'', "’"))?;
    let specimen = specimen(prepared, "translate(45 19.5) rotate(-11)", 9.0);
    let svg = template::fill(BACK, |name| {
        Some(match name {
            "place_of_birth" => Value::Markup(place.clone()),
            "authority" => Value::Markup(authority.clone()),
            "mrz" => Value::Markup(mrz.concat()),
            "specimen" => Value::Markup(specimen.clone()),
            "issued" => Value::Text(date(holder.issued)),
            "ocr_size" => Value::Text(format!("{OCR_SIZE:.4}")),
            word => Value::Text(design.word(word)?.to_owned()),
        })
    })?;
    let mut face = sheet.clone();
    template::draw(&svg, &mut face)?;
    Ok(face)
}

/// SPECIMEN across the card, unless it is a real one.
fn specimen(prepared: &Prepared, place: &str, size: f64) -> String {
    if prepared.profile.danger_production {
        return String::new();
    }
    format!(
        r##"<text transform="{place}" text-anchor="middle" font-family="Inter" font-weight="600" font-size="{size}" letter-spacing="1.2" fill="#c8102e" fill-opacity="0.07" stroke="#c8102e" stroke-width="0.14" stroke-opacity="0.55">SPECIMEN</text>"##
    )
}

/// Place, region, State.
fn place(holder: &Holder) -> String {
    composed(&holder.place_of_birth.join(", "))
}

/// Letters with their marks in one: fonts have those.
fn composed(text: &str) -> String {
    text.nfc().collect()
}

fn date(date: Date) -> String {
    partial_date(PartialDate::Full(date))
}

/// `DD MM YYYY`, with X for what is not known (9303-3 §3.8).
fn partial_date(date: PartialDate) -> String {
    let number = |month: Month| u8::from(month);
    match date {
        PartialDate::Unknown => "XX XX XXXX".to_owned(),
        PartialDate::Year(year) => format!("XX XX {year:04}"),
        PartialDate::Month(year, month) => format!("XX {:02} {year:04}", number(month)),
        PartialDate::Full(date) => {
            format!(
                "{:02} {:02} {:04}",
                date.day(),
                number(date.month()),
                date.year()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_printed() {
        assert_eq!(partial_date(PartialDate::Unknown), "XX XX XXXX");
        assert_eq!(partial_date(PartialDate::Year(1985)), "XX XX 1985");
        assert_eq!(
            partial_date(PartialDate::Month(1985, Month::May)),
            "XX 05 1985"
        );
        assert_eq!(
            date(Date::from_calendar_date(2036, Month::March, 9).unwrap()),
            "09 03 2036"
        );
    }
}

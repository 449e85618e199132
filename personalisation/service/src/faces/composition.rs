//! One card: the sheet, the holder's pictures, and on top of them the data.

use icao9303::mrz::PartialDate;
use resvg::tiny_skia::Pixmap;
use time::{Date, Month};
use unicode_normalization::UnicodeNormalization;

use super::{
    CardFacts, FaceError, Holder, Permit, Prepared,
    fonts::Font,
    geometry::{CAN_LEFT, CAN_LINE, GHOST, MRZ_LEFT, OCR_SIZE, PORTRAIT, SIGNATURE, mrz_centre},
    layout::{Layout, PermitLayout},
    lettering::ocr_line,
    picture,
    template::{self, Value},
};

const MRZ: &str = "the machine readable zone";
/// The ink of signatures.
const INK: [u8; 3] = [0x12, 0x1c, 0x4a];
/// Lines of remarks on the front; the others are on the back.
const FRONT_REMARKS: usize = 2;

/// What fills the places of a template, by their names.
type Values = Vec<(&'static str, Value)>;

/// Refuses a holder whose data cannot be printed.
pub(super) fn check(layout: &Layout, holder: &Holder, authority: &str) -> Result<(), FaceError> {
    texts(layout, holder, authority)?;
    Font::Data.check("sex", &holder.sex)?;
    Font::Data.check("nationality", &holder.nationality)
}

/// The front of a card.
pub(super) fn front(
    sheet: &Pixmap,
    prepared: &Prepared,
    card: &CardFacts,
) -> Result<Pixmap, FaceError> {
    let Prepared {
        design, portrayal, ..
    } = prepared;
    let place = mrz_centre(CAN_LINE);
    let can = ocr_line("the card access number", &card.can, CAN_LEFT, place)?;
    let specimen = specimen(prepared, "translate(50 37) rotate(-24)", 13.0);
    let own = vec![
        ("can", Value::Markup(can)),
        ("specimen", Value::Markup(specimen)),
    ];
    let svg = fill(prepared, prepared.version.front.card, card, own)?;
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
    let lines = card.mrz.lines().enumerate();
    let mrz: Vec<_> = lines
        .map(|(line, text)| ocr_line(MRZ, text, MRZ_LEFT, mrz_centre(line)))
        .collect::<Result<_, _>>()?;
    let specimen = specimen(prepared, "translate(45 19.5) rotate(-11)", 9.0);
    let own = vec![
        ("mrz", Value::Markup(mrz.concat())),
        ("specimen", Value::Markup(specimen)),
    ];
    let svg = fill(prepared, prepared.version.back.card, card, own)?;
    let mut face = sheet.clone();
    template::draw(&svg, &mut face)?;
    Ok(face)
}

/// A side's template with everything in its place; `own` is what stands on that side only.
fn fill(
    prepared: &Prepared,
    template: &str,
    card: &CardFacts,
    own: Values,
) -> Result<String, FaceError> {
    let Prepared {
        design,
        holder,
        profile,
        version,
        ..
    } = prepared;
    let mut values = own;
    values.extend(texts(&version.layout, holder, profile.authority)?);
    let words = [
        ("sex", holder.sex.clone()),
        ("nationality", holder.nationality.clone()),
        ("date_of_birth", partial_date(holder.date_of_birth)),
        ("number", card.number.clone()),
        ("date_of_expiry", date(holder.expires)),
        ("issued", date(holder.issued)),
        ("ocr_size", format!("{OCR_SIZE:.4}")),
    ];
    values.extend(words.map(|(name, text)| (name, Value::Text(text))));
    template::fill(template, |name| {
        let known = values.iter().find(|(known, _)| *known == name);
        known
            .map(|(_, value)| value.clone())
            .or_else(|| Some(Value::Text(design.word(name)?.to_owned())))
    })
}

/// The texts of any length in their fields.
fn texts(layout: &Layout, holder: &Holder, authority: &str) -> Result<Values, FaceError> {
    // Typeset like the captions; the chip has the typewriter's apostrophe.
    let authority = authority.replace('\'', "’");
    let mut texts = vec![
        (
            "surname",
            layout.surname.markup(&composed(&holder.surname))?,
        ),
        (
            "given_names",
            layout.given_names.markup(&composed(&holder.given_names))?,
        ),
        (
            "place_of_birth",
            layout.place_of_birth.markup(&place(holder))?,
        ),
        ("authority", layout.authority.markup(&authority)?),
    ];
    match (&layout.permit, &holder.permit) {
        (Some(layout), Some(permit)) => texts.extend(permit_texts(layout, permit)?),
        (None, None) => {}
        _ => return Err(FaceError::OtherDocument),
    }
    let markup = |(name, text)| (name, Value::Markup(text));
    Ok(texts.into_iter().map(markup).collect())
}

fn permit_texts(
    layout: &PermitLayout,
    permit: &Permit,
) -> Result<[(&'static str, String); 4], FaceError> {
    let issued_at = composed(&permit.place_of_issue);
    if permit.remarks.len() > layout.remarks.len() {
        return Err(FaceError::DoesNotFit { field: "remarks" });
    }
    let remarks = permit.remarks.iter().zip(&layout.remarks);
    let remarks: Vec<_> = remarks
        .map(|(remark, field)| field.markup(&composed(remark)))
        .collect::<Result<_, _>>()?;
    let (front, back) = remarks.split_at(remarks.len().min(FRONT_REMARKS));
    Ok([
        (
            "category",
            layout.category.markup(&composed(&permit.category))?,
        ),
        ("place_of_issue", layout.place_of_issue.markup(&issued_at)?),
        ("remarks_front", front.concat()),
        ("remarks_back", back.concat()),
    ])
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

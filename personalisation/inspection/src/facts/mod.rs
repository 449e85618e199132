//! What the files say, in words: document, holder, pictures, fingers.
//!
//! Files that cannot be read are left out here; the checks name them.

mod picture;

use icao9303::lds::biometric::Template;
use icao9303::lds::{DataGroup, Dg1, Dg2, Dg3, Dg7, Dg11, Dg12, Finger};
use icao9303::mrz::{Format, Mrz, PartialDate};
use time::Date;

use crate::files::ChipFiles;
use crate::report::{DocumentFacts, PictureFacts};

/// What DG1, DG11 and DG12 say; nothing without DG1.
pub fn document(files: &ChipFiles, today: Date) -> Option<DocumentFacts> {
    let mrz = Dg1::parse(files.data_group(DataGroup::DG1)?).ok()?.mrz;
    let mut facts = from_mrz(&mrz, today);
    if let Some(dg11) = files
        .data_group(DataGroup::DG11)
        .and_then(|file| Dg11::parse(file).ok())
    {
        add_person(&mut facts, dg11);
    }
    if let Some(dg12) = files
        .data_group(DataGroup::DG12)
        .and_then(|file| Dg12::parse(file).ok())
    {
        add_issue(&mut facts, dg12);
    }
    Some(facts)
}

/// The date of expiry in DG1, where it can be read to the day.
pub fn expiry(files: &ChipFiles) -> Option<Date> {
    let mrz = Dg1::parse(files.data_group(DataGroup::DG1)?).ok()?.mrz;
    match mrz.date_of_expiry().ok()?.expiry().ok()? {
        PartialDate::Full(date) => Some(date),
        _ => None,
    }
}

fn from_mrz(mrz: &Mrz, today: Date) -> DocumentFacts {
    let name = mrz.name();
    let birth = mrz.date_of_birth().and_then(|date| date.birth(today));
    let expiry = mrz
        .date_of_expiry()
        .and_then(icao9303::mrz::TwoDigitDate::expiry);
    DocumentFacts {
        mrz: mrz.lines().map(str::to_owned).collect(),
        format: match mrz.format() {
            Format::Td1 => "TD1".to_owned(),
            Format::Td2 => "TD2".to_owned(),
            Format::Td3 => "TD3".to_owned(),
        },
        code: mrz.document_code().to_owned(),
        issuer: mrz.issuer().to_owned(),
        number: mrz.document_number(),
        surname: name.primary.join(" "),
        given_names: name.secondary.join(" "),
        nationality: mrz.nationality().to_owned(),
        date_of_birth: birth.map_or_else(|_| "impossible".to_owned(), written),
        sex: mrz
            .sex()
            .map_or_else(|| "?".to_owned(), |sex| sex.visual().to_string()),
        date_of_expiry: expiry.map_or_else(|_| "impossible".to_owned(), written),
        further: Vec::new(),
    }
}

fn add_person(facts: &mut DocumentFacts, dg11: Dg11) {
    if let Some(name) = dg11.full_name {
        facts.surname = name.primary();
        facts.given_names = name.secondary();
    }
    if let Some(date) = dg11.date_of_birth {
        facts.date_of_birth = written(date);
    }
    let mut add = |name: &str, text: String| facts.further.push((name.to_owned(), text));
    for name in dg11.other_names {
        add("Other name", name);
    }
    let texts = [
        ("Personal number", dg11.personal_number),
        ("Place of birth", joined(&dg11.place_of_birth)),
        ("Address", joined(&dg11.address)),
        ("Telephone", dg11.telephone),
        ("Profession", dg11.profession),
        ("Title", dg11.title),
        ("Summary", dg11.summary),
        ("Other documents", joined(&dg11.other_document_numbers)),
        ("Custody", dg11.custody),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            add(name, text);
        }
    }
}

fn add_issue(facts: &mut DocumentFacts, dg12: Dg12) {
    let texts = [
        ("Issuing authority", dg12.issuing_authority),
        ("Date of issue", dg12.date_of_issue.map(written)),
        ("Other persons", joined(&dg12.other_persons)),
        ("Endorsements", dg12.endorsements),
        ("Requirements", dg12.requirements),
        (
            "Personalised at",
            dg12.personalised_at.map(|at| at.to_string()),
        ),
        ("Personalised by", dg12.system),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            facts.further.push((name.to_owned(), text));
        }
    }
}

fn joined(parts: &[String]) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `YYYY-MM-DD`, as far as it is known.
fn written(date: PartialDate) -> String {
    match date {
        PartialDate::Unknown => "unknown".to_owned(),
        PartialDate::Year(year) => format!("{year:04}"),
        PartialDate::Month(year, month) => format!("{year:04}-{:02}", u8::from(month)),
        PartialDate::Full(date) => date.to_string(),
    }
}

/// Portrait and signature.
pub fn pictures(files: &ChipFiles) -> Vec<PictureFacts> {
    let mut pictures = Vec::new();
    if let Some(dg2) = files
        .data_group(DataGroup::DG2)
        .and_then(|file| Dg2::parse(file).ok())
    {
        let images = dg2
            .faces
            .iter()
            .filter_map(|face| picture::of_face(face.record));
        pictures.extend(images.map(|image| picture::describe("portrait", image)));
    }
    if let Some(dg7) = files
        .data_group(DataGroup::DG7)
        .and_then(|file| Dg7::parse(file).ok())
    {
        pictures.extend(
            dg7.images
                .iter()
                .map(|image| picture::describe("signature", image)),
        );
    }
    pictures
}

/// The fingers of DG3 and the bytes of their records, where DG3 could be read.
pub fn fingers(files: &ChipFiles) -> Vec<(String, usize)> {
    let Some(file) = files.data_group(DataGroup::DG3) else {
        return Vec::new();
    };
    let Ok(dg3) = Dg3::parse(file) else {
        return Vec::new();
    };
    dg3.fingers
        .iter()
        .map(|finger| (finger_name(finger), finger.record.bytes().len()))
        .collect()
}

fn finger_name(template: &Template<'_>) -> String {
    let finger = template.header.subtype.and_then(Finger::from_subtype);
    finger.map_or_else(
        || "unknown finger".to_owned(),
        |finger| {
            let words = format!("{finger:?}");
            // `LeftIndex` reads as "left index".
            let spaced = words.chars().flat_map(|c| {
                let blank = c.is_uppercase().then_some(' ');
                blank.into_iter().chain(c.to_lowercase())
            });
            spaced.collect::<String>().trim_start().to_owned()
        },
    )
}

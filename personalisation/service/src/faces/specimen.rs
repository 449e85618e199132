//! Specimens: the card of an invented person by a version of a template, for those who approve it before any card is made by it.

use icao9303::mrz::{
    CountryCode, DocumentCode, DocumentNumber, NameField, OptionalData, PartialDate, Sex, Td1,
};
use image::{GrayImage, Luma, Rgb, RgbImage};
use personalisation_core::{issuer_profile::IssuerProfile, template::TemplateKey};
use time::{Date, macros::date};
use zeroize::Zeroizing;

use super::{
    CardFacts, FaceError, Faces, Holder, Permit, Pictures, Prepared, composition, data::Portrayal,
    design::Design, version,
};
use dossier::dossier::DocumentType;

/// Of the portrait, in pixels: the size that chips hold.
const PORTRAIT: (u32, u32) = (622, 800);
/// Of the signature.
const SIGNATURE: (u32, u32) = (600, 180);
/// Characters of the line of names.
const NAME_LINE: usize = 30;
const SURNAME: &str = "Specimen";
const GIVEN_NAMES: &str = "Anna-Léa Maria";
const NAMES: &str = "SPECIMEN<<ANNA<LEA<MARIA";
const NUMBER: &str = "SPEC00001";
const ACCESS_NUMBER: &str = "000000";
const BORN: Date = date!(1990 - 01 - 01);
const ISSUED: Date = date!(2026 - 01 - 01);
const EXPIRES: Date = date!(2035 - 12 - 31);

impl Faces {
    /// Both faces of an invented person's card by a version of a template, with the word SPECIMEN across them, also where
    /// the State's own cards are real ones.
    pub fn specimen(&self, key: &TemplateKey) -> Result<Pictures, FaceError> {
        let profile = IssuerProfile::by_name(&key.issuer_profile);
        let profile = profile.ok_or_else(|| failed("there is no such State"))?;
        let profile = IssuerProfile {
            danger_production: false,
            ..profile
        };
        let version = version::find(key.document, Some(key.version))?;
        let holder = holder(&profile, key.document);
        composition::check(&version.layout, &holder, profile.authority)?;
        let prepared = Prepared {
            profile,
            design: Design::of(&profile, version.document)?,
            version,
            holder,
            portrayal: Portrayal {
                portrait: nobody(),
                signature: Some(wave()),
            },
        };
        let facts = facts(&profile, key.document).map_err(|reason| failed(&reason))?;
        self.draw(&prepared, &facts)
    }
}

fn failed(reason: &str) -> FaceError {
    FaceError::Specimen {
        reason: reason.to_owned(),
    }
}

fn holder(profile: &IssuerProfile, document: DocumentType) -> Holder {
    let permit = Permit {
        category: "SPECIMEN".to_owned(),
        remarks: vec!["Specimen".to_owned(), "No right follows from it".to_owned()],
        place_of_issue: "Luxembourg".to_owned(),
    };
    Holder {
        surname: SURNAME.to_owned(),
        given_names: GIVEN_NAMES.to_owned(),
        sex: "F".to_owned(),
        nationality: nationality(profile, document).to_owned(),
        date_of_birth: PartialDate::Full(BORN),
        place_of_birth: vec!["Esch-sur-Alzette".to_owned()],
        issued: ISSUED,
        expires: EXPIRES,
        // The pictures are given as they are.
        dg2: Zeroizing::default(),
        dg7: None,
        permit: (document == DocumentType::ResidencePermit).then_some(permit),
    }
}

/// A State's own citizen; a permit is for somebody of no other State that exists.
const fn nationality(profile: &IssuerProfile, document: DocumentType) -> &'static str {
    match document {
        DocumentType::IdentityCard => profile.state,
        DocumentType::ResidencePermit => "UTO",
    }
}

fn facts(profile: &IssuerProfile, document: DocumentType) -> Result<CardFacts, String> {
    let code = match document {
        DocumentType::IdentityCard => profile.document_code,
        DocumentType::ResidencePermit => "IR",
    };
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let td1 = Td1 {
        document_code: DocumentCode::td1(code).map_err(|error| told(&error))?,
        issuer: CountryCode::new(profile.state).map_err(|error| told(&error))?,
        document_number: DocumentNumber::new(NUMBER).map_err(|error| told(&error))?,
        optional_data_1: OptionalData::default(),
        date_of_birth: PartialDate::Full(BORN),
        sex: Sex::Female,
        date_of_expiry: EXPIRES,
        nationality: CountryCode::new(nationality(profile, document))
            .map_err(|error| told(&error))?,
        optional_data_2: OptionalData::default(),
        name: NameField::chosen_by_operator(NAMES, NAME_LINE, false)
            .map_err(|error| told(&error))?,
    };
    Ok(CardFacts {
        number: NUMBER.to_owned(),
        can: ACCESS_NUMBER.to_owned(),
        mrz: td1.encode().map_err(|error| told(&error))?,
    })
}

/// Head and shoulders of nobody.
fn nobody() -> RgbImage {
    let (width, height) = PORTRAIT;
    let (wide, high) = (f64::from(width), f64::from(height));
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x) / wide - 0.5, f64::from(y) / high);
        let within = |middle: f64, across: f64, down: f64| {
            (x / across).powi(2) + ((y - middle) / down).powi(2) < 1.0
        };
        if within(0.42, 0.24, 0.26) {
            Rgb([196, 164, 142])
        } else if within(0.36, 0.29, 0.29) && y < 0.6 {
            Rgb([92, 74, 62])
        } else if within(0.62, 0.11, 0.22) {
            Rgb([186, 154, 132])
        } else if within(1.06, 0.48, 0.32) {
            Rgb([72, 92, 118])
        } else {
            Rgb([222, 224, 226])
        }
    })
}

/// A line that goes up and down, as signatures do.
fn wave() -> GrayImage {
    let (width, height) = SIGNATURE;
    let (wide, high) = (f64::from(width), f64::from(height));
    GrayImage::from_fn(width, height, |x, y| {
        let x = f64::from(x) / wide;
        let line = 0.5 + 0.32 * (x * 31.0).sin() * (x * 5.0).cos();
        let off = (f64::from(y) / high - line).abs();
        Luma([if off < 0.035 && (0.05..0.95).contains(&x) {
            20
        } else {
            255
        }])
    })
}

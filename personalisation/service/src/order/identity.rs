//! The identity of an order, checked; what DG1 and DG12 are made of once a number is known.

use dossier::dossier::DocumentType;
use icao9303::{
    lds::{Dg11, Dg12},
    mrz::{
        CodeError, CountryCode, DateError, DocumentCode, DocumentNumber, FieldError, Mrz, MrzName,
        NameError, NameField, OptionalData, PartialDate, Sex, Td1, Td1Error, Transliteration,
    },
};
use personalisation_core::{
    age::Ages,
    document_number,
    issuer_profile::IssuerProfile,
    national_number::{self, NationalNumber, NationalNumberError},
    rules::{PermitPolicy, Rules, residence_permit::MovesFreely},
    validity::{Ground, ValidityError},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Date, Month};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{parts::Stated, permit::Permit};
use crate::{faces::Holder, person::Naming};

/// Longest text of the visual zone that is accepted, in characters.
const LONGEST_TEXT: usize = 100;
/// Characters of the name line.
const NAME_LINE: usize = 30;

/// What is wrong with names, dates or numbers. For the operator; the values are never shown.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// A text is empty, too long, or holds control characters.
    #[error(
        "{field} must have 1 to {LONGEST_TEXT} characters and no control characters; correct it"
    )]
    Text {
        /// The field of the order.
        field: &'static str,
    },
    /// The name has no line in the MRZ.
    #[error("name: {0}")]
    Name(#[from] NameError),
    /// Not F, M or X.
    #[error("sex is F, M or X; correct it")]
    Sex,
    /// A date that no calendar has, or of another form.
    #[error("{field}: {source}")]
    Date {
        /// The field of the order.
        field: &'static str,
        /// Why.
        source: DateError,
    },
    /// A nationality that 9303-3 does not list, or a profile's code.
    #[error("nationality: {0}")]
    Nationality(#[from] CodeError),
    /// Dates that do not go together.
    #[error(transparent)]
    Validity(#[from] ValidityError),
    /// The national number is wrong.
    #[error(transparent)]
    NationalNumber(#[from] NationalNumberError),
    /// The MRZ cannot be written.
    #[error("machine readable zone: {0}")]
    Mrz(#[from] Td1Error),
    /// Fields of a residence permit on an identity card.
    #[error(
        "category, remarks, place_of_issue and title_ends stand on residence permits only; drop them, or correct the type"
    )]
    NotOnCards,
    /// The holder has no use for a residence permit.
    #[error(transparent)]
    MovesFreely(#[from] MovesFreely),
    /// More remarks than the permit has lines.
    #[error("a residence permit has room for {most} remarks; shorten them")]
    Remarks {
        /// Lines.
        most: usize,
    },
    /// DG12 cannot be written.
    #[error("additional document data: {0}")]
    Dg12(#[from] icao9303::lds::FileError),
    /// A stored identity is damaged.
    #[error("the stored identity is damaged ({0}); restore the order from a backup")]
    Stored(&'static str),
}

/// What stands on the document, in the form in which it is stored (sealed).
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Form of this record.
    version: u8,
    issuer_profile: String,
    surname: String,
    given_names: String,
    /// Thirty characters.
    name_line: String,
    name_line_shortened: bool,
    /// F, M or X.
    sex: String,
    /// `YYYYMMDD`, zeros for unknown parts.
    date_of_birth: String,
    nationality: String,
    /// `YYYYMMDD`
    issued: String,
    /// `YYYYMMDD`
    expires: String,
    /// What a residence permit says besides; none: an identity card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permit: Option<Permit>,
}

impl Identity {
    /// Without a permit; the same as before there were any.
    const CARD_VERSION: u8 = 1;
    /// With a permit.
    const PERMIT_VERSION: u8 = 2;

    /// Checks the identity of an order given on `today`. `temporary`: a finger is missing for a
    /// time only.
    pub fn check(
        stated: &Stated,
        permits: &PermitPolicy,
        today: Date,
        temporary: bool,
    ) -> Result<(Self, Option<NationalNumber>), IdentityError> {
        check_texts(stated)?;
        let birth = stated.date_of_birth;
        let issued = stated.issued.unwrap_or(today);
        let title = stated.permit.as_ref();
        let ground = Ground {
            birth,
            issued,
            temporary,
            title_ends: title.and_then(|permit| permit.title_ends),
        };
        let rules = Rules::of(stated.document(), permits);
        let expires = match stated.expires {
            Some(expires) => expires,
            None => ground.longest(&rules)?,
        };
        ground.check(&rules, expires)?;
        let name = name_line(stated)?;
        let identity = Self {
            version: if title.is_some() {
                Self::PERMIT_VERSION
            } else {
                Self::CARD_VERSION
            },
            issuer_profile: stated.issuer_profile.clone(),
            surname: stated.surname.clone(),
            given_names: stated.given_names.clone(),
            name_line: name.as_str().to_owned(),
            name_line_shortened: name.is_shortened(),
            sex: stated.sex.clone(),
            date_of_birth: birth.to_lds(),
            nationality: stated.nationality.clone(),
            issued: PartialDate::Full(issued).to_lds(),
            expires: PartialDate::Full(expires).to_lds(),
            permit: Permit::check(stated, permits)?,
        };
        identity.dg12()?.encode()?;
        // Every field is tried now, with a number of the right form: later there is nobody to ask.
        identity.td1("C11111111")?.encode()?;
        let number = stated
            .national_number
            .as_deref()
            .map(NationalNumber::new)
            .transpose()?;
        number
            .as_ref()
            .map_or(Ok(()), |number| national_number::check_birth(number, birth))?;
        Ok((identity, number))
    }

    /// What is printed on the card, with whole files DG2, DG7 where there is one, and DG11.
    pub fn holder(
        &self,
        dg2: &[u8],
        dg7: Option<&[u8]>,
        dg11: Option<&[u8]>,
    ) -> Result<Holder, IdentityError> {
        let more = dg11.map(Dg11::parse).transpose();
        let more = more.map_err(|_| IdentityError::Stored("DG11"))?;
        let (surname, given_names) = self.printed_names();
        Ok(Holder {
            surname,
            given_names,
            sex: self.sex.clone(),
            nationality: self.nationality.clone(),
            date_of_birth: self.date_of_birth(),
            place_of_birth: more.map(|more| more.place_of_birth).unwrap_or_default(),
            issued: self.issued()?,
            expires: full_date(&self.expires).ok_or(IdentityError::Stored("expires"))?,
            dg2: Zeroizing::new(dg2.to_vec()),
            dg7: dg7.map(|file| Zeroizing::new(file.to_vec())),
            permit: self.permit.as_ref().map(Permit::printed),
        })
    }

    /// What is made.
    pub const fn document(&self) -> DocumentType {
        match self.permit {
            Some(_) => DocumentType::ResidencePermit,
            None => DocumentType::IdentityCard,
        }
    }

    /// DG12: authority, day of issue, and a permit's type and remarks as endorsements.
    pub fn dg12(&self) -> Result<Dg12, IdentityError> {
        Ok(Dg12 {
            issuing_authority: Some(self.issuer_profile()?.authority.to_owned()),
            date_of_issue: Some(PartialDate::Full(self.issued()?)),
            endorsements: self.permit.as_ref().map(Permit::endorsements),
            ..Dg12::default()
        })
    }

    /// The names for the visual zone: as given, or those of another script in the Latin letters of the
    /// name line, which everybody reads.
    fn printed_names(&self) -> (String, String) {
        if is_latin(&self.surname) && is_latin(&self.given_names) {
            return (self.surname.clone(), self.given_names.clone());
        }
        let words = |identifier: &str| identifier.replace('<', " ").trim().to_owned();
        let line = self.name_line.as_str();
        let (primary, secondary) = line.split_once("<<").unwrap_or((line, ""));
        (words(primary), words(secondary))
    }

    /// The MRZ with the document number.
    pub fn mrz(&self, number: document_number::DocumentNumber) -> Result<Mrz, IdentityError> {
        Ok(self.td1(number.as_str())?.encode()?)
    }

    /// The date of birth as far as known.
    pub fn date_of_birth(&self) -> PartialDate {
        // Written by `check` only; unknown is what a damaged record says about the date.
        PartialDate::from_lds(&self.date_of_birth).unwrap_or(PartialDate::Unknown)
    }

    /// The day of issue.
    pub fn issued(&self) -> Result<Date, IdentityError> {
        full_date(&self.issued).ok_or(IdentityError::Stored("issued"))
    }

    /// The holder's ages in years on the day of issue.
    pub fn ages(&self) -> Option<Ages> {
        Ages::on(self.date_of_birth(), self.issued().ok()?)
    }

    /// The issuer profile it was checked for.
    pub fn issuer_profile(&self) -> Result<IssuerProfile, IdentityError> {
        let profile = IssuerProfile::by_name(&self.issuer_profile);
        profile.ok_or(IdentityError::Stored("issuer profile"))
    }

    /// Who the holder is called, for the keys of persons.
    pub(crate) fn naming(&self) -> Naming<'_> {
        Naming {
            surname: &self.surname,
            given_names: &self.given_names,
            // Written by `check` only: eight digits.
            birth: self.date_of_birth.parse().unwrap_or_default(),
            nationality: &self.nationality,
        }
    }

    /// For the database.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec(self).map(Zeroizing::new)
    }

    /// From the database.
    pub fn decode(bytes: &[u8]) -> Result<Self, IdentityError> {
        let identity: Self =
            serde_json::from_slice(bytes).map_err(|_| IdentityError::Stored("form"))?;
        match (identity.version, &identity.permit) {
            (Self::CARD_VERSION, None) | (Self::PERMIT_VERSION, Some(_)) => Ok(identity),
            _ => Err(IdentityError::Stored("version")),
        }
    }

    fn td1(&self, number: &str) -> Result<Td1, IdentityError> {
        let profile = self.issuer_profile()?;
        let line = &self.name_line;
        Ok(Td1 {
            document_code: DocumentCode::td1(match &self.permit {
                Some(permit) => permit.document_code(),
                None => profile.document_code,
            })?,
            issuer: CountryCode::new(profile.state)?,
            document_number: DocumentNumber::new(number).map_err(Td1Error::from)?,
            optional_data_1: OptionalData::default(),
            date_of_birth: self.date_of_birth(),
            sex: sex(&self.sex)?,
            date_of_expiry: full_date(&self.expires).ok_or(IdentityError::Stored("expires"))?,
            nationality: CountryCode::new(&self.nationality)?,
            optional_data_2: OptionalData::default(),
            name: NameField::chosen_by_operator(line, NAME_LINE, self.name_line_shortened)?,
        })
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

impl From<FieldError> for IdentityError {
    fn from(error: FieldError) -> Self {
        Self::Mrz(error.into())
    }
}

fn check_texts(stated: &Stated) -> Result<(), IdentityError> {
    let mut texts = vec![("surname", &stated.surname)];
    if !stated.given_names.is_empty() {
        texts.push(("given_names", &stated.given_names));
    }
    texts.extend(
        stated
            .place_of_birth
            .iter()
            .map(|part| ("place_of_birth", part)),
    );
    texts
        .into_iter()
        .try_for_each(|(field, text)| check_text(field, text))
}

/// Whether a text can stand on a document at all; the faces say whether it fits.
pub(super) fn check_text(field: &'static str, text: &str) -> Result<(), IdentityError> {
    let length = text.trim().chars().count();
    if length == 0 || length > LONGEST_TEXT || text.chars().any(char::is_control) {
        return Err(IdentityError::Text { field });
    }
    Ok(())
}

/// The line that the rule makes of a name; none where it makes none, and an operator must choose.
pub(crate) fn line_by_rule(surname: &str, given_names: &str) -> Option<String> {
    let name =
        MrzName::transliterate(surname, given_names, &Transliteration::first_values()).ok()?;
    let line = name.fit(NAME_LINE).ok()?;
    Some(line.as_str().to_owned())
}

/// The rule's line, or the operator's.
fn name_line(stated: &Stated) -> Result<NameField, NameError> {
    match &stated.name_line {
        Some(line) => NameField::chosen_by_operator(line, NAME_LINE, stated.name_line_shortened),
        None => MrzName::transliterate(
            &stated.surname,
            &stated.given_names,
            &Transliteration::first_values(),
        )?
        .fit(NAME_LINE),
    }
}

fn sex(text: &str) -> Result<Sex, IdentityError> {
    match text {
        "F" => Ok(Sex::Female),
        "M" => Ok(Sex::Male),
        "X" => Ok(Sex::Unspecified),
        _ => Err(IdentityError::Sex),
    }
}

/// `YYYY-MM-DD`, `YYYY-MM`, `YYYY` or `unknown`.
pub(super) fn parse_birth(text: &str) -> Result<PartialDate, IdentityError> {
    let date = |source| IdentityError::Date {
        field: "date_of_birth",
        source,
    };
    if text == "unknown" {
        return Ok(PartialDate::Unknown);
    }
    let mut parts = text.split('-');
    let mut digits = |length: usize| -> Result<Option<u16>, IdentityError> {
        let Some(part) = parts.next() else {
            return Ok(None);
        };
        if part.len() != length || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(date(DateError::Form));
        }
        part.parse().map(Some).map_err(|_| date(DateError::Form))
    };
    let (year, month, day) = (digits(4)?, digits(2)?, digits(2)?);
    if parts.next().is_some() {
        return Err(date(DateError::Form));
    }
    // Two digits fit.
    let byte = |part: Option<u16>| part.and_then(|part| u8::try_from(part).ok());
    PartialDate::new(year, byte(month), byte(day)).map_err(date)
}

/// `YYYY-MM-DD`
pub(super) fn parse_date(field: &'static str, text: &str) -> Result<Date, IdentityError> {
    match parse_birth(text) {
        Ok(PartialDate::Full(date)) => Ok(date),
        Ok(_) => Err(IdentityError::Date {
            field,
            source: DateError::Form,
        }),
        Err(IdentityError::Date { source, .. }) => Err(IdentityError::Date { field, source }),
        Err(error) => Err(error),
    }
}

/// `YYYYMMDD`
fn full_date(digits: &str) -> Option<Date> {
    let year = digits.get(..4)?.parse().ok()?;
    let month: u8 = digits.get(4..6)?.parse().ok()?;
    let day = digits.get(6..)?.parse().ok()?;
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// Whether every letter is of the Latin script, with any accents.
fn is_latin(text: &str) -> bool {
    let latin = |letter: char| matches!(letter, '\0'..='\u{2FF}' | '\u{1E00}'..='\u{1EFF}');
    text.chars()
        .all(|letter| !letter.is_alphabetic() || latin(letter))
}

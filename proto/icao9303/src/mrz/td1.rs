//! Writing the MRZ of a card (9303-5 §4.2.2): three lines of 30 characters.

use time::Date;

use super::check_digit::check_digit;
use super::code::{CountryCode, DocumentCode};
use super::date::{DateError, PartialDate};
use super::format::Format;
use super::information::MrzInformation;
use super::name::NameField;
use super::number::{DocumentNumber, FieldError, OptionalData, Sex};
use super::parse::{Mrz, MrzError};

/// Everything that the MRZ of a card says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Td1 {
    /// Kind of document.
    pub document_code: DocumentCode,
    /// Issuing State.
    pub issuer: CountryCode,
    /// Document number; beyond nine characters it runs on into the first optional field.
    pub document_number: DocumentNumber,
    /// First optional field: 15 characters, less what a long number takes.
    pub optional_data_1: OptionalData,
    /// Date of birth.
    pub date_of_birth: PartialDate,
    /// Sex.
    pub sex: Sex,
    /// Date of expiry, in 2000 to 2099.
    pub date_of_expiry: Date,
    /// Nationality.
    pub nationality: CountryCode,
    /// Second optional field: 11 characters.
    pub optional_data_2: OptionalData,
    /// The name, fitted to 30 characters.
    pub name: NameField,
}

/// Why an MRZ cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Td1Error {
    /// A field does not fit.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The expiry cannot be written with two digits.
    #[error(transparent)]
    Date(#[from] DateError),
    /// The name was fitted to another width.
    #[error("the name line has {0} characters; fit the name to 30")]
    NameWidth(usize),
    /// The lines do not read as an MRZ.
    #[error(transparent)]
    Mrz(#[from] MrzError),
}

impl Td1 {
    /// The MRZ, check digits and all.
    pub fn encode(&self) -> Result<Mrz, Td1Error> {
        let text = self.lines()?.concat();
        Ok(Mrz::parse(&text)?)
    }

    /// The password fields of BAC and PACE.
    pub fn information(&self) -> Result<MrzInformation, Td1Error> {
        Ok(self.encode()?.information())
    }

    fn lines(&self) -> Result<[String; 3], Td1Error> {
        let name = self.name.as_str();
        if name.len() != Format::Td1.width() {
            return Err(Td1Error::NameWidth(name.len()));
        }
        if !(2000..2100).contains(&self.date_of_expiry.year()) {
            return Err(DateError::ExpiryYear.into());
        }
        let mut first = String::with_capacity(30);
        first.extend(self.document_code.printed().iter().map(|c| char::from(*c)));
        first.extend(self.issuer.printed().map(char::from));
        first.push_str(&self.number_and_optional_data()?);

        let birth = with_digit(&self.date_of_birth.to_mrz());
        let expiry = with_digit(&PartialDate::Full(self.date_of_expiry).to_mrz());
        let optional = self.optional_data_2.filled(11)?;
        let covered = [&first[5..], &birth, &expiry, &optional].concat();
        let mut second = birth;
        second.push(self.sex.mrz());
        second.push_str(&expiry);
        second.extend(self.nationality.printed().map(char::from));
        second.push_str(&optional);
        second.push(digit(&covered));
        Ok([first, second, name.to_owned()])
    }

    /// Line 1 from position 6 on: 25 characters.
    fn number_and_optional_data(&self) -> Result<String, FieldError> {
        let number = self.document_number.as_str();
        let start = match number.split_at_checked(9) {
            Some((first, rest)) if !rest.is_empty() => {
                // The digit covers the number without the filler of position 15.
                format!("{first}<{rest}{}<", digit(number))
            }
            _ => with_digit(&format!("{number:<<9}")),
        };
        let optional = self.optional_data_1.filled(25 - start.len())?;
        Ok(start + &optional)
    }
}

fn with_digit(field: &str) -> String {
    format!("{field}{}", digit(field))
}

fn digit(field: &str) -> char {
    char::from(check_digit(field.as_bytes()))
}

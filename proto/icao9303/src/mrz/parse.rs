//! Reading an MRZ: everything of the right shape is accepted and every doubt reported; nothing is
//! repaired.

use std::ops::Range;

use zeroize::Zeroizing;

use super::check_digit::CheckDigit;
use super::code::{CountryCode, DocumentCode};
use super::date::{DateError, TwoDigitDate};
use super::format::{CODE, Format, ISSUER};
use super::information::MrzInformation;
use super::name::ReadName;
use super::number::{LONGEST_NUMBER, Sex};

/// Longest input looked at, line breaks and blanks included, in bytes.
const MAX_INPUT: usize = 400;

/// Why a text is no MRZ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MrzError {
    /// A character outside A to Z, 0 to 9 and `<`.
    #[error("character {position} cannot stand in an MRZ; type capital letters, digits and <")]
    Character {
        /// Place in the text, counted in bytes from 0.
        position: usize,
    },
    /// Line breaks do not fall where the format has them.
    #[error("the MRZ's lines are not equally long; give all of its lines in full")]
    Lines,
    /// No format has so many characters.
    #[error(
        "{characters} characters are no MRZ; a card has 3 × 30, a larger card 2 × 36, a passport 2 × 44"
    )]
    Length {
        /// Characters given, blanks not counted.
        characters: usize,
    },
    /// More text than any MRZ has.
    #[error("more than {MAX_INPUT} bytes are no MRZ; give the machine readable zone only")]
    TooLong,
    /// The check digits of number, birth or expiry do not fit.
    #[error("a check digit of number, date of birth or expiry is wrong; compare with the document")]
    CheckDigits,
}

/// Something in a well-formed MRZ that should not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The check digit of this field is wrong or missing.
    CheckDigit(Field),
    /// The date of this field does not exist or is not written as a date.
    Date(Field, DateError),
    /// The document number is empty, or fills the optional field without the closing `<`.
    DocumentNumber,
    /// The document code does not follow 9303-5 note k (TD1 only).
    DocumentCode,
    /// The issuer's code is not listed.
    Issuer,
    /// The nationality's code is not listed.
    Nationality,
    /// The sex is neither F nor M nor `<`.
    Sex,
    /// The name is empty, has digits, or starts with a filler.
    Name,
}

/// A field with a check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Document number.
    DocumentNumber,
    /// Date of birth.
    DateOfBirth,
    /// Date of expiry.
    DateOfExpiry,
    /// Personal number of TD3.
    OptionalData,
    /// The composite check digit.
    Composite,
}

/// Each check digit of an MRZ, reported separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckDigits {
    /// Over the document number, of any length.
    pub document_number: CheckDigit,
    /// Over the date of birth.
    pub date_of_birth: CheckDigit,
    /// Over the date of expiry.
    pub date_of_expiry: CheckDigit,
    /// Over the optional data; TD3 only.
    pub optional_data: Option<CheckDigit>,
    /// Over all of them and the optional data.
    pub composite: CheckDigit,
}

/// A well-formed MRZ of any format. Fields are given as printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    format: Format,
    text: Zeroizing<String>,
}

impl Mrz {
    /// Reads an MRZ with or without line breaks; blanks around lines do not matter.
    pub fn parse(text: &str) -> Result<Self, MrzError> {
        let text = Zeroizing::new(compact(text)?);
        let characters = text.len();
        let format = Format::from_length(characters).ok_or(MrzError::Length { characters })?;
        Ok(Self { format, text })
    }

    /// Size of the document.
    pub fn format(&self) -> Format {
        self.format
    }

    /// All characters, without line breaks: the content of DG1.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let width = self.format.width();
        (0..self.format.lines()).map(move |line| &self.text[line * width..(line + 1) * width])
    }

    /// The document code without filler.
    pub fn document_code(&self) -> &str {
        self.unfilled(CODE)
    }

    /// The issuing State or organisation without filler.
    pub fn issuer(&self) -> &str {
        self.unfilled(ISSUER)
    }

    /// The document number without filler, put together where it runs on into the optional data.
    pub fn document_number(&self) -> String {
        self.number().text.trim_end_matches('<').to_owned()
    }

    /// The nationality without filler.
    pub fn nationality(&self) -> &str {
        self.unfilled(self.format.layout().nationality.clone())
    }

    /// The first optional field without filler: TD1 line 1 after the number, TD2 and TD3 line 2.
    pub fn optional_data_1(&self) -> &str {
        self.number().optional.trim_end_matches('<')
    }

    /// The second optional field of TD1 without filler; empty in other formats.
    pub fn optional_data_2(&self) -> &str {
        self.unfilled(self.format.layout().optional_2.clone())
    }

    /// The name.
    pub fn name(&self) -> ReadName {
        ReadName::parse(self.field(self.format.layout().name.clone()))
    }

    /// The sex; `None` for a character that 9303 does not know.
    pub fn sex(&self) -> Option<Sex> {
        Sex::from_mrz(self.character(self.format.layout().sex))
    }

    /// The date of birth, its century open.
    pub fn date_of_birth(&self) -> Result<TwoDigitDate, DateError> {
        TwoDigitDate::parse(self.field(self.format.layout().birth.clone()))
    }

    /// The date of expiry.
    pub fn date_of_expiry(&self) -> Result<TwoDigitDate, DateError> {
        TwoDigitDate::parse(self.field(self.format.layout().expiry.clone()))
    }

    /// Each check digit, printed and computed.
    pub fn check_digits(&self) -> CheckDigits {
        let layout = self.format.layout();
        let number = self.number();
        let covered: Zeroizing<Vec<u8>> = Zeroizing::new(
            layout
                .covered_by_composite
                .iter()
                .flat_map(|range| self.field(range.clone()).bytes())
                .collect(),
        );
        CheckDigits {
            document_number: CheckDigit::over(number.text.as_bytes(), number.check_digit),
            date_of_birth: self.after(&layout.birth),
            date_of_expiry: self.after(&layout.expiry),
            optional_data: (self.format == Format::Td3).then(|| {
                let field = self.field(layout.optional_1.clone());
                let printed = self.character(layout.optional_1.end);
                CheckDigit::over_optional(field.as_bytes(), printed)
            }),
            composite: CheckDigit::over(&covered, self.character(layout.composite)),
        }
    }

    /// Everything that is wrong with the content, in the order of [`Finding`].
    pub fn findings(&self) -> Vec<Finding> {
        let checks = self.check_digits();
        let digits = [
            (Field::DocumentNumber, Some(checks.document_number)),
            (Field::DateOfBirth, Some(checks.date_of_birth)),
            (Field::DateOfExpiry, Some(checks.date_of_expiry)),
            (Field::OptionalData, checks.optional_data),
            (Field::Composite, Some(checks.composite)),
        ];
        let mut findings: Vec<_> = digits
            .into_iter()
            .filter(|(_, digit)| digit.is_some_and(|digit| !digit.is_ok()))
            .map(|(field, _)| Finding::CheckDigit(field))
            .collect();
        let dates = [
            (Field::DateOfBirth, self.date_of_birth().err()),
            (Field::DateOfExpiry, self.date_of_expiry().err()),
        ];
        findings.extend(
            dates
                .into_iter()
                .filter_map(|(field, error)| Some(Finding::Date(field, error?))),
        );
        let code = self.format == Format::Td1 && DocumentCode::td1(self.document_code()).is_err();
        let name = self.field(self.format.layout().name.clone());
        let bad_name = name.starts_with('<') || name.bytes().any(|c| c.is_ascii_digit());
        let length = self.document_number().len();
        let rest = [
            (
                length == 0 || length > LONGEST_NUMBER,
                Finding::DocumentNumber,
            ),
            (code, Finding::DocumentCode),
            (CountryCode::new(self.issuer()).is_err(), Finding::Issuer),
            (
                CountryCode::new(self.nationality()).is_err(),
                Finding::Nationality,
            ),
            (self.sex().is_none(), Finding::Sex),
            (bad_name, Finding::Name),
        ];
        findings.extend(
            rest.into_iter()
                .filter_map(|(bad, finding)| bad.then_some(finding)),
        );
        findings
    }

    /// The password fields of BAC and PACE as printed, right or wrong; see
    /// [`MrzInformation::from_text`] for what people type.
    pub fn information(&self) -> MrzInformation {
        let layout = self.format.layout();
        let number = self.number();
        let date = |range: &Range<usize>| (self.field(range.clone()), self.character(range.end));
        MrzInformation::from_fields([
            (number.text.as_str(), number.check_digit),
            date(&layout.birth),
            date(&layout.expiry),
        ])
    }

    /// The number's characters as the check digit covers them, and what is left of the optional
    /// data (9303-5 §4.2.2 note j, 9303-6 likewise).
    fn number(&self) -> Number<'_> {
        let layout = self.format.layout();
        let first = self.field(layout.number.clone());
        let check_digit = self.character(layout.number.end);
        let optional = self.field(layout.optional_1.clone());
        let runs_on = self.format != Format::Td3
            && check_digit == b'<'
            && !first.ends_with('<')
            && !optional.starts_with('<');
        if !runs_on {
            return Number {
                text: Zeroizing::new(first.to_owned()),
                check_digit,
                optional,
            };
        }
        let (continuation, optional) = optional.split_once('<').unwrap_or((optional, ""));
        let (more, digit) = continuation.split_at(continuation.len() - 1);
        Number {
            text: Zeroizing::new(format!("{first}{more}")),
            check_digit: digit.as_bytes()[0],
            optional,
        }
    }

    fn after(&self, range: &Range<usize>) -> CheckDigit {
        CheckDigit::over(
            self.field(range.clone()).as_bytes(),
            self.character(range.end),
        )
    }

    /// The text is ASCII of the format's length, so every range of a layout lies inside it.
    fn field(&self, range: Range<usize>) -> &str {
        &self.text[range]
    }

    fn unfilled(&self, range: Range<usize>) -> &str {
        self.field(range).trim_end_matches('<')
    }

    fn character(&self, place: usize) -> u8 {
        self.text.as_bytes()[place]
    }
}

impl std::fmt::Debug for Mrz {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mrz({:?}, redacted)", self.format)
    }
}

struct Number<'a> {
    text: Zeroizing<String>,
    check_digit: u8,
    optional: &'a str,
}

/// The characters without blanks and line breaks, all of the MRZ's alphabet.
pub(super) fn compact(text: &str) -> Result<String, MrzError> {
    if text.len() > MAX_INPUT {
        return Err(MrzError::TooLong);
    }
    let lines: Vec<_> = text
        .split(['\n', '\r'])
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    if lines.iter().any(|line| line.len() != lines[0].len()) {
        return Err(MrzError::Lines);
    }
    let wrong = |c: &char| !matches!(c, 'A'..='Z' | '0'..='9' | '<' | ' ' | '\t' | '\n' | '\r');
    if let Some((position, _)) = text.char_indices().find(|(_, c)| wrong(c)) {
        return Err(MrzError::Character { position });
    }
    Ok(text.chars().filter(|c| !c.is_ascii_whitespace()).collect())
}

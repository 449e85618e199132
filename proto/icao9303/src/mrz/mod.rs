//! Machine readable zone (ICAO 9303-3, -4, -5, -6): written for TD1, read for TD1, TD2 and TD3.
//!
//! Writing goes from names as the visual zone prints them ([`MrzName::transliterate`], then
//! [`MrzName::fit`] or [`NameField::chosen_by_operator`]) over [`Td1`] to an [`Mrz`]; reading goes
//! from text to an [`Mrz`], its [`Mrz::findings`], and the chip's password, [`MrzInformation`].

mod check_digit;
mod code;
mod country_table;
mod date;
mod format;
mod information;
mod name;
mod number;
mod parse;
mod td1;
mod transliteration;

pub use check_digit::{CheckDigit, check_digit};
pub use code::{CodeError, CountryCode, DocumentCode};
pub use date::{DateError, PartialDate, TwoDigitDate};
pub use format::Format;
pub use information::MrzInformation;
pub use name::{MrzName, NameError, NameField, ReadName};
pub use number::{DocumentNumber, FieldError, OptionalData, Sex};
pub use parse::{CheckDigits, Field, Finding, Mrz, MrzError};
pub use td1::{Td1, Td1Error};
pub use transliteration::{NotOffered, Transliteration, Unmapped, values};

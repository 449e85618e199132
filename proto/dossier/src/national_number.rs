//! The national identification number: `YYYYMMDD` + three digits + Luhn + Verhoeff
//! (Rgd 28-11-2013 Art. 1). Both check digits cover the first eleven digits.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::calendar::PartialDay;

const LEN: usize = 13;
const COVERED: usize = 11;

/// Multiplication in the dihedral group D5.
const D: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
/// The permutation of Verhoeff, by position from the right.
const P: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];
const INVERSE: [u8; 10] = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];

/// A number whose form, date and check digits are right.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct NationalNumber([u8; LEN]);

/// Why a text is no national number. For the operator; the text itself is never shown.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NationalNumberError {
    /// Not thirteen digits.
    #[error("a national number has thirteen digits; correct it")]
    Form,
    /// The first eight digits are no date, nor one with unknown parts.
    #[error("the national number does not begin with a date; correct it")]
    Date,
    /// The twelfth or thirteenth digit is wrong.
    #[error("the national number's check digits are wrong; compare it with the register")]
    CheckDigits,
    /// The date in it is not the date of birth.
    #[error("the national number and the date of birth do not agree; correct one of them")]
    OtherBirth,
}

impl NationalNumber {
    /// Checks a number.
    pub fn new(text: &str) -> Result<Self, NationalNumberError> {
        let digits: [u8; LEN] = text
            .as_bytes()
            .try_into()
            .map_err(|_| NationalNumberError::Form)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(NationalNumberError::Form);
        }
        PartialDay::from_digits(&text[..8]).map_err(|_| NationalNumberError::Date)?;
        let covered = &digits[..COVERED];
        if digits[COVERED] != b'0' + luhn(covered)
            || digits[COVERED + 1] != b'0' + verhoeff(covered)
        {
            return Err(NationalNumberError::CheckDigits);
        }
        Ok(Self(digits))
    }

    /// Whether the date in the number agrees with a date of birth, as far as both are known.
    pub fn check_birth(&self, birth: &PartialDay) -> Result<(), NationalNumberError> {
        let ours = self.0[..8]
            .iter()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        let theirs = birth.number();
        // Year, month and day are compared apart; zeros are unknown.
        let parts = |number: u32| [number / 10_000, number / 100 % 100, number % 100];
        let agrees = parts(ours)
            .into_iter()
            .zip(parts(theirs))
            .all(|(ours, theirs)| ours == theirs || ours == 0 || theirs == 0);
        if agrees {
            Ok(())
        } else {
            Err(NationalNumberError::OtherBirth)
        }
    }

    /// The thirteen digits.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits ever get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for NationalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NationalNumber(……)")
    }
}

impl Serialize for NationalNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for NationalNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = NationalNumber;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a national number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<NationalNumber, E> {
                NationalNumber::new(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(
            |(place, digit)| match (place % 2, u32::from(digit - b'0')) {
                (0, digit @ 5..) => digit * 2 - 9,
                (0, digit) => digit * 2,
                (_, digit) => digit,
            },
        )
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

fn verhoeff(digits: &[u8]) -> u8 {
    let product = digits
        .iter()
        .rev()
        .zip(1_usize..)
        .fold(0, |product, (digit, place)| {
            let permuted = P[place % P.len()][usize::from(digit - b'0')];
            D[usize::from(product)][usize::from(permuted)]
        });
    INVERSE[usize::from(product)]
}

#[cfg(test)]
mod tests {
    use super::{NationalNumberError as E, *};

    #[test]
    fn published_and_computed_numbers_are_told_from_wrong_ones() {
        let text = include_str!("../../../tests/vectors/luxnin.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let numbers = |key: &str| -> Vec<String> {
            let list = vectors[key].as_array().unwrap();
            list.iter()
                .map(|one| one["nin"].as_str().unwrap().to_owned())
                .collect()
        };
        let (good, bad) = (numbers("examples"), numbers("invalid"));
        assert!(good.len() >= 8 && bad.len() >= 5);
        for text in good {
            assert_eq!(NationalNumber::new(&text).unwrap().as_str(), text);
        }
        for text in bad {
            assert!(NationalNumber::new(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn wrong_ones_are_told_apart() {
        for (text, error) in [
            ("2000060500127", E::CheckDigits),
            ("1893120105742", E::CheckDigits),
            ("189312010573", E::Form),
            ("18931201057322", E::Form),
            ("189312010573x", E::Form),
            ("1893130105732", E::Date),
            ("1893023005732", E::Date),
        ] {
            assert_eq!(NationalNumber::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_date_in_it_is_the_birth_as_far_as_known() {
        let day = |number| PartialDay::from_number(number).unwrap();
        let number = NationalNumber::new("1990010112385").unwrap();
        assert_eq!(number.check_birth(&day(19_900_101)), Ok(()));
        assert_eq!(number.check_birth(&day(19_900_000)), Ok(()));
        assert_eq!(number.check_birth(&PartialDay::UNKNOWN), Ok(()));
        assert_eq!(number.check_birth(&day(19_900_102)), Err(E::OtherBirth));
        let unknown_day = NationalNumber::new("1965080032133").unwrap();
        assert_eq!(unknown_day.check_birth(&day(19_650_817)), Ok(()));
        assert_eq!(
            unknown_day.check_birth(&day(19_650_917)),
            Err(E::OtherBirth)
        );
    }

    #[test]
    fn debug_shows_no_digit() {
        let number = NationalNumber::new("1990010112385").unwrap();
        assert!(!format!("{number:?}").chars().any(|c| c.is_ascii_digit()));
    }
}

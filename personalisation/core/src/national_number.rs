//! The national identification number: `YYYYMMDD` + three digits + Luhn + Verhoeff
//! (Rgd 28-11-2013 Art. 1). Both check digits cover the first eleven digits.

use std::fmt;

use icao9303::mrz::PartialDate;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

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
        PartialDate::from_lds(&text[..8]).map_err(|_| NationalNumberError::Date)?;
        let covered = &digits[..COVERED];
        if digits[COVERED] != b'0' + luhn(covered)
            || digits[COVERED + 1] != b'0' + verhoeff(covered)
        {
            return Err(NationalNumberError::CheckDigits);
        }
        Ok(Self(digits))
    }

    /// Whether the date in the number agrees with a date of birth, as far as both are known.
    pub fn check_birth(&self, birth: PartialDate) -> Result<(), NationalNumberError> {
        let known = birth.to_lds();
        // Year, month and day are compared apart; zeros are unknown.
        let agrees = [0..4, 4..6, 6..8].into_iter().all(|part| {
            let (ours, theirs) = (&self.0[part.clone()], &known.as_bytes()[part]);
            let unknown = |digits: &[u8]| digits.iter().all(|digit| *digit == b'0');
            ours == theirs || unknown(ours) || unknown(theirs)
        });
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
    use time::macros::date;

    use super::{NationalNumberError as E, *};

    #[test]
    fn published_and_computed_numbers_are_accepted() {
        for text in [
            "1893120105732",
            "1990010112385",
            "1985000001718",
            "1965080032133",
            "2000022999947",
            "2026010100049",
        ] {
            assert_eq!(NationalNumber::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn wrong_ones_are_told_apart() {
        for (text, error) in [
            ("2000060500127", E::CheckDigits),
            ("1893120105723", E::CheckDigits),
            ("1893120105733", E::CheckDigits),
            ("1893120105742", E::CheckDigits),
            ("1893120150732", E::CheckDigits),
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
        let number = NationalNumber::new("1990010112385").unwrap();
        let full = PartialDate::Full;
        assert_eq!(number.check_birth(full(date!(1990 - 01 - 01))), Ok(()));
        assert_eq!(number.check_birth(PartialDate::Year(1990)), Ok(()));
        assert_eq!(number.check_birth(PartialDate::Unknown), Ok(()));
        assert_eq!(
            number.check_birth(full(date!(1990 - 01 - 02))),
            Err(E::OtherBirth)
        );
        let unknown_day = NationalNumber::new("1965080032133").unwrap();
        assert_eq!(unknown_day.check_birth(full(date!(1965 - 08 - 17))), Ok(()));
        assert_eq!(
            unknown_day.check_birth(full(date!(1965 - 09 - 17))),
            Err(E::OtherBirth)
        );
    }

    #[test]
    fn debug_shows_no_digit() {
        let number = NationalNumber::new("1990010112385").unwrap();
        assert!(!format!("{number:?}").chars().any(|c| c.is_ascii_digit()));
    }
}

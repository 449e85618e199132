//! The MRZ information: the password that BAC and PACE make of an MRZ (9303-11 §4.3.2, §9.7.2).

use zeroize::{Zeroize, Zeroizing};

use super::check_digit::check_digit;
use super::parse::{Mrz, MrzError};

/// Numbers of 9 to 22 characters (23 where a card leaves out the closing `<`), two dates of six, and
/// their three check digits.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=38;

/// Document number, date of birth and date of expiry, each with its check digit, as printed.
///
/// A secret: whoever knows it can open the chip.
#[derive(Clone, PartialEq, Eq)]
pub struct MrzInformation(Zeroizing<String>);

impl MrzInformation {
    /// From the three fields and their check digits as printed: the number filled to nine
    /// characters or, when longer, whole; the dates with `<` for unknown parts.
    pub(super) fn from_fields(fields: [(&str, u8); 3]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(40));
        for (field, digit) in fields {
            text.push_str(field);
            text.push(char::from(digit));
        }
        Self(text)
    }

    /// What a person types or a scanner gives: the whole MRZ of a TD1, TD2 or TD3 document, or the
    /// MRZ information itself. All three check digits must be right, since a wrong character
    /// would only come back from the chip as "wrong password".
    pub fn from_text(text: &str) -> Result<Self, MrzError> {
        let compact = Zeroizing::new(super::parse::compact(text)?);
        let information = if LENGTHS.contains(&compact.len()) {
            Self(compact)
        } else {
            Mrz::parse(&compact)?.information()
        };
        if information.is_consistent() {
            Ok(information)
        } else {
            Err(MrzError::CheckDigits)
        }
    }

    fn is_consistent(&self) -> bool {
        let (number, dates) = self.0.as_bytes().split_at(self.0.len() - 14);
        [number, &dates[..7], &dates[7..]].into_iter().all(|field| {
            let (digit, field) = (field[field.len() - 1], &field[..field.len() - 1]);
            check_digit(field) == digit
        })
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The password value f(π) = SHA-1 of the characters: 20 bytes, which the key derivation with
    /// counter 3 turns into `K_π`, and whose first 16 are the `K_seed` of BAC.
    pub fn password(&self) -> Zeroizing<[u8; 20]> {
        let mut digest = openssl::sha::sha1(self.0.as_bytes());
        let password = Zeroizing::new(digest);
        digest.zeroize();
        password
    }
}

impl std::fmt::Debug for MrzInformation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MrzInformation(redacted)")
    }
}

//! Document codes (9303-5 §4.2.2 note k) and issuer or nationality codes (9303-3 §5) as fields.

use super::country_table::{KNOWN, KnownCode};

/// Why a code cannot be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The first letter of a TD1 document code is A, C or I.
    #[error("a card's document code starts with A, C or I; choose such a code")]
    FirstLetter,
    /// The second letter is one that TD1 keeps for something else.
    #[error("the second letter of a card's document code may not be V, and AI is not allowed")]
    SecondLetter,
    /// One or two letters are expected.
    #[error("a document code is one or two capital letters")]
    DocumentCodeForm,
    /// Not a code of ISO 3166-1 alpha-3 or of 9303-3 §5.
    #[error(
        "the issuer or nationality code is not listed in 9303-3 §5; use a three-letter code (Germany: D)"
    )]
    UnknownCountry,
}

/// The document code of a TD1 card: one or two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentCode([u8; 2]);

impl DocumentCode {
    /// Identity card, as Luxembourg prints it.
    pub const IDENTITY_CARD: Self = Self(*b"ID");
    /// Residence permit, as many EU States print it.
    pub const RESIDENCE_PERMIT: Self = Self(*b"IR");

    /// Checks a code for a TD1 card.
    pub fn td1(code: &str) -> Result<Self, CodeError> {
        let (first, second) = match *code.as_bytes() {
            [first] => (first, b'<'),
            [first, second] => (first, second),
            _ => return Err(CodeError::DocumentCodeForm),
        };
        if !matches!(first, b'A' | b'C' | b'I') {
            return Err(CodeError::FirstLetter);
        }
        match (first, second) {
            (b'A', b'I') | (_, b'V') => Err(CodeError::SecondLetter),
            (_, b'A'..=b'Z' | b'<') => Ok(Self([first, second])),
            _ => Err(CodeError::DocumentCodeForm),
        }
    }

    /// The two characters as printed, `<` filled.
    pub fn printed(&self) -> &[u8; 2] {
        &self.0
    }

    /// The letters without filler, as a document signer's `documentTypeList` lists them.
    pub fn letters(&self) -> String {
        self.0
            .iter()
            .filter(|letter| **letter != b'<')
            .map(|letter| char::from(*letter))
            .collect()
    }
}

/// A State, organisation or status as the MRZ codes it: one to three letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountryCode(&'static KnownCode);

impl CountryCode {
    /// Looks up a code as the MRZ writes it, without filler (`LUX`, `D`, `UTO`, `XXA`).
    pub fn new(code: &str) -> Result<Self, CodeError> {
        KNOWN
            .binary_search_by(|known| known.0.cmp(code))
            .map(|index| Self(&KNOWN[index]))
            .map_err(|_| CodeError::UnknownCountry)
    }

    /// The code without filler.
    pub fn letters(&self) -> &'static str {
        self.0.0
    }

    /// The three characters as printed, `<` filled.
    pub fn printed(&self) -> [u8; 3] {
        let mut out = [b'<'; 3];
        for (place, letter) in out.iter_mut().zip(self.0.0.bytes()) {
            *place = letter;
        }
        out
    }

    /// The two-letter code that certificates carry as countryName, where there is one.
    pub fn two_letter(&self) -> Option<&'static str> {
        Some(self.0.1).filter(|code| !code.is_empty())
    }
}

//! Document numbers, optional data and sex as fields to be written.

/// Longest document number that TD1 holds: nine characters and thirteen in the optional data.
pub(super) const LONGEST_NUMBER: usize = 22;

/// Why a field cannot be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// A document number is 1 to 22 capital letters and digits.
    #[error("a document number is 1 to 22 capital letters and digits; correct the number")]
    DocumentNumber,
    /// Optional data holds capital letters, digits and `<`.
    #[error("optional data holds capital letters, digits and < only; correct it")]
    OptionalData,
    /// Optional data does not fit beside the rest of its field.
    #[error("the optional data is {given} characters long and {room} fit; shorten it")]
    OptionalDataTooLong {
        /// Characters given.
        given: usize,
        /// Characters that fit.
        room: usize,
    },
}

/// A document number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentNumber(String);

impl DocumentNumber {
    /// Checks a number: 1 to 22 capital letters and digits.
    pub fn new(number: &str) -> Result<Self, FieldError> {
        let allowed = number
            .bytes()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        if allowed && (1..=LONGEST_NUMBER).contains(&number.len()) {
            Ok(Self(number.to_owned()))
        } else {
            Err(FieldError::DocumentNumber)
        }
    }

    /// The number without filler.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number leads to a person: logs do not show it.
impl std::fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentNumber(redacted)")
    }
}

/// Optional data of the issuing State.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OptionalData(String);

impl OptionalData {
    /// Checks the characters; `<` may stand between others, and trailing ones are filler.
    pub fn new(data: &str) -> Result<Self, FieldError> {
        let allowed = data
            .bytes()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'<');
        if allowed {
            Ok(Self(data.trim_end_matches('<').to_owned()))
        } else {
            Err(FieldError::OptionalData)
        }
    }

    /// The data without trailing filler.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The data filled to `room` characters.
    pub(super) fn filled(&self, room: usize) -> Result<String, FieldError> {
        let given = self.0.len();
        if given > room {
            return Err(FieldError::OptionalDataTooLong { given, room });
        }
        Ok(format!("{:<<room$}", self.0))
    }
}

impl std::fmt::Debug for OptionalData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OptionalData(redacted)")
    }
}

/// Sex as the document shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// F.
    Female,
    /// M.
    Male,
    /// X in the visual zone, `<` in the MRZ; also where the sex is not to be shown.
    Unspecified,
}

impl Sex {
    /// The character in the MRZ.
    pub fn mrz(self) -> char {
        match self {
            Self::Female => 'F',
            Self::Male => 'M',
            Self::Unspecified => '<',
        }
    }

    /// The character in the visual zone.
    pub fn visual(self) -> char {
        match self {
            Self::Unspecified => 'X',
            shown => shown.mrz(),
        }
    }

    pub(super) fn from_mrz(character: u8) -> Option<Self> {
        match character {
            b'F' => Some(Self::Female),
            b'M' => Some(Self::Male),
            b'<' => Some(Self::Unspecified),
            _ => None,
        }
    }
}

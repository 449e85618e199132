//! Check digits (9303-3 §4.9): weights 7, 3, 1 over 0-9, A = 10 … Z = 35 and `<` = 0, modulo 10.

/// A check digit as printed, beside the one its field demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckDigit {
    printed: u8,
    computed: u8,
    empty_field: bool,
}

impl CheckDigit {
    /// Compares `printed` with the digit over `field`.
    pub(crate) fn over(field: &[u8], printed: u8) -> Self {
        Self {
            printed,
            computed: check_digit(field),
            empty_field: false,
        }
    }

    /// As [`Self::over`], for TD3's personal number: `<` is a valid digit of an empty field
    /// (9303-4 §4.2.2 note).
    pub(crate) fn over_optional(field: &[u8], printed: u8) -> Self {
        let empty_field = field.iter().all(|character| *character == b'<');
        Self {
            empty_field,
            ..Self::over(field, printed)
        }
    }

    /// The character in the check digit's place.
    pub fn printed(self) -> char {
        char::from(self.printed)
    }

    /// The digit that belongs there.
    pub fn computed(self) -> char {
        char::from(self.computed)
    }

    /// Whether the printed one is right.
    pub fn is_ok(self) -> bool {
        self.printed == self.computed || (self.empty_field && self.printed == b'<')
    }
}

/// The check digit over `characters`, as an ASCII digit.
///
/// Callers pass characters of the MRZ's alphabet; any other counts as `<`.
pub fn check_digit(characters: &[u8]) -> u8 {
    let sum: usize = characters
        .iter()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(character, weight)| value(*character) * weight)
        .sum();
    b"0123456789"[sum % 10]
}

fn value(character: u8) -> usize {
    match character {
        b'0'..=b'9' => usize::from(character - b'0'),
        b'A'..=b'Z' => usize::from(character - b'A') + 10,
        _ => 0,
    }
}

//! The card access number: six digits printed on the card, the password of PACE.

use std::fmt;

use rand::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Six random digits (9303-11 §4.4). Whoever reads the card's face knows them; until the card is
/// handed over they are a secret of the line.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CardAccessNumber([u8; CardAccessNumber::LEN]);

/// A stored value that is not a card access number. For the developer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("reading a card access number: six digits are expected")]
pub struct BadCardAccessNumber;

impl CardAccessNumber {
    /// Length in digits.
    pub const LEN: usize = 6;

    /// Draws a number; every one is equally likely.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        // The largest multiple of ten below 256: higher bytes are drawn again.
        const LIMIT: u8 = 250;
        let mut digits = [0; Self::LEN];
        for digit in &mut digits {
            let mut byte = [u8::MAX];
            while byte[0] >= LIMIT {
                rng.fill_bytes(&mut byte);
            }
            *digit = b'0' + byte[0] % 10;
        }
        Self(digits)
    }

    /// The digits in ASCII.
    pub fn digits(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The digits as text, for the face of the card and the output record.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits ever get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<&[u8]> for CardAccessNumber {
    type Error = BadCardAccessNumber;

    fn try_from(bytes: &[u8]) -> Result<Self, BadCardAccessNumber> {
        let digits: [u8; Self::LEN] = bytes.try_into().map_err(|_| BadCardAccessNumber)?;
        if digits.iter().all(u8::is_ascii_digit) {
            Ok(Self(digits))
        } else {
            Err(BadCardAccessNumber)
        }
    }
}

impl fmt::Debug for CardAccessNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardAccessNumber(……)")
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn debug_shows_no_digit() {
        let can = CardAccessNumber::generate(&mut StdRng::seed_from_u64(3));
        assert!(!format!("{can:?}").chars().any(|c| c.is_ascii_digit()));
        assert_eq!(CardAccessNumber::try_from(&can.digits()[..]), Ok(can));
    }

    #[test]
    fn anything_but_six_digits_is_refused() {
        for bytes in [&b"12345"[..], b"1234567", b"12345a", b""] {
            assert_eq!(CardAccessNumber::try_from(bytes), Err(BadCardAccessNumber));
        }
    }
}

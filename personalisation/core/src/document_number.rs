//! Document numbers: nine characters that cannot be guessed from one another.

use std::{fmt, str::FromStr};

use rand::CryptoRng;
use thiserror::Error;

/// The alphabet of BSI TR-03116-2 §4.1: no zero, no vowel, no B, D, Q or S, so that neither people
/// nor cameras take one character for another, and no word arises.
pub const ALPHABET: &[u8; 26] = b"123456789CFGHJKLMNPRTVWXYZ";

/// The number printed on a document and stored in its chip. 26⁹ numbers, drawn at random; that none
/// is used twice is kept by the store's primary key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentNumber([u8; DocumentNumber::LEN]);

/// A text that is not a document number of ours. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "reading a document number: nine characters of 1-9 C F G H J K L M N P R T V W X Y Z are expected"
)]
pub struct BadDocumentNumber;

impl DocumentNumber {
    /// Length in characters.
    pub const LEN: usize = 9;

    /// Draws a number; every one is equally likely.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        // The largest multiple of 26 below 256: higher bytes are drawn again, else the first
        // characters of the alphabet would be more frequent.
        const LIMIT: u8 = 234;
        let mut number = [0; Self::LEN];
        for place in &mut number {
            let mut byte = [u8::MAX];
            while byte[0] >= LIMIT {
                rng.fill_bytes(&mut byte);
            }
            *place = ALPHABET[usize::from(byte[0]) % ALPHABET.len()];
        }
        Self(number)
    }

    /// The nine characters.
    pub fn as_str(&self) -> &str {
        // Only characters of the alphabet, all ASCII, ever get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for DocumentNumber {
    type Err = BadDocumentNumber;

    fn from_str(text: &str) -> Result<Self, BadDocumentNumber> {
        let bytes: [u8; Self::LEN] = text.as_bytes().try_into().map_err(|_| BadDocumentNumber)?;
        if bytes.iter().all(|byte| ALPHABET.contains(byte)) {
            Ok(Self(bytes))
        } else {
            Err(BadDocumentNumber)
        }
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn drawn_numbers_use_the_whole_alphabet_evenly_and_parse() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut seen = BTreeSet::new();
        let mut counts = [0_u32; 256];
        for _ in 0..10_000 {
            let number = DocumentNumber::generate(&mut rng);
            assert_eq!(number.as_str().parse(), Ok(number));
            number
                .as_str()
                .bytes()
                .for_each(|byte| counts[usize::from(byte)] += 1);
            seen.insert(number);
        }
        assert_eq!(seen.len(), 10_000);
        // 90,000 draws over 26 characters: 3,462 each, five standard deviations are 290.
        for byte in ALPHABET {
            assert!(
                (3_170..3_760).contains(&counts[usize::from(*byte)]),
                "{}",
                *byte as char
            );
        }
    }

    #[test]
    fn look_alikes_and_other_lengths_are_refused() {
        for text in [
            "",
            "12345678",
            "1234567890",
            "O12345678",
            "012345678",
            "A23456789",
            "c23456789",
        ] {
            assert_eq!(
                text.parse::<DocumentNumber>(),
                Err(BadDocumentNumber),
                "{text}"
            );
        }
    }
}

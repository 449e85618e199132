//! One-time codes: characters of base 32, five random bits each; only a hash is kept. A station's has 20, a device's 8.

use dossier::Hash;
use rand::CryptoRng;
use zeroize::Zeroizing;

/// RFC 4648: no 0, 1 or 8, which are taken for letters.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// A code of `LENGTH` characters.
pub struct OneTimeCode<const LENGTH: usize>(Zeroizing<String>);

/// A station's: 100 bits, for days.
pub type Code = OneTimeCode<20>;
/// A device's: 40 bits, for minutes, five tries and one person who is signed in.
pub type DeviceCode = OneTimeCode<8>;

impl<const LENGTH: usize> std::fmt::Debug for OneTimeCode<LENGTH> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(……)")
    }
}

impl<const LENGTH: usize> OneTimeCode<LENGTH> {
    /// A new one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        rng.fill_bytes(&mut bytes[..]);
        let characters = bytes
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        Self(Zeroizing::new(characters.collect()))
    }

    /// A code as typed: small letters, spaces and hyphens are allowed.
    pub fn typed(text: &str) -> Option<Self> {
        if text.len() > 4 * LENGTH {
            return None;
        }
        let characters = text.chars().filter(|c| !matches!(c, ' ' | '-'));
        let code: Zeroizing<String> =
            Zeroizing::new(characters.map(|c| c.to_ascii_uppercase()).collect());
        let known = code.bytes().all(|byte| ALPHABET.contains(&byte));
        (known && code.len() == LENGTH).then_some(Self(code))
    }

    /// What is kept of it.
    pub fn hash(&self) -> Hash {
        Hash::of(self.0.as_bytes())
    }

    /// Its characters.
    pub fn characters(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// As printed: groups of four.
    pub fn printed(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(LENGTH + LENGTH / 4);
        for (place, character) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            text.push(character);
        }
        Zeroizing::new(text)
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn a_code_is_read_as_printed_and_as_people_type_it() {
        let code = Code::generate(&mut StdRng::seed_from_u64(1));
        let printed = code.printed();
        assert_eq!(printed.len(), 24);
        for typed in [
            printed.to_string(),
            printed.to_lowercase(),
            printed.replace('-', " "),
        ] {
            assert_eq!(Code::typed(&typed).unwrap().hash(), code.hash());
        }
        for wrong in ["", "AAAA", "AAAA-AAAA-AAAA-AAAA-AAA1", &"A".repeat(21)] {
            assert!(Code::typed(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "Code(……)");
        let short = DeviceCode::generate(&mut StdRng::seed_from_u64(1));
        assert_eq!(short.printed().len(), 9);
        assert!(DeviceCode::typed(&printed).is_none());
    }
}

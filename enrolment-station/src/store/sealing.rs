//! Sealed columns: AES-256-GCM, bound to the table, the row and the column they stand in.
//!
//! Layout: `01 ‖ nonce (12) ‖ ciphertext ‖ tag (16)`; a value moved to another place does not open.

use std::fmt;

use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::StoreError;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// The key of all sealed columns.
pub struct Sealer(Box<Zeroizing<[u8; 32]>>);

/// Where a sealed value stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The row, by its own id.
    pub row: String,
    /// The column.
    pub column: &'static str,
}

impl Sealer {
    /// Seals under this key, which the token unwrapped.
    pub fn new(key: Box<Zeroizing<[u8; 32]>>) -> Self {
        Self(key)
    }

    /// Seals `plain` for that place.
    pub fn seal(
        &self,
        rng: &mut impl CryptoRng,
        place: &Place,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let mut tag = [0; TAG];
        let cipher = Cipher::aes_256_gcm();
        let ciphertext = encrypt_aead(
            cipher,
            &self.0[..],
            Some(&nonce),
            &place.aad(),
            plain,
            &mut tag,
        )
        .map_err(|_| place.error())?;
        Ok([&[VERSION][..], &nonce, &ciphertext, &tag].concat())
    }

    /// Opens what was sealed for that place.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let [VERSION, rest @ ..] = sealed else {
            return Err(place.error());
        };
        let (nonce, rest) = rest.split_at_checked(NONCE).ok_or_else(|| place.error())?;
        let split = rest.len().checked_sub(TAG).ok_or_else(|| place.error())?;
        let (ciphertext, tag) = rest.split_at(split);
        let cipher = Cipher::aes_256_gcm();
        decrypt_aead(
            cipher,
            &self.0[..],
            Some(nonce),
            &place.aad(),
            ciphertext,
            tag,
        )
        .map(Zeroizing::new)
        .map_err(|_| place.error())
    }
}

impl Place {
    /// Names apart: no table and row can be read as another table and row.
    fn aad(&self) -> Vec<u8> {
        [self.table, "\0", &self.row, "\0", self.column]
            .concat()
            .into_bytes()
    }

    fn error(&self) -> StoreError {
        StoreError::Seal {
            table: self.table,
            column: self.column,
            row: self.row.clone(),
        }
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(……)")
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(Box::new(Zeroizing::new([byte; 32])))
    }

    fn place(row: &str) -> Place {
        Place {
            table: "draft_step",
            row: row.to_owned(),
            column: "sealed",
        }
    }

    #[test]
    fn opens_at_its_own_place_with_its_own_key_only() {
        let mut rng = StdRng::seed_from_u64(1);
        let sealed = sealer(1).seal(&mut rng, &place("a"), b"finger").unwrap();
        assert_eq!(*sealer(1).open(&place("a"), &sealed).unwrap(), b"finger");
        assert!(sealer(1).open(&place("b"), &sealed).is_err());
        assert!(sealer(2).open(&place("a"), &sealed).is_err());
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(sealer(1).open(&place("a"), &changed).is_err(), "bit {bit}");
        }
        for len in 0..sealed.len() {
            assert!(
                sealer(1).open(&place("a"), &sealed[..len]).is_err(),
                "length {len}"
            );
        }
    }

    #[test]
    fn equal_values_are_sealed_differently_and_debug_is_silent() {
        let mut rng = StdRng::seed_from_u64(1);
        let sealer = sealer(9);
        let one = sealer.seal(&mut rng, &place("a"), b"finger").unwrap();
        assert_ne!(one, sealer.seal(&mut rng, &place("a"), b"finger").unwrap());
        assert!(!format!("{sealer:?}").contains('9'));
    }
}

//! Triple DES with two keys, and the retail MAC (ISO/IEC 9797-1 algorithm 3), for basic access control.
//!
//! Single DES, which the retail MAC chains blocks with, is triple DES with three equal keys: so
//! OpenSSL needs no legacy provider.

use std::fmt;

use openssl::symm::{Cipher, Crypter, Mode};
use zeroize::Zeroizing;

use super::CryptoError;
use super::cipher::{pad_to, unpad_from};

/// Bytes in a block.
pub const DES_BLOCK: usize = 8;
/// Bytes in one DES key.
const SINGLE: usize = 8;
/// Bytes in a key `K1 ‖ K2`.
const DOUBLE: usize = 2 * SINGLE;

/// A key of two DES keys, their parity set: wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TripleDesKey(Zeroizing<[u8; DOUBLE]>);

impl TripleDesKey {
    /// A key from 16 bytes, whose parity bits are made odd (9303-11 §9.7.1).
    pub fn from_bytes(bytes: &[u8; DOUBLE]) -> Self {
        let mut key = Zeroizing::new(*bytes);
        for byte in key.iter_mut() {
            *byte = (*byte & 0xFE) | u8::from((*byte & 0xFE).count_ones().is_multiple_of(2));
        }
        Self(key)
    }

    /// The key itself.
    pub fn as_bytes(&self) -> &[u8; DOUBLE] {
        &self.0
    }

    /// CBC encryption of whole blocks from a zero initial vector, no padding.
    pub fn encrypt_cbc(&self, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.run(Mode::Encrypt, [0; DES_BLOCK], plain)
    }

    /// CBC decryption of whole blocks from a zero initial vector, padding left in place.
    pub fn decrypt_cbc(&self, encrypted: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.run(Mode::Decrypt, [0; DES_BLOCK], encrypted)
    }

    /// The retail MAC of a message, which is padded by method 2 first: CBC with single DES under
    /// K1, the last block under K1, K2, K1.
    pub fn retail_mac(&self, message: &[u8]) -> Result<[u8; DES_BLOCK], CryptoError> {
        let padded = pad(message);
        // Padding leaves at least one block.
        let (first, last) = padded.split_at(padded.len() - DES_BLOCK);
        let mut chain = [0; DES_BLOCK];
        if !first.is_empty() {
            let [k1, _] = self.halves();
            let single = Zeroizing::new([k1, k1, k1].concat());
            let chained = run(&single, Mode::Encrypt, chain, first)?;
            chain.copy_from_slice(&chained[chained.len() - DES_BLOCK..]);
        }
        let mut mac = [0; DES_BLOCK];
        mac.copy_from_slice(&self.run(Mode::Encrypt, chain, last)?);
        Ok(mac)
    }

    fn run(&self, mode: Mode, iv: [u8; DES_BLOCK], input: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let [k1, k2] = self.halves();
        run(&Zeroizing::new([k1, k2, k1].concat()), mode, iv, input)
    }

    fn halves(&self) -> [&[u8]; 2] {
        let (k1, k2) = self.0.split_at(SINGLE);
        [k1, k2]
    }
}

impl fmt::Debug for TripleDesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TripleDesKey(redacted)")
    }
}

/// Padding method 2 of ISO/IEC 9797-1 to blocks of eight bytes.
pub fn pad(data: &[u8]) -> Vec<u8> {
    pad_to(data, DES_BLOCK)
}

/// Takes off method-2 padding of blocks of eight bytes.
pub fn unpad(padded: &[u8]) -> Result<&[u8], CryptoError> {
    unpad_from(padded, DES_BLOCK)
}

fn run(key: &[u8], mode: Mode, iv: [u8; DES_BLOCK], input: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if !input.len().is_multiple_of(DES_BLOCK) {
        return Err(CryptoError::Length {
            what: "input of triple DES",
            expected: DES_BLOCK,
            found: input.len(),
        });
    }
    let mut crypter = Crypter::new(Cipher::des_ede3_cbc(), mode, key, Some(&iv))?;
    crypter.pad(false);
    let mut output = vec![0; input.len() + DES_BLOCK];
    let mut written = crypter.update(input, &mut output)?;
    written += crypter.finalize(&mut output[written..])?;
    output.truncate(written);
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(hex: &str) -> TripleDesKey {
        TripleDesKey::from_bytes(&hex::decode(hex).unwrap().try_into().unwrap())
    }

    /// 9303-11 appendix D.3: the cryptogram of the terminal and its MAC.
    #[test]
    fn icao_appendix_d() {
        let plain = "781723860C06C2264608F919887022120B795240CB7049B01C19B33E32804F0B";
        let encrypted = "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2";
        let (plain, encrypted) = (hex::decode(plain).unwrap(), hex::decode(encrypted).unwrap());
        let enc = key("AB94FDECF2674FDFB9B391F85D7F76F2");
        assert_eq!(enc.encrypt_cbc(&plain).unwrap(), encrypted);
        assert_eq!(enc.decrypt_cbc(&encrypted).unwrap(), plain);
        let mac = key("7962D9ECE03D1ACD4C76089DCE131543");
        assert_eq!(
            hex::encode_upper(mac.retail_mac(&encrypted).unwrap()),
            "5F1448EEA8AD90A7"
        );
    }

    #[test]
    fn parity_is_made_odd() {
        let key = TripleDesKey::from_bytes(&[
            0, 1, 2, 3, 4, 5, 0xFE, 0xFF, 0x80, 0x81, 7, 6, 0x10, 0x11, 0xAA, 0x55,
        ]);
        assert!(key.as_bytes().iter().all(|byte| byte.count_ones() % 2 == 1));
        assert_eq!(key.as_bytes()[..4], [1, 1, 2, 2]);
    }

    #[test]
    fn lengths_and_padding() {
        let key = TripleDesKey::from_bytes(&[7; 16]);
        assert!(key.encrypt_cbc(&[0; 7]).is_err());
        // One block, all of it padding: nothing is chained before it.
        assert_ne!(key.retail_mac(&[]).unwrap(), key.retail_mac(&[0]).unwrap());
        assert_eq!(pad(&[1; 8]).len(), 16);
        assert_eq!(unpad(&pad(b"1234567")).unwrap(), b"1234567");
        assert!(unpad(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
        assert_eq!(format!("{key:?}"), "TripleDesKey(redacted)");
    }
}

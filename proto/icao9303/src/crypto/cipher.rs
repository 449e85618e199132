//! AES in CBC mode, AES-CMAC and the padding of ISO/IEC 9797-1 method 2.

use std::fmt;
use std::sync::OnceLock;

use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use openssl::symm::{Cipher, Crypter, Mode};
use zeroize::Zeroizing;

use super::CryptoError;

/// Bytes in an AES block.
pub const BLOCK: usize = 16;

/// How long an AES key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AesSize {
    /// 128 bits.
    Aes128,
    /// 192 bits.
    Aes192,
    /// 256 bits.
    Aes256,
}

impl AesSize {
    /// Key length in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Key length in bits.
    pub fn bits(self) -> u16 {
        match self {
            Self::Aes128 => 128,
            Self::Aes192 => 192,
            Self::Aes256 => 256,
        }
    }

    fn cbc(self) -> Cipher {
        match self {
            Self::Aes128 => Cipher::aes_128_cbc(),
            Self::Aes192 => Cipher::aes_192_cbc(),
            Self::Aes256 => Cipher::aes_256_cbc(),
        }
    }

    fn ecb(self) -> Cipher {
        match self {
            Self::Aes128 => Cipher::aes_128_ecb(),
            Self::Aes192 => Cipher::aes_192_ecb(),
            Self::Aes256 => Cipher::aes_256_ecb(),
        }
    }
}

/// An AES key in memory: wiped when dropped, never printed.
#[derive(Clone)]
pub struct AesKey {
    size: AesSize,
    bytes: Zeroizing<Vec<u8>>,
    /// The same as OpenSSL has it for CMAC, made at the first one: that costs more than the MAC of a command. OpenSSL wipes it.
    for_cmac: OnceLock<PKey<Private>>,
}

impl PartialEq for AesKey {
    fn eq(&self, other: &Self) -> bool {
        equal_in_constant_time(&self.bytes, &other.bytes)
    }
}

impl Eq for AesKey {}

impl AesKey {
    /// A key of 16, 24 or 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoError> {
        let size = match bytes.len() {
            16 => AesSize::Aes128,
            24 => AesSize::Aes192,
            32 => AesSize::Aes256,
            found => {
                return Err(CryptoError::Length {
                    what: "AES key",
                    expected: 16,
                    found,
                });
            }
        };
        Ok(Self {
            size,
            bytes: Zeroizing::new(bytes.to_vec()),
            for_cmac: OnceLock::new(),
        })
    }

    /// The key's length.
    pub fn size(&self) -> AesSize {
        self.size
    }

    /// The key itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// CBC encryption of whole blocks, no padding.
    pub fn encrypt_cbc(&self, iv: &[u8; BLOCK], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.run(self.size.cbc(), Mode::Encrypt, Some(iv), plain)
    }

    /// CBC decryption of whole blocks, padding left in place.
    pub fn decrypt_cbc(&self, iv: &[u8; BLOCK], encrypted: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.run(self.size.cbc(), Mode::Decrypt, Some(iv), encrypted)
    }

    /// E(K, block): one block in ECB mode, as initial vectors are made of the send sequence counter.
    pub fn encrypt_block(&self, block: &[u8; BLOCK]) -> Result<[u8; BLOCK], CryptoError> {
        let out = self.run(self.size.ecb(), Mode::Encrypt, None, block)?;
        let mut encrypted = [0; BLOCK];
        encrypted.copy_from_slice(&out);
        Ok(encrypted)
    }

    /// AES-CMAC (NIST SP 800-38B), 16 bytes.
    pub fn cmac(&self, message: &[u8]) -> Result<[u8; BLOCK], CryptoError> {
        let mut mac = [0; BLOCK];
        let mut signer = Signer::new_without_digest(self.for_cmac()?)?;
        signer.update(message)?;
        signer.sign(&mut mac)?;
        Ok(mac)
    }

    /// AES-CMAC cut to the 8 bytes that secure messaging and authentication tokens carry.
    pub fn cmac8(&self, message: &[u8]) -> Result<[u8; 8], CryptoError> {
        let mut short = [0; 8];
        short.copy_from_slice(&self.cmac(message)?[..8]);
        Ok(short)
    }

    fn for_cmac(&self) -> Result<&PKey<Private>, CryptoError> {
        if let Some(key) = self.for_cmac.get() {
            return Ok(key);
        }
        let key = PKey::cmac(&self.size.cbc(), &self.bytes)?;
        Ok(self.for_cmac.get_or_init(|| key))
    }

    fn run(
        &self,
        cipher: Cipher,
        mode: Mode,
        iv: Option<&[u8]>,
        input: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        if !input.len().is_multiple_of(BLOCK) {
            return Err(CryptoError::Length {
                what: "input of AES",
                expected: BLOCK,
                found: input.len(),
            });
        }
        let mut crypter = Crypter::new(cipher, mode, &self.bytes, iv)?;
        crypter.pad(false);
        let mut output = vec![0; input.len() + BLOCK];
        let mut written = crypter.update(input, &mut output)?;
        written += crypter.finalize(&mut output[written..])?;
        output.truncate(written);
        Ok(output)
    }
}

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AesKey({:?}, redacted)", self.size)
    }
}

/// Padding method 2 of ISO/IEC 9797-1: `80`, then `00` up to the block.
pub fn pad(data: &[u8]) -> Vec<u8> {
    pad_to(data, BLOCK)
}

/// Pads in place by method 2.
pub fn push_padding(data: &mut Vec<u8>) {
    data.push(0x80);
    data.resize(data.len().next_multiple_of(BLOCK), 0);
}

/// Takes off method-2 padding.
pub fn unpad(padded: &[u8]) -> Result<&[u8], CryptoError> {
    unpad_from(padded, BLOCK)
}

/// Padding by method 2 to blocks of another cipher.
pub(super) fn pad_to(data: &[u8], block: usize) -> Vec<u8> {
    let mut padded = Vec::with_capacity(data.len() + block);
    padded.extend_from_slice(data);
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(block), 0);
    padded
}

/// Takes off method-2 padding to blocks of another cipher.
pub(super) fn unpad_from(padded: &[u8], block: usize) -> Result<&[u8], CryptoError> {
    let end = padded
        .iter()
        .rposition(|byte| *byte != 0)
        .ok_or(CryptoError::Padding)?;
    if padded[end] != 0x80 || padded.len() - end > block {
        return Err(CryptoError::Padding);
    }
    Ok(&padded[..end])
}

/// Compares two authentication values in a time that does not depend on where they differ.
pub fn equal_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && openssl::memcmp::eq(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38B appendix D.1, examples 1 to 3.
    #[test]
    fn cmac_of_nist() {
        let key = AesKey::from_bytes(&hex::decode("2b7e151628aed2a6abf7158809cf4f3c").unwrap());
        let message = hex::decode(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
        )
        .unwrap();
        let key = key.unwrap();
        for (length, mac) in [
            (0, "bb1d6929e95937287fa37d129b756746"),
            (16, "070a16b46b4d4144f79bdd9dd04a287c"),
            (40, "dfa66747de9ae63030ca32611497c827"),
        ] {
            // The second one by the key that the first one left with OpenSSL, and by a copy.
            for key in [&key, &key.clone(), &key] {
                assert_eq!(hex::encode(key.cmac(&message[..length]).unwrap()), mac);
            }
        }
    }

    #[test]
    fn cbc_there_and_back() {
        let key = AesKey::from_bytes(&[7; 32]).unwrap();
        let padded = pad(b"not a multiple of a block");
        let encrypted = key.encrypt_cbc(&[1; 16], &padded).unwrap();
        let plain = key.decrypt_cbc(&[1; 16], &encrypted).unwrap();
        assert_eq!(unpad(&plain).unwrap(), b"not a multiple of a block");
        assert!(key.encrypt_cbc(&[1; 16], b"short").is_err());
    }

    #[test]
    fn padding_that_is_none() {
        for bad in [
            &[][..],
            &[0; 16],
            &[0x81; 16],
            &[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert!(unpad(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            pad(&[]),
            [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        );
    }

    #[test]
    fn keys_are_not_printed() {
        let key = AesKey::from_bytes(&[0xAB; 16]).unwrap();
        assert_eq!(format!("{key:?}"), "AesKey(Aes128, redacted)");
    }
}

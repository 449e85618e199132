//! Key derivation for AES (9303-11 §9.7.1).

use openssl::hash::{MessageDigest, hash};
use zeroize::Zeroizing;

use super::CryptoError;
use super::cipher::{AesKey, AesSize};

/// What a derived key is for: the counter `c` of 9303-11 §9.7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Encryption of messages.
    Encryption = 1,
    /// Message authentication.
    Authentication = 2,
    /// Encryption of the PACE nonce under a password.
    Password = 3,
}

/// KDF(secret, c) for AES: SHA-1 cut to 16 bytes for AES-128, SHA-256 cut to 24 or 32 bytes for the
/// longer keys.
pub fn derive(secret: &[u8], purpose: Purpose, size: AesSize) -> Result<AesKey, CryptoError> {
    let digest = match size {
        AesSize::Aes128 => MessageDigest::sha1(),
        AesSize::Aes192 | AesSize::Aes256 => MessageDigest::sha256(),
    };
    let mut input = Zeroizing::new(Vec::with_capacity(secret.len() + 4));
    input.extend_from_slice(secret);
    input.extend_from_slice(&(purpose as u32).to_be_bytes());
    let output = Zeroizing::new(hash(digest, &input)?.to_vec());
    AesKey::from_bytes(&output[..size.bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Standards sheet, 9303-11 §9.7.1: the password key of CAN 123456 and of the BSI test document's MRZ.
    #[test]
    fn password_keys() {
        let key = |secret: &[u8], size| {
            hex::encode_upper(derive(secret, Purpose::Password, size).unwrap().as_bytes())
        };
        assert_eq!(
            key(b"123456", AesSize::Aes128),
            "591468CDA83D65219CCCB8560233600F"
        );
        assert_eq!(
            key(b"123456", AesSize::Aes256),
            "8DF3278FB32026E66277357FCD6C826DBEB3DE32088B2531757D753940185923"
        );
        assert_eq!(
            key(b"123456", AesSize::Aes192),
            "8DF3278FB32026E66277357FCD6C826DBEB3DE32088B2531"
        );
        let mrz = hex::decode("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD").unwrap();
        assert_eq!(
            key(&mrz, AesSize::Aes128),
            "89DED1B26624EC1E634C1989302849DD"
        );
    }
}

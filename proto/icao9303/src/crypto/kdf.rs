//! Key derivation for AES and triple DES (9303-11 §9.7.1).

use openssl::hash::{MessageDigest, hash};
use zeroize::Zeroizing;

use super::CryptoError;
use super::cipher::{AesKey, AesSize};
use super::triple_des::TripleDesKey;

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
    AesKey::from_bytes(&digest_of(digest, secret, purpose)?[..size.bytes()])
}

/// KDF(secret, c) for triple DES: SHA-1 cut to 16 bytes, their parity made odd.
pub fn derive_triple_des(secret: &[u8], purpose: Purpose) -> Result<TripleDesKey, CryptoError> {
    let digest = digest_of(MessageDigest::sha1(), secret, purpose)?;
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&digest[..16]);
    Ok(TripleDesKey::from_bytes(&key))
}

/// H(secret ‖ c).
fn digest_of(
    digest: MessageDigest,
    secret: &[u8],
    purpose: Purpose,
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let mut input = Zeroizing::new(Vec::with_capacity(secret.len() + 4));
    input.extend_from_slice(secret);
    input.extend_from_slice(&(purpose as u32).to_be_bytes());
    Ok(Zeroizing::new(hash(digest, &input)?.to_vec()))
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

    /// 9303-11 appendix D.1: the basic access keys of L898902C<3, 690806 1, 940623 6.
    #[test]
    fn basic_access_keys() {
        let seed = hex::decode("239AB9CB282DAF66231DC5A4DF6BFBAE").unwrap();
        let key =
            |purpose| hex::encode_upper(derive_triple_des(&seed, purpose).unwrap().as_bytes());
        assert_eq!(key(Purpose::Encryption), "AB94FDECF2674FDFB9B391F85D7F76F2");
        assert_eq!(
            key(Purpose::Authentication),
            "7962D9ECE03D1ACD4C76089DCE131543"
        );
    }
}

//! Hybrid public key encryption (RFC 9180): base mode, one message, DHKEM(P-256, HKDF-SHA256),
//! HKDF-SHA256, AES-256-GCM.
//!
//! Written here because the receiver's private key lies in a token: all that leaves it is the
//! x-coordinate of one multiplication, behind [`ReceiverKey::dh`].

mod aead;
mod kdf;
mod kem;
#[cfg(test)]
mod tests;

use rand::CryptoRng;
use zeroize::Zeroizing;

use self::{
    aead::Aead,
    kem::{Encapsulated, Public},
};

/// Bytes of an encapsulated key: an uncompressed point.
pub const ENC_LENGTH: usize = 65;
/// Bytes that sealing adds to a plaintext.
pub const TAG_LENGTH: usize = 16;
/// Bytes of the shared x-coordinate, and of the randomness that one message needs.
pub const SECRET_LENGTH: usize = 32;

/// The mode without sender authentication and pre-shared key (RFC 9180 §5, Table 1).
const MODE_BASE: u8 = 0;

/// A P-256 private key somewhere else, a token mostly, that receives sealed messages.
pub trait ReceiverKey {
    /// Why it could not answer.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The public half: DER of the `SubjectPublicKeyInfo`.
    fn spki(&self) -> &[u8];

    /// The x-coordinate of this key times `point` (uncompressed; known to lie on the curve).
    fn dh(&self, point: &[u8; ENC_LENGTH]) -> Result<Zeroizing<[u8; SECRET_LENGTH]>, Self::Error>;
}

/// Why nothing was sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum HpkeError {
    /// The receiver's public key cannot be used.
    #[error("the receiver's key is not a P-256 public key; check where it is configured")]
    BadKey,
    /// It was changed on the way, is for another key, or was bound to something else. No cause is
    /// named, so that nobody learns by trying.
    #[error("the seal does not open: it was changed, or made for another key or place")]
    Seal,
    /// The receiver's key did not answer; the same call may succeed later.
    #[error("cannot use the receiver's key: {0}")]
    Receiver(Box<dyn std::error::Error + Send + Sync>),
    /// OpenSSL failed.
    #[error("cannot seal: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
}

/// A sealed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The encapsulated key.
    pub enc: [u8; ENC_LENGTH],
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

/// Seals one message to the key of this `SubjectPublicKeyInfo` (DER).
pub fn seal(
    receiver_spki: &[u8],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, HpkeError> {
    let mut seed = Zeroizing::new([0; SECRET_LENGTH]);
    rng.fill_bytes(&mut *seed);
    seal_with(Aead::Aes256Gcm, receiver_spki, info, aad, plaintext, &seed)
}

fn seal_with(
    suite: Aead,
    receiver_spki: &[u8],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    seed: &[u8; SECRET_LENGTH],
) -> Result<Sealed, HpkeError> {
    let receiver = Public::from_spki(receiver_spki).ok_or(HpkeError::BadKey)?;
    let Encapsulated { enc, shared } = kem::encapsulate(&receiver, seed)?;
    let keys = key_schedule(suite, &shared, info)?;
    let ciphertext = suite.encrypt(&keys, aad, plaintext)?;
    Ok(Sealed { enc, ciphertext })
}

/// Opens one message.
pub fn open<K: ReceiverKey>(
    key: &K,
    enc: &[u8; ENC_LENGTH],
    info: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, HpkeError> {
    open_with(Aead::Aes256Gcm, key, enc, info, aad, ciphertext)
}

fn open_with<K: ReceiverKey>(
    suite: Aead,
    key: &K,
    enc: &[u8; ENC_LENGTH],
    info: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, HpkeError> {
    let receiver = Public::from_spki(key.spki()).ok_or(HpkeError::BadKey)?;
    // A token may multiply points of other curves; it is never given one.
    if Public::from_point(enc).is_none() || ciphertext.len() < TAG_LENGTH {
        return Err(HpkeError::Seal);
    }
    let dh = key
        .dh(enc)
        .map_err(|source| HpkeError::Receiver(Box::new(source)))?;
    let shared = kem::extract_and_expand(&*dh, enc, receiver.point())?;
    let keys = key_schedule(suite, &shared, info)?;
    suite.decrypt(&keys, aad, ciphertext).ok_or(HpkeError::Seal)
}

/// The key and nonce of the first message.
struct Keys {
    key: Zeroizing<Vec<u8>>,
    nonce: Zeroizing<Vec<u8>>,
}

/// RFC 9180 §5.1, mode base.
fn key_schedule(
    aead: Aead,
    shared: &[u8],
    info: &[u8],
) -> Result<Keys, openssl::error::ErrorStack> {
    let suite = aead.suite();
    let mut context = vec![MODE_BASE];
    context.extend(&*kdf::labeled_extract(&suite, &[], "psk_id_hash", &[])?);
    context.extend(&*kdf::labeled_extract(&suite, &[], "info_hash", info)?);
    let secret = kdf::labeled_extract(&suite, shared, "secret", &[])?;
    Ok(Keys {
        key: kdf::labeled_expand(&suite, &secret, "key", &context, aead.key_length())?,
        nonce: kdf::labeled_expand(&suite, &secret, "base_nonce", &context, aead::NONCE_LENGTH)?,
    })
}

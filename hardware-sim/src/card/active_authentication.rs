//! The chip's side of active authentication (9303-11 §6.1): it signs what the terminal draws.

use icao9303::crypto::curve::{Curve, Scalar};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::pkey::Private;
use openssl::rsa::{Padding, Rsa};
use openssl::sha::sha256;
use rand::CryptoRng;

use super::signing_key::SigningKey;

/// RND.IFD.
pub(super) const CHALLENGE: usize = 8;
/// id-AA, 2.23.136.1.1.5: what GENERATE KEY PAIR says of an RSA key.
pub(super) const ID_AA: [u8; 6] = [0x67, 0x81, 0x08, 0x01, 0x01, 0x05];
/// ecdsa-plain-SHA256 (BSI TR-03111): how keys on the curve sign.
pub(super) const ECDSA_PLAIN_SHA256: [u8; 10] =
    [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x01, 0x04, 0x01, 0x03];

/// First byte of a message with partial recovery (ISO/IEC 9796-2 scheme 1).
const HEADER: u8 = 0x6A;
/// SHA-256.
const TRAILER: [u8; 2] = [0x34, 0xCC];
const HASH: usize = 32;
/// Bytes of one half of an ECDSA signature.
const HALF: i32 = 32;

/// Bytes of a signature.
pub(super) fn signature_length(key: &SigningKey) -> usize {
    match key {
        SigningKey::Ecdsa(_) => 64,
        SigningKey::Rsa(key) => key.size() as usize,
    }
}

/// Signs a challenge.
pub(super) fn sign(
    key: &SigningKey,
    challenge: [u8; CHALLENGE],
    curve: &Curve,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, ErrorStack> {
    match key {
        SigningKey::Ecdsa(scalar) => sign_ecdsa(scalar, challenge, curve),
        SigningKey::Rsa(key) => sign_rsa(key, challenge, rng),
    }
}

/// r ‖ s over SHA-256 of the challenge. OpenSSL draws the ephemeral scalar itself.
fn sign_ecdsa(
    scalar: &Scalar,
    challenge: [u8; CHALLENGE],
    curve: &Curve,
) -> Result<Vec<u8>, ErrorStack> {
    let group = curve.group();
    let mut context = BigNumContext::new()?;
    let private = BigNum::from_slice(scalar.as_bytes())?;
    let mut public = EcPoint::new(group)?;
    public.mul_generator2(group, &private, &mut context)?;
    let key = EcKey::from_private_components(group, &private, &public)?;
    let signature = EcdsaSig::sign(&sha256(&challenge), &key)?;
    let mut plain = signature.r().to_vec_padded(HALF)?;
    plain.extend(signature.s().to_vec_padded(HALF)?);
    Ok(plain)
}

/// F^d mod n, F = 6A ‖ M1 ‖ SHA-256(M1 ‖ challenge) ‖ 34CC with a random M1 (9303-11 appendix F).
fn sign_rsa(
    key: &Rsa<Private>,
    challenge: [u8; CHALLENGE],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, ErrorStack> {
    let length = key.size() as usize;
    let mut random = vec![0; length - 1 - HASH - TRAILER.len()];
    rng.fill_bytes(&mut random);
    let hash = sha256(&[&random[..], &challenge].concat());
    let message = [&[HEADER], &random[..], &hash, &TRAILER].concat();
    let mut signature = vec![0; length];
    key.private_encrypt(&message, &mut signature, Padding::NONE)?;
    Ok(signature)
}

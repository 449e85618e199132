//! The key of active authentication: made on the chip, never read out, kept in the journal's care.

use icao9303::crypto::curve::{Curve, Scalar};
use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;
use openssl::pkey::Private;
use openssl::rsa::{Rsa, RsaPrivateKeyBuilder};
use zeroize::Zeroizing;

use super::layout;
use super::memory::{Interrupted, Memory};

/// Bits of an RSA modulus; the chip makes no other.
pub(super) const RSA_BITS: u32 = 2_048;
/// Bytes of one prime.
const PRIME: usize = 128;
const SCALAR: usize = 32;
/// F4, the public exponent of every key.
const EXPONENT: u32 = 65_537;

const ECDSA: u8 = 0xE1;
const RSA: u8 = 0xE2;

/// The private key, as it signs.
pub(super) enum SigningKey {
    /// On the chip's curve.
    Ecdsa(Scalar),
    /// With 2,048 bits.
    Rsa(Rsa<Private>),
}

impl SigningKey {
    /// A new RSA key. OpenSSL draws the primes itself.
    pub(super) fn generate_rsa() -> Result<Self, ErrorStack> {
        let exponent = BigNum::from_u32(EXPONENT)?;
        Ok(Self::Rsa(Rsa::generate_with_e(RSA_BITS, &exponent)?))
    }
}

/// The chip's key, if it has made one. Layout: kind(1), then a scalar (32) or two primes (128 each).
pub(super) fn get(memory: &Memory, curve: &Curve) -> Option<SigningKey> {
    let at = layout::SIGNING_KEY + 1;
    match memory.byte(layout::SIGNING_KEY) {
        ECDSA => Some(SigningKey::Ecdsa(
            curve.decode_scalar(memory.read(at, SCALAR)).ok()?,
        )),
        RSA => {
            let (p, q) = memory.read(at, 2 * PRIME).split_at(PRIME);
            Some(SigningKey::Rsa(from_primes(p, q).ok()?))
        }
        _ => None,
    }
}

/// Keeps a new key, all of it or nothing, in the place of the one before.
pub(super) fn store(memory: &mut Memory, key: &SigningKey) -> Result<(), Interrupted> {
    let mut area = Zeroizing::new(vec![0; 1 + 2 * PRIME]);
    match key {
        SigningKey::Ecdsa(scalar) => {
            area[0] = ECDSA;
            let bytes = scalar.as_bytes();
            area[1 + SCALAR - bytes.len()..=SCALAR].copy_from_slice(bytes);
        }
        SigningKey::Rsa(key) => {
            area[0] = RSA;
            let primes = [key.p(), key.q()];
            for (number, prime) in primes.into_iter().enumerate() {
                let bytes = Zeroizing::new(
                    prime
                        .map(openssl::bn::BigNumRef::to_vec)
                        .unwrap_or_default(),
                );
                let end = 1 + (number + 1) * PRIME;
                area[end - bytes.len().min(PRIME)..end].copy_from_slice(&bytes);
            }
        }
    }
    memory.write_atomically(&[(layout::SIGNING_KEY, area.as_slice())])
}

/// All numbers of a key from its primes.
fn from_primes(p: &[u8], q: &[u8]) -> Result<Rsa<Private>, ErrorStack> {
    let mut context = BigNumContext::new_secure()?;
    let (p, q) = (BigNum::from_slice(p)?, BigNum::from_slice(q)?);
    let exponent = BigNum::from_u32(EXPONENT)?;
    let one = BigNum::from_u32(1)?;
    let number = BigNum::new_secure;
    let (mut n, mut phi, mut d) = (number()?, number()?, number()?);
    let (mut p1, mut q1, mut inverse) = (number()?, number()?, number()?);
    n.checked_mul(&p, &q, &mut context)?;
    p1.checked_sub(&p, &one)?;
    q1.checked_sub(&q, &one)?;
    phi.checked_mul(&p1, &q1, &mut context)?;
    d.mod_inverse(&exponent, &phi, &mut context)?;
    let (mut dp, mut dq) = (number()?, number()?);
    dp.nnmod(&d, &p1, &mut context)?;
    dq.nnmod(&d, &q1, &mut context)?;
    inverse.mod_inverse(&q, &p, &mut context)?;
    Ok(RsaPrivateKeyBuilder::new(n, exponent, d)?
        .set_factors(p, q)?
        .set_crt_params(dp, dq, inverse)?
        .build())
}

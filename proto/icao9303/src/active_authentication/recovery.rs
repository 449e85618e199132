//! RSA signatures with partial message recovery: ISO/IEC 9796-2 scheme 1 as 9303-11 §6.1.2.2 and appendix F use it.
//!
//! ```text
//! F = 6A ‖ M1 ‖ H(M1 ‖ RND.IFD) ‖ trailer     σ = F^d mod n, or n − that
//! trailer  BC  SHA-1 · 33CC SHA-1 · 38CC SHA-224 · 34CC SHA-256 · 36CC SHA-384 · 35CC SHA-512
//! ```
//! M1 is the chip's own random part; it fills what header, hash and trailer leave of the modulus.

use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};

use super::{Challenge, SignatureFault};
use crate::crypto::CryptoError;
use crate::tlv::{self, TlvError};

const INTEGER: u16 = 0x02;
const SEQUENCE: u16 = 0x30;
/// Partial recovery, and the end of the padding.
const HEADER: u8 = 0x6A;
/// Shortest and longest modulus, in bits.
const BITS: std::ops::RangeInclusive<usize> = 1024..=8192;
/// Longest public exponent, in bytes.
const MAX_EXPONENT: usize = 8;

/// Why an RSA key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RsaKeyError {
    /// The key is not `SEQUENCE { n, e }`.
    #[error("the RSA key is malformed")]
    Malformed(#[from] TlvError),
    /// The modulus is too short, too long, even, or not of whole bytes.
    #[error("an RSA modulus of {bits} bits is not accepted (1,024 to 8,192, odd, whole bytes)")]
    Modulus {
        /// Its bits.
        bits: usize,
    },
    /// The exponent is even, below 3, or longer than eight bytes.
    #[error("the RSA exponent is not accepted (odd, 3 or more, at most 64 bits)")]
    Exponent,
}

/// An RSA public key: modulus and exponent, big-endian, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaKey {
    /// Reads `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`.
    pub fn parse(der: &[u8]) -> Result<Self, RsaKeyError> {
        let mut reader = tlv::Reader::new(tlv::parse_exact(der, SEQUENCE)?);
        let modulus = magnitude(reader.expect(INTEGER)?);
        let exponent = magnitude(reader.expect(INTEGER)?);
        reader.finish()?;
        Self::new(modulus.unwrap_or_default(), exponent.unwrap_or_default())
    }

    /// A key from its numbers, big-endian, without leading zeros.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, RsaKeyError> {
        let high = modulus.first().map_or(8, |byte| byte.leading_zeros());
        let bits = (8 * modulus.len()).saturating_sub(high as usize);
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
        if !BITS.contains(&bits) || !bits.is_multiple_of(8) || !odd(modulus) {
            return Err(RsaKeyError::Modulus { bits });
        }
        if !odd(exponent) || exponent == [1] || exponent.len() > MAX_EXPONENT {
            return Err(RsaKeyError::Exponent);
        }
        Ok(Self {
            modulus: modulus.to_vec(),
            exponent: exponent.to_vec(),
        })
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        8 * self.modulus.len()
    }

    /// Bytes of a signature.
    pub fn signature_length(&self) -> usize {
        self.modulus.len()
    }

    /// Whether `signature` is this key's over the challenge. The error is OpenSSL's own.
    pub fn verify(
        &self,
        challenge: &Challenge,
        signature: &[u8],
    ) -> Result<Result<(), SignatureFault>, CryptoError> {
        let Some(candidates) = self.open(signature)? else {
            return Ok(Err(SignatureFault::Range));
        };
        // A chip may send σ or n − σ: exactly one of what they open to ends in C.
        let mut result = Err(SignatureFault::Trailer);
        for opened in candidates {
            result = check(&opened, *challenge)?;
            if !matches!(result, Err(SignatureFault::Trailer)) {
                break;
            }
        }
        Ok(result)
    }

    /// σ^e mod n and n − σ^e, each as long as the modulus; `None` unless σ < n.
    fn open(&self, signature: &[u8]) -> Result<Option<[Vec<u8>; 2]>, ErrorStack> {
        let modulus = BigNum::from_slice(&self.modulus)?;
        let signature = BigNum::from_slice(signature)?;
        if signature >= modulus {
            return Ok(None);
        }
        let exponent = BigNum::from_slice(&self.exponent)?;
        let mut context = BigNumContext::new()?;
        let mut opened = BigNum::new()?;
        opened.mod_exp(&signature, &exponent, &modulus, &mut context)?;
        let mut other = BigNum::new()?;
        other.checked_sub(&modulus, &opened)?;
        let length = i32::try_from(self.modulus.len()).unwrap_or(i32::MAX);
        Ok(Some([
            opened.to_vec_padded(length)?,
            other.to_vec_padded(length)?,
        ]))
    }
}

/// Takes F apart and recomputes its hash.
fn check(opened: &[u8], challenge: Challenge) -> Result<Result<(), SignatureFault>, ErrorStack> {
    let Some((digest, body)) = split_trailer(opened) else {
        return Ok(Err(SignatureFault::Trailer));
    };
    let Some((&HEADER, body)) = body.split_first() else {
        return Ok(Err(SignatureFault::Header));
    };
    // The shortest modulus is longer than the longest hash; no fixed lengths can fail here.
    let Some(recovered) = body.len().checked_sub(digest.size()) else {
        return Ok(Err(SignatureFault::Header));
    };
    let (recovered, inside) = body.split_at(recovered);
    let expected = hash(digest, &[recovered, &challenge].concat())?;
    Ok(if openssl::memcmp::eq(&expected, inside) {
        Ok(())
    } else {
        Err(SignatureFault::Hash)
    })
}

/// The hash that the trailer names, and what stands before it.
fn split_trailer(opened: &[u8]) -> Option<(MessageDigest, &[u8])> {
    match *opened {
        [ref body @ .., 0xBC] => Some((MessageDigest::sha1(), body)),
        [ref body @ .., identifier, 0xCC] => {
            let digest = match identifier {
                0x33 => MessageDigest::sha1(),
                0x34 => MessageDigest::sha256(),
                0x35 => MessageDigest::sha512(),
                0x36 => MessageDigest::sha384(),
                0x38 => MessageDigest::sha224(),
                _ => return None,
            };
            Some((digest, body))
        }
        _ => None,
    }
}

/// The magnitude of a positive DER INTEGER.
fn magnitude(value: &[u8]) -> Option<&[u8]> {
    match *value {
        [0, ref rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Some(rest),
        [0x01..=0x7F, ..] => Some(value),
        _ => None,
    }
}

//! ECDSA over P-256 with raw signatures r‖s, as tokens make them.

use openssl::{bn::BigNum, ecdsa::EcdsaSig, nid::Nid, pkey::PKey};

/// Bytes of a signature r‖s over P-256.
pub const SIGNATURE_LENGTH: usize = 64;

/// Why a signature counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// The key is not a P-256 public key.
    Key,
    /// It is not of this key over this digest.
    Signature,
}

/// Verifies r‖s over a digest with a key (DER of a `SubjectPublicKeyInfo`).
pub(crate) fn verify(
    spki_der: &[u8],
    digest: &[u8; 32],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let key = PKey::public_key_from_der(spki_der)
        .and_then(|key| key.ec_key())
        .map_err(|_| SignatureFault::Key)?;
    if key.group().curve_name() != Some(Nid::X9_62_PRIME256V1) {
        return Err(SignatureFault::Key);
    }
    if signature.len() != SIGNATURE_LENGTH {
        return Err(SignatureFault::Signature);
    }
    let (r, s) = signature.split_at(SIGNATURE_LENGTH / 2);
    let good = BigNum::from_slice(r)
        .and_then(|r| EcdsaSig::from_private_components(r, BigNum::from_slice(s)?))
        .and_then(|signature| signature.verify(digest, &key))
        .unwrap_or(false);
    if good {
        Ok(())
    } else {
        Err(SignatureFault::Signature)
    }
}

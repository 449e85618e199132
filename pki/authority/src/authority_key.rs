//! Keys of CAs as the profile room wants them: bytes in, DER signature out.

use icao9303::x509::ecdsa_signature_from_plain;
use key_custody::{Curve, CustodyError, EcKey, Token, role::EcRole};
use openssl::sha::{sha256, sha384};

/// Signs `toBeSigned` bytes with a key in a token: SHA-256 or SHA-384 by the length of its curve
/// (9303-12 §4.1.6.2).
pub fn sign_with<'k, R: EcRole>(
    token: &'k Token,
    key: &'k EcKey<R>,
) -> impl FnMut(&[u8]) -> Result<Vec<u8>, CustodyError> + 'k {
    move |to_be_signed| {
        let plain = match key.curve() {
            Curve::P256 | Curve::BrainpoolP256r1 => token.sign_digest(key, &sha256(to_be_signed)),
            Curve::P384 | Curve::BrainpoolP384r1 => token.sign_digest(key, &sha384(to_be_signed)),
        }?;
        // The custody checked the length; an empty result would not verify.
        Ok(ecdsa_signature_from_plain(&plain).unwrap_or_default())
    }
}

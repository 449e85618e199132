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

/// A P-256 public key in PEM (`SubjectPublicKeyInfo`) as DER.
#[must_use]
pub fn key_from_pem(pem: &[u8]) -> Option<Vec<u8>> {
    let key = PKey::public_key_from_pem(pem).ok()?;
    let curve = key.ec_key().ok()?.group().curve_name();
    let der = key.public_key_to_der().ok()?;
    (curve == Some(Nid::X9_62_PRIME256V1)).then_some(der)
}

/// A P-256 public key in DER (`SubjectPublicKeyInfo`), as it is encoded here.
#[must_use]
pub fn key_from_der(der: &[u8]) -> Option<Vec<u8>> {
    let key = PKey::public_key_from_der(der).ok()?;
    key_from_pem(&key.public_key_to_pem().ok()?)
}

/// Keys without a token, for tests.
#[cfg(test)]
pub(crate) mod soft {
    use openssl::{
        bn::{BigNum, BigNumContext},
        ec::{EcGroup, EcKey, EcPoint},
        ecdsa::EcdsaSig,
        nid::Nid,
        pkey::{PKey, Private},
    };

    /// The key with this private number.
    pub(crate) fn key(number: u32) -> EcKey<Private> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let mut context = BigNumContext::new().unwrap();
        let number = BigNum::from_u32(number).unwrap();
        let mut point = EcPoint::new(&group).unwrap();
        point.mul_generator2(&group, &number, &mut context).unwrap();
        EcKey::from_private_components(&group, &number, &point).unwrap()
    }

    pub(crate) fn spki(key: &EcKey<Private>) -> Vec<u8> {
        let key = PKey::from_ec_key(key.clone()).unwrap();
        key.public_key_to_der().unwrap()
    }

    pub(crate) fn sign(key: &EcKey<Private>, digest: &[u8; 32]) -> [u8; 64] {
        let signature = EcdsaSig::sign(digest, key).unwrap();
        let mut raw = signature.r().to_vec_padded(32).unwrap();
        raw.extend(signature.s().to_vec_padded(32).unwrap());
        raw.try_into().unwrap()
    }
}

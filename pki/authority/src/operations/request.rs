//! Requests for certificates (PKCS #10, RFC 2986): proof that whoever asks has the key. Nothing else
//! is taken from them.

use der::{Decode, Encode, asn1::ObjectIdentifier};
use openssl::{ecdsa::EcdsaSig, nid::Nid, pkey::PKey, sha::sha256};
use x509_cert::request::CertReq;

/// The longest request that is read, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// ecdsa-with-SHA256.
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// Why a request proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Too long.
    #[error("the request has {0} bytes, {MAX_LENGTH} are allowed")]
    TooLong(usize),
    /// Not DER of a request.
    #[error("the request is malformed: {0}")]
    Malformed(der::Error),
    /// Another signature algorithm.
    #[error("the request is signed with {0}; ECDSA with SHA-256 is needed")]
    Algorithm(ObjectIdentifier),
    /// Another key.
    #[error("the request's key is not a P-256 key with its curve named")]
    Key,
    /// The signature is not that key's.
    #[error("the request's signature is not of the key in it")]
    Signature,
}

/// The key of a request that verifies: `SubjectPublicKeyInfo` (DER) of a P-256 point on its curve.
pub fn verified_key(request: &[u8]) -> Result<Vec<u8>, RequestError> {
    if request.len() > MAX_LENGTH {
        return Err(RequestError::TooLong(request.len()));
    }
    let parsed = CertReq::from_der(request).map_err(RequestError::Malformed)?;
    if parsed.algorithm.oid != ECDSA_WITH_SHA256 {
        return Err(RequestError::Algorithm(parsed.algorithm.oid));
    }
    let spki = parsed.info.public_key.to_der();
    let spki = spki.map_err(RequestError::Malformed)?;
    let key = PKey::public_key_from_der(&spki).and_then(|key| key.ec_key());
    let key = key.map_err(|_| RequestError::Key)?;
    let named = key.group().curve_name() == Some(Nid::X9_62_PRIME256V1);
    // One encoding of one key: what is compared with keys of before.
    let canonical = PKey::from_ec_key(key.clone()).and_then(|key| key.public_key_to_der());
    if !named || key.check_key().is_err() || canonical.ok().as_deref() != Some(&spki) {
        return Err(RequestError::Key);
    }
    let signed = parsed.info.to_der().map_err(RequestError::Malformed)?;
    let signature = parsed.signature.as_bytes().unwrap_or_default();
    let verified = EcdsaSig::from_der(signature)
        .and_then(|signature| signature.verify(&sha256(&signed), &key));
    match verified {
        Ok(true) => Ok(spki),
        Ok(false) | Err(_) => Err(RequestError::Signature),
    }
}

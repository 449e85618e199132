//! A request for a certificate (PKCS #10, RFC 2986), signed in the token. It names nobody: who the
//! station is, the centre says.

use der::{
    Decode, Encode,
    asn1::{BitString, ObjectIdentifier, SetOfVec},
};
use key_custody::{EcKey, Token, role::EcRole};
use openssl::{bn::BigNum, ecdsa::EcdsaSig, error::ErrorStack, sha::sha256};
use x509_cert::{
    name::RdnSequence,
    request::{CertReq, CertReqInfo, Version},
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
};

use super::FleetError;

/// ecdsa-with-SHA256.
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// The request (DER) for a key.
pub(super) fn request<R: EcRole>(token: &Token, key: &EcKey<R>) -> Result<Vec<u8>, FleetError> {
    let malformed = |error: der::Error| FleetError::Der(error.to_string());
    let info = CertReqInfo {
        version: Version::V1,
        subject: RdnSequence::default(),
        public_key: SubjectPublicKeyInfoOwned::from_der(key.public_key_spki())
            .map_err(malformed)?,
        attributes: SetOfVec::default(),
    };
    let digest = sha256(&info.to_der().map_err(malformed)?);
    let raw = token.sign_digest(key, &digest)?;
    let signature = to_der(&raw).map_err(super::certificate::der)?;
    let request = CertReq {
        info,
        algorithm: AlgorithmIdentifierOwned {
            oid: ECDSA_WITH_SHA256,
            parameters: None,
        },
        signature: BitString::from_bytes(&signature).map_err(malformed)?,
    };
    request.to_der().map_err(malformed)
}

/// Certificates have signatures as ASN.1, tokens as r‖s.
fn to_der(raw: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let (r, s) = raw.split_at(raw.len() / 2);
    EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.to_der()
}

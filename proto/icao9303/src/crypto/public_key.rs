//! Public keys of elliptic curves as `SubjectPublicKeyInfo`: named, explicit or standardised parameters.
//!
//! ```text
//! SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING 04‖x‖y }
//! id-ecPublicKey 1.2.840.10045.2.1          parameters: OID of the curve, or ECParameters (X9.62)
//! standardizedDomainParameters 0.4.0.127.0.7.1.2   parameters: INTEGER id (9303-11 §9.5.1)
//! ```

use der::asn1::ObjectIdentifier;
use openssl::error::ErrorStack;

use super::CryptoError;
use super::curve::{Curve, CurveId, Point};
use crate::security_info::SubjectPublicKey;
use crate::x509::ec_parameters;

const ID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Why a `SubjectPublicKeyInfo` is no key of ours.
#[derive(Debug, thiserror::Error)]
pub enum PublicKeyError {
    /// The DER is broken.
    #[error("the public key is malformed")]
    Malformed(#[from] der::Error),
    /// RSA, Diffie-Hellman or something else.
    #[error("not supported: a public key that is not on an elliptic curve")]
    NotEc,
    /// A curve that we do not speak.
    #[error("not supported: a public key on a curve that is not one of the standardised ones")]
    UnknownCurve,
    /// The point is not on its curve.
    #[error("the public key cannot be used")]
    BadPoint(#[from] CryptoError),
}

/// A point and its curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The curve.
    pub curve: CurveId,
    /// The point, checked to be on the curve.
    pub point: Point,
}

impl PublicKey {
    /// Reads the key of a `SubjectPublicKeyInfo`.
    pub fn from_subject(key: &SubjectPublicKey) -> Result<Self, PublicKeyError> {
        let curve = curve_of(key)?.ok_or(PublicKeyError::UnknownCurve)?;
        let point = Curve::new(curve)?.decode_point(&key.key)?;
        Ok(Self { curve, point })
    }

    /// The key with the standardised domain parameter id, the shortest form.
    pub fn to_standardised(&self) -> SubjectPublicKey {
        SubjectPublicKey::standardised(self.curve.parameter_id(), self.point.as_bytes())
    }

    /// The key with explicit parameters, as 9303-12 asks for in documents.
    pub fn to_explicit(&self) -> Result<SubjectPublicKey, CryptoError> {
        Ok(SubjectPublicKey {
            algorithm: ID_EC_PUBLIC_KEY,
            parameters: ec_parameters::explicit_parameters(self.curve)
                .ok_or_else(ErrorStack::get)
                .map_err(CryptoError::from)?,
            key: self.point.as_bytes().to_vec(),
        })
    }
}

fn curve_of(key: &SubjectPublicKey) -> Result<Option<CurveId>, PublicKeyError> {
    if let Some(id) = key.standardised_parameter_id() {
        return Ok(u8::try_from(id).ok().and_then(CurveId::from_parameter_id));
    }
    if key.algorithm != ID_EC_PUBLIC_KEY {
        return Err(PublicKeyError::NotEc);
    }
    let found = ec_parameters::identify(&key.parameters)?;
    Ok(found.map(|(curve, _)| curve))
}

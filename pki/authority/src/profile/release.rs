//! The one way a signed structure leaves this room: profiled, signed, verified.

use icao9303::crypto::curve::CurveId;
use icao9303::tlv;
use icao9303::x509::{
    Certificate, CertificateError, CertificateKind, Finding, HashAlgorithm, PublicKey,
    PublicKeyError, SignatureAlgorithm, check_profile,
};

use super::fields::Body;
use super::operations::OperationsRule;

/// Signs `toBeSigned` bytes (unhashed) and returns the ECDSA signature as DER `SEQUENCE { r, s }`.
pub type Sign<'s, E> = dyn FnMut(&[u8]) -> Result<Vec<u8>, E> + 's;

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError<E> {
    /// A key is not one we may certify or sign with.
    #[error("the {whose} key: {source}")]
    Key {
        /// "subject's" or "issuer's".
        whose: &'static str,
        /// Why.
        source: PublicKeyError,
    },
    /// A key is not an elliptic-curve key, or of a curve that the profile does not allow.
    #[error("the {whose} key is a {found} key, which the profile does not allow")]
    Curve {
        /// "subject's" or "issuer's".
        whose: &'static str,
        /// What it is.
        found: String,
    },
    /// The parameters do not make sense together.
    #[error("the parameters of the certificate: {0}")]
    Parameters(&'static str),
    /// What was built breaks the profile of 9303-12; nothing was signed.
    #[error("the certificate breaks its profile and was not signed: {}", list(.0))]
    Profile(Vec<Finding>),
    /// What was built breaks the profile of our own programs' certificates; nothing was signed.
    #[error("the certificate breaks its profile and was not signed: {0:?}")]
    OperationsProfile(Vec<OperationsRule>),
    /// What was built cannot be read back; nothing was signed.
    #[error("what was built cannot be read back: {0}")]
    Unreadable(String),
    /// The signer failed.
    #[error("signing: {0}")]
    Signer(E),
    /// The signature is not one of the issuer's key; nothing is released.
    #[error("the signature does not verify with the issuer's key; check which key is in use")]
    WrongSignature,
}

fn list(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// The hash that goes with a signing key's curve (9303-12 §4.1.6.2): as long as the field.
pub(super) fn hash_for<E>(key: &PublicKey) -> Result<HashAlgorithm, BuildError<E>> {
    match key.curve() {
        Some(CurveId::P256 | CurveId::BrainpoolP256r1) => Ok(HashAlgorithm::Sha256),
        Some(CurveId::P384 | CurveId::BrainpoolP384r1) => Ok(HashAlgorithm::Sha384),
        Some(CurveId::P521 | CurveId::BrainpoolP512r1) => Ok(HashAlgorithm::Sha512),
        _ => Err(BuildError::Curve {
            whose: "issuer's",
            found: key.describe(),
        }),
    }
}

/// The key to be certified: of a curve of 256 bits at least.
pub(super) fn subject_key<E>(spki: &[u8]) -> Result<PublicKey, BuildError<E>> {
    let whose = "subject's";
    let key = PublicKey::parse(spki).map_err(|source| BuildError::Key { whose, source })?;
    match key.curve() {
        Some(curve) if curve.field_bytes() >= 32 => Ok(key),
        _ => Err(BuildError::Curve {
            whose,
            found: key.describe(),
        }),
    }
}

/// Its `SubjectPublicKeyInfo` with the parameters written out (9303-12 §4.1.6.3).
pub(super) fn explicit<E>(key: &PublicKey) -> Result<Vec<u8>, BuildError<E>> {
    let curve = || BuildError::Curve {
        whose: "subject's",
        found: key.describe(),
    };
    key.to_explicit_spki().ok_or_else(curve)
}

/// Profiles, signs, verifies and releases a certificate of the documents' PKI.
pub(super) fn release<E>(
    body: &Body<'_>,
    kind: CertificateKind,
    issuer_key: &PublicKey,
    sign: &mut Sign<'_, E>,
) -> Result<Certificate, BuildError<E>> {
    release_checked(body, issuer_key, sign, |certificate| {
        let findings = check_profile(certificate, kind);
        if findings.is_empty() {
            Ok(())
        } else {
            Err(BuildError::Profile(findings))
        }
    })
}

/// Signs a certificate once `check` has passed the unsigned one, and verifies it.
pub(super) fn release_checked<E>(
    body: &Body<'_>,
    issuer_key: &PublicKey,
    sign: &mut Sign<'_, E>,
    check: impl Fn(&Certificate) -> Result<(), BuildError<E>>,
) -> Result<Certificate, BuildError<E>> {
    let to_be_signed = body.to_der();
    let unreadable = |error: CertificateError| BuildError::Unreadable(error.to_string());
    let draft = enclose(&to_be_signed, body.algorithm, PLACEHOLDER);
    check(&Certificate::parse(&draft).map_err(unreadable)?)?;
    let signature = sign(&to_be_signed).map_err(BuildError::Signer)?;
    let der = enclose(&to_be_signed, body.algorithm, &signature);
    let certificate = Certificate::parse(&der).map_err(unreadable)?;
    check(&certificate)?;
    if !certificate.is_signed_by(issuer_key).unwrap_or(false) {
        return Err(BuildError::WrongSignature);
    }
    Ok(certificate)
}

/// Stands where a signature will be, so that a draft can be read: `SEQUENCE { 1, 1 }`.
pub(super) const PLACEHOLDER: &[u8] = &[0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01];

/// `SEQUENCE { toBeSigned, signatureAlgorithm, signature }`.
pub(super) fn enclose(to_be_signed: &[u8], algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
    let bits = tlv::encode_constructed(0x03, &[&[0], signature]);
    tlv::encode_constructed(0x30, &[to_be_signed, algorithm, &bits])
}

/// The `AlgorithmIdentifier` of a signing key.
pub(super) fn algorithm_for<E>(key: &PublicKey) -> Result<&'static [u8], BuildError<E>> {
    Ok(SignatureAlgorithm::ecdsa_identifier(hash_for(key)?))
}

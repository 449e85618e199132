//! Subject public keys: elliptic curves with written-out or named parameters, and RSA.

use std::fmt;

use der::Tag;
use der::asn1::ObjectIdentifier;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Public};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::algorithm::{self, SignatureAlgorithm};
use super::ec_parameters::{self, ParameterEncoding, integer};
use super::walk::Walk;
use crate::crypto::curve::CurveId;
use crate::tlv;

/// `id-ecPublicKey` (RFC 5480 §2.1.1).
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// Smallest and largest RSA modulus in bits that is verified with.
const RSA_BITS: std::ops::RangeInclusive<u32> = 1024..=8192;

/// Why a public key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PublicKeyError {
    /// The `SubjectPublicKeyInfo` is not DER of the form its algorithm asks for.
    #[error("the public key is malformed: {0}")]
    Malformed(#[from] der::Error),
    /// Neither an elliptic-curve nor an RSA key.
    #[error("keys of algorithm {oid} are not supported")]
    Algorithm {
        /// The object identifier, dotted.
        oid: ObjectIdentifier,
    },
    /// The curve is not one of the NIST and brainpool curves, or its written-out parameters are not
    /// exactly those of one.
    #[error("the curve's parameters are not those of a known curve")]
    UnknownCurve,
    /// The point is not on the curve.
    #[error("the public point is not on {curve}")]
    NotOnCurve {
        /// The curve's name.
        curve: &'static str,
    },
    /// The RSA modulus is shorter or longer than what is accepted.
    #[error("an RSA modulus of {bits} bits is not accepted")]
    ModulusSize {
        /// Bits in the modulus.
        bits: u32,
    },
    /// OpenSSL reported an error.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
}

/// A public key ready to verify with.
#[derive(Clone)]
pub struct PublicKey {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Ec {
        curve: CurveId,
        encoding: ParameterEncoding,
        point: Vec<u8>,
        key: EcKey<Public>,
    },
    Rsa {
        bits: u32,
        key: Rsa<Public>,
    },
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`.
    pub fn parse(spki: &[u8]) -> Result<Self, PublicKeyError> {
        let mut walk = Walk::into_object(spki, Tag::Sequence)?;
        let (oid, parameters) = algorithm::split(walk.raw()?)?;
        let key = walk.whole_bits()?;
        walk.finish()?;
        match oid {
            EC_PUBLIC_KEY => {
                let parameters = parameters.ok_or_else(|| Tag::Sequence.value_error())?;
                let found = ec_parameters::identify(parameters)?;
                let (curve, encoding) = found.ok_or(PublicKeyError::UnknownCurve)?;
                Self::ec(curve, encoding, key)
            }
            RSA_ENCRYPTION | RSA_PSS => Self::rsa(key),
            oid => Err(PublicKeyError::Algorithm { oid }),
        }
    }

    /// A key from its point (`04‖x‖y`, or compressed); to be written with explicit parameters.
    pub fn from_point(curve: CurveId, point: &[u8]) -> Result<Self, PublicKeyError> {
        Self::ec(curve, ParameterEncoding::Explicit, point)
    }

    fn ec(
        curve: CurveId,
        encoding: ParameterEncoding,
        point: &[u8],
    ) -> Result<Self, PublicKeyError> {
        let group = EcGroup::from_curve_name(curve.nid())?;
        let mut context = BigNumContext::new()?;
        let not_on_curve = || PublicKeyError::NotOnCurve {
            curve: curve.name(),
        };
        let decoded =
            EcPoint::from_bytes(&group, point, &mut context).map_err(|_| not_on_curve())?;
        if decoded.is_infinity(&group) {
            return Err(not_on_curve());
        }
        let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
        let point = decoded.to_bytes(&group, form, &mut context)?;
        let key = EcKey::from_public_key(&group, &decoded)?;
        Ok(Self {
            kind: Kind::Ec {
                curve,
                encoding,
                point,
                key,
            },
        })
    }

    fn rsa(key: &[u8]) -> Result<Self, PublicKeyError> {
        let mut walk = Walk::into_object(key, Tag::Sequence)?;
        let (modulus, exponent) = (walk.magnitude()?, walk.magnitude()?);
        walk.finish()?;
        let modulus = BigNum::from_slice(modulus)?;
        let bits = modulus.num_bits().unsigned_abs();
        if !RSA_BITS.contains(&bits) || exponent.len() > 8 {
            return Err(PublicKeyError::ModulusSize { bits });
        }
        let key = Rsa::from_public_components(modulus, BigNum::from_slice(exponent)?)?;
        Ok(Self {
            kind: Kind::Rsa { bits, key },
        })
    }

    /// The curve, unless it is an RSA key.
    pub fn curve(&self) -> Option<CurveId> {
        match &self.kind {
            Kind::Ec { curve, .. } => Some(*curve),
            Kind::Rsa { .. } => None,
        }
    }

    /// How the curve was written, unless it is an RSA key.
    pub fn parameter_encoding(&self) -> Option<ParameterEncoding> {
        match &self.kind {
            Kind::Ec { encoding, .. } => Some(*encoding),
            Kind::Rsa { .. } => None,
        }
    }

    /// The public point as `04‖x‖y`, unless it is an RSA key.
    pub fn point(&self) -> Option<&[u8]> {
        match &self.kind {
            Kind::Ec { point, .. } => Some(point),
            Kind::Rsa { .. } => None,
        }
    }

    /// A short description such as "brainpoolP256r1" or "RSA-3072".
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Ec { curve, .. } => curve.name().to_owned(),
            Kind::Rsa { bits, .. } => format!("RSA-{bits}"),
        }
    }

    /// Whether both are the same key, however their parameters are written.
    pub fn same_key(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (
                Kind::Ec { curve, point, .. },
                Kind::Ec {
                    curve: c, point: p, ..
                },
            ) => curve == c && point == p,
            (Kind::Rsa { key: a, .. }, Kind::Rsa { key: b, .. }) => {
                a.n() == b.n() && a.e() == b.e()
            }
            _ => false,
        }
    }

    /// The `SubjectPublicKeyInfo` of an elliptic-curve key with the parameters written out, as
    /// 9303-12 demands; `None` for RSA.
    pub fn to_explicit_spki(&self) -> Option<Vec<u8>> {
        let parameters = ec_parameters::explicit_parameters(self.curve()?)?;
        Some(ec_spki(&parameters, self.point()?))
    }

    /// The `SubjectPublicKeyInfo` of an elliptic-curve key with its curve named, as TLS and OpenSSL
    /// want it; `None` for RSA.
    pub fn to_named_spki(&self) -> Option<Vec<u8>> {
        let oid = ec_parameters::curve_oid(self.curve()?);
        Some(ec_spki(&tlv::encode(0x06, oid.as_bytes()), self.point()?))
    }

    /// Whether `signature` over `message` is this key's. Errors only where OpenSSL itself fails; a
    /// malformed signature is simply not valid.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, PublicKeyError> {
        match (&self.kind, algorithm) {
            (Kind::Ec { key, .. }, SignatureAlgorithm::Ecdsa(hash)) => {
                let Ok((r, s)) = split_ecdsa(signature) else {
                    return Ok(false);
                };
                let (r, s) = (BigNum::from_slice(r)?, BigNum::from_slice(s)?);
                let signature = EcdsaSig::from_private_components(r, s)?;
                // OpenSSL reports r or s out of range as an error; that is no valid signature either.
                Ok(signature
                    .verify(&hash.digest(message), key)
                    .unwrap_or(false))
            }
            (Kind::Rsa { key, .. }, SignatureAlgorithm::RsaPkcs1(hash)) => {
                let key = PKey::from_rsa(key.clone())?;
                let mut verifier = Verifier::new(hash.openssl(), &key)?;
                verifier.set_rsa_padding(Padding::PKCS1)?;
                Ok(verifier.verify_oneshot(signature, message).unwrap_or(false))
            }
            (Kind::Rsa { key, .. }, SignatureAlgorithm::RsaPss { hash, mask, salt }) => {
                let key = PKey::from_rsa(key.clone())?;
                let mut verifier = Verifier::new(hash.openssl(), &key)?;
                verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
                verifier.set_rsa_mgf1_md(mask.openssl())?;
                verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(i32::from(salt)))?;
                Ok(verifier.verify_oneshot(signature, message).unwrap_or(false))
            }
            // An algorithm of the other family: no signature of this key.
            _ => Ok(false),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.describe())
    }
}

fn ec_spki(parameters: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = algorithm::join(EC_PUBLIC_KEY, parameters);
    let bits = tlv::encode_constructed(0x03, &[&[0], point]);
    tlv::encode_constructed(0x30, &[&algorithm, &bits])
}

/// r and s of a DER ECDSA signature, strictly read.
fn split_ecdsa(signature: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let mut walk = Walk::into_object(signature, Tag::Sequence)?;
    let parts = (walk.magnitude()?, walk.magnitude()?);
    walk.finish()?;
    Ok(parts)
}

/// DER `SEQUENCE { r, s }` of a plain signature `r‖s`, as tokens return it; `None` unless it has two
/// halves of equal length, neither of them zero.
pub fn ecdsa_signature_from_plain(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.is_empty() || !plain.len().is_multiple_of(2) {
        return None;
    }
    let (r, s) = plain.split_at(plain.len() / 2);
    if [r, s].iter().any(|half| half.iter().all(|byte| *byte == 0)) {
        return None;
    }
    Some(tlv::encode_constructed(0x30, &[&integer(r), &integer(s)]))
}

#[cfg(test)]
mod tests {
    use openssl::ec::EcKey;
    use openssl::hash::MessageDigest;
    use openssl::sign::Signer;

    use super::*;
    use crate::x509::HashAlgorithm;

    #[test]
    fn plain_signatures_become_der_and_verify() {
        for curve in CurveId::ALL {
            let group = EcGroup::from_curve_name(curve.nid()).unwrap();
            let private = EcKey::generate(&group).unwrap();
            let spki = private.public_key_to_der().unwrap();
            let key = PublicKey::parse(&spki).unwrap();
            assert_eq!(key.curve(), Some(curve));
            assert_eq!(key.to_named_spki().unwrap(), spki);
            let explicit = PublicKey::parse(&key.to_explicit_spki().unwrap()).unwrap();
            assert_eq!(
                explicit.parameter_encoding(),
                Some(ParameterEncoding::Explicit)
            );
            assert!(explicit.same_key(&key));
            for hash in HashAlgorithm::ALL {
                let signature = EcdsaSig::sign(&hash.digest(b"message"), &private).unwrap();
                let half = i32::try_from(curve.field_bytes()).unwrap();
                let mut plain = signature.r().to_vec_padded(half).unwrap();
                plain.extend(signature.s().to_vec_padded(half).unwrap());
                let der = ecdsa_signature_from_plain(&plain).unwrap();
                assert_eq!(der, signature.to_der().unwrap());
                let algorithm = SignatureAlgorithm::Ecdsa(hash);
                assert!(explicit.verify(algorithm, b"message", &der).unwrap());
                assert!(!explicit.verify(algorithm, b"massage", &der).unwrap());
                let trailing = [&der[..], &[0]].concat();
                assert!(!explicit.verify(algorithm, b"message", &trailing).unwrap());
            }
        }
        assert_eq!(ecdsa_signature_from_plain(&[1, 2, 3]), None);
        assert_eq!(ecdsa_signature_from_plain(&[0; 64]), None);
    }

    #[test]
    fn rsa_signatures_of_both_paddings() {
        let private = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let key = PublicKey::parse(&private.public_key_to_der().unwrap()).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &private).unwrap();
        let signature = signer.sign_oneshot_to_vec(b"message").unwrap();
        let pkcs1 = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256);
        assert!(key.verify(pkcs1, b"message", &signature).unwrap());
        assert!(!key.verify(pkcs1, b"massage", &signature).unwrap());
        let mut signer = Signer::new(MessageDigest::sha256(), &private).unwrap();
        signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        signer
            .set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)
            .unwrap();
        let signature = signer.sign_oneshot_to_vec(b"message").unwrap();
        let pss = |salt| SignatureAlgorithm::RsaPss {
            hash: HashAlgorithm::Sha256,
            mask: HashAlgorithm::Sha256,
            salt,
        };
        assert!(key.verify(pss(32), b"message", &signature).unwrap());
        assert!(!key.verify(pss(20), b"message", &signature).unwrap());
        assert!(!key.verify(pkcs1, b"message", &signature).unwrap());
        let ecdsa = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
        assert!(!key.verify(ecdsa, b"message", &signature).unwrap());
    }
}

//! Public keys of certificates: 7F49, for ECDSA of terminal authentication (TR-03110-3 appendix D.3).
//!
//! ```text
//! 7F49 { 06 id-TA-ECDSA-SHA-x, [81 p, 82 a, 83 b, 84 G, 85 n], 86 point, [87 cofactor] }
//! ```

use super::domain::DomainParameters;
use super::{CertificateReference, CvcError, OBJECT_IDENTIFIER};
use crate::crypto::curve::{Curve, CurveId, Point};
use crate::oid;
use crate::tlv::{self, Reader};
use crate::x509::{self, HashAlgorithm, SignatureAlgorithm};

const POINT: u16 = 0x86;
const COFACTOR: u16 = 0x87;
/// The arcs of id-TA-ECDSA below id-TA, without the hash.
const ECDSA: u8 = 2;

/// A key as it stands in a certificate. Only keys of authorities bring their curve along; the others
/// are on the curve of who signed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The hash of what the key signs.
    pub hash: HashAlgorithm,
    /// The curve, where its parameters are written out.
    pub parameters: Option<CurveId>,
    /// `04‖x‖y`; checked when the curve is known, by [`PublicKey::on`].
    pub point: Vec<u8>,
}

impl PublicKey {
    /// The key on the curve of its own parameters, or else on `inherited`.
    pub fn on(&self, inherited: Option<CurveId>) -> Result<VerificationKey, CvcError> {
        let curve = self
            .parameters
            .or(inherited)
            .ok_or(CvcError::NoParameters)?;
        let point = Curve::new(curve)?.decode_point(&self.point)?;
        Ok(VerificationKey {
            hash: self.hash,
            curve,
            point,
        })
    }

    /// id-TA-ECDSA-SHA-x.
    pub fn protocol(&self) -> Vec<u8> {
        let arc = match self.hash {
            HashAlgorithm::Sha224 => 2,
            HashAlgorithm::Sha256 => 3,
            HashAlgorithm::Sha384 => 4,
            HashAlgorithm::Sha512 => 5,
        };
        [oid::TERMINAL_AUTHENTICATION.as_bytes(), &[ECDSA, arc]].concat()
    }

    /// The content of 7F49.
    pub(super) fn encode(&self) -> Result<Vec<u8>, CvcError> {
        let mut content = tlv::encode(OBJECT_IDENTIFIER, &self.protocol());
        let domain = self.parameters.map(DomainParameters::of).transpose()?;
        if let Some(domain) = &domain {
            for (tag, value) in (0x81..).zip(&domain.before_point) {
                tlv::push(&mut content, tag, value);
            }
        }
        tlv::push(&mut content, POINT, &self.point);
        if let Some(domain) = &domain {
            tlv::push(&mut content, COFACTOR, &domain.cofactor);
        }
        Ok(content)
    }

    /// Reads the content of 7F49.
    pub(super) fn parse(content: &[u8]) -> Result<Self, CvcError> {
        let mut reader = Reader::new(content);
        let hash = hash_of(reader.expect(OBJECT_IDENTIFIER)?)?;
        let before_point = DomainParameters::read_before_point(&mut reader)?;
        let point = reader.expect(POINT)?.to_vec();
        let parameters = match before_point {
            Some(values) => {
                let cofactor = reader.expect(COFACTOR)?;
                Some(DomainParameters::identify(values, cofactor)?)
            }
            None => None,
        };
        reader.finish()?;
        let key = Self {
            hash,
            parameters,
            point,
        };
        if parameters.is_some() {
            key.on(None)?;
        }
        Ok(key)
    }
}

/// The hash of a signature protocol.
fn hash_of(protocol: &[u8]) -> Result<HashAlgorithm, CvcError> {
    match protocol.strip_prefix(oid::TERMINAL_AUTHENTICATION.as_bytes()) {
        Some([ECDSA, 1]) => Err(CvcError::Weak { name: "SHA-1" }),
        Some([ECDSA, 2]) => Ok(HashAlgorithm::Sha224),
        Some([ECDSA, 3]) => Ok(HashAlgorithm::Sha256),
        Some([ECDSA, 4]) => Ok(HashAlgorithm::Sha384),
        Some([ECDSA, 5]) => Ok(HashAlgorithm::Sha512),
        _ => Err(CvcError::Algorithm),
    }
}

/// A key that is ready to verify with: its curve is known and its point is on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationKey {
    hash: HashAlgorithm,
    curve: CurveId,
    point: Point,
}

impl VerificationKey {
    /// A key from its parts.
    pub fn new(curve: CurveId, hash: HashAlgorithm, point: Point) -> Self {
        Self { hash, curve, point }
    }

    /// The curve.
    pub fn curve(&self) -> CurveId {
        self.curve
    }

    /// The hash of what the key signs.
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// The public point.
    pub fn point(&self) -> &Point {
        &self.point
    }

    /// As it stands in a certificate: with its curve written out, or without.
    pub fn to_public_key(&self, with_parameters: bool) -> PublicKey {
        PublicKey {
            hash: self.hash,
            parameters: with_parameters.then_some(self.curve),
            point: self.point.as_bytes().to_vec(),
        }
    }

    /// Bytes of a plain signature `r‖s`.
    pub fn signature_length(&self) -> usize {
        // The orders of all these curves are as long as their fields.
        2 * self.curve.field_bytes()
    }

    /// Whether `signature` (`r‖s`) over `message` is this key's.
    pub fn is_signature(&self, message: &[u8], signature: &[u8]) -> Result<bool, CvcError> {
        let expected = self.signature_length();
        let found = signature.len();
        if found != expected {
            return Err(CvcError::SignatureLength { expected, found });
        }
        let Some(der) = x509::ecdsa_signature_from_plain(signature) else {
            return Ok(false);
        };
        let key = x509::PublicKey::from_point(self.curve, self.point.as_bytes())?;
        Ok(key.verify(SignatureAlgorithm::Ecdsa(self.hash), message, &der)?)
    }

    /// The same for what `holder` signed, as an error that names it.
    pub(super) fn check(
        &self,
        message: &[u8],
        signature: &[u8],
        holder: &CertificateReference,
    ) -> Result<(), CvcError> {
        if self.is_signature(message, signature)? {
            Ok(())
        } else {
            let holder = holder.clone();
            Err(CvcError::WrongSignature { holder })
        }
    }
}

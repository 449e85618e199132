//! Public keys of elliptic curves as `SubjectPublicKeyInfo`: named, explicit or standardised parameters.
//!
//! ```text
//! SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING 04‖x‖y }
//! id-ecPublicKey 1.2.840.10045.2.1          parameters: OID of the curve, or ECParameters (X9.62)
//! standardizedDomainParameters 0.4.0.127.0.7.1.2   parameters: INTEGER id (9303-11 §9.5.1)
//! ```

use der::asn1::ObjectIdentifier;
use openssl::bn::{BigNum, BigNumContext};

use super::CryptoError;
use super::curve::{Curve, CurveId, Point};
use crate::security_info::SubjectPublicKey;
use crate::tlv::{self, TlvError};

const ID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ID_PRIME_FIELD: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x01, 0x01];

const INTEGER: u16 = 0x02;
const BIT_STRING: u16 = 0x03;
const OCTET_STRING: u16 = 0x04;
const OBJECT_IDENTIFIER: u16 = 0x06;
const SEQUENCE: u16 = 0x30;

/// Why a `SubjectPublicKeyInfo` is no key of ours.
#[derive(Debug, thiserror::Error)]
pub enum PublicKeyError {
    /// The DER is broken.
    #[error("the public key is malformed")]
    Malformed(#[from] TlvError),
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
            parameters: Curve::new(self.curve)?.explicit_parameters()?,
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
    let mut reader = tlv::Reader::new(&key.parameters);
    let parameters = reader
        .next_element()?
        .ok_or(TlvError::Missing { expected: SEQUENCE })?;
    match parameters.tag {
        OBJECT_IDENTIFIER => Ok(CurveId::ALL
            .into_iter()
            .find(|curve| curve.oid() == parameters.value)),
        SEQUENCE => curve_of_explicit_parameters(parameters.value),
        _ => Err(PublicKeyError::UnknownCurve),
    }
}

/// Finds the curve whose prime, coefficients, generator and order are exactly these: parameters
/// that differ in anything are not used (CVE-2020-0601 was such a check left out).
fn curve_of_explicit_parameters(value: &[u8]) -> Result<Option<CurveId>, PublicKeyError> {
    let given = Explicit::parse(value)?;
    for id in CurveId::ALL {
        let curve = Curve::new(id)?;
        let known = Explicit::of(&curve)?;
        if known.same_curve(&given) && is_point(&curve.generator()?, &given.base) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The numbers of X9.62 `ECParameters`, without leading zeros.
struct Explicit {
    prime: Vec<u8>,
    a: Vec<u8>,
    b: Vec<u8>,
    base: Vec<u8>,
    order: Vec<u8>,
}

impl Explicit {
    fn parse(value: &[u8]) -> Result<Self, PublicKeyError> {
        let mut reader = tlv::Reader::new(value);
        reader.expect(INTEGER)?;
        let mut field = tlv::Reader::new(reader.expect(SEQUENCE)?);
        if field.expect(OBJECT_IDENTIFIER)? != ID_PRIME_FIELD {
            return Err(PublicKeyError::UnknownCurve);
        }
        let prime = strip(field.expect(INTEGER)?);
        field.finish()?;
        let mut coefficients = tlv::Reader::new(reader.expect(SEQUENCE)?);
        let a = strip(coefficients.expect(OCTET_STRING)?);
        let b = strip(coefficients.expect(OCTET_STRING)?);
        // A seed may follow; nothing is derived from it.
        coefficients.optional(BIT_STRING)?;
        coefficients.finish()?;
        let base = reader.expect(OCTET_STRING)?.to_vec();
        let order = strip(reader.expect(INTEGER)?);
        if let Some(cofactor) = reader.optional(INTEGER)?
            && cofactor != [1]
        {
            return Err(PublicKeyError::UnknownCurve);
        }
        reader.finish()?;
        Ok(Self {
            prime,
            a,
            b,
            base,
            order,
        })
    }

    fn of(curve: &Curve) -> Result<Self, CryptoError> {
        let mut context = BigNumContext::new()?;
        let (mut prime, mut a, mut b) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
        let mut order = BigNum::new()?;
        let group = curve.group();
        group.components_gfp(&mut prime, &mut a, &mut b, &mut context)?;
        group.order(&mut order, &mut context)?;
        Ok(Self {
            prime: prime.to_vec(),
            a: a.to_vec(),
            b: b.to_vec(),
            base: curve.generator()?.as_bytes().to_vec(),
            order: order.to_vec(),
        })
    }

    fn same_curve(&self, other: &Self) -> bool {
        self.prime == other.prime
            && self.a == other.a
            && self.b == other.b
            && self.order == other.order
    }
}

impl Curve {
    /// X9.62 `ECParameters`, DER: version 1, prime field, coefficients, uncompressed generator,
    /// order, cofactor 1.
    pub fn explicit_parameters(&self) -> Result<Vec<u8>, CryptoError> {
        let numbers = Explicit::of(self)?;
        let length = self.id().field_bytes();
        let field = [
            tlv::encode(OBJECT_IDENTIFIER, &ID_PRIME_FIELD),
            tlv::encode(INTEGER, &unsigned(&numbers.prime)),
        ];
        let coefficients = [
            tlv::encode(OCTET_STRING, &left_padded(&numbers.a, length)),
            tlv::encode(OCTET_STRING, &left_padded(&numbers.b, length)),
        ];
        Ok(tlv::encode_constructed(
            SEQUENCE,
            &[
                &tlv::encode(INTEGER, &[1]),
                &tlv::encode(SEQUENCE, &field.concat()),
                &tlv::encode(SEQUENCE, &coefficients.concat()),
                &tlv::encode(OCTET_STRING, &numbers.base),
                &tlv::encode(INTEGER, &unsigned(&numbers.order)),
                &tlv::encode(INTEGER, &[1]),
            ],
        ))
    }

    fn generator(&self) -> Result<Point, CryptoError> {
        self.multiply_generator(&self.decode_scalar(&[1])?)
    }
}

/// Whether `bytes` are the uncompressed point `point`, or its compressed form.
fn is_point(point: &Point, bytes: &[u8]) -> bool {
    let uncompressed = point.as_bytes();
    let parity = uncompressed.last().map_or(0, |byte| byte & 1);
    bytes == uncompressed || bytes.split_first() == Some((&(0x02 | parity), point.x()))
}

/// DER content of a positive INTEGER.
fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        &[0]
    } else {
        &[]
    };
    [sign, bytes].concat()
}

fn left_padded(bytes: &[u8], length: usize) -> Vec<u8> {
    let zeros = length.saturating_sub(bytes.len());
    [&vec![0; zeros][..], bytes].concat()
}

fn strip(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect()
}

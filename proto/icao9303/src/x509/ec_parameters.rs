//! Elliptic curve parameters written out in full, as 9303-12 §4.1.6.3 demands of certificates.
//!
//! ```text
//! ECParameters ::= SEQUENCE { version INTEGER(1), fieldID SEQUENCE { prime-field, p },
//!   curve SEQUENCE { a, b OCTET STRING, seed BIT STRING OPTIONAL }, base OCTET STRING,
//!   order INTEGER, cofactor INTEGER OPTIONAL, … }
//! ```
//! Parameters from outside are never computed with: they must be those of a known curve, byte for
//! byte, and the known curve is used from then on (the lesson of CVE-2020-0601).

use std::sync::OnceLock;

use der::Tag;
use der::asn1::ObjectIdentifier;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::PointConversionForm;
use openssl::error::ErrorStack;

use super::walk::Walk;
use crate::crypto::curve::CurveId;
use crate::tlv;

const PRIME_FIELD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.1.1");

/// How a key names its curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterEncoding {
    /// `ECParameters` in full, with the cofactor: what 9303-12 demands.
    Explicit,
    /// `ECParameters` in full without the cofactor.
    ExplicitWithoutCofactor,
    /// The curve's object identifier.
    Named,
}

/// The parameters of one curve, ready to be compared or written.
struct Known {
    id: CurveId,
    prime: Vec<u8>,
    a: Vec<u8>,
    b: Vec<u8>,
    base: Vec<u8>,
    compressed: Vec<u8>,
    order: Vec<u8>,
}

impl Known {
    fn load(id: CurveId) -> Result<Self, ErrorStack> {
        let group = openssl::ec::EcGroup::from_curve_name(id.nid())?;
        let mut context = BigNumContext::new()?;
        let number = BigNum::new;
        let (mut prime, mut a, mut b, mut order) = (number()?, number()?, number()?, number()?);
        group.components_gfp(&mut prime, &mut a, &mut b, &mut context)?;
        group.order(&mut order, &mut context)?;
        let generator = group.generator_opt().ok_or_else(ErrorStack::get)?;
        let base = generator.to_bytes(&group, PointConversionForm::UNCOMPRESSED, &mut context)?;
        let compressed =
            generator.to_bytes(&group, PointConversionForm::COMPRESSED, &mut context)?;
        let field = i32::try_from(id.field_bytes()).unwrap_or(i32::MAX);
        Ok(Self {
            id,
            prime: prime.to_vec(),
            a: a.to_vec_padded(field)?,
            b: b.to_vec_padded(field)?,
            base,
            compressed,
            order: order.to_vec(),
        })
    }

    fn encode(&self) -> Vec<u8> {
        let prime = integer(&self.prime);
        let oid = tlv::encode(0x06, PRIME_FIELD.as_bytes());
        let field = tlv::encode_constructed(0x30, &[&oid, &prime]);
        let (a, b) = (tlv::encode(0x04, &self.a), tlv::encode(0x04, &self.b));
        let curve = tlv::encode_constructed(0x30, &[&a, &b]);
        let base = tlv::encode(0x04, &self.base);
        let order = integer(&self.order);
        let one = [0x02, 0x01, 0x01];
        tlv::encode_constructed(0x30, &[&one, &field, &curve, &base, &order, &one])
    }
}

/// The curves OpenSSL offers on this machine, loaded once.
fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        CurveId::ALL
            .into_iter()
            .filter_map(|id| Known::load(id).ok())
            .collect()
    })
}

/// The object identifier of a named curve (RFC 5480 §2.1.1.1, RFC 5639 §4).
pub fn curve_oid(curve: CurveId) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(match curve {
        CurveId::BrainpoolP192r1 => "1.3.36.3.3.2.8.1.1.3",
        CurveId::P224 => "1.3.132.0.33",
        CurveId::BrainpoolP224r1 => "1.3.36.3.3.2.8.1.1.5",
        CurveId::P256 => "1.2.840.10045.3.1.7",
        CurveId::BrainpoolP256r1 => "1.3.36.3.3.2.8.1.1.7",
        CurveId::BrainpoolP320r1 => "1.3.36.3.3.2.8.1.1.9",
        CurveId::P384 => "1.3.132.0.34",
        CurveId::BrainpoolP384r1 => "1.3.36.3.3.2.8.1.1.11",
        CurveId::BrainpoolP512r1 => "1.3.36.3.3.2.8.1.1.13",
        CurveId::P521 => "1.3.132.0.35",
    })
}

/// The DER `ECParameters` of `curve`, with cofactor; `None` if OpenSSL does not offer the curve.
pub fn explicit_parameters(curve: CurveId) -> Option<Vec<u8>> {
    known()
        .iter()
        .find(|known| known.id == curve)
        .map(Known::encode)
}

/// Which known curve the parameters of an `id-ecPublicKey` mean: a named curve's identifier, or
/// `ECParameters` equal to a known curve's. `Ok(None)` if they are well formed but of no known curve.
pub(crate) fn identify(parameters: &[u8]) -> der::Result<Option<(CurveId, ParameterEncoding)>> {
    let mut walk = Walk::new(parameters)?;
    if walk.next_is(Tag::ObjectIdentifier) {
        let oid: ObjectIdentifier = walk.decode()?;
        walk.finish()?;
        let curve = CurveId::ALL
            .into_iter()
            .find(|curve| curve_oid(*curve) == oid);
        return Ok(curve.map(|curve| (curve, ParameterEncoding::Named)));
    }
    let mut body = walk.enter(Tag::Sequence)?;
    walk.finish()?;
    body.small_integer()?;
    let mut field = body.enter(Tag::Sequence)?;
    if field.decode::<ObjectIdentifier>()? != PRIME_FIELD {
        return Ok(None);
    }
    let prime = field.magnitude()?;
    field.finish()?;
    let mut curve = body.enter(Tag::Sequence)?;
    let a = curve.value(Tag::OctetString)?;
    let b = curve.value(Tag::OctetString)?;
    curve.optional(Tag::BitString)?;
    curve.finish()?;
    let base = body.value(Tag::OctetString)?;
    let order = body.magnitude()?;
    let cofactor = if body.is_finished() {
        None
    } else {
        Some(body.magnitude()?)
    };
    body.finish()?;
    let Some(known) = known().iter().find(|known| known.prime == prime) else {
        return Ok(None);
    };
    // Some issuers write a and b without leading zeros, or the base point compressed.
    let same = trimmed(a) == trimmed(&known.a)
        && trimmed(b) == trimmed(&known.b)
        && (base == known.base || base == known.compressed)
        && order == known.order
        && matches!(cofactor, None | Some([1]));
    let encoding = match cofactor {
        Some(_) => ParameterEncoding::Explicit,
        None => ParameterEncoding::ExplicitWithoutCofactor,
    };
    Ok(same.then_some((known.id, encoding)))
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// A positive INTEGER from its magnitude, in the shortest form.
pub(crate) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let magnitude = trimmed(magnitude);
    let sign: &[u8] = if magnitude.first().is_none_or(|byte| byte & 0x80 != 0) {
        &[0]
    } else {
        &[]
    };
    tlv::encode_constructed(0x02, &[sign, magnitude])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_is_recognised_written_out_and_by_name() {
        assert_eq!(known().len(), CurveId::ALL.len());
        for curve in CurveId::ALL {
            let explicit = explicit_parameters(curve).unwrap();
            let found = identify(&explicit).unwrap();
            assert_eq!(found, Some((curve, ParameterEncoding::Explicit)));
            let named = tlv::encode(0x06, curve_oid(curve).as_bytes());
            assert_eq!(
                identify(&named).unwrap(),
                Some((curve, ParameterEncoding::Named))
            );
        }
    }

    /// CVE-2020-0601: an attacker keeps the curve and chooses the base point.
    #[test]
    fn parameters_that_differ_anywhere_are_no_known_curve() {
        let good = explicit_parameters(CurveId::BrainpoolP256r1).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let found = identify(&bad);
            // The version number alone carries no meaning for the curve.
            let version = (3..6).contains(&(bit / 8));
            assert!(
                version || !matches!(found, Ok(Some(_))),
                "bit {bit}: {found:?}"
            );
        }
    }
}

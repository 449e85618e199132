//! The elliptic curves of the standardised domain parameters (9303-11 §9.5.1), with the few point
//! operations that PACE needs and OpenSSL's ECDH does not offer.

use std::fmt;

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcPoint, PointConversionForm};
use openssl::nid::Nid;
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::CryptoError;

/// A curve, named by its standardised domain parameter id (9303-11 table 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the curves' own")]
pub enum CurveId {
    BrainpoolP192r1 = 9,
    P224 = 10,
    BrainpoolP224r1 = 11,
    P256 = 12,
    BrainpoolP256r1 = 13,
    BrainpoolP320r1 = 14,
    P384 = 15,
    BrainpoolP384r1 = 16,
    BrainpoolP512r1 = 17,
    P521 = 18,
}

impl CurveId {
    /// All curves, by id.
    pub const ALL: [Self; 10] = [
        Self::BrainpoolP192r1,
        Self::P224,
        Self::BrainpoolP224r1,
        Self::P256,
        Self::BrainpoolP256r1,
        Self::BrainpoolP320r1,
        Self::P384,
        Self::BrainpoolP384r1,
        Self::BrainpoolP512r1,
        Self::P521,
    ];

    /// The curve of a standardised domain parameter id.
    pub fn from_parameter_id(id: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|curve| curve.parameter_id() == id)
    }

    /// The standardised domain parameter id.
    pub fn parameter_id(self) -> u8 {
        self as u8
    }

    /// The curve's usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::BrainpoolP192r1 => "brainpoolP192r1",
            Self::P224 => "P-224",
            Self::BrainpoolP224r1 => "brainpoolP224r1",
            Self::P256 => "P-256",
            Self::BrainpoolP256r1 => "brainpoolP256r1",
            Self::BrainpoolP320r1 => "brainpoolP320r1",
            Self::P384 => "P-384",
            Self::BrainpoolP384r1 => "brainpoolP384r1",
            Self::BrainpoolP512r1 => "brainpoolP512r1",
            Self::P521 => "P-521",
        }
    }

    /// OpenSSL's number for the curve.
    pub fn nid(self) -> Nid {
        match self {
            Self::BrainpoolP192r1 => Nid::BRAINPOOL_P192R1,
            Self::P224 => Nid::SECP224R1,
            Self::BrainpoolP224r1 => Nid::BRAINPOOL_P224R1,
            Self::P256 => Nid::X9_62_PRIME256V1,
            Self::BrainpoolP256r1 => Nid::BRAINPOOL_P256R1,
            Self::BrainpoolP320r1 => Nid::BRAINPOOL_P320R1,
            Self::P384 => Nid::SECP384R1,
            Self::BrainpoolP384r1 => Nid::BRAINPOOL_P384R1,
            Self::BrainpoolP512r1 => Nid::BRAINPOOL_P512R1,
            Self::P521 => Nid::SECP521R1,
        }
    }

    /// The DER value of the curve's object identifier.
    pub fn oid(self) -> &'static [u8] {
        match self {
            Self::BrainpoolP192r1 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x03],
            Self::P224 => &[0x2B, 0x81, 0x04, 0x00, 0x21],
            Self::BrainpoolP224r1 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x05],
            Self::P256 => &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
            Self::BrainpoolP256r1 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07],
            Self::BrainpoolP320r1 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x09],
            Self::P384 => &[0x2B, 0x81, 0x04, 0x00, 0x22],
            Self::BrainpoolP384r1 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B],
            Self::BrainpoolP512r1 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0D],
            Self::P521 => &[0x2B, 0x81, 0x04, 0x00, 0x23],
        }
    }

    /// Bytes in a field element.
    pub fn field_bytes(self) -> usize {
        match self {
            Self::BrainpoolP192r1 => 24,
            Self::P224 | Self::BrainpoolP224r1 => 28,
            Self::P256 | Self::BrainpoolP256r1 => 32,
            Self::BrainpoolP320r1 => 40,
            Self::P384 | Self::BrainpoolP384r1 => 48,
            Self::BrainpoolP512r1 => 64,
            Self::P521 => 66,
        }
    }
}

/// A curve ready for arithmetic.
pub struct Curve {
    id: CurveId,
    group: EcGroup,
    order: BigNum,
}

impl Curve {
    /// Loads the parameters of `id`.
    pub fn new(id: CurveId) -> Result<Self, CryptoError> {
        let group = EcGroup::from_curve_name(id.nid())?;
        let mut order = BigNum::new()?;
        group.order(&mut order, &mut *BigNumContext::new()?)?;
        Ok(Self { id, group, order })
    }

    /// Which curve this is.
    pub fn id(&self) -> CurveId {
        self.id
    }

    /// OpenSSL's own parameters.
    pub fn group(&self) -> &EcGroup {
        &self.group
    }

    /// The point of an uncompressed encoding `04‖x‖y`: checked to be on the curve, and not infinity.
    pub fn decode_point(&self, bytes: &[u8]) -> Result<Point, CryptoError> {
        let expected = 1 + 2 * self.id.field_bytes();
        if bytes.len() != expected {
            return Err(CryptoError::Length {
                what: "public key",
                expected,
                found: bytes.len(),
            });
        }
        let not_on_curve = || CryptoError::NotOnCurve {
            curve: self.id.name(),
        };
        if bytes[0] != 0x04 {
            return Err(not_on_curve());
        }
        let mut context = BigNumContext::new()?;
        // OpenSSL checks the curve equation when it decodes; all these curves have cofactor 1.
        EcPoint::from_bytes(&self.group, bytes, &mut context).map_err(|_| not_on_curve())?;
        Ok(Point {
            bytes: bytes.to_vec(),
        })
    }

    /// A scalar from its big-endian bytes: at least 1 and below the order.
    pub fn decode_scalar(&self, bytes: &[u8]) -> Result<Scalar, CryptoError> {
        let number = secret_number(bytes)?;
        if number.num_bits() == 0 || number >= self.order {
            return Err(CryptoError::BadScalar {
                curve: self.id.name(),
            });
        }
        Ok(Scalar {
            bytes: Zeroizing::new(bytes.to_vec()),
        })
    }

    /// A fresh private scalar, uniform between 1 and the order (rejection sampling).
    pub fn random_scalar(&self, rng: &mut impl CryptoRng) -> Result<Scalar, CryptoError> {
        let bits = self.order.num_bits().unsigned_abs() as usize;
        let mut bytes = Zeroizing::new(vec![0; bits.div_ceil(8)]);
        loop {
            rng.fill_bytes(&mut bytes);
            if !bits.is_multiple_of(8) {
                bytes[0] &= (1 << (bits % 8)) - 1;
            }
            if let Ok(scalar) = self.decode_scalar(&bytes) {
                return Ok(scalar);
            }
        }
    }

    /// `scalar · G`.
    pub fn multiply_generator(&self, scalar: &Scalar) -> Result<Point, CryptoError> {
        let mut context = BigNumContext::new()?;
        let mut point = EcPoint::new(&self.group)?;
        point.mul_generator2(&self.group, &*scalar.number()?, &mut context)?;
        self.encode_point(&point)
    }

    /// `scalar · point`.
    pub fn multiply(&self, point: &Point, scalar: &Scalar) -> Result<Point, CryptoError> {
        let mut context = BigNumContext::new()?;
        let point = EcPoint::from_bytes(&self.group, &point.bytes, &mut context)?;
        let mut product = EcPoint::new(&self.group)?;
        product.mul2(&self.group, &point, &*scalar.number()?, &mut context)?;
        self.encode_point(&product)
    }

    /// The generic mapping of PACE: `nonce · G + shared` (9303-11 §4.4.3.3.1). The nonce is a
    /// 128-bit string read as a big-endian integer.
    pub fn map_generic(&self, nonce: &[u8], shared: &Point) -> Result<Point, CryptoError> {
        let mut context = BigNumContext::new()?;
        let nonce = secret_number(nonce)?;
        let mut product = EcPoint::new(&self.group)?;
        product.mul_generator2(&self.group, &nonce, &mut context)?;
        let shared = EcPoint::from_bytes(&self.group, &shared.bytes, &mut context)?;
        let mut mapped = EcPoint::new(&self.group)?;
        mapped.add(&self.group, &product, &shared, &mut context)?;
        self.encode_point(&mapped)
    }

    /// `a⁻¹ · b mod n`, as chip-authentication mapping needs it, in field length.
    pub fn divide_scalars(&self, b: &Scalar, a: &Scalar) -> Result<Scalar, CryptoError> {
        let mut context = BigNumContext::new_secure()?;
        let mut inverse = BigNum::new_secure()?;
        inverse.mod_inverse(&*a.number()?, &self.order, &mut context)?;
        let mut quotient = BigNum::new_secure()?;
        quotient.mod_mul(&inverse, &*b.number()?, &self.order, &mut context)?;
        let length = i32::try_from(self.id.field_bytes()).unwrap_or(i32::MAX);
        Ok(Scalar {
            bytes: Zeroizing::new(quotient.to_vec_padded(length)?),
        })
    }

    fn encode_point(&self, point: &EcPoint) -> Result<Point, CryptoError> {
        if point.is_infinity(&self.group) {
            return Err(CryptoError::Infinity {
                curve: self.id.name(),
            });
        }
        let mut context = BigNumContext::new()?;
        let form = PointConversionForm::UNCOMPRESSED;
        Ok(Point {
            bytes: point.to_bytes(&self.group, form, &mut context)?,
        })
    }
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Curve({})", self.id.name())
    }
}

/// A point of a curve, not infinity, as `04‖x‖y`.
///
/// Shared secrets are points too, so it is not printed and is wiped when dropped.
#[derive(Clone, PartialEq, Eq, zeroize::ZeroizeOnDrop)]
pub struct Point {
    bytes: Vec<u8>,
}

impl Point {
    /// The uncompressed encoding.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The x-coordinate in field length: the shared secret of ECDH, and `Comp()` of a public key.
    pub fn x(&self) -> &[u8] {
        &self.bytes[1..=self.bytes.len() / 2]
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({} bytes)", self.bytes.len())
    }
}

/// A private scalar: wiped when dropped, never printed.
#[derive(Clone)]
pub struct Scalar {
    bytes: Zeroizing<Vec<u8>>,
}

impl Scalar {
    /// Big-endian bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn number(&self) -> Result<ClearedNumber, CryptoError> {
        secret_number(&self.bytes)
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scalar(redacted)")
    }
}

/// A secret number that is wiped when dropped.
struct ClearedNumber(BigNum);

impl std::ops::Deref for ClearedNumber {
    type Target = openssl::bn::BigNumRef;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for ClearedNumber {
    fn drop(&mut self) {
        self.0.clear();
    }
}

impl PartialEq<BigNum> for ClearedNumber {
    fn eq(&self, other: &BigNum) -> bool {
        self.0 == *other
    }
}

impl PartialOrd<BigNum> for ClearedNumber {
    fn partial_cmp(&self, other: &BigNum) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(other)
    }
}

fn secret_number(bytes: &[u8]) -> Result<ClearedNumber, CryptoError> {
    let mut number = BigNum::new_secure()?;
    number.copy_from_slice(bytes)?;
    number.set_const_time();
    Ok(ClearedNumber(number))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    /// 9303-11 appendix G.1: the chip's side of the generic mapping on brainpoolP256r1.
    #[test]
    fn generic_mapping_of_icao() {
        let file = include_str!("../../../../tests/vectors/access_icao.json");
        let json: serde_json::Value = serde_json::from_str(file).unwrap();
        let value =
            |name: &str| hex::decode(json["pace_ecdh_gm_aes128"][name].as_str().unwrap()).unwrap();
        let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
        let ours = curve.decode_scalar(&value("map_t_priv")).unwrap();
        assert_eq!(
            curve.multiply_generator(&ours).unwrap().as_bytes(),
            value("map_t_pub")
        );
        let theirs = curve.decode_point(&value("map_c_pub")).unwrap();
        let shared = curve.multiply(&theirs, &ours).unwrap();
        assert_eq!(shared.as_bytes(), value("H"));
        let mapped = curve.map_generic(&value("nonce_s"), &shared).unwrap();
        assert_eq!(mapped.as_bytes(), value("mapped_G"));
        let ephemeral = curve.decode_scalar(&value("ka_t_priv")).unwrap();
        assert_eq!(
            curve.multiply(&mapped, &ephemeral).unwrap().as_bytes(),
            value("ka_t_pub")
        );
    }

    #[test]
    fn every_curve_agrees_on_a_secret() {
        let mut rng = StdRng::seed_from_u64(9303);
        for id in CurveId::ALL {
            let curve = Curve::new(id).unwrap();
            let (a, b) = (
                curve.random_scalar(&mut rng).unwrap(),
                curve.random_scalar(&mut rng).unwrap(),
            );
            let ab = curve
                .multiply(&curve.multiply_generator(&a).unwrap(), &b)
                .unwrap();
            let ba = curve
                .multiply(&curve.multiply_generator(&b).unwrap(), &a)
                .unwrap();
            assert_eq!(ab, ba);
            assert_eq!(ab.x().len(), id.field_bytes());
            let ratio = curve.divide_scalars(&b, &a).unwrap();
            let through = curve
                .multiply(&curve.multiply_generator(&a).unwrap(), &ratio)
                .unwrap();
            assert_eq!(through, curve.multiply_generator(&b).unwrap());
        }
    }

    #[test]
    fn points_and_scalars_that_are_none() {
        let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
        let mut point = curve
            .multiply_generator(&curve.decode_scalar(&[5]).unwrap())
            .unwrap()
            .as_bytes()
            .to_vec();
        point[40] ^= 1;
        assert!(matches!(
            curve.decode_point(&point),
            Err(CryptoError::NotOnCurve { .. })
        ));
        assert!(matches!(
            curve.decode_point(&[0]),
            Err(CryptoError::Length { .. })
        ));
        let order = curve.order.to_vec();
        for bad in [&[][..], &[0, 0], &order] {
            assert!(matches!(
                curve.decode_scalar(bad),
                Err(CryptoError::BadScalar { .. })
            ));
        }
    }
}

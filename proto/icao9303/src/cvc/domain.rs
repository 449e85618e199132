//! Domain parameters of elliptic curves as objects 81 to 85 and 87 (TR-03110-3 appendix D.3.3).

use openssl::bn::{BigNum, BigNumContext};

use super::CvcError;
use crate::crypto::CryptoError;
use crate::crypto::curve::{Curve, CurveId};
use crate::tlv::{Reader, TlvError};

/// The cofactor of every curve that we speak.
const COFACTOR: [u8; 1] = [1];

/// The objects of a curve, in the order of their tags, without the public point (86).
pub(super) struct DomainParameters {
    /// 81 p, 82 a, 83 b, 84 G, 85 n.
    pub(super) before_point: [Vec<u8>; 5],
    /// 87.
    pub(super) cofactor: Vec<u8>,
}

impl DomainParameters {
    /// The parameters of a curve: unsigned integers without leading zeros, the generator
    /// uncompressed.
    pub(super) fn of(curve: CurveId) -> Result<Self, CryptoError> {
        let curve = Curve::new(curve)?;
        let group = curve.group();
        let mut context = BigNumContext::new()?;
        let (mut p, mut a, mut b) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
        let mut n = BigNum::new()?;
        group.components_gfp(&mut p, &mut a, &mut b, &mut context)?;
        group.order(&mut n, &mut context)?;
        let generator = curve.multiply_generator(&curve.decode_scalar(&[1])?)?;
        let generator = generator.as_bytes().to_vec();
        Ok(Self {
            before_point: [p.to_vec(), a.to_vec(), b.to_vec(), generator, n.to_vec()],
            cofactor: COFACTOR.to_vec(),
        })
    }

    /// Objects 81 to 85 if the first is there; then all must be. 87 follows the point.
    pub(super) fn read_before_point<'a>(
        reader: &mut Reader<'a>,
    ) -> Result<Option<[&'a [u8]; 5]>, TlvError> {
        let Some(prime) = reader.optional(0x81)? else {
            return Ok(None);
        };
        let mut values = [prime; 5];
        for (tag, value) in (0x82..).zip(&mut values[1..]) {
            *value = reader.expect(tag)?;
        }
        Ok(Some(values))
    }

    /// The one curve whose parameters are exactly these: who differs in anything is not used.
    pub(super) fn identify(values: [&[u8]; 5], cofactor: &[u8]) -> Result<CurveId, CvcError> {
        let same_length = |curve: &CurveId| curve.field_bytes() == values[0].len();
        for curve in CurveId::ALL.into_iter().filter(same_length) {
            let known = Self::of(curve)?;
            if known.before_point.iter().map(Vec::as_slice).eq(values) && known.cofactor == cofactor
            {
                return Ok(curve);
            }
        }
        Err(CvcError::UnknownCurve)
    }
}

//! Key pairs on elliptic curves: made and found in any role, and those that sign.

use std::fmt;

use cryptoki::{
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
};
use openssl::{
    bn::BigNumContext,
    ec::{EcGroup, EcKey as OpensslKey, EcPoint},
    error::ErrorStack,
    pkey::PKey,
};

use crate::{
    curve::Curve,
    error::{CustodyError, expect_length},
    object::Named,
    role::{CurveRole, EcRole},
    token::{Asking, Desk, Fault, Token},
};

/// A private key in a token that serves the role `R`, and its public half.
///
/// Neither `Clone` nor `Copy`: who owns it may sign, or agree on secrets.
pub struct EcKey<R: CurveRole> {
    pub(crate) named: Named<R>,
    curve: Curve,
    /// The uncompressed point, as in `CKA_EC_POINT`'s octet string.
    point: Vec<u8>,
    spki: Vec<u8>,
}

impl<R: CurveRole> fmt::Debug for EcKey<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcKey({:?}, {:?})", self.named, self.curve)
    }
}

impl<R: CurveRole> EcKey<R> {
    /// The key's label in its token.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.named.label
    }

    /// The key's curve.
    #[must_use]
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// DER of the public key as `SubjectPublicKeyInfo` with a named curve.
    #[must_use]
    pub fn public_key_spki(&self) -> &[u8] {
        &self.spki
    }

    /// The public key as an uncompressed point: 04, x, y.
    #[must_use]
    pub fn public_point(&self) -> &[u8] {
        &self.point
    }
}

impl Token {
    /// Makes a key pair in the token: sensitive, not extractable, with the rights of its role.
    pub fn generate_ec<R: CurveRole>(
        &self,
        label: &str,
        curve: Curve,
    ) -> Result<EcKey<R>, CustodyError> {
        let named = Named::<R>::new(label);
        self.run(&mut |desk| {
            let public = [
                Attribute::EcParams(curve.oid_der().to_vec()),
                public_right::<R>(),
            ];
            named.make_pair(desk, &Mechanism::EccKeyPairGen, &public)
        })?;
        // Read back like any other: what the token made is checked before it is used.
        self.find_ec(label)
    }

    /// The key of this label and role; fails unless the token holds exactly one, confined as ours.
    pub fn find_ec<R: CurveRole>(&self, label: &str) -> Result<EcKey<R>, CustodyError> {
        let named = Named::<R>::new(label);
        let (curve, point) = self.run(&mut |desk| {
            private_key(self, desk, &named)?;
            public_key(self, desk, &named)
        })?;
        let spki = encode_spki(curve, &point).map_err(|source| CustodyError::Encoding {
            key: label.into(),
            source,
        })?;
        Ok(EcKey {
            named,
            curve,
            point,
            spki,
        })
    }

    /// Signs a digest of at most the curve's length; the signature is r‖s, each half padded.
    pub fn sign_digest<R: EcRole>(
        &self,
        key: &EcKey<R>,
        digest: &[u8],
    ) -> Result<Vec<u8>, CustodyError> {
        let length = key.curve.coordinate_length();
        if !matches!(digest.len(), 20..=64) || digest.len() > length {
            let found = digest.len();
            return Err(CustodyError::InputLength {
                act: "sign a digest",
                found,
                expected: length,
            });
        }
        let signature = self.run(&mut |desk| {
            let handle = self.current(desk, key)?;
            desk.session
                .sign(&Mechanism::Ecdsa, handle, digest)
                .asking("sign")
        })?;
        expect_length("read a signature of the token", signature.len(), 2 * length)?;
        Ok(signature)
    }

    /// Whether the key can be used now: the token answers and holds exactly this key.
    pub fn check_ec<R: CurveRole>(&self, key: &EcKey<R>) -> Result<(), CustodyError> {
        self.run(&mut |desk| {
            desk.present()?;
            self.same(desk, key).map(|_| ())
        })
    }

    /// The key's handle in this connection.
    pub(crate) fn current<R: CurveRole>(
        &self,
        desk: &Desk,
        key: &EcKey<R>,
    ) -> Result<ObjectHandle, Fault> {
        key.named.handle(desk, || self.same(desk, key))
    }

    /// The private key, when the public key beside it is still the one that we know.
    fn same<R: CurveRole>(&self, desk: &Desk, key: &EcKey<R>) -> Result<ObjectHandle, Fault> {
        let handle = private_key(self, desk, &key.named)?;
        if public_key(self, desk, &key.named)? != (key.curve, key.point.clone()) {
            return Err(key.named.unfit(self, "another key took its name"));
        }
        Ok(handle)
    }
}

/// What the public half may do beside the private one.
fn public_right<R: CurveRole>() -> Attribute {
    if R::RIGHTS.contains(&AttributeType::Derive) {
        Attribute::Derive(true)
    } else {
        Attribute::Verify(true)
    }
}

fn private_key<R: CurveRole>(
    token: &Token,
    desk: &Desk,
    named: &Named<R>,
) -> Result<ObjectHandle, Fault> {
    named.held(token, desk, ObjectClass::PRIVATE_KEY)
}

fn public_key<R: CurveRole>(
    token: &Token,
    desk: &Desk,
    named: &Named<R>,
) -> Result<(Curve, Vec<u8>), Fault> {
    let handle = named.exactly_one(token, desk, ObjectClass::PUBLIC_KEY)?;
    let attributes = desk
        .session
        .get_attributes(handle, &[AttributeType::EcParams, AttributeType::EcPoint])
        .asking("read a public key")?;
    let (mut curve, mut point) = (None, None);
    for attribute in attributes {
        match attribute {
            Attribute::EcParams(oid) => {
                curve = Curve::ALL.into_iter().find(|curve| curve.oid_der() == oid);
            }
            Attribute::EcPoint(octets) => point = Some(octets),
            _ => {}
        }
    }
    let curve = curve.ok_or_else(|| named.unfit(token, "its curve is none of ours"))?;
    let length = curve.coordinate_length() * 2 + 1;
    // DER OCTET STRING (length below 128) of an uncompressed point.
    let point = point.filter(|octets| {
        octets.len() == length + 2
            && octets[0] == 0x04
            && usize::from(octets[1]) == length
            && octets[2] == 0x04
    });
    let point = point.ok_or_else(|| named.unfit(token, "its public point is malformed"))?;
    Ok((curve, point[2..].to_vec()))
}

fn encode_spki(curve: Curve, point: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let group = EcGroup::from_curve_name(curve.nid())?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(&group, point, &mut context)?;
    let key = OpensslKey::from_public_key(&group, &point)?;
    key.check_key()?;
    PKey::from_ec_key(key)?.public_key_to_der()
}

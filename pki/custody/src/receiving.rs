//! The key pair to which dossiers are sealed: a P-256 key that agrees on secrets, and nothing else.
//!
//! What leaves the token is the x-coordinate of its private key times a sender's point, which opens
//! one message (RFC 9180, DHKEM). The private key itself never leaves.

use std::fmt;

use cryptoki::{
    mechanism::{
        Mechanism,
        elliptic_curve::{EcKdf, Ecdh1DeriveParams},
    },
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
};
use zeroize::Zeroizing;

use crate::{
    curve::Curve,
    ec::{encode_spki, public_key},
    error::CustodyError,
    object::{Named, confined},
    role::IntakeOpening,
    token::{Asking, Desk, Fault, Token},
};

const RIGHTS: [AttributeType; 1] = [AttributeType::Derive];
/// Bytes of an uncompressed point of P-256.
const POINT: usize = 65;
/// Bytes of its x-coordinate.
const SHARED: usize = 32;

/// A private key in a token that agrees on secrets, and its public half. Neither `Clone` nor `Copy`.
pub struct ReceivingKey {
    named: Named<IntakeOpening>,
    point: Vec<u8>,
    spki: Vec<u8>,
}

impl fmt::Debug for ReceivingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceivingKey({:?})", self.named)
    }
}

impl ReceivingKey {
    /// The key's label in its token.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.named.label
    }

    /// DER of the public key as `SubjectPublicKeyInfo` with a named curve.
    #[must_use]
    pub fn public_key_spki(&self) -> &[u8] {
        &self.spki
    }
}

impl Token {
    /// Makes a P-256 key pair in the token: sensitive, not extractable, agreement only.
    pub fn generate_receiving_key(&self, label: &str) -> Result<ReceivingKey, CustodyError> {
        let named = Named::<IntakeOpening>::new(label);
        self.run(&mut |desk| {
            named.vacant_pair(desk)?;
            let mut public = named.names(ObjectClass::PUBLIC_KEY);
            public.extend([
                Attribute::EcParams(Curve::P256.oid_der().to_vec()),
                Attribute::Derive(true),
                Attribute::Modifiable(false),
            ]);
            let mut private = named.names(ObjectClass::PRIVATE_KEY);
            private.extend(confined(&RIGHTS, false));
            desk.session
                .generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
                .asking("make a key pair")
        })?;
        self.find_receiving_key(label)
    }

    /// The receiving key of this label; fails unless the token holds exactly one, confined as ours.
    pub fn find_receiving_key(&self, label: &str) -> Result<ReceivingKey, CustodyError> {
        let named = Named::<IntakeOpening>::new(label);
        let point = self.run(&mut |desk| {
            private_key(self, desk, &named)?;
            p256_point(self, desk, &named)
        })?;
        let spki = encode_spki(Curve::P256, &point).map_err(|source| CustodyError::Encoding {
            key: label.into(),
            source,
        })?;
        Ok(ReceivingKey { named, point, spki })
    }

    /// The x-coordinate of the key times a sender's uncompressed point. The caller makes sure that
    /// the point lies on P-256: a token may not.
    pub fn agree(
        &self,
        key: &ReceivingKey,
        point: &[u8],
    ) -> Result<Zeroizing<[u8; SHARED]>, CustodyError> {
        if point.len() != POINT || point[0] != 4 {
            return Err(CustodyError::InputLength {
                act: "agree on a secret with an uncompressed point",
                found: point.len(),
                expected: POINT,
            });
        }
        // As a DER OCTET STRING: SoftHSM takes a bare point whose second byte is 3F for one.
        let peer = [&[4, 65], point].concat();
        let shared = self.run(&mut |desk| {
            let handle = key.named.handle(desk, || self.same_receiving(desk, key))?;
            let parameters = Ecdh1DeriveParams::new(EcKdf::null(), &peer);
            let secret = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::GENERIC_SECRET),
                Attribute::ValueLen((SHARED as u64).into()),
                Attribute::Token(false),
                Attribute::Sensitive(false),
                Attribute::Extractable(true),
            ];
            let derived = desk
                .session
                .derive_key(&Mechanism::Ecdh1Derive(parameters), handle, &secret)
                .asking("agree on a secret")?;
            let value = desk
                .session
                .get_attributes(derived, &[AttributeType::Value])
                .asking("tell the secret agreed on");
            desk.session
                .destroy_object(derived)
                .asking("forget the secret agreed on")?;
            Ok(value?.into_iter().find_map(|attribute| match attribute {
                Attribute::Value(bytes) => Some(Zeroizing::new(bytes)),
                _ => None,
            }))
        })?;
        let shared = shared.unwrap_or_default();
        let found = shared.len();
        let shared: [u8; SHARED] =
            shared
                .as_slice()
                .try_into()
                .map_err(|_| CustodyError::InputLength {
                    act: "read a secret of the token",
                    found,
                    expected: SHARED,
                })?;
        Ok(Zeroizing::new(shared))
    }

    /// Whether the key can be used now: the token answers and holds exactly this key.
    pub fn check_receiving_key(&self, key: &ReceivingKey) -> Result<(), CustodyError> {
        self.run(&mut |desk| {
            desk.present()?;
            self.same_receiving(desk, key).map(|_| ())
        })
    }

    /// Destroys the key pair: what was sealed to it and not opened is lost for ever.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a key that is no more cannot be used"
    )]
    pub fn destroy_receiving_key(&self, key: ReceivingKey) -> Result<(), CustodyError> {
        self.run(&mut |desk| {
            let private = self.same_receiving(desk, &key)?;
            desk.session
                .destroy_object(private)
                .asking("destroy a receiving key")?;
            let public = key.named.exactly_one(self, desk, ObjectClass::PUBLIC_KEY)?;
            desk.session
                .destroy_object(public)
                .asking("remove the public half of a key")
        })
    }

    /// The private key, when the public key beside it is still the one that we know.
    fn same_receiving(&self, desk: &Desk, key: &ReceivingKey) -> Result<ObjectHandle, Fault> {
        let handle = private_key(self, desk, &key.named)?;
        if p256_point(self, desk, &key.named)? != key.point {
            return Err(key.named.unfit(self, "another key took its name"));
        }
        Ok(handle)
    }
}

fn private_key(
    token: &Token,
    desk: &Desk,
    named: &Named<IntakeOpening>,
) -> Result<ObjectHandle, Fault> {
    let handle = named.exactly_one(token, desk, ObjectClass::PRIVATE_KEY)?;
    named.check_rights(token, desk, handle, &RIGHTS)?;
    Ok(handle)
}

fn p256_point(token: &Token, desk: &Desk, named: &Named<IntakeOpening>) -> Result<Vec<u8>, Fault> {
    match public_key(token, desk, named)? {
        (Curve::P256, point) => Ok(point),
        _ => Err(named.unfit(token, "its curve is not P-256")),
    }
}

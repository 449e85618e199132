//! The key pair to which dossiers are sealed: a P-256 key that agrees on secrets, and nothing else.
//!
//! What leaves the token is the x-coordinate of its private key times a sender's point, which opens
//! one message (RFC 9180, DHKEM). The private key itself never leaves.

use cryptoki::{
    mechanism::{
        Mechanism,
        elliptic_curve::{EcKdf, Ecdh1DeriveParams},
    },
    object::{Attribute, AttributeType, KeyType, ObjectClass},
};
use zeroize::Zeroizing;

use crate::{
    curve::Curve,
    ec::EcKey,
    error::{CustodyError, exactly},
    role::IntakeOpening,
    token::{Asking, Token},
};

/// Bytes of an uncompressed point of P-256.
const POINT: usize = 65;
/// Bytes of its x-coordinate.
const SHARED: usize = 32;

/// A key pair that agrees on secrets.
pub type ReceivingKey = EcKey<IntakeOpening>;

impl Token {
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
            if key.curve() != Curve::P256 {
                return Err(key.named.unfit(self, "its curve is not P-256"));
            }
            let handle = self.current(desk, key)?;
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
        exactly("read a secret of the token", &shared.unwrap_or_default())
    }
}

//! The key pair of deliveries: a chip maker encrypts a batch's transport key to it.
//!
//! RSA-3072 with OAEP (SHA-1 and MGF1-SHA-1, the only form that every token of ours offers; OAEP
//! does not rest on collision resistance). The private half decrypts, nothing else.

use std::fmt;

use cryptoki::{
    mechanism::{
        Mechanism, MechanismType,
        rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource},
    },
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
};
use openssl::{bn::BigNum, error::ErrorStack, pkey::PKey, rsa::Rsa};
use zeroize::Zeroizing;

use crate::{
    error::{CustodyError, expect_length},
    object::Named,
    role::DeliveryTransport,
    token::{Asking, Desk, Fault, Token},
};

const BITS: u64 = 3072;
const BYTES: usize = 384;
const EXPONENT: [u8; 3] = [1, 0, 1];

/// The private key that opens deliveries, and its public half. Neither `Clone` nor `Copy`.
pub struct DeliveryKey {
    named: Named<DeliveryTransport>,
    spki: Vec<u8>,
}

impl fmt::Debug for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveryKey({:?})", self.named)
    }
}

impl DeliveryKey {
    /// The key's label in its token.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.named.label
    }

    /// DER of the public key for the chip maker (`SubjectPublicKeyInfo`, rsaEncryption).
    #[must_use]
    pub fn public_key_spki(&self) -> &[u8] {
        &self.spki
    }
}

impl Token {
    /// Makes the RSA-3072 key pair of deliveries: sensitive, not extractable, decrypting only.
    pub fn generate_delivery_key(&self, label: &str) -> Result<DeliveryKey, CustodyError> {
        let named = Named::<DeliveryTransport>::new(label);
        self.run(&mut |desk| {
            let public = [
                Attribute::ModulusBits(BITS.into()),
                Attribute::PublicExponent(EXPONENT.to_vec()),
                Attribute::Encrypt(true),
            ];
            named.make_pair(desk, &Mechanism::RsaPkcsKeyPairGen, &public)
        })?;
        self.find_delivery_key(label)
    }

    /// The delivery key of this label; fails unless the token holds exactly one, confined as ours.
    pub fn find_delivery_key(&self, label: &str) -> Result<DeliveryKey, CustodyError> {
        let named = Named::<DeliveryTransport>::new(label);
        let modulus = self.run(&mut |desk| {
            private_key(self, desk, &named)?;
            modulus(self, desk, &named)
        })?;
        let spki = encode_spki(&modulus).map_err(|source| CustodyError::Encoding {
            key: label.into(),
            source,
        })?;
        Ok(DeliveryKey { named, spki })
    }

    /// Opens what a chip maker encrypted to the key (RSA-OAEP, SHA-1, empty label).
    pub fn decrypt_delivery(
        &self,
        key: &DeliveryKey,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
        const ACT: &str = "open the key of a delivery";
        expect_length(ACT, ciphertext.len(), BYTES)?;
        self.run(&mut |desk| {
            let handle = key
                .named
                .handle(desk, || private_key(self, desk, &key.named))?;
            let parameters = PkcsOaepParams::new(
                MechanismType::SHA1,
                PkcsMgfType::MGF1_SHA1,
                PkcsOaepSource::empty(),
            );
            desk.session
                .decrypt(&Mechanism::RsaPkcsOaep(parameters), handle, ciphertext)
                .map(Zeroizing::new)
                .asking(ACT)
        })
    }
}

fn private_key(
    token: &Token,
    desk: &Desk,
    named: &Named<DeliveryTransport>,
) -> Result<ObjectHandle, Fault> {
    named.held(token, desk, ObjectClass::PRIVATE_KEY)
}

fn modulus(token: &Token, desk: &Desk, named: &Named<DeliveryTransport>) -> Result<Vec<u8>, Fault> {
    let handle = named.exactly_one(token, desk, ObjectClass::PUBLIC_KEY)?;
    let attributes = desk
        .session
        .get_attributes(handle, &[AttributeType::Modulus])
        .asking("read a public key")?;
    match attributes.into_iter().next() {
        Some(Attribute::Modulus(modulus)) if modulus.len() == BYTES => Ok(modulus),
        _ => Err(named.unfit(token, "it is not an RSA-3072 key")),
    }
}

fn encode_spki(modulus: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let modulus = BigNum::from_slice(modulus)?;
    let exponent = BigNum::from_slice(&EXPONENT)?;
    PKey::from_rsa(Rsa::from_public_components(modulus, exponent)?)?.public_key_to_der()
}

//! Signatures: what travels with whose signature, verified before it is read.
//!
//! ```text
//! canonical CBOR  [domain (tstr), key id (bstr 32), body (bstr), r‖s (bstr 64)]
//! signed          SHA-256(domain ‖ 00 ‖ key id ‖ body), ECDSA over P-256
//! key id          SHA-256 of the signer's SubjectPublicKeyInfo (DER)
//! ```

use std::{fmt, marker::PhantomData};

use openssl::{bn::BigNum, ecdsa::EcdsaSig, nid::Nid, pkey::PKey, sha::Sha256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use crate::{
    blob::{Hash, KeyId},
    cbor::{self, Body, FormError},
};

/// Bytes of a signature r‖s over P-256.
pub const SIGNATURE_LENGTH: usize = 64;
/// Bytes that the envelope adds to a body at most.
pub const OVERHEAD: usize = 192;

/// A P-256 private key somewhere else, a token mostly.
pub trait SigningKey {
    /// Why it could not sign.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The public half: DER of the `SubjectPublicKeyInfo`.
    fn spki(&self) -> &[u8];

    /// Signs a SHA-256 digest with ECDSA; r‖s, each half 32 bytes.
    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; SIGNATURE_LENGTH], Self::Error>;
}

/// Why something is not what its signer signed, or could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// It is not one of our structures.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The verification key is not a P-256 public key.
    #[error(
        "the key that should have signed the {what} is not a P-256 public key; check where it is configured"
    )]
    BadKey {
        /// What was signed.
        what: &'static str,
    },
    /// Signed by another key than the one at hand.
    #[error(
        "the {what} names the key {named}, not the one that it is verified with; find that key or refuse it"
    )]
    OtherKey {
        /// What was signed.
        what: &'static str,
        /// The key that it names.
        named: KeyId,
    },
    /// The signature is not that key's.
    #[error("the {what}'s signature is wrong: it was changed or forged; refuse it")]
    BadSignature {
        /// What was signed.
        what: &'static str,
    },
    /// The key could not sign.
    #[error("cannot sign the {what}: {source}")]
    Signing {
        /// What was to be signed.
        what: &'static str,
        /// The token's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A body with a signature that may or may not be right: call [`Self::verify`].
pub struct Signed<T> {
    key: KeyId,
    body: Zeroizing<Vec<u8>>,
    signature: [u8; SIGNATURE_LENGTH],
    of: PhantomData<fn() -> T>,
}

/// Domain, key id, body, signature, as they stand on the wire.
#[derive(Serialize)]
struct Envelope<'a>(
    &'a str,
    KeyId,
    #[serde(serialize_with = "as_bytes")] &'a [u8],
    #[serde(serialize_with = "as_bytes")] &'a [u8],
);

#[derive(Deserialize)]
struct Opened(String, KeyId, Octets, Octets);

struct Octets(Zeroizing<Vec<u8>>);

impl<T: Body> Signed<T> {
    /// Writes the body and has it signed; a signature that does not verify is never let out.
    pub fn sign<K: SigningKey>(body: &T, key: &K) -> Result<Self, SignatureError> {
        let mut signed = Self {
            key: KeyId::of(key.spki()),
            body: body.encode()?,
            signature: [0; SIGNATURE_LENGTH],
            of: PhantomData,
        };
        signed.signature =
            key.sign(&signed.digest())
                .map_err(|source| SignatureError::Signing {
                    what: T::WHAT,
                    source: Box::new(source),
                })?;
        signed.check(key.spki())?;
        Ok(signed)
    }

    /// Reads bytes made by [`Self::encode`]; the body is only read once it is verified.
    pub fn decode(bytes: &[u8]) -> Result<Self, SignatureError> {
        let limit = T::MAX_LENGTH + OVERHEAD;
        if bytes.len() > limit {
            return Err(FormError::TooLong {
                what: T::WHAT,
                length: bytes.len(),
                limit,
            }
            .into());
        }
        let malformed = || FormError::Malformed {
            what: T::WHAT,
            offset: 0,
        };
        let Opened(domain, key, body, signature) = cbor::read(T::WHAT, bytes)?;
        if domain != T::DOMAIN || body.0.len() > T::MAX_LENGTH {
            return Err(malformed().into());
        }
        let signed = Self {
            key,
            signature: signature.0.as_slice().try_into().map_err(|_| malformed())?,
            body: body.0,
            of: PhantomData,
        };
        if *signed.encode()? != bytes {
            return Err(FormError::NotCanonical { what: T::WHAT }.into());
        }
        Ok(signed)
    }

    /// The bytes for storage and transport.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, FormError> {
        let envelope = Envelope(T::DOMAIN, self.key, &self.body, &self.signature);
        cbor::write(T::WHAT, &envelope)
    }

    /// The key that is said to have signed: look up whose it is, then [`Self::verify`].
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The signature, r‖s: for keeping as proof.
    pub fn signature(&self) -> &[u8; SIGNATURE_LENGTH] {
        &self.signature
    }

    /// SHA-256 of the body: what it says, whoever signed it and how often.
    pub fn content(&self) -> Hash {
        Hash::of(&self.body)
    }

    /// The body, when its signature verifies with the key of this `SubjectPublicKeyInfo` (DER).
    pub fn verify(&self, spki: &[u8]) -> Result<T, SignatureError> {
        self.check(spki)?;
        Ok(T::decode(&self.body)?)
    }

    /// The body, whoever wrote it. For showing what could not be verified, never for deciding.
    pub fn danger_unverified(&self) -> Result<T, FormError> {
        T::decode(&self.body)
    }

    fn check(&self, spki: &[u8]) -> Result<(), SignatureError> {
        let what = T::WHAT;
        let key = PKey::public_key_from_der(spki)
            .and_then(|key| key.ec_key())
            .map_err(|_| SignatureError::BadKey { what })?;
        if key.group().curve_name() != Some(Nid::X9_62_PRIME256V1) {
            return Err(SignatureError::BadKey { what });
        }
        if self.key != KeyId::of(spki) {
            let named = self.key;
            return Err(SignatureError::OtherKey { what, named });
        }
        let (r, s) = self.signature.split_at(SIGNATURE_LENGTH / 2);
        let good = BigNum::from_slice(r)
            .and_then(|r| EcdsaSig::from_private_components(r, BigNum::from_slice(s)?))
            .and_then(|signature| signature.verify(&self.digest(), &key))
            .unwrap_or(false);
        if good {
            Ok(())
        } else {
            Err(SignatureError::BadSignature { what })
        }
    }

    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(T::DOMAIN.as_bytes());
        hash.update(&[0]);
        hash.update(self.key.as_bytes());
        hash.update(&self.body);
        hash.finish()
    }
}

impl<T> Clone for Signed<T> {
    fn clone(&self) -> Self {
        Self {
            key: self.key,
            body: self.body.clone(),
            signature: self.signature,
            of: PhantomData,
        }
    }
}

impl<T> PartialEq for Signed<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.key, &self.body, self.signature) == (other.key, &other.body, other.signature)
    }
}

impl<T> Eq for Signed<T> {}

impl<T: Body> fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Signed({}, {} bytes, by {})",
            T::WHAT,
            self.body.len(),
            self.key
        )
    }
}

/// Within another structure it is a byte string.
impl<T: Body> Serialize for Signed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.encode().map_err(serde::ser::Error::custom)?;
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de, T: Body> Deserialize<'de> for Signed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Octets::deserialize(deserializer)?;
        Self::decode(&bytes.0).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Octets;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Octets, E> {
                Ok(Octets(Zeroizing::new(bytes.to_vec())))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

fn as_bytes<S: Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

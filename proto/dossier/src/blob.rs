//! Byte strings with limits: pictures and secrets, hashes, and the names of keys.

use std::fmt;

use openssl::sha::sha256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroize;

use crate::cbor::FormError;

/// `MIN` to `MAX` bytes of a person, or a secret: redacted, and wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob<const MIN: usize, const MAX: usize>(Vec<u8>);

impl<const MIN: usize, const MAX: usize> Blob<MIN, MAX> {
    /// Takes bytes; those that are refused are wiped too.
    pub fn new(mut bytes: Vec<u8>) -> Result<Self, FormError> {
        let found = bytes.len();
        if (MIN..=MAX).contains(&found) {
            return Ok(Self(bytes));
        }
        bytes.zeroize();
        Err(FormError::Length {
            found,
            min: MIN,
            max: MAX,
        })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> Drop for Blob<MIN, MAX> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Blob<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl<const MIN: usize, const MAX: usize> Serialize for Blob<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Blob<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<const MIN: usize, const MAX: usize>;
        impl<const MIN: usize, const MAX: usize> de::Visitor<'_> for Visitor<MIN, MAX> {
            type Value = Blob<MIN, MAX>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{MIN} to {MAX} bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                if (MIN..=MAX).contains(&bytes.len()) {
                    Ok(Blob(bytes.to_vec()))
                } else {
                    Err(E::invalid_length(bytes.len(), &self))
                }
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

/// A byte string of a fixed length that is public and printed as hexadecimal digits.
macro_rules! public_bytes {
    ($($(#[$doc:meta])* $name:ident[$length:expr];)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// From its bytes.
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(f, "{} bytes", $length)
                    }
                    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<$name, E> {
                        let found = bytes.len();
                        bytes
                            .try_into()
                            .map($name)
                            .map_err(|_| E::invalid_length(found, &self))
                    }
                }
                deserializer.deserialize_bytes(Visitor)
            }
        }
    )+};
}
pub(crate) use public_bytes;

public_bytes! {
    /// A SHA-256.
    Hash[32];
    /// The name of a key: the SHA-256 of its `SubjectPublicKeyInfo` (DER).
    KeyId[32];
}

impl Hash {
    /// The SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }
}

impl KeyId {
    /// The name of the public key with this `SubjectPublicKeyInfo` (DER).
    pub fn of(spki: &[u8]) -> Self {
        Self(sha256(spki))
    }
}

//! Typed identifiers: of applications, stations and staff, and the short names of offices.

use std::{fmt, str::FromStr};

use rand::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::blob::public_bytes;

/// Length of an identifier in bytes.
pub const LENGTH: usize = 16;

/// A text that is not an identifier. For the developer and the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("reading a {kind}: {expected}")]
pub struct BadId {
    kind: &'static str,
    expected: &'static str,
}

public_bytes! {
    /// One application for one document, from the counter to the centre.
    ApplicationId[LENGTH];
    /// A member of staff.
    PersonId[LENGTH];
    /// An enrolment station.
    StationId[LENGTH];
}

macro_rules! random_ids {
    ($($name:ident)+) => {$(
        impl $name {
            /// A new identifier: 128 random bits, without order or meaning.
            pub fn generate(rng: &mut impl CryptoRng) -> Self {
                let mut bytes = [0; LENGTH];
                rng.fill_bytes(&mut bytes);
                Self::from_bytes(bytes)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let mut bytes = [0; LENGTH];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| BadId {
                    kind: stringify!($name),
                    expected: "32 hexadecimal digits are expected",
                })?;
                Ok(Self::from_bytes(bytes))
            }
        }
    )+};
}

random_ids!(ApplicationId PersonId StationId);

/// An office: `L-` and the LAU code of a commune (`L-0304`), or a short name such as `CTIE`.
/// 2 to 16 of `A-Z 0-9 -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeId(String);

impl OfficeId {
    /// The office's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The LAU code of the commune whose office this is; none for the State's own offices.
    pub fn commune(&self) -> Option<&str> {
        let code = self.0.strip_prefix("L-")?;
        (code.len() == 4 && code.bytes().all(|c| c.is_ascii_digit())).then_some(code)
    }
}

impl FromStr for OfficeId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let known = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-';
        if (2..=16).contains(&text.len()) && text.bytes().all(known) {
            return Ok(Self(text.to_owned()));
        }
        Err(BadId {
            kind: "OfficeId",
            expected: "2 to 16 capital letters, digits and hyphens are expected",
        })
    }
}

impl fmt::Display for OfficeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OfficeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeId({self})")
    }
}

impl Serialize for OfficeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OfficeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = OfficeId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an office")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<OfficeId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_printed() {
        let id = StationId::from_bytes([0xA5; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("a5".parse::<StationId>().is_err());
        let office: OfficeId = "L-0304".parse().unwrap();
        assert_eq!(office.commune(), Some("0304"));
        assert_eq!("CTIE".parse::<OfficeId>().unwrap().commune(), None);
        for wrong in ["", "L", "l-0304", "L_0304", "12345678901234567"] {
            assert!(wrong.parse::<OfficeId>().is_err(), "{wrong}");
        }
    }
}

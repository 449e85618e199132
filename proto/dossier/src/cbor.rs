//! Canonical CBOR (RFC 8949 §4.2.1): maps with the numbers of fields as keys, one encoding each.
//!
//! `serde` gives each field the number of its place in the struct, and each alternative the number
//! of its place in the enum: what stands in a released version is never moved or removed.

use std::io;

use serde::{
    Deserialize, Serialize,
    de::{self, DeserializeOwned},
    ser,
};
use serde_cbor::{Deserializer, Serializer, ser::IoWrite};
use zeroize::Zeroizing;

/// Why bytes are not one of our structures, or a value cannot become one. Shows no content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Longer than any of its kind.
    #[error("the {what} has {length} bytes, more than the {limit} that any has; make it again")]
    TooLong {
        /// What was being read.
        what: &'static str,
        /// Bytes given.
        length: usize,
        /// Bytes that are read at most.
        limit: usize,
    },
    /// Made by a newer program.
    #[error(
        "the {what} has version {version}, and this program knows {known} at most; update the program"
    )]
    NewerVersion {
        /// What was being read.
        what: &'static str,
        /// Its version.
        version: u64,
        /// The newest version known here.
        known: u16,
    },
    /// Not the structure of docs/dossier.md.
    #[error("the {what} is malformed near byte {offset}; make it again")]
    Malformed {
        /// What was being read.
        what: &'static str,
        /// Where reading ended.
        offset: u64,
    },
    /// Another encoding of what may be the same content.
    #[error("the {what} is not in its canonical form; make it again")]
    NotCanonical {
        /// What was being read.
        what: &'static str,
    },
    /// Fields that do not go together, or too many of something.
    #[error("the {what}'s {field} cannot be: {rule}; correct it")]
    Rule {
        /// What was being read or written.
        what: &'static str,
        /// The field.
        field: &'static str,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A byte string outside its limits.
    #[error("{found} bytes where {min} to {max} are expected; give other ones")]
    Length {
        /// Bytes given.
        found: usize,
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// It could not be written to memory.
    #[error("cannot write the {what}; report this")]
    Unwritable {
        /// What was being written.
        what: &'static str,
    },
}

/// A rule of one structure that one value breaks: the field, and the rule.
pub(crate) type Broken = (&'static str, &'static str);

/// A structure of docs/dossier.md that travels by itself: its key 0 is its version.
pub trait Body: Serialize + DeserializeOwned + checked::Checked {
    /// What it is called in messages.
    const WHAT: &'static str;
    /// What a signature of it is bound to; never used for anything else.
    const DOMAIN: &'static str;
    /// The version that this program writes, and the newest that it reads.
    const VERSION: u16;
    /// The most bytes of an encoding.
    const MAX_LENGTH: usize;

    /// The canonical bytes, once all rules are seen to hold.
    fn encode(&self) -> Result<Zeroizing<Vec<u8>>, FormError> {
        self.obey()?;
        let bytes = write(Self::WHAT, self)?;
        limit::<Self>(bytes.len())?;
        Ok(bytes)
    }

    /// Reads canonical bytes, and nothing else.
    fn decode(bytes: &[u8]) -> Result<Self, FormError> {
        limit::<Self>(bytes.len())?;
        let version = read::<Versioned>(Self::WHAT, bytes)?.version;
        if version > u64::from(Self::VERSION) {
            return Err(FormError::NewerVersion {
                what: Self::WHAT,
                version,
                known: Self::VERSION,
            });
        }
        let value: Self = read(Self::WHAT, bytes)?;
        if *write(Self::WHAT, &value)? != bytes {
            return Err(FormError::NotCanonical { what: Self::WHAT });
        }
        value.obey()?;
        Ok(value)
    }

    /// Fails where a rule is broken that no field can see by itself.
    fn obey(&self) -> Result<(), FormError> {
        self.check().map_err(|(field, rule)| FormError::Rule {
            what: Self::WHAT,
            field,
            rule,
        })
    }
}

/// Rules that are ours to write and nobody's to skip.
pub(crate) mod checked {
    /// Rules between fields.
    pub trait Checked {
        /// The first broken one.
        fn check(&self) -> Result<(), super::Broken>;
    }
}

fn limit<T: Body>(length: usize) -> Result<(), FormError> {
    if length > T::MAX_LENGTH {
        return Err(FormError::TooLong {
            what: T::WHAT,
            length,
            limit: T::MAX_LENGTH,
        });
    }
    Ok(())
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

/// The version of a structure: the number `N`, and nothing else is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Version<const N: u16>;

impl<const N: u16> Serialize for Version<N> {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(N)
    }
}

impl<'de, const N: u16> Deserialize<'de> for Version<N> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if u16::deserialize(deserializer)? == N {
            Ok(Self)
        } else {
            Err(de::Error::custom("another version"))
        }
    }
}

/// Reads one value that takes up all of `bytes`.
pub(crate) fn read<T: DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Result<T, FormError> {
    let mut deserializer = Deserializer::from_slice(bytes)
        .disable_named_format()
        .disable_legacy_enums();
    T::deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| FormError::Malformed {
            what,
            offset: error.offset(),
        })
}

/// Writes one value; twice, so that the second time the buffer never moves and leaves no copies.
pub(crate) fn write<T: Serialize>(
    what: &'static str,
    value: &T,
) -> Result<Zeroizing<Vec<u8>>, FormError> {
    let unwritable = |_| FormError::Unwritable { what };
    let mut length = Length(0);
    let mut counter = Serializer::new(IoWrite::new(&mut length)).packed_format();
    value.serialize(&mut counter).map_err(unwritable)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
    let mut writer = Serializer::new(IoWrite::new(&mut *bytes)).packed_format();
    value.serialize(&mut writer).map_err(unwritable)?;
    Ok(bytes)
}

/// An alternative that carries a value: a map of one entry, its number and the value. (The library
/// would write the alternative's name there.)
pub(crate) fn alternative<S: ser::Serializer, T: Serialize>(
    serializer: S,
    number: u8,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    ser::SerializeMap::serialize_entry(&mut map, &number, value)?;
    ser::SerializeMap::end(map)
}

struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

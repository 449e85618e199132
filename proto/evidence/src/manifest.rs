//! Manifests: what is in one sealed bag or box, said by those who packed it. Both sides of every later handover sign the same
//! hash of it.
//!
//! ```text
//! to be signed  canonical CBOR  ["stempel manifest 1", shipment(bstr 16), number(int, from 1), container(int, 0: bag, 1: box),
//!                                seal(tstr), destination(tstr), sealed(int), sealers([bstr 16, bstr 16]), count(int), pieces]
//! pieces        array of        [document number(tstr 9), order(bstr 16), attempt(int, from 1)], ascending by number, none twice
//! manifest hash SHA-256 of the bytes to be signed
//! signed        canonical CBOR  [to be signed (bstr), r‖s (bstr 64)]
//! ```
//! The signature is ECDSA over P-256 with SHA-256, by the key of shipments in the centre's token. Sealers are two different
//! persons, by their ids. No name, no address, nothing about holders but the number that is printed on the card.

use std::fmt;

use openssl::sha::sha256;
use serde_cbor::Value;

use crate::p256::{self, SIGNATURE_LENGTH, SignatureFault};

const MAGIC: &str = "stempel manifest 1";
/// Bytes of an identifier.
pub const ID_LENGTH: usize = 16;
/// Characters of a document number.
pub const NUMBER_LENGTH: usize = 9;
/// The most pieces of one container.
pub const MAX_PIECES: usize = 500;
/// The longest seal number, and name of a destination, in bytes.
pub const MAX_NAME_LENGTH: usize = 32;
/// The longest encoded signed manifest that is decoded.
pub const MAX_ENCODED_LENGTH: usize = MAX_PIECES * 40 + 512;
/// How far the clocks of the centre and of whoever verifies may be apart, in seconds.
pub const CLOCK_DIFFERENCE: i64 = 300;

/// What cards are packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// 0
    Bag,
    /// 1
    Box,
}

/// One card.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// Its document number.
    pub number: String,
    /// The order that it is for.
    pub order: [u8; ID_LENGTH],
    /// Which attempt at that order, from 1.
    pub attempt: u32,
}

/// What is said of a container besides its pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The shipment's id.
    pub shipment: [u8; ID_LENGTH],
    /// Its number as people say it, from 1.
    pub number: u64,
    /// What it is.
    pub container: Container,
    /// Number of the seal that closes it.
    pub seal: String,
    /// The office that it goes to, or `centre`.
    pub destination: String,
    /// When it was sealed, in seconds since 1970 (UTC).
    pub sealed_at: i64,
    /// Who sealed it, and who counted it with them.
    pub sealers: [[u8; ID_LENGTH]; 2],
}

/// What is in one sealed container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    heading: Heading,
    pieces: Vec<Piece>,
}

impl Manifest {
    /// Of these pieces, in any order.
    pub fn new(heading: Heading, mut pieces: Vec<Piece>) -> Result<Self, ManifestError> {
        pieces.sort_unstable();
        let manifest = Self { heading, pieces };
        manifest.check()?;
        Ok(manifest)
    }

    /// What is said besides the pieces.
    #[must_use]
    pub const fn heading(&self) -> &Heading {
        &self.heading
    }

    /// The cards, ascending by number.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The bytes that the key of shipments signs (hash them with SHA-256 first).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let Heading {
            shipment,
            number,
            container,
            seal,
            destination,
            sealed_at,
            sealers,
        } = &self.heading;
        let container = match container {
            Container::Bag => 0,
            Container::Box => 1,
        };
        let sealers = sealers.map(|person| Value::Bytes(person.to_vec()));
        let pieces = self.pieces.iter().map(|piece| {
            Value::Array(vec![
                Value::Text(piece.number.clone()),
                Value::Bytes(piece.order.to_vec()),
                Value::Integer(i128::from(piece.attempt)),
            ])
        });
        encode(&Value::Array(vec![
            Value::Text(MAGIC.into()),
            Value::Bytes(shipment.to_vec()),
            Value::Integer(i128::from(*number)),
            Value::Integer(container),
            Value::Text(seal.clone()),
            Value::Text(destination.clone()),
            Value::Integer(i128::from(*sealed_at)),
            Value::Array(sealers.to_vec()),
            Value::Integer(self.pieces.len().try_into().unwrap_or(i128::MAX)),
            Value::Array(pieces.collect()),
        ]))
    }

    /// The manifest hash, SHA-256 of [`Self::to_be_signed`]: what a token signs, and both sides of a handover.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.to_be_signed())
    }

    /// Joins the manifest and its signature (raw r‖s, 64 bytes).
    #[must_use]
    pub const fn seal(self, signature: Vec<u8>) -> SignedManifest {
        SignedManifest {
            manifest: self,
            signature,
        }
    }

    /// Reads bytes made by [`Self::to_be_signed`]; anything but the one canonical form is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_ENCODED_LENGTH {
            return Err(ManifestError::Malformed("length"));
        }
        let mut fields = array(bytes)?.into_iter();
        let mut next = |name| fields.next().ok_or(ManifestError::Malformed(name));
        if next("version")? != Value::Text(MAGIC.into()) {
            return Err(ManifestError::Malformed("version"));
        }
        let heading = Heading {
            shipment: id(next("shipment")?, "shipment")?,
            number: integer(&next("number")?, "number")?,
            container: match next("container")? {
                Value::Integer(0) => Container::Bag,
                Value::Integer(1) => Container::Box,
                _ => return Err(ManifestError::Malformed("container")),
            },
            seal: text(next("seal")?, "seal")?,
            destination: text(next("destination")?, "destination")?,
            sealed_at: integer(&next("time")?, "time")?,
            sealers: sealers(next("sealers")?)?,
        };
        let count: usize = integer(&next("count")?, "count")?;
        let Value::Array(pieces) = next("pieces")? else {
            return Err(ManifestError::Malformed("pieces"));
        };
        if fields.next().is_some() || count != pieces.len() {
            return Err(ManifestError::Malformed("count"));
        }
        let pieces = pieces.into_iter().map(piece).collect::<Result<_, _>>()?;
        let manifest = Self { heading, pieces };
        manifest.check()?;
        // One meaning, one encoding: whatever the decoder was lenient about does not come back.
        if manifest.to_be_signed() != bytes {
            return Err(ManifestError::NotCanonical);
        }
        Ok(manifest)
    }

    fn check(&self) -> Result<(), ManifestError> {
        let named = |name: &str| {
            (1..=MAX_NAME_LENGTH).contains(&name.len())
                && name.bytes().all(|c| c.is_ascii_graphic())
        };
        let heading = &self.heading;
        let [first, second] = &heading.sealers;
        let numbered = |piece: &Piece| {
            let number = piece.number.as_bytes();
            number.len() == NUMBER_LENGTH && number.iter().all(u8::is_ascii_alphanumeric)
        };
        let pieces = &self.pieces;
        let ascending = pieces.iter().zip(pieces.iter().skip(1));
        let ascending = ascending
            .into_iter()
            .all(|(one, next)| one.number < next.number);
        for (good, name) in [
            (heading.number > 0, "number"),
            (named(&heading.seal), "seal"),
            (named(&heading.destination), "destination"),
            (first != second, "sealers"),
            ((1..=MAX_PIECES).contains(&pieces.len()), "count"),
            (ascending, "order of pieces"),
            (pieces.iter().all(numbered), "document number"),
            (pieces.iter().all(|piece| piece.attempt > 0), "attempt"),
        ] {
            if !good {
                return Err(ManifestError::Malformed(name));
            }
        }
        Ok(())
    }
}

/// A manifest with a signature that may or may not be right: call [`Self::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct SignedManifest {
    manifest: Manifest,
    signature: Vec<u8>,
}

impl fmt::Debug for SignedManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedManifest")
            .field("number", &self.manifest.heading.number)
            .field("pieces", &self.manifest.pieces.len())
            .finish_non_exhaustive()
    }
}

impl SignedManifest {
    /// The bytes for storage and transport.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&Value::Array(vec![
            Value::Bytes(self.manifest.to_be_signed()),
            Value::Bytes(self.signature.clone()),
        ]))
    }

    /// Reads bytes made by [`Self::encode`]; anything but the one canonical form is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_ENCODED_LENGTH {
            return Err(ManifestError::Malformed("length"));
        }
        let Ok([Value::Bytes(body), Value::Bytes(signature)]) =
            <[Value; 2]>::try_from(array(bytes)?)
        else {
            return Err(ManifestError::Malformed("signed manifest"));
        };
        if signature.len() != SIGNATURE_LENGTH {
            return Err(ManifestError::Malformed("signature"));
        }
        let manifest = Manifest::parse(&body)?;
        let signed = manifest.seal(signature);
        if signed.encode() != bytes {
            return Err(ManifestError::NotCanonical);
        }
        Ok(signed)
    }

    /// The manifest, when its signature verifies with the key (DER of a P-256 `SubjectPublicKeyInfo`) and it was not sealed
    /// later than `now` (seconds since 1970, UTC).
    pub fn verify(&self, spki_der: &[u8], now: i64) -> Result<&Manifest, ManifestError> {
        p256::verify(spki_der, &self.manifest.digest(), &self.signature)?;
        let sealed_at = self.manifest.heading.sealed_at;
        if now.saturating_add(CLOCK_DIFFERENCE) < sealed_at {
            return Err(ManifestError::NotYet { sealed_at });
        }
        Ok(&self.manifest)
    }
}

/// Why a manifest says nothing. For whoever hands a shipment over, or takes it.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum ManifestError {
    /// A part is not of the form above.
    #[error("the manifest's {0} is malformed; ask the centre for it again")]
    Malformed(&'static str),
    /// Another encoding of the same content.
    #[error("the manifest is not in its canonical form; ask the centre for it again")]
    NotCanonical,
    /// The verification key is not a P-256 public key.
    #[error("the key of shipments is not a P-256 public key; check the configured key file")]
    BadKey,
    /// The centre's key did not make the signature.
    #[error(
        "the manifest's signature is not the centre's; take nothing over, and tell the centre who gave it to you"
    )]
    BadSignature,
    /// It was sealed later than now: clocks differ.
    #[error(
        "the manifest is of {sealed_at} (seconds since 1970), later than now; compare the clocks"
    )]
    NotYet {
        /// When it says that it was sealed.
        sealed_at: i64,
    },
}

impl From<SignatureFault> for ManifestError {
    fn from(fault: SignatureFault) -> Self {
        match fault {
            SignatureFault::Key => Self::BadKey,
            SignatureFault::Signature => Self::BadSignature,
        }
    }
}

fn encode(value: &Value) -> Vec<u8> {
    // Writing a tree of plain values to memory has no failure; an empty result verifies nowhere.
    serde_cbor::to_vec(value).unwrap_or_default()
}

fn array(bytes: &[u8]) -> Result<Vec<Value>, ManifestError> {
    match serde_cbor::from_slice(bytes) {
        Ok(Value::Array(fields)) => Ok(fields),
        _ => Err(ManifestError::Malformed("array")),
    }
}

fn integer<T: TryFrom<i128>>(value: &Value, name: &'static str) -> Result<T, ManifestError> {
    match value {
        Value::Integer(number) => T::try_from(*number).map_err(|_| ManifestError::Malformed(name)),
        _ => Err(ManifestError::Malformed(name)),
    }
}

fn text(value: Value, name: &'static str) -> Result<String, ManifestError> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(ManifestError::Malformed(name)),
    }
}

fn id(value: Value, name: &'static str) -> Result<[u8; ID_LENGTH], ManifestError> {
    let Value::Bytes(bytes) = value else {
        return Err(ManifestError::Malformed(name));
    };
    bytes.try_into().map_err(|_| ManifestError::Malformed(name))
}

fn sealers(value: Value) -> Result<[[u8; ID_LENGTH]; 2], ManifestError> {
    const NAME: &str = "sealers";
    let Value::Array(both) = value else {
        return Err(ManifestError::Malformed(NAME));
    };
    let Ok([first, second]) = <[Value; 2]>::try_from(both) else {
        return Err(ManifestError::Malformed(NAME));
    };
    Ok([id(first, NAME)?, id(second, NAME)?])
}

fn piece(value: Value) -> Result<Piece, ManifestError> {
    let Value::Array(fields) = value else {
        return Err(ManifestError::Malformed("piece"));
    };
    let Ok([number, order, attempt]) = <[Value; 3]>::try_from(fields) else {
        return Err(ManifestError::Malformed("piece"));
    };
    Ok(Piece {
        number: text(number, "document number")?,
        order: id(order, "order")?,
        attempt: integer(&attempt, "attempt")?,
    })
}

#[cfg(test)]
mod tests;

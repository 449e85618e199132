//! Handovers: what each of two parties signs with the key of an own device, about one manifest.
//!
//! ```text
//! to be signed  canonical CBOR  ["stempel handover 1", event(bstr 16), manifest hash(bstr 32), side(int, 0: gives, 1: takes),
//!                                person(bstr 16), device(bstr 16), at(int)]
//! signed        canonical CBOR  [to be signed (bstr), r‖s (bstr 64)]
//! ```
//! The signature is ECDSA over P-256 with SHA-256. Both sides of one handover name the same event and the same hash; the event's
//! id is drawn once by the device that begins, so that a queue which is sent again says nothing new.

use std::fmt;

use openssl::sha::sha256;
use serde_cbor::Value;

use crate::p256::{self, SIGNATURE_LENGTH, SignatureFault};

const MAGIC: &str = "stempel handover 1";
/// The longest encoded signed side that is decoded.
pub const MAX_ENCODED_LENGTH: usize = 256;

/// Who hands over and who takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// 0
    Gives,
    /// 1
    Takes,
}

/// What one party says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The handover, by an id that both sides name.
    pub event: [u8; 16],
    /// SHA-256 of the manifest ([`crate::manifest`]).
    pub manifest: [u8; 32],
    /// Which side.
    pub side: Side,
    /// Who.
    pub person: [u8; 16],
    /// By which device.
    pub device: [u8; 16],
    /// When, by the device's clock, in seconds since 1970 (UTC).
    pub at: i64,
}

impl Statement {
    /// The bytes that the device's key signs (hash them with SHA-256 first).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let side = match self.side {
            Side::Gives => 0,
            Side::Takes => 1,
        };
        encode(vec![
            Value::Text(MAGIC.into()),
            Value::Bytes(self.event.to_vec()),
            Value::Bytes(self.manifest.to_vec()),
            Value::Integer(side),
            Value::Bytes(self.person.to_vec()),
            Value::Bytes(self.device.to_vec()),
            Value::Integer(i128::from(self.at)),
        ])
    }

    /// SHA-256 of [`Self::to_be_signed`]: what a device signs.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.to_be_signed())
    }

    /// Joins the statement and its signature (raw r‖s, 64 bytes).
    #[must_use]
    pub const fn seal(self, signature: Vec<u8>) -> SignedStatement {
        SignedStatement {
            statement: self,
            signature,
        }
    }

    fn parse(bytes: &[u8]) -> Result<Self, HandoverError> {
        let Ok([version, event, manifest, side, person, device, at]) =
            <[Value; 7]>::try_from(array(bytes)?)
        else {
            return Err(HandoverError::Malformed("fields"));
        };
        if version != Value::Text(MAGIC.into()) {
            return Err(HandoverError::Malformed("version"));
        }
        let at = match at {
            Value::Integer(at) => i64::try_from(at).ok(),
            _ => None,
        };
        let statement = Self {
            event: fixed(event, "event")?,
            manifest: fixed(manifest, "manifest hash")?,
            side: match side {
                Value::Integer(0) => Side::Gives,
                Value::Integer(1) => Side::Takes,
                _ => return Err(HandoverError::Malformed("side")),
            },
            person: fixed(person, "person")?,
            device: fixed(device, "device")?,
            at: at.ok_or(HandoverError::Malformed("time"))?,
        };
        // One meaning, one encoding.
        if statement.to_be_signed() != bytes {
            return Err(HandoverError::NotCanonical);
        }
        Ok(statement)
    }
}

/// A statement with a signature that may or may not be right: call [`Self::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct SignedStatement {
    statement: Statement,
    signature: Vec<u8>,
}

impl fmt::Debug for SignedStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedStatement")
            .field("side", &self.statement.side)
            .finish_non_exhaustive()
    }
}

impl SignedStatement {
    /// The bytes for storage and transport.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(vec![
            Value::Bytes(self.statement.to_be_signed()),
            Value::Bytes(self.signature.clone()),
        ])
    }

    /// Reads bytes made by [`Self::encode`]; anything but the one canonical form is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, HandoverError> {
        if bytes.len() > MAX_ENCODED_LENGTH {
            return Err(HandoverError::Malformed("length"));
        }
        let Ok([Value::Bytes(body), Value::Bytes(signature)]) =
            <[Value; 2]>::try_from(array(bytes)?)
        else {
            return Err(HandoverError::Malformed("signed statement"));
        };
        if signature.len() != SIGNATURE_LENGTH {
            return Err(HandoverError::Malformed("signature"));
        }
        let signed = Statement::parse(&body)?.seal(signature);
        if signed.encode() != bytes {
            return Err(HandoverError::NotCanonical);
        }
        Ok(signed)
    }

    /// The device that it says to be of: whose key has to be looked up.
    #[must_use]
    pub const fn device(&self) -> &[u8; 16] {
        &self.statement.device
    }

    /// The manifest hash that it says to be about.
    #[must_use]
    pub const fn manifest(&self) -> &[u8; 32] {
        &self.statement.manifest
    }

    /// The statement, when its signature verifies with the device's key (DER of a P-256 `SubjectPublicKeyInfo`).
    pub fn verify(&self, spki_der: &[u8]) -> Result<&Statement, HandoverError> {
        p256::verify(spki_der, &self.statement.digest(), &self.signature)?;
        Ok(&self.statement)
    }
}

/// Why a statement says nothing. For whoever hands over or takes.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum HandoverError {
    /// A part is not of the form above.
    #[error("the handover's {0} is malformed; scan the manifest again and confirm once more")]
    Malformed(&'static str),
    /// Another encoding of the same content.
    #[error("the handover is not in its canonical form; confirm once more")]
    NotCanonical,
    /// The verification key is not a P-256 public key.
    #[error("the device's key is not a P-256 public key; have the device registered again")]
    BadKey,
    /// The device's key did not make the signature.
    #[error("the handover was not signed by this device's key; have the device registered again")]
    BadSignature,
}

impl From<SignatureFault> for HandoverError {
    fn from(fault: SignatureFault) -> Self {
        match fault {
            SignatureFault::Key => Self::BadKey,
            SignatureFault::Signature => Self::BadSignature,
        }
    }
}

fn encode(fields: Vec<Value>) -> Vec<u8> {
    // Writing a tree of plain values to memory has no failure; an empty result verifies nowhere.
    serde_cbor::to_vec(&Value::Array(fields)).unwrap_or_default()
}

fn array(bytes: &[u8]) -> Result<Vec<Value>, HandoverError> {
    match serde_cbor::from_slice(bytes) {
        Ok(Value::Array(fields)) => Ok(fields),
        _ => Err(HandoverError::Malformed("array")),
    }
}

fn fixed<const N: usize>(value: Value, name: &'static str) -> Result<[u8; N], HandoverError> {
    let Value::Bytes(bytes) = value else {
        return Err(HandoverError::Malformed(name));
    };
    bytes.try_into().map_err(|_| HandoverError::Malformed(name))
}

#[cfg(test)]
mod tests;

//! Tickets: what a reviewer commits to, and the only thing the PKI signs for.
//!
//! ```text
//! to be signed  canonical CBOR  ["stempel ticket 1", order(bstr 16), profile(tstr),
//!                                {DG number: SHA-256 of the file(bstr 32)}, issued(int), expires(int)]
//! signed        canonical CBOR  [to be signed (bstr), r‖s (bstr 64)]
//! ```
//! The signature is ECDSA over P-256 with SHA-256. A ticket holds hashes of personal data files and
//! is treated as personal data: it never goes to a log.

use std::{collections::BTreeMap, fmt};

use openssl::sha::sha256;
use serde_cbor::Value;

pub use crate::p256::SIGNATURE_LENGTH;
use crate::p256::{self, SignatureFault};

const MAGIC: &str = "stempel ticket 1";
/// The longest encoded signed ticket that is decoded.
pub const MAX_ENCODED_LENGTH: usize = 4096;
/// The longest name of a signing profile, in bytes.
pub const MAX_PROFILE_LENGTH: usize = 64;

/// What a reviewer commits to: the content of one order.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The order that may be produced.
    pub order: [u8; 16],
    /// The signing profile to apply, for example `identity-card`.
    pub signing_profile: String,
    /// SHA-256 of each data group file, by number, that depends neither on the blank nor on the
    /// document number (DG2, DG3, DG7, DG11).
    pub content: BTreeMap<u8, [u8; 32]>,
    /// Seconds since 1970 (UTC) from which the ticket holds.
    pub issued_at: i64,
    /// Seconds since 1970 (UTC) from which the ticket no longer holds.
    pub expires_at: i64,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("signing_profile", &self.signing_profile)
            .field("data_groups", &self.content.keys())
            .finish_non_exhaustive()
    }
}

impl Ticket {
    /// The bytes that the ticket key signs (hash them with SHA-256 first).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let content = self
            .content
            .iter()
            .map(|(number, hash)| {
                (
                    Value::Integer(i128::from(*number)),
                    Value::Bytes(hash.to_vec()),
                )
            })
            .collect();
        encode(&Value::Array(vec![
            Value::Text(MAGIC.into()),
            Value::Bytes(self.order.to_vec()),
            Value::Text(self.signing_profile.clone()),
            Value::Map(content),
            Value::Integer(i128::from(self.issued_at)),
            Value::Integer(i128::from(self.expires_at)),
        ]))
    }

    /// SHA-256 of [`Self::to_be_signed`]: what a token signs.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.to_be_signed())
    }

    /// Joins the ticket and its signature (raw r‖s, 64 bytes).
    #[must_use]
    pub fn seal(self, signature: Vec<u8>) -> SignedTicket {
        SignedTicket {
            ticket: self,
            signature,
        }
    }

    fn parse(bytes: &[u8]) -> Result<Self, TicketError> {
        let mut fields = array(bytes, "ticket", 6)?.into_iter();
        let mut next = || fields.next().ok_or(TicketError::Malformed("ticket"));
        if next()? != Value::Text(MAGIC.into()) {
            return Err(TicketError::Malformed("version"));
        }
        let order = fixed(next()?, "order")?;
        let signing_profile = match next()? {
            Value::Text(name) if name.len() <= MAX_PROFILE_LENGTH => name,
            _ => return Err(TicketError::Malformed("signing profile")),
        };
        let Value::Map(entries) = next()? else {
            return Err(TicketError::Malformed("content"));
        };
        let mut content = BTreeMap::new();
        for (number, hash) in entries {
            let Value::Integer(number @ 1..=16) = number else {
                return Err(TicketError::Malformed("data group number"));
            };
            let number =
                u8::try_from(number).map_err(|_| TicketError::Malformed("data group number"))?;
            content.insert(number, fixed(hash, "data group hash")?);
        }
        let issued_at = seconds(&next()?, "issued")?;
        let expires_at = seconds(&next()?, "expires")?;
        let ticket = Self {
            order,
            signing_profile,
            content,
            issued_at,
            expires_at,
        };
        // One meaning, one encoding: whatever the decoder was lenient about does not come back.
        if ticket.to_be_signed() != bytes {
            return Err(TicketError::NotCanonical);
        }
        Ok(ticket)
    }
}

/// A ticket with a signature that may or may not be right: call [`Self::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct SignedTicket {
    ticket: Ticket,
    signature: Vec<u8>,
}

impl fmt::Debug for SignedTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedTicket")
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

impl SignedTicket {
    /// The bytes for storage and transport.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&Value::Array(vec![
            Value::Bytes(self.ticket.to_be_signed()),
            Value::Bytes(self.signature.clone()),
        ]))
    }

    /// Reads bytes made by [`Self::encode`]; anything but the one canonical form is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, TicketError> {
        if bytes.len() > MAX_ENCODED_LENGTH {
            return Err(TicketError::TooLong {
                length: bytes.len(),
            });
        }
        let mut fields = array(bytes, "signed ticket", 2)?.into_iter();
        let (Some(Value::Bytes(body)), Some(Value::Bytes(signature))) =
            (fields.next(), fields.next())
        else {
            return Err(TicketError::Malformed("signed ticket"));
        };
        if signature.len() != SIGNATURE_LENGTH {
            return Err(TicketError::Malformed("signature"));
        }
        let signed = Self {
            ticket: Ticket::parse(&body)?,
            signature,
        };
        if signed.encode() != bytes {
            return Err(TicketError::NotCanonical);
        }
        Ok(signed)
    }

    /// The ticket, when its signature verifies with the key (DER of a P-256 `SubjectPublicKeyInfo`)
    /// and `now` (seconds since 1970, UTC) lies in its period.
    pub fn verify(&self, spki_der: &[u8], now: i64) -> Result<&Ticket, TicketError> {
        p256::verify(spki_der, &self.ticket.digest(), &self.signature)?;
        if now < self.ticket.issued_at {
            return Err(TicketError::NotYet {
                issued_at: self.ticket.issued_at,
            });
        }
        if now >= self.ticket.expires_at {
            return Err(TicketError::Expired {
                expires_at: self.ticket.expires_at,
            });
        }
        Ok(&self.ticket)
    }
}

/// Why a ticket permits nothing.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum TicketError {
    /// Longer than [`MAX_ENCODED_LENGTH`].
    #[error("the ticket has {length} bytes, more than any ticket; ask the issuer for a new one")]
    TooLong {
        /// Bytes received.
        length: usize,
    },
    /// A field is not of the form above.
    #[error("the ticket's {0} is malformed; ask the issuer for a new one")]
    Malformed(&'static str),
    /// Another encoding of the same content.
    #[error("the ticket is not in its canonical form; ask the issuer for a new one")]
    NotCanonical,
    /// The verification key is not a P-256 public key.
    #[error("the ticket key is not a P-256 public key; check the configured key file")]
    BadKey,
    /// The signature is not the issuer's.
    #[error("the ticket's signature is not the issuer's; the order must be reviewed again")]
    BadSignature,
    /// The period has not begun: clocks differ, or the ticket was made for later.
    #[error("the ticket holds only from {issued_at} (seconds since 1970); compare the clocks")]
    NotYet {
        /// Start of the period.
        issued_at: i64,
    },
    /// The period is over.
    #[error("the ticket ended at {expires_at} (seconds since 1970); the order needs a new one")]
    Expired {
        /// End of the period.
        expires_at: i64,
    },
}

impl From<SignatureFault> for TicketError {
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

fn array(bytes: &[u8], name: &'static str, length: usize) -> Result<Vec<Value>, TicketError> {
    match serde_cbor::from_slice(bytes) {
        Ok(Value::Array(fields)) if fields.len() == length => Ok(fields),
        _ => Err(TicketError::Malformed(name)),
    }
}

fn fixed<const N: usize>(value: Value, name: &'static str) -> Result<[u8; N], TicketError> {
    match value {
        Value::Bytes(bytes) => bytes.try_into().map_err(|_| TicketError::Malformed(name)),
        _ => Err(TicketError::Malformed(name)),
    }
}

fn seconds(value: &Value, name: &'static str) -> Result<i64, TicketError> {
    match value {
        Value::Integer(seconds) => {
            i64::try_from(*seconds).map_err(|_| TicketError::Malformed(name))
        }
        _ => Err(TicketError::Malformed(name)),
    }
}

#[cfg(test)]
mod tests;

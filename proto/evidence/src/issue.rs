//! Blank issues: what stock commits to when it hands blanks out to a line, beside the ticket the other thing that the PKI
//! signs for.
//!
//! ```text
//! to be signed  canonical CBOR  ["stempel blank issue 1", line(tstr), number(int, 0: by the line itself), entry(tstr),
//!                                shift(bstr 16 | null), issued(int), chips(bstr, 10 bytes a serial, ascending, none twice)]
//! signed        canonical CBOR  [to be signed (bstr), r‖s (bstr 64)]
//! ```
//! The signature is ECDSA over P-256 with SHA-256. The serials stand there in full: a box of 500 is 5 kB, less than what a
//! request carries besides, and one signature of a slow token serves all of it (docs/adr/0006). No personal data.

use std::fmt;

use openssl::sha::sha256;
use serde_cbor::Value;

use crate::p256::{self, SIGNATURE_LENGTH, SignatureFault};

const MAGIC: &str = "stempel blank issue 1";
/// Bytes of a chip's serial.
pub const SERIAL_LENGTH: usize = 10;
/// The most blanks of one issue; more are handed out in several.
pub const MAX_CHIPS: usize = 1000;
/// The longest encoded signed issue that is decoded.
pub const MAX_ENCODED_LENGTH: usize = MAX_CHIPS * SERIAL_LENGTH + 512;
/// The longest name of a line, and of an entry of the ledger, in bytes.
pub const MAX_NAME_LENGTH: usize = 128;
/// How far the clocks of stock and whoever verifies may be apart, in seconds.
pub const CLOCK_DIFFERENCE: i64 = 300;

/// Blanks that were handed out to a line together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The line that got them.
    pub line: String,
    /// Which issue of that line, from 1; 0 where the line took the blank itself.
    pub number: u64,
    /// Id of the ledger's entry that moved them.
    pub entry: String,
    /// The shift that was open at the line.
    pub shift: Option<[u8; 16]>,
    /// When, in seconds since 1970 (UTC).
    pub issued_at: i64,
    chips: Vec<u8>,
}

/// What is said of an issue besides its chips.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The line that got them.
    pub line: String,
    /// Which issue of that line, from 1; 0 where the line took the blank itself.
    pub number: u64,
    /// Id of the ledger's entry that moved them.
    pub entry: String,
    /// The shift that was open at the line.
    pub shift: Option<[u8; 16]>,
    /// When, in seconds since 1970 (UTC).
    pub issued_at: i64,
}

impl Issue {
    /// An issue of these chips, in any order.
    pub fn new(heading: Heading, chips: &[[u8; SERIAL_LENGTH]]) -> Result<Self, IssueError> {
        let mut sorted = chips.to_vec();
        sorted.sort_unstable();
        let Heading {
            line,
            number,
            entry,
            shift,
            issued_at,
        } = heading;
        let issue = Self {
            line,
            number,
            entry,
            shift,
            issued_at,
            chips: sorted.concat(),
        };
        issue.check()?;
        Ok(issue)
    }

    /// Whether a chip is of this issue.
    #[must_use]
    pub fn contains(&self, chip: &[u8; SERIAL_LENGTH]) -> bool {
        self.serials().any(|serial| serial == chip)
    }

    /// How many blanks it is of.
    #[must_use]
    pub fn blanks(&self) -> usize {
        self.chips.len() / SERIAL_LENGTH
    }

    fn serials(&self) -> impl Iterator<Item = &[u8]> {
        self.chips.chunks(SERIAL_LENGTH)
    }

    /// The bytes that the key of issues signs (hash them with SHA-256 first).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let shift = self.shift.map(|shift| Value::Bytes(shift.to_vec()));
        encode(&Value::Array(vec![
            Value::Text(MAGIC.into()),
            Value::Text(self.line.clone()),
            Value::Integer(i128::from(self.number)),
            Value::Text(self.entry.clone()),
            shift.unwrap_or(Value::Null),
            Value::Integer(i128::from(self.issued_at)),
            Value::Bytes(self.chips.clone()),
        ]))
    }

    /// SHA-256 of [`Self::to_be_signed`]: what a token signs.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.to_be_signed())
    }

    /// Joins the issue and its signature (raw r‖s, 64 bytes).
    #[must_use]
    pub fn seal(self, signature: Vec<u8>) -> SignedIssue {
        SignedIssue {
            issue: self,
            signature,
        }
    }

    fn check(&self) -> Result<(), IssueError> {
        let named = |name: &str| (1..=MAX_NAME_LENGTH).contains(&name.len());
        if !named(&self.line) {
            return Err(IssueError::Malformed("line"));
        }
        if !named(&self.entry) {
            return Err(IssueError::Malformed("entry"));
        }
        let whole = self.chips.len().is_multiple_of(SERIAL_LENGTH);
        let ascending = self.serials().zip(self.serials().skip(1));
        if !whole
            || !(1..=MAX_CHIPS).contains(&self.blanks())
            || !ascending.into_iter().all(|(one, next)| one < next)
        {
            return Err(IssueError::Malformed("chips"));
        }
        Ok(())
    }

    fn parse(bytes: &[u8]) -> Result<Self, IssueError> {
        let mut fields = array(bytes, "fields", 7)?.into_iter();
        let mut next = |name| fields.next().ok_or(IssueError::Malformed(name));
        if next("version")? != Value::Text(MAGIC.into()) {
            return Err(IssueError::Malformed("version"));
        }
        let Value::Text(line) = next("line")? else {
            return Err(IssueError::Malformed("line"));
        };
        let number = integer(&next("number")?, "number")?;
        let Value::Text(entry) = next("entry")? else {
            return Err(IssueError::Malformed("entry"));
        };
        let shift = match next("shift")? {
            Value::Null => None,
            Value::Bytes(shift) => {
                let shift = shift.try_into();
                Some(shift.map_err(|_| IssueError::Malformed("shift"))?)
            }
            _ => return Err(IssueError::Malformed("shift")),
        };
        let issued_at = integer(&next("time")?, "time")?;
        let Value::Bytes(chips) = next("chips")? else {
            return Err(IssueError::Malformed("chips"));
        };
        let issue = Self {
            line,
            number,
            entry,
            shift,
            issued_at,
            chips,
        };
        issue.check()?;
        // One meaning, one encoding: whatever the decoder was lenient about does not come back.
        if issue.to_be_signed() != bytes {
            return Err(IssueError::NotCanonical);
        }
        Ok(issue)
    }
}

/// An issue with a signature that may or may not be right: call [`Self::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIssue {
    issue: Issue,
    signature: Vec<u8>,
}

impl fmt::Debug for SignedIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIssue")
            .field("line", &self.issue.line)
            .field("number", &self.issue.number)
            .field("blanks", &self.issue.blanks())
            .finish_non_exhaustive()
    }
}

impl SignedIssue {
    /// The bytes for storage and transport.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&Value::Array(vec![
            Value::Bytes(self.issue.to_be_signed()),
            Value::Bytes(self.signature.clone()),
        ]))
    }

    /// Reads bytes made by [`Self::encode`]; anything but the one canonical form is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, IssueError> {
        if bytes.len() > MAX_ENCODED_LENGTH {
            return Err(IssueError::Malformed("length"));
        }
        let mut fields = array(bytes, "signed issue", 2)?.into_iter();
        let (Some(Value::Bytes(body)), Some(Value::Bytes(signature))) =
            (fields.next(), fields.next())
        else {
            return Err(IssueError::Malformed("signed issue"));
        };
        if signature.len() != SIGNATURE_LENGTH {
            return Err(IssueError::Malformed("signature"));
        }
        let signed = Self {
            issue: Issue::parse(&body)?,
            signature,
        };
        if signed.encode() != bytes {
            return Err(IssueError::NotCanonical);
        }
        Ok(signed)
    }

    /// How many blanks it says that it is of.
    #[must_use]
    pub fn blanks(&self) -> usize {
        self.issue.blanks()
    }

    /// The issue, when its signature verifies with the key (DER of a P-256 `SubjectPublicKeyInfo`) and it was not made
    /// later than `now` (seconds since 1970, UTC).
    pub fn verify(&self, spki_der: &[u8], now: i64) -> Result<&Issue, IssueError> {
        p256::verify(spki_der, &self.issue.digest(), &self.signature)?;
        let issued_at = self.issue.issued_at;
        if now.saturating_add(CLOCK_DIFFERENCE) < issued_at {
            return Err(IssueError::NotYet { issued_at });
        }
        Ok(&self.issue)
    }
}

/// Why a blank issue permits nothing.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum IssueError {
    /// A part is not of the form above.
    #[error("the blank issue's {0} is malformed; take the blanks back and hand them out again")]
    Malformed(&'static str),
    /// Another encoding of the same content.
    #[error(
        "the blank issue is not in its canonical form; take the blanks back and hand them out again"
    )]
    NotCanonical,
    /// The verification key is not a P-256 public key.
    #[error("the key of blank issues is not a P-256 public key; check the configured key file")]
    BadKey,
    /// No key of stock made the signature.
    #[error(
        "the blank issue's signature is not stock's; where stock has a new key, add its public half to `keys` of \
         [issues], else find out who made it"
    )]
    BadSignature,
    /// It was made later than now: clocks differ.
    #[error(
        "the blank issue is of {issued_at} (seconds since 1970), later than now; compare the clocks"
    )]
    NotYet {
        /// When it says that it was made.
        issued_at: i64,
    },
}

impl From<SignatureFault> for IssueError {
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

fn array(bytes: &[u8], name: &'static str, length: usize) -> Result<Vec<Value>, IssueError> {
    match serde_cbor::from_slice(bytes) {
        Ok(Value::Array(fields)) if fields.len() == length => Ok(fields),
        _ => Err(IssueError::Malformed(name)),
    }
}

fn integer<T: TryFrom<i128>>(value: &Value, name: &'static str) -> Result<T, IssueError> {
    match value {
        Value::Integer(number) => T::try_from(*number).map_err(|_| IssueError::Malformed(name)),
        _ => Err(IssueError::Malformed(name)),
    }
}

#[cfg(test)]
mod tests;

//! The list of documents that must not be accepted, for inspection systems: numbers, and nothing of persons.
//!
//! ```text
//! to be signed  canonical CBOR  ["stempel documents 1", issuer(tstr 3), number(int, from 1), this update(int), next update(int),
//!                                count(int), entries]
//! entries       array of        [document number(tstr 9), type(int), class(int), since(int)], ascending by number, none twice
//! type          0 identity card, 1 residence permit
//! class         0 void, 1 lost, 2 stolen, 3 revoked
//! since         days since 1970-01-01, by Luxembourg's clocks
//! signed        canonical CBOR  [to be signed (bstr), r‖s (bstr 64)]
//! ```
//! Updates are seconds since 1970 (UTC). The signature is ECDSA over P-256 with SHA-256, by the key of documents in a token of its own.
//! Each list is whole and has the number after the one before; whoever keeps the newest list that they have seen
//! ([`Known`]) takes no older one, and no other one of the same number.

use std::fmt;

use openssl::sha::sha256;
use serde::{Deserialize, Serialize};
use serde_cbor::Value;

use crate::{
    manifest::{CLOCK_DIFFERENCE, NUMBER_LENGTH},
    p256::{self, SIGNATURE_LENGTH, SignatureFault},
};

const MAGIC: &str = "stempel documents 1";
/// The most entries of one list.
pub const MAX_ENTRIES: usize = 1_000_000;
/// The longest encoded signed list that is decoded: an entry takes 18 bytes at most.
pub const MAX_ENCODED_LENGTH: usize = MAX_ENTRIES * 18 + 256;
/// Letters of the issuer, as the MRZ writes the State.
pub const ISSUER_LENGTH: usize = 3;

/// What kind of document a number is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 0
    IdentityCard,
    /// 1
    ResidencePermit,
}

/// Why a document is not to be accepted, as far as whoever inspects it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// 0: it was never anybody's.
    Void,
    /// 1: it was reported lost.
    Lost,
    /// 2: it was reported stolen.
    Stolen,
    /// 3: it was revoked.
    Revoked,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its number.
    pub number: String,
    /// What it is.
    pub kind: Kind,
    /// Why it is in the list.
    pub class: Class,
    /// Since which day: days since 1970-01-01.
    pub since: i32,
}

/// What is said of a list besides its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The State whose documents these are, as the MRZ writes it.
    pub issuer: String,
    /// Which list, from 1.
    pub number: u64,
    /// When it was made, in seconds since 1970 (UTC).
    pub this_update: i64,
    /// When the next one is there at the latest.
    pub next_update: i64,
}

/// One whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentList {
    heading: Heading,
    entries: Vec<Entry>,
}

/// A list, as it is remembered: its number and the hash of its signed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub number: u64,
    /// SHA-256 of the bytes to be signed.
    pub digest: [u8; 32],
}

/// An entry as it travels.
#[derive(Serialize, Deserialize)]
struct Row<'a>(#[serde(borrow)] &'a str, u8, u8, i32);

/// The bytes to be signed. Entries are read without a tree of values between: a list may have a million.
#[derive(Serialize, Deserialize)]
struct Body<'a>(
    #[serde(borrow)] &'a str,
    &'a str,
    u64,
    i64,
    i64,
    u64,
    #[serde(borrow)] Vec<Row<'a>>,
);

impl Kind {
    const ALL: [Self; 2] = [Self::IdentityCard, Self::ResidencePermit];
}

impl Class {
    const ALL: [Self; 4] = [Self::Void, Self::Lost, Self::Stolen, Self::Revoked];
}

impl DocumentList {
    /// Of these documents, in any order.
    pub fn new(heading: Heading, mut entries: Vec<Entry>) -> Result<Self, ListError> {
        entries.sort_unstable();
        let list = Self { heading, entries };
        list.check()?;
        Ok(list)
    }

    /// What is said besides the entries.
    #[must_use]
    pub const fn heading(&self) -> &Heading {
        &self.heading
    }

    /// The documents, ascending by number.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What it says of a document, if anything.
    #[must_use]
    pub fn find(&self, number: &str) -> Option<&Entry> {
        let found = self
            .entries
            .binary_search_by(|entry| entry.number.as_str().cmp(number));
        self.entries.get(found.ok()?)
    }

    /// The bytes that the key of documents signs (hash them with SHA-256 first).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let rows = self.entries.iter().map(|entry| {
            let (kind, class) = (entry.kind as u8, entry.class as u8);
            Row(&entry.number, kind, class, entry.since)
        });
        let heading = &self.heading;
        let body = Body(
            MAGIC,
            &heading.issuer,
            heading.number,
            heading.this_update,
            heading.next_update,
            self.entries.len() as u64,
            rows.collect(),
        );
        // Writing plain values to memory has no failure; an empty result verifies nowhere.
        serde_cbor::to_vec(&body).unwrap_or_default()
    }

    /// SHA-256 of [`Self::to_be_signed`].
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.to_be_signed())
    }

    /// How it is remembered.
    #[must_use]
    pub fn known(&self) -> Known {
        Known {
            number: self.heading.number,
            digest: self.digest(),
        }
    }

    /// Joins the list and its signature (raw r‖s, 64 bytes).
    #[must_use]
    pub const fn seal(self, signature: Vec<u8>) -> SignedDocumentList {
        SignedDocumentList {
            list: self,
            signature,
        }
    }

    /// Reads bytes made by [`Self::to_be_signed`]; anything but the one canonical form is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        if bytes.len() > MAX_ENCODED_LENGTH {
            return Err(ListError::Malformed("length"));
        }
        let Body(magic, issuer, number, this_update, next_update, count, rows) =
            serde_cbor::from_slice(bytes).map_err(|_| ListError::Malformed("form"))?;
        if magic != MAGIC {
            return Err(ListError::Malformed("version"));
        }
        if count != rows.len() as u64 {
            return Err(ListError::Malformed("count"));
        }
        let heading = Heading {
            issuer: issuer.to_owned(),
            number,
            this_update,
            next_update,
        };
        let entries = rows.iter().map(entry).collect::<Result<_, _>>()?;
        let list = Self { heading, entries };
        list.check()?;
        // One meaning, one encoding: whatever the decoder was lenient about does not come back.
        if list.to_be_signed() != bytes {
            return Err(ListError::NotCanonical);
        }
        Ok(list)
    }

    fn check(&self) -> Result<(), ListError> {
        let heading = &self.heading;
        let issuer = heading.issuer.as_bytes();
        let numbered = |entry: &Entry| {
            let number = entry.number.as_bytes();
            number.len() == NUMBER_LENGTH && number.iter().all(u8::is_ascii_alphanumeric)
        };
        let mut following = self.entries.iter().zip(self.entries.iter().skip(1));
        for (good, name) in [
            (
                issuer.len() == ISSUER_LENGTH && issuer.iter().all(u8::is_ascii_uppercase),
                "issuer",
            ),
            (heading.number > 0, "number"),
            (heading.this_update < heading.next_update, "next update"),
            (self.entries.len() <= MAX_ENTRIES, "count"),
            (
                following.all(|(one, next)| one.number < next.number),
                "order of entries",
            ),
            (self.entries.iter().all(numbered), "document number"),
        ] {
            if !good {
                return Err(ListError::Malformed(name));
            }
        }
        Ok(())
    }
}

fn entry(row: &Row<'_>) -> Result<Entry, ListError> {
    let Row(number, kind, class, since) = row;
    let kind = Kind::ALL.into_iter().find(|one| *one as u8 == *kind);
    let class = Class::ALL.into_iter().find(|one| *one as u8 == *class);
    Ok(Entry {
        number: (*number).to_owned(),
        kind: kind.ok_or(ListError::Malformed("type"))?,
        class: class.ok_or(ListError::Malformed("class"))?,
        since: *since,
    })
}

/// A list with a signature that may or may not be right: call [`Self::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct SignedDocumentList {
    list: DocumentList,
    signature: Vec<u8>,
}

impl fmt::Debug for SignedDocumentList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedDocumentList")
            .field("number", &self.list.heading.number)
            .field("entries", &self.list.entries.len())
            .finish_non_exhaustive()
    }
}

impl SignedDocumentList {
    /// The bytes for storage and transport.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let both = Value::Array(vec![
            Value::Bytes(self.list.to_be_signed()),
            Value::Bytes(self.signature.clone()),
        ]);
        serde_cbor::to_vec(&both).unwrap_or_default()
    }

    /// Reads bytes made by [`Self::encode`]; anything but the one canonical form is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, ListError> {
        if bytes.len() > MAX_ENCODED_LENGTH {
            return Err(ListError::Malformed("length"));
        }
        let parts: Result<Value, _> = serde_cbor::from_slice(bytes);
        let Ok(Value::Array(parts)) = parts else {
            return Err(ListError::Malformed("signed list"));
        };
        let Ok([Value::Bytes(body), Value::Bytes(signature)]) = <[Value; 2]>::try_from(parts)
        else {
            return Err(ListError::Malformed("signed list"));
        };
        if signature.len() != SIGNATURE_LENGTH {
            return Err(ListError::Malformed("signature"));
        }
        let signed = DocumentList::parse(&body)?.seal(signature);
        if signed.encode() != bytes {
            return Err(ListError::NotCanonical);
        }
        Ok(signed)
    }

    /// The number that it says it has: nobody vouches for it before [`Self::verify`].
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.list.heading.number
    }

    /// The list, when its signature verifies with the key (DER of a P-256 `SubjectPublicKeyInfo`), `now` (seconds since 1970, UTC) lies
    /// between its updates, and it is the newest list that was `known` or a newer one.
    pub fn verify(
        &self,
        spki_der: &[u8],
        known: Option<&Known>,
        now: i64,
    ) -> Result<&DocumentList, ListError> {
        let digest = self.list.digest();
        p256::verify(spki_der, &digest, &self.signature)?;
        let heading = &self.list.heading;
        if let Some(known) = known {
            if heading.number < known.number {
                return Err(ListError::Older {
                    known: known.number,
                    found: heading.number,
                });
            }
            if heading.number == known.number && digest != known.digest {
                return Err(ListError::Forked(known.number));
            }
        }
        if now.saturating_add(CLOCK_DIFFERENCE) < heading.this_update {
            return Err(ListError::NotYet(heading.this_update));
        }
        if now.saturating_sub(CLOCK_DIFFERENCE) > heading.next_update {
            return Err(ListError::Outdated(heading.next_update));
        }
        Ok(&self.list)
    }
}

/// Why a list says nothing. For whoever runs an inspection system.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum ListError {
    /// A part is not of the form above.
    #[error("the list's {0} is malformed; fetch it again")]
    Malformed(&'static str),
    /// Another encoding of the same content.
    #[error("the list is not in its canonical form; fetch it again")]
    NotCanonical,
    /// The verification key is not a P-256 public key.
    #[error("the key of documents is not a P-256 public key; check the configured key file")]
    BadKey,
    /// The centre's key did not make the signature.
    #[error(
        "the list's signature is not the centre's; use it for nothing, and tell the centre where it came from"
    )]
    BadSignature,
    /// A list that is older than one that is known.
    #[error("the list has number {found}, and number {known} is known already; keep that one")]
    Older {
        /// The newest that is known.
        known: u64,
        /// This one's.
        found: u64,
    },
    /// Another list under a number that is known.
    #[error("two lists have number {0} and say different things; tell the centre")]
    Forked(u64),
    /// It was made later than now: clocks differ.
    #[error("the list is of {0} (seconds since 1970), later than now; compare the clocks")]
    NotYet(i64),
    /// The next one should be there.
    #[error("the list was good until {0} (seconds since 1970); fetch the next one")]
    Outdated(i64),
}

impl From<SignatureFault> for ListError {
    fn from(fault: SignatureFault) -> Self {
        match fault {
            SignatureFault::Key => Self::BadKey,
            SignatureFault::Signature => Self::BadSignature,
        }
    }
}

#[cfg(test)]
mod tests;

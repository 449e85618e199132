//! The proof of single entries: one small file that anybody checks who has the log's public key, without the log.
//!
//! ```text
//! stempel audit proof 1
//! {"head":…}                    a head with its signatures, as in heads.jsonl
//! {"position":…}                an entry with its record and salt, as in entries.jsonl
//! ["9a…","04…"]                 the way from its leaf up to the head's root (RFC 9162 §2.1.3.1), lowest first
//! ```
//! The last two lines again for each further entry, so that an act's intent and outcome stand in one file. Each line ends in a
//! line feed. What the file says of anybody is in the entries; the rest says nothing of other entries.

use std::fmt;

use crate::{
    digits,
    head::{HeadError, SignedHead},
    line::{Line, NotOfTheForm},
    merkle::{Hash, included},
    verify::{Changed, Finding, Trust},
};

/// The first line, which names the form.
const FIRST: &str = "stempel audit proof 1";
/// The most entries of one file: an act has two.
pub const MAX_ENTRIES: usize = 16;
/// The most hashes of a way: as many as a tree has levels.
const MAX_WAY: usize = 64;
/// The longest file.
pub const MAX_PROOF_LENGTH: usize = 1024 * 1024;

/// An entry and its way to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Its line of `entries.jsonl`, without the end.
    pub line: String,
    /// Hashes, lowest first.
    pub way: Vec<Hash>,
}

/// Entries of a log, and a head that is over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// With the signatures that it has.
    pub head: SignedHead,
    /// At least one.
    pub entries: Vec<Proved>,
}

/// A file that is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Longer than [`MAX_PROOF_LENGTH`], or with more than [`MAX_ENTRIES`].
    #[error("this is longer than any proof of an entry")]
    TooLong,
    /// Not of the form above.
    #[error("this is no proof of an entry: {0}")]
    Form(&'static str),
    /// Its head.
    #[error("this is no proof of an entry: {0}")]
    Head(#[from] HeadError),
    /// One of its entries.
    #[error("this is no proof of an entry: {0}")]
    Line(#[from] NotOfTheForm),
}

impl Proof {
    /// Reads a file.
    pub fn decode(file: &[u8]) -> Result<Self, ProofError> {
        if file.len() > MAX_PROOF_LENGTH {
            return Err(ProofError::TooLong);
        }
        let text = std::str::from_utf8(file).map_err(|_| ProofError::Form("it is not text"))?;
        let text = text.strip_suffix('\n');
        let text = text.ok_or(ProofError::Form("its last line has no end"))?;
        let mut lines = text.split('\n');
        if lines.next() != Some(FIRST) {
            return Err(ProofError::Form("its first line is another"));
        }
        let head = lines.next().ok_or(ProofError::Form("it has no head"))?;
        let head = SignedHead::decode(head.as_bytes())?;
        let mut entries = Vec::new();
        while let Some(line) = lines.next() {
            if entries.len() == MAX_ENTRIES {
                return Err(ProofError::TooLong);
            }
            Line::parse(line.as_bytes())?;
            let way = lines.next().and_then(way);
            entries.push(Proved {
                line: line.to_owned(),
                way: way.ok_or(ProofError::Form("an entry has no way to the root"))?,
            });
        }
        if entries.is_empty() {
            return Err(ProofError::Form("it has no entry"));
        }
        Ok(Self { head, entries })
    }

    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut file = FIRST.as_bytes().to_vec();
        file.push(b'\n');
        file.extend(self.head.encode()?);
        file.push(b'\n');
        for Proved { line, way } in &self.entries {
            file.extend_from_slice(line.as_bytes());
            file.push(b'\n');
            let hashes = way.iter().map(|hash| digits::text(hash));
            file.extend(serde_json::to_vec(&hashes.collect::<Vec<_>>())?);
            file.push(b'\n');
        }
        Ok(file)
    }

    /// What is wrong with it, by the keys that its reader trusts; nothing where every entry is in the log that the head is over.
    pub fn check(&self, trust: &Trust) -> Vec<Finding> {
        let head = &self.head.head;
        let mut found = Vec::new();
        if !self.head.is_signed_by(&trust.log) {
            found.push(Finding::BadSignature { size: head.size });
        }
        if trust.name.as_ref().is_some_and(|name| *name != head.log) {
            found.push(Finding::OtherLog {
                size: head.size,
                log: head.log.clone(),
            });
        }
        let has = self.witnesses(trust);
        if has < trust.least {
            found.push(Finding::Unwitnessed {
                size: head.size,
                has,
                needs: trust.least,
            });
        }
        let entries = self.entries.iter();
        found.extend(entries.flat_map(|entry| entry.check(&self.head)));
        found
    }

    /// How many of the trusted witnesses signed its head.
    #[must_use]
    pub fn witnesses(&self, trust: &Trust) -> usize {
        self.head.seen_by(&trust.witnesses)
    }
}

impl Proved {
    fn check(&self, head: &SignedHead) -> Vec<Finding> {
        let line = match Line::parse(self.line.as_bytes()) {
            Ok(line) => line,
            Err(NotOfTheForm(what)) => {
                let what = Changed::Line(what);
                return vec![Finding::Changed { position: 0, what }];
            }
        };
        let mut found = Vec::new();
        let (position, head) = (line.position, &head.head);
        let opens = line
            .opened
            .map(|opened| opened.opens(&line.record.commitment));
        if opens == Some(false) {
            let what = Changed::Entry;
            found.push(Finding::Changed { position, what });
        }
        let leaf = line.record.leaf();
        if !included(&leaf, position - 1, head.size, &self.way, &head.root) {
            let size = head.size;
            found.push(Finding::NotIncluded { position, size });
        }
        found
    }
}

impl fmt::Display for Proved {
    /// The entry as it stands in the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = Line::parse(self.line.as_bytes()).map_err(|_| fmt::Error)?;
        match &line.opened {
            Some(opened) => write!(f, "entry {}: {}", line.position, opened.entry.text),
            None => write!(f, "entry {}: erased", line.position),
        }
    }
}

/// Hashes as a list of JSON, in the one form that [`Proof::encode`] writes.
fn way(text: &str) -> Option<Vec<Hash>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let hashes = inner.split(',').take(MAX_WAY + 1).map(|hash| {
        let digits = hash.strip_prefix('"')?.strip_suffix('"')?;
        digits::read(digits.as_bytes())
    });
    let hashes = hashes.collect::<Option<Vec<_>>>()?;
    (hashes.len() <= MAX_WAY).then_some(hashes)
}

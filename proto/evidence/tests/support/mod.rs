//! A log of three writers as the centre would export it, with everything in the hand of whoever tampers with it.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::io::Cursor;

use evidence::{
    archive::Export,
    entry::{Act, Entry},
    erasure::{self, Places},
    head::{Head, SignedHead, Witnessed},
    line::{EntryText, Line, Opened},
    merkle::{CompactRange, Hash},
    record::{NONE_BEFORE, Record, commitment},
    verify::{self, Report, Trust, Unreadable},
};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};
use time::macros::datetime;

/// A key without a token.
#[derive(Debug, Clone)]
pub struct SoftKey(EcKey<Private>);

impl SoftKey {
    pub fn generate() -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self(EcKey::generate(&group).unwrap())
    }

    pub fn pem(&self) -> Vec<u8> {
        let key = PKey::from_ec_key(self.0.clone()).unwrap();
        key.public_key_to_pem().unwrap()
    }

    pub fn spki(&self) -> Vec<u8> {
        evidence::key_from_pem(&self.pem()).unwrap()
    }

    pub fn sign(&self, digest: &[u8; 32]) -> [u8; 64] {
        let signature = EcdsaSig::sign(digest, &self.0).unwrap();
        let mut raw = signature.r().to_vec_padded(32).unwrap();
        raw.extend(signature.s().to_vec_padded(32).unwrap());
        raw.try_into().unwrap()
    }
}

/// One line, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub position: u64,
    pub writer: String,
    pub sequence: u64,
    pub previous: Hash,
    pub commitment: Hash,
    pub opened: Option<([u8; 32], String)>,
}

impl Row {
    pub fn record(&self) -> Record<'_> {
        Record {
            writer: &self.writer,
            sequence: self.sequence,
            previous: self.previous,
            commitment: self.commitment,
        }
    }

    pub fn line(&self) -> Line<'_> {
        Line {
            position: self.position,
            record: self.record(),
            opened: self.opened.as_ref().map(|(salt, text)| Opened {
                salt: *salt,
                entry: EntryText::parse(text).unwrap(),
            }),
        }
    }

    /// Another entry behind a commitment that fits it.
    pub fn rewrite(&mut self, text: String) {
        let salt = [0xEE; 32];
        self.commitment = commitment(&salt, text.as_bytes());
        self.opened = Some((salt, text));
    }
}

/// The entry of an act of erasing: the text of its line.
pub fn erasing(act: u8, places: &Places) -> String {
    let at = datetime!(2026-11-23 08:00:00 UTC);
    let act = Act::new([act; 16], "centre/erasure", erasure::ACT, places.object());
    act.outcome(at, "ninety days after issue").line().unwrap()
}

/// A log, its heads and its keys.
#[derive(Debug, Clone)]
pub struct Log {
    pub rows: Vec<Row>,
    pub heads: Vec<SignedHead>,
    pub key: SoftKey,
    pub witness: SoftKey,
}

/// The entry of an act: the text of its line.
pub fn entry(act: u8, outcome: bool, object: &str) -> String {
    let at = datetime!(2026-11-23 08:00:00 UTC);
    let act = Act::new([act; 16], "line/worker", "personalise", object);
    let entry: Entry = if outcome {
        act.outcome(at, "done")
    } else {
        act.intent(at)
    };
    let mut line = Vec::new();
    entry.write_to(&mut line).unwrap();
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

impl Log {
    /// `count` entries of the writers `line/1`, `line/2` and `console/1` in turn, an outcome after each intent, and a head
    /// after each ten.
    pub fn new(count: u64) -> Self {
        let mut log = Self {
            rows: Vec::new(),
            heads: Vec::new(),
            key: SoftKey::generate(),
            witness: SoftKey::generate(),
        };
        for place in 0..count {
            let writer = ["line/1", "line/2", "console/1"][usize::try_from(place % 3).unwrap()];
            let act = u8::try_from(place / 2 % 256).unwrap();
            let text = entry(act, place % 2 == 1, &format!("order {place}"));
            let salt = [u8::try_from(place % 251).unwrap(); 32];
            let mut row = Row {
                position: place + 1,
                writer: writer.into(),
                sequence: 0,
                previous: NONE_BEFORE,
                commitment: commitment(&salt, text.as_bytes()),
                opened: Some((salt, text)),
            };
            let before = log.rows.iter().rfind(|other| other.writer == writer);
            row.sequence = before.map_or(1, |before| before.sequence + 1);
            row.previous = before.map_or(NONE_BEFORE, |before| before.record().leaf());
            log.rows.push(row);
            if (place + 1) % 10 == 0 {
                let head = log.sign(place + 1);
                log.heads.push(head);
            }
        }
        log
    }

    /// The root over the first `size` rows.
    pub fn root(&self, size: u64) -> Hash {
        let mut range = CompactRange::default();
        for row in &self.rows[..usize::try_from(size).unwrap()] {
            range.append(row.record().leaf());
        }
        range.root()
    }

    /// A head over the first `size` rows as they are now.
    pub fn sign(&self, size: u64) -> SignedHead {
        let time = 1_790_000_000 + i64::try_from(size).unwrap();
        let head = Head {
            log: "centre".into(),
            size,
            root: self.root(size),
            time,
        };
        let seen = Witnessed {
            name: "pki".into(),
            time: time + 1,
            signature: self.witness.sign(&head.witness_digest("pki", time + 1)),
        };
        let signature = self.key.sign(&head.digest());
        let mut signed = head.seal(signature);
        signed.witnesses.push(seen);
        signed
    }

    /// Numbers, chains and places made to fit what the rows are now; heads as they were.
    pub fn rechain(&mut self) {
        let mut last: Vec<(String, u64, Hash)> = Vec::new();
        for (position, row) in (1..).zip(&mut self.rows) {
            row.position = position;
            let before = last.iter().position(|(writer, ..)| *writer == row.writer);
            let (_, sequence, leaf) = before.map_or_else(
                || (row.writer.clone(), 0, NONE_BEFORE),
                |before| last.swap_remove(before),
            );
            (row.sequence, row.previous) = (sequence + 1, leaf);
            last.push((row.writer.clone(), row.sequence, row.record().leaf()));
        }
    }

    /// Signs all heads again over what the rows are now.
    pub fn sign_again(&mut self) {
        let sizes: Vec<_> = self.heads.iter().map(|head| head.head.size).collect();
        self.heads = sizes.into_iter().map(|size| self.sign(size)).collect();
    }

    pub fn export(&self) -> Vec<u8> {
        let (log, witness) = (self.key.pem(), self.witness.pem());
        let keys = [("log.pem", &*log), ("witness-pki.pem", &*witness)];
        let mut export = Export::begin(Cursor::new(Vec::new()), &keys, &self.heads).unwrap();
        for row in &self.rows {
            export.line(&row.line()).unwrap();
        }
        export.finish().unwrap().into_inner()
    }

    pub fn trust(&self) -> Trust {
        Trust {
            log: vec![self.key.spki()],
            witnesses: vec![self.witness.spki()],
            least: 1,
            ..Trust::default()
        }
    }

    pub fn verify(&self) -> Report {
        self.verify_with(&self.trust()).unwrap()
    }

    pub fn verify_with(&self, trust: &Trust) -> Result<Report, Unreadable> {
        verify::archive(&*self.export(), trust, |_| ())
    }
}

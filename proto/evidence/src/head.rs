//! Heads: what the log's key says of the whole log at one moment, and what witnesses say of it.
//!
//! ```text
//! head     "stempel audit head 1\n" log "\n" size "\n" root "\n" time "\n"
//! witness  "stempel audit witness 1\n" name of the witness "\n" when it saw the head "\n" head
//! ```
//! Text in ASCII: numbers in decimal, times in seconds since 1970 (UTC), the root as 64 hexadecimal digits in lower case.
//! Signatures are ECDSA over P-256 with SHA-256, raw r‖s (64 bytes). As JSON, one line each of `heads.jsonl`:
//!
//! ```text
//! {"head":{"log":"centre","size":2,"root":"9a…","time":1790000000},"signature":"3c…",
//!  "witnesses":[{"name":"pki","time":1790000001,"signature":"e0…"}]}
//! ```

mod count;

use std::collections::BTreeSet;

use openssl::sha::sha256;
use serde::{Deserialize, Serialize};

use crate::{
    digits,
    merkle::Hash,
    p256::{self, SIGNATURE_LENGTH},
    record::is_name,
};

/// The longest line of `heads.jsonl`, and the longest file with one head.
pub const MAX_HEAD_LENGTH: usize = 32 * 1024;
/// The most witnesses of one head.
pub const MAX_WITNESSES: usize = 64;

/// A log at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Which log.
    pub log: String,
    /// How many records it has.
    pub size: u64,
    /// Of the tree over them.
    #[serde(with = "digits")]
    pub root: Hash,
    /// When, in seconds since 1970 (UTC).
    pub time: i64,
}

/// That a witness saw a head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witnessed {
    /// Who.
    pub name: String,
    /// When, in seconds since 1970 (UTC).
    pub time: i64,
    /// Raw r‖s.
    #[serde(with = "digits")]
    pub signature: [u8; SIGNATURE_LENGTH],
}

/// A head with signatures that may or may not be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// What is signed.
    pub head: Head,
    /// Raw r‖s of the log's key.
    #[serde(with = "digits")]
    pub signature: [u8; SIGNATURE_LENGTH],
    /// Who else saw it.
    #[serde(default)]
    pub witnesses: Vec<Witnessed>,
}

/// Bytes that are no head.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// Longer than [`MAX_HEAD_LENGTH`], or with more than [`MAX_WITNESSES`].
    #[error("a head of the log is longer than any is")]
    TooLong,
    /// Not the JSON above.
    #[error("a head of the log cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The log or a witness has a name that none has.
    #[error("a head of the log has the name {0:?} in it, which is none")]
    Name(String),
}

impl Head {
    /// What is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let root = digits::text(&self.root);
        format!(
            "stempel audit head 1\n{}\n{}\n{root}\n{}\n",
            self.log, self.size, self.time
        )
    }

    /// SHA-256 of [`Self::text`]: what the log's token signs.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.text().as_bytes())
    }

    /// SHA-256 of what a witness signs that calls itself `name` and saw the head at `time`.
    #[must_use]
    pub fn witness_digest(&self, name: &str, time: i64) -> [u8; 32] {
        let text = format!("stempel audit witness 1\n{name}\n{time}\n{}", self.text());
        sha256(text.as_bytes())
    }

    /// Joins the head and the log's signature (raw r‖s).
    #[must_use]
    pub const fn seal(self, signature: [u8; SIGNATURE_LENGTH]) -> SignedHead {
        SignedHead {
            head: self,
            signature,
            witnesses: Vec::new(),
        }
    }
}

impl Witnessed {
    /// Whether this key (DER of a P-256 `SubjectPublicKeyInfo`) made the signature, over this head.
    pub fn is_signed_by(&self, key: &[u8], head: &Head) -> bool {
        let digest = head.witness_digest(&self.name, self.time);
        p256::verify(key, &digest, &self.signature).is_ok()
    }
}

impl SignedHead {
    /// Reads the JSON above, of a line or of a file.
    pub fn decode(json: &[u8]) -> Result<Self, HeadError> {
        if json.len() > MAX_HEAD_LENGTH {
            return Err(HeadError::TooLong);
        }
        let signed: Self = serde_json::from_slice(json)?;
        if signed.witnesses.len() > MAX_WITNESSES {
            return Err(HeadError::TooLong);
        }
        let names = signed.witnesses.iter().map(|witness| &witness.name);
        if let Some(name) = names.chain([&signed.head.log]).find(|name| !is_name(name)) {
            return Err(HeadError::Name(name.clone()));
        }
        Ok(signed)
    }

    /// The JSON above, on one line without its end.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Whether one of these keys (DER of P-256 `SubjectPublicKeyInfo`s) is the log's and made the signature.
    pub fn is_signed_by(&self, keys: &[Vec<u8>]) -> bool {
        let digest = self.head.digest();
        let good = |key: &Vec<u8>| p256::verify(key, &digest, &self.signature).is_ok();
        keys.iter().any(good)
    }

    /// How many witnesses with these keys (as above) signed it. A key that is given twice counts once, and so does a name: of two
    /// keys that signed under one name, and of two names under one key, there is one witness.
    pub fn seen_by(&self, keys: &[Vec<u8>]) -> usize {
        let keys: BTreeSet<_> = keys.iter().collect();
        let names = |key: &Vec<u8>| {
            let signed = |witness: &&Witnessed| witness.is_signed_by(key, &self.head);
            let signed = self.witnesses.iter().filter(signed);
            signed.map(|witness| witness.name.as_str()).collect()
        };
        let names: Vec<BTreeSet<&str>> = keys.into_iter().map(names).collect();
        count::pairs(&names)
    }
}

#[cfg(test)]
mod tests {
    use openssl::ec::EcKey;

    use super::*;
    use crate::p256::soft;

    fn head() -> Head {
        Head {
            log: "centre".into(),
            size: 2,
            root: [0x9A; 32],
            time: 1_790_000_000,
        }
    }

    fn signed(
        key: &EcKey<openssl::pkey::Private>,
        witness: &EcKey<openssl::pkey::Private>,
    ) -> SignedHead {
        let head = head();
        let signature = soft::sign(key, &head.digest());
        let seen = head.witness_digest("pki", 5);
        let mut signed = head.seal(signature);
        signed.witnesses.push(Witnessed {
            name: "pki".into(),
            time: 5,
            signature: soft::sign(witness, &seen),
        });
        signed
    }

    #[test]
    fn the_signed_text_is_this() {
        let root = "9a".repeat(32);
        let text = format!("stempel audit head 1\ncentre\n2\n{root}\n1790000000\n");
        assert_eq!(head().text(), text);
    }

    #[test]
    fn only_its_own_keys_vouch_for_a_head() {
        let (key, witness) = (soft::key(1), soft::key(2));
        let (log, pki) = (soft::spki(&key), soft::spki(&witness));
        let signed = signed(&key, &witness);
        let read = SignedHead::decode(&signed.encode().unwrap()).unwrap();
        assert_eq!(read, signed);
        assert!(read.is_signed_by(&[pki.clone(), log.clone()]));
        assert!(!read.is_signed_by(std::slice::from_ref(&pki)));
        assert_eq!(read.seen_by(std::slice::from_ref(&pki)), 1);
        // The log's key is no witness of itself, and a witness is one only of what it saw.
        assert_eq!(read.seen_by(std::slice::from_ref(&log)), 0);
        // Twice the same key, or the same name, is one witness.
        assert_eq!(read.seen_by(&[pki.clone(), pki.clone()]), 1);
        let other = soft::key(3);
        let keys = [pki.clone(), soft::spki(&other)];
        let mut two = read.clone();
        for (name, count) in [("pki", 1), ("station", 2)] {
            let signature = soft::sign(&other, &two.head.witness_digest(name, 6));
            two.witnesses.push(Witnessed {
                name: name.into(),
                time: 6,
                signature,
            });
            assert_eq!(two.seen_by(&keys), count);
        }
        for change in [
            (|head: &mut SignedHead| head.head.size += 1) as fn(&mut SignedHead),
            |head| head.head.root[0] ^= 1,
            |head| head.head.time += 1,
            |head| head.head.log = "other".into(),
        ] {
            let mut other = read.clone();
            change(&mut other);
            assert!(!other.is_signed_by(std::slice::from_ref(&log)));
            assert_eq!(other.seen_by(std::slice::from_ref(&pki)), 0);
        }
    }

    #[test]
    fn what_is_no_head_is_refused() {
        let signed = signed(&soft::key(1), &soft::key(2));
        let text = String::from_utf8(signed.encode().unwrap()).unwrap();
        for (from, to) in [
            ("centre", "Centre"),
            ("pki", "p k i"),
            ("9a9a", "9A9A"),
            ("9a9a", "9a"),
            (r#""size":2"#, r#""size":-2"#),
            (r#""time":5"#, r#""time":5,"more":1"#),
        ] {
            let other = text.replacen(from, to, 1);
            assert_ne!(other, text);
            assert!(SignedHead::decode(other.as_bytes()).is_err(), "{to}");
        }
        let mut many = signed;
        many.witnesses = vec![many.witnesses[0].clone(); MAX_WITNESSES + 1];
        let many = many.encode().unwrap();
        assert!(matches!(SignedHead::decode(&many), Err(HeadError::TooLong)));
        let spaces = vec![b' '; MAX_HEAD_LENGTH + 1];
        assert!(matches!(
            SignedHead::decode(&spaces),
            Err(HeadError::TooLong)
        ));
    }
}

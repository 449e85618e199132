//! Records: what of an audit entry goes into its writer's chain and into the tree. No personal data, and nothing that could
//! be guessed from: an entry is there as a commitment with a salt, and erasing salt and entry leaves a log that verifies.
//!
//! ```text
//! commitment  SHA-256("stempel commit 1" ‖ salt (32) ‖ entry)      entry: its line of JSON, without the line's end
//! record      "stempel record 1" ‖ sequence (8, big-endian) ‖ previous (32) ‖ commitment (32) ‖ length of the writer's
//!             name (1) ‖ the name
//! previous    the leaf of the record that the same writer wrote before; 32 zero bytes in its first
//! leaf        SHA-256(00 ‖ record), RFC 6962 §2.1
//! ```
//! A writer numbers its records from 1 without a hole. Its name is 1 to 64 of `a-z 0-9 . / _ -`, for example `line/7f3a`.

use openssl::sha::Sha256;

use crate::merkle::Hash;

const COMMIT: &[u8; 16] = b"stempel commit 1";
const RECORD: &[u8; 16] = b"stempel record 1";
/// Bytes of a salt.
pub const SALT_LENGTH: usize = 32;
/// The longest name of a writer or of a log, in bytes.
pub const MAX_NAME_LENGTH: usize = 64;
/// The longest entry, in bytes of its line.
pub const MAX_ENTRY_LENGTH: usize = 32 * 1024;
/// What the first record of a writer has for the one before it.
pub const NONE_BEFORE: Hash = [0; 32];

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Who wrote it.
    pub writer: &'a str,
    /// Which record of that writer, from 1.
    pub sequence: u64,
    /// The leaf of the one before it, or [`NONE_BEFORE`].
    pub previous: Hash,
    /// What the entry is hidden in.
    pub commitment: Hash,
}

impl Record<'_> {
    /// Its hash: in the tree, and in the writer's next record.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        let mut content = [0; 1 + 16 + 8 + 32 + 32 + 1 + MAX_NAME_LENGTH];
        content[1..17].copy_from_slice(RECORD);
        content[17..25].copy_from_slice(&self.sequence.to_be_bytes());
        content[25..57].copy_from_slice(&self.previous);
        content[57..89].copy_from_slice(&self.commitment);
        let name = self.writer.as_bytes();
        let name = &name[..name.len().min(MAX_NAME_LENGTH)];
        content[89] = u8::try_from(name.len()).unwrap_or(0);
        content[90..90 + name.len()].copy_from_slice(name);
        let mut hash = Sha256::new();
        hash.update(&content[..90 + name.len()]);
        hash.finish()
    }
}

/// What an entry (its line of JSON) is hidden in.
#[must_use]
pub fn commitment(salt: &[u8; SALT_LENGTH], entry: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(COMMIT);
    hash.update(salt);
    hash.update(entry);
    hash.finish()
}

/// Whether a writer or a log may be called so.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'/' | b'_' | b'-');
    (1..=MAX_NAME_LENGTH).contains(&name.len()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{digits, merkle};

    /// Computed with Python's `hashlib` from the layout above.
    #[test]
    fn hashes_are_what_the_layout_says() {
        let entry = br#"{"id":"00000000000000000000000000000001"}"#;
        let commitment = commitment(&[7; 32], entry);
        let record = Record {
            writer: "line/7f3a",
            sequence: 258,
            previous: [9; 32],
            commitment,
        };
        assert_eq!(digits::text(&commitment), COMMITMENT);
        assert_eq!(digits::text(&record.leaf()), LEAF);
        let mut bytes = b"stempel record 1".to_vec();
        bytes.extend([0, 0, 0, 0, 0, 0, 1, 2]);
        bytes.extend([9; 32]);
        bytes.extend(commitment);
        bytes.extend(b"\x09line/7f3a");
        assert_eq!(record.leaf(), merkle::leaf(&bytes));
    }

    const COMMITMENT: &str = "23dc1ea622f8826e0b82482ae40b35f70fe3ece0ea46c44dacf26ce48b57a85a";
    const LEAF: &str = "791235d5e89c649509d49278e1f70abc0808a031362c7e20a2e2f801ac35bfff";

    #[test]
    fn names_are_short_and_plain() {
        for good in ["a", "line/7f3a-1_2.3", &"x".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "Line", "a b", "a\n", "é", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}

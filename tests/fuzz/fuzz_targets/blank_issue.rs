//! Signed blank issues as pki receives them: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use evidence::issue::{MAX_CHIPS, SignedIssue};

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");
/// Later than any issue that a corpus has: 2286.
const NOW: i64 = 10_000_000_000;

fuzz::target!(|data| {
    if let Ok(issue) = SignedIssue::decode(data) {
        assert_eq!(issue.encode(), data);
        assert!((1..=MAX_CHIPS).contains(&issue.blanks()));
        // The generator's private key is 1, and nobody signs with it here.
        assert!(issue.verify(KEY, NOW).is_err());
    }
});

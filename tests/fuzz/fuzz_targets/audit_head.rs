//! Heads of an audit log: what is read comes back, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use evidence::head::{MAX_WITNESSES, SignedHead};

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    if let Ok(head) = SignedHead::decode(data) {
        assert!(head.witnesses.len() <= MAX_WITNESSES);
        let again = head.encode().expect("JSON");
        assert_eq!(SignedHead::decode(&again).expect("a head"), head);
        // Each part of the signed text is a line of its own.
        assert_eq!(head.head.text().lines().count(), 5);
        // The generator's private key is 1, and nobody signs with it here.
        let keys = [KEY.to_vec()];
        assert!(!head.is_signed_by(&keys));
        assert_eq!(head.seen_by(&keys), 0);
    }
});

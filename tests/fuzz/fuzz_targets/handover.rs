//! Signed statements of a handover as phones send them: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use evidence::handover::SignedStatement;

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    if let Ok(signed) = SignedStatement::decode(data) {
        assert_eq!(signed.encode(), data);
        // The generator's private key is 1, and nobody signs with it here.
        assert!(signed.verify(KEY).is_err());
    }
});

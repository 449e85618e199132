//! Signed dossiers: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use dossier::{Dossier, Signed};

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    if let Ok(signed) = Signed::<Dossier>::decode(data) {
        assert_eq!(
            *signed.encode().expect("what was read can be written"),
            data
        );
        assert!(signed.verify(KEY).is_err());
        // The body is read only when it is asked for, and then it is whole or an error.
        let _ = signed.danger_unverified();
    }
});

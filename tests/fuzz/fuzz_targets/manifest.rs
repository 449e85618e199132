//! Signed manifests as offices and couriers receive them: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use evidence::manifest::{MAX_PIECES, Manifest, SignedManifest};

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");
/// Later than any manifest that a corpus has: 2286.
const NOW: i64 = 10_000_000_000;

fuzz::target!(|data| {
    if let Ok(signed) = SignedManifest::decode(data) {
        assert_eq!(signed.encode(), data);
        // The generator's private key is 1, and nobody signs with it here.
        assert!(signed.verify(KEY, NOW).is_err());
    }
    if let Ok(manifest) = Manifest::parse(data) {
        assert_eq!(manifest.to_be_signed(), data);
        assert!((1..=MAX_PIECES).contains(&manifest.pieces().len()));
    }
});

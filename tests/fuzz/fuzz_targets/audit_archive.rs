//! Archives of an audit log that anybody made: they are read or not, and none verifies without the log's key.
#![cfg_attr(fuzzing, no_main)]

use evidence::verify::{self, Trust, Verdict};

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    // The generator's private key is 1, and nobody signs with it here.
    let trust = Trust {
        log: vec![KEY.to_vec()],
        ..Trust::default()
    };
    if let Ok(report) = verify::archive(data, &trust, |_| ()) {
        assert_ne!(report.verdict, Verdict::Verified);
        assert!(report.findings.len() <= report.found);
        assert!(!report.to_string().is_empty());
    }
    // By its own keys, without a verdict.
    if let Ok(report) = verify::archive(data, &Trust::default(), |_| ()) {
        assert_ne!(report.verdict, Verdict::Verified);
        let named = report.json()["findings"].as_array().map(Vec::len);
        assert_eq!(named, Some(report.findings.len()));
    }
});

//! Proofs of single entries as a citizen gets them: what is read comes back, and none holds without the log's key.
#![cfg_attr(fuzzing, no_main)]

use evidence::{
    erasure::Places,
    proof::{MAX_ENTRIES, Proof},
    verify::Trust,
};

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    // The generator's private key is 1, and nobody signs with it here.
    let trust = Trust {
        log: vec![KEY.to_vec()],
        ..Trust::default()
    };
    if let Ok(proof) = Proof::decode(data) {
        assert!((1..=MAX_ENTRIES).contains(&proof.entries.len()));
        let again = proof.encode().expect("JSON");
        assert_eq!(Proof::decode(&again).expect("a proof"), proof);
        assert!(!proof.check(&trust).is_empty());
        assert!(
            proof
                .entries
                .iter()
                .all(|entry| !entry.to_string().is_empty())
        );
    }
    // Places of acts of erasing stand in entries, and have one form.
    if let Some(places) = std::str::from_utf8(data).ok().and_then(Places::parse) {
        assert_eq!(places.object().as_bytes(), data);
    }
});

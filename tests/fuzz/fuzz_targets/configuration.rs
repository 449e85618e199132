//! Configurations as stations read them: one form each, questions have answers, and no signature
//! but the right one.
#![cfg_attr(fuzzing, no_main)]

use dossier::{Configuration, Signed, Timestamp, dossier::DocumentType};
use time::macros::date;

const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    if let Ok(signed) = Signed::<Configuration>::decode(data) {
        assert_eq!(
            *signed.encode().expect("what was read can be written"),
            data
        );
        assert!(signed.verify(KEY).is_err());
        if let Ok(configuration) = signed.danger_unverified() {
            let day = date!(2026 - 11 - 22);
            for commune in &configuration.communes {
                let _ = configuration.commune_at(commune.code.as_str(), day);
            }
            let _ = configuration.fee(DocumentType::IdentityCard, 20, false, day);
            if let Ok(now) = Timestamp::from_seconds(1_790_000_000) {
                let key = configuration.intake_key(now);
                assert!(key.is_none_or(|key| key.holds(now)));
            }
        }
    }
});

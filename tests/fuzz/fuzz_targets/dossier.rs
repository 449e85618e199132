//! Bodies of dossiers as intake reads them: one form each, and nothing of a person in messages.
#![cfg_attr(fuzzing, no_main)]

use dossier::{Body, Dossier};

fuzz::target!(|data| {
    if let Ok(dossier) = Dossier::decode(data) {
        assert_eq!(
            *dossier.encode().expect("what was read can be written"),
            data
        );
    }
});

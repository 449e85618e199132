//! Receipts as stations read them: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use dossier::{Body, Receipt, Signed};

const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    if let Ok(signed) = Signed::<Receipt>::decode(data) {
        assert_eq!(
            *signed.encode().expect("what was read can be written"),
            data
        );
        assert!(signed.verify(KEY).is_err());
        if let Ok(receipt) = signed.danger_unverified() {
            let again = Receipt::decode(&receipt.encode().expect("it can be written"));
            assert_eq!(again.as_ref(), Ok(&receipt));
        }
    }
});

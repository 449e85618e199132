//! Staff lists as stations read them: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use dossier::{Signed, StaffList};

const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");

fuzz::target!(|data| {
    if let Ok(signed) = Signed::<StaffList>::decode(data) {
        assert_eq!(
            *signed.encode().expect("what was read can be written"),
            data
        );
        assert!(signed.verify(KEY).is_err());
        if let Ok(list) = signed.danger_unverified() {
            for member in &list.people {
                assert_eq!(list.member(member.login.as_str()), Some(member));
            }
        }
    }
});

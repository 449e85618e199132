//! `SubjectPublicKeyInfo` with any parameters: what is read is a point of a known curve, and is read again as written.
#![cfg_attr(fuzzing, no_main)]

use icao9303::crypto::public_key::PublicKey;
use icao9303::security_info::SubjectPublicKey;

fuzz::target!(|data| {
    let Ok(subject) = SubjectPublicKey::parse(data) else {
        return;
    };
    let Ok(key) = PublicKey::from_subject(&subject) else {
        return;
    };
    assert_eq!(key.point.as_bytes(), subject.key);
    let Ok(explicit) = key.to_explicit() else {
        panic!("a known curve has parameters")
    };
    for written in [key.to_standardised(), explicit] {
        assert!(PublicKey::from_subject(&written).is_ok_and(|again| again == key));
    }
});

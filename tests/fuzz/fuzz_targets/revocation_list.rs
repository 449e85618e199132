//! Revocation lists: what parses keeps its bytes, and finds each entry it lists.
#![cfg_attr(fuzzing, no_main)]

use icao9303::crl::RevocationList;

fuzz::target!(|data| {
    let Ok(list) = RevocationList::parse(data) else {
        return;
    };
    assert_eq!(list.der(), data);
    for entry in list.revoked() {
        let found = list
            .find(&entry.serial)
            .expect("a listed serial number is found");
        assert_eq!(found.serial, entry.serial);
    }
});

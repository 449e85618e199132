//! `SecurityInfos` of EF.CardAccess and DG14: what is read is written, read again, and the same.
#![cfg_attr(fuzzing, no_main)]

use icao9303::security_info::SecurityInfos;

fuzz::target!(|data| {
    let Ok(read) = SecurityInfos::parse_file(data) else {
        return;
    };
    let written = read.to_der();
    assert!(written.len() <= data.len());
    let again = SecurityInfos::parse(&written);
    assert_eq!(again.as_ref().map(SecurityInfos::to_der), Ok(written));
    assert!(again.is_ok_and(|again| again.contains_all(&read) && read.contains_all(&again)));
    for key in read.chip_authentication_keys() {
        let _ = key.public_key.standardised_parameter_id();
    }
});

//! MRZ of any document: what is read can be put together again, and each view of it stays inside.
#![cfg_attr(fuzzing, no_main)]

use icao9303::mrz::{Mrz, MrzInformation};

fuzz::target!(|data| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let information = MrzInformation::from_text(text);
    if let Ok(information) = &information {
        assert!((24..=38).contains(&information.as_str().len()));
        assert_eq!(
            MrzInformation::from_text(information.as_str()).as_ref(),
            Ok(information)
        );
    }
    let Ok(mrz) = Mrz::parse(text) else { return };
    let lines: Vec<_> = mrz.lines().collect();
    assert_eq!(Mrz::parse(&lines.join("\r\n")).as_ref(), Ok(&mrz));
    assert!(mrz.document_number().len() <= 23);
    let checks = mrz.check_digits();
    let ours = [
        checks.document_number,
        checks.date_of_birth,
        checks.date_of_expiry,
    ];
    let right = ours.iter().all(|digit| digit.is_ok());
    assert_eq!(information.is_ok(), right);
    assert!(mrz.findings().len() <= 13);
    let name = mrz.name();
    assert!(
        name.primary
            .iter()
            .chain(&name.secondary)
            .all(|part| !part.contains('<'))
    );
    if let Ok(date) = mrz.date_of_birth() {
        let today = time::Date::MAX;
        assert!(date.birth(today).is_ok());
    }
});

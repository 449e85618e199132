//! Names of any script: every character is mapped or reported, and a fitted line keeps the form of 9303-3.
#![cfg_attr(fuzzing, no_main)]

use icao9303::mrz::{MrzName, NameError, NameField, Transliteration};

fuzz::target!(|data| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (primary, secondary) = text.split_once('\n').unwrap_or((text, ""));
    for choice in [
        Transliteration::first_values(),
        Transliteration::last_values(),
    ] {
        match MrzName::transliterate(primary, secondary, &choice) {
            Ok(name) => fit(&name),
            Err(NameError::Unmapped(unmapped)) => assert!(!unmapped.is_empty()),
            Err(NameError::Digits { positions }) => assert!(!positions.is_empty()),
            Err(_) => {}
        }
    }
    for shortened in [false, true] {
        if let Ok(field) = NameField::chosen_by_operator(primary, 30, shortened) {
            check(field.as_str(), 30);
        }
    }
});

fn fit(name: &MrzName) {
    for width in [30, 31, 39] {
        match name.fit(width) {
            Ok(field) => {
                check(field.as_str(), width);
                assert!(!field.is_shortened() || !field.as_str().ends_with('<'));
            }
            Err(error) => assert_eq!(error, NameError::CannotShorten),
        }
    }
}

fn check(line: &str, width: usize) {
    assert_eq!(line.len(), width);
    assert!(line.bytes().all(|c| c.is_ascii_uppercase() || c == b'<'));
    let name = line.trim_end_matches('<');
    assert!(!name.is_empty() && !name.starts_with('<') && !name.contains("<<<"));
    assert!(name.matches("<<").count() <= 1);
}

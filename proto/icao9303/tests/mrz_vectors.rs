//! Every entry of the MRZ vectors, read and written.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use icao9303::mrz::{
    CountryCode, DateError, DocumentCode, DocumentNumber, Field, Finding, Format, Mrz,
    MrzInformation, MrzName, NameField, OptionalData, PartialDate, Td1, Transliteration,
    check_digit, values,
};
use serde_json::Value;

fn vectors() -> Value {
    let text = include_str!("../../../tests/vectors/mrz.json");
    serde_json::from_str(text).unwrap()
}

fn entries<'a>(vectors: &'a Value, key: &str) -> &'a Vec<Value> {
    vectors[key].as_array().unwrap()
}

fn lines(entry: &Value) -> String {
    let lines = entry["lines"].as_array().unwrap();
    let line = |line: &Value| {
        // One vector gives the second line of a passport only.
        line.as_str()
            .map_or_else(|| format!("{:<<44}", "P<YTOX<<Y"), str::to_owned)
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {entry}"))
}

fn flag(entry: &Value, key: &str) -> bool {
    entry[key]
        .as_bool()
        .unwrap_or_else(|| panic!("{key} in {entry}"))
}

fn today() -> time::Date {
    time::Date::from_calendar_date(2026, time::Month::November, 21).unwrap()
}

#[test]
fn check_digits() {
    let vectors = vectors();
    let entries = entries(&vectors, "check_digits");
    assert_eq!(entries.len(), 9);
    for entry in entries {
        let computed = char::from(check_digit(text(entry, "input").as_bytes()));
        assert_eq!(computed.to_string(), text(entry, "cd"), "{entry}");
    }
}

#[test]
fn td1_is_read() {
    let vectors = vectors();
    let entries = entries(&vectors, "td1");
    assert_eq!(entries.len(), 17);
    for entry in entries {
        let mrz = Mrz::parse(&lines(entry)).unwrap();
        assert_eq!(mrz.format(), Format::Td1);
        let checks = mrz.check_digits();
        assert_eq!(
            checks.document_number.printed().to_string(),
            text(entry, "doc_cd")
        );
        assert_eq!(
            checks.document_number.is_ok(),
            flag(entry, "doc_cd_ok"),
            "{entry}"
        );
        assert_eq!(
            checks.date_of_birth.is_ok(),
            flag(entry, "dob_ok"),
            "{entry}"
        );
        assert_eq!(
            checks.date_of_expiry.is_ok(),
            flag(entry, "exp_ok"),
            "{entry}"
        );
        assert_eq!(
            checks.composite.printed().to_string(),
            text(entry, "composite")
        );
        assert_eq!(
            checks.composite.is_ok(),
            flag(entry, "composite_ok"),
            "{entry}"
        );
        assert_eq!(mrz.document_number(), text(entry, "document_number"));
        assert_eq!(mrz.optional_data_1(), text(entry, "opt1"));
        assert_eq!(mrz.information().as_str(), text(entry, "mrz_information"));
        let specimen_of_yto = mrz.issuer() == "YTO";
        let findings = mrz.findings();
        assert_eq!(
            findings.is_empty(),
            !specimen_of_yto,
            "{findings:?} {entry}"
        );
    }
}

/// What was read is put together again from its fields, and comes out as the same lines.
#[test]
fn td1_is_written() {
    let vectors = vectors();
    let mut written = 0;
    for entry in entries(&vectors, "td1") {
        let mrz = Mrz::parse(&lines(entry)).unwrap();
        if CountryCode::new(mrz.issuer()).is_err() {
            continue;
        }
        let PartialDate::Full(date_of_expiry) = mrz.date_of_expiry().unwrap().expiry().unwrap()
        else {
            panic!("an expiry is a full date: {entry}")
        };
        let line_3 = mrz.lines().nth(2).unwrap();
        let td1 = Td1 {
            document_code: DocumentCode::td1(mrz.document_code()).unwrap(),
            issuer: CountryCode::new(mrz.issuer()).unwrap(),
            document_number: DocumentNumber::new(&mrz.document_number()).unwrap(),
            optional_data_1: OptionalData::new(mrz.optional_data_1()).unwrap(),
            date_of_birth: mrz.date_of_birth().unwrap().birth(today()).unwrap(),
            sex: mrz.sex().unwrap(),
            date_of_expiry,
            nationality: CountryCode::new(mrz.nationality()).unwrap(),
            optional_data_2: OptionalData::new(mrz.optional_data_2()).unwrap(),
            name: NameField::chosen_by_operator(line_3, 30, false).unwrap(),
        };
        assert_eq!(td1.encode().unwrap().as_str(), mrz.as_str(), "{entry}");
        assert_eq!(
            td1.information().unwrap().as_str(),
            text(entry, "mrz_information")
        );
        written += 1;
    }
    assert_eq!(written, 16);
}

#[test]
fn td2_and_td3_are_read() {
    let vectors = vectors();
    for (key, format, count) in [("td2", Format::Td2, 2), ("td3", Format::Td3, 6)] {
        let entries = entries(&vectors, key);
        assert_eq!(entries.len(), count);
        for entry in entries {
            let mrz = Mrz::parse(&lines(entry)).unwrap();
            assert_eq!(mrz.format(), format);
            let checks = mrz.check_digits();
            assert_eq!(
                checks.document_number.is_ok(),
                flag(entry, "doc_ok"),
                "{entry}"
            );
            assert_eq!(
                checks.date_of_birth.is_ok(),
                flag(entry, "dob_ok"),
                "{entry}"
            );
            assert_eq!(
                checks.date_of_expiry.is_ok(),
                flag(entry, "exp_ok"),
                "{entry}"
            );
            let optional = checks.optional_data.map(icao9303::mrz::CheckDigit::is_ok);
            assert_eq!(
                optional,
                entry.get("opt_ok").and_then(Value::as_bool),
                "{entry}"
            );
            assert_eq!(
                checks.composite.printed().to_string(),
                text(entry, "composite")
            );
            assert_eq!(
                checks.composite.is_ok(),
                flag(entry, "composite_ok"),
                "{entry}"
            );
            assert_eq!(mrz.information().as_str(), text(entry, "mrz_information"));
        }
    }
}

#[test]
fn negative_cases_are_told_apart() {
    let vectors = vectors();
    let entries = entries(&vectors, "negative");
    assert_eq!(entries.len(), 7);
    for entry in entries {
        let mrz = Mrz::parse(&lines(entry)).unwrap();
        let mut expected = Vec::new();
        for (key, field) in [
            ("doc_cd_ok", Field::DocumentNumber),
            ("dob_ok", Field::DateOfBirth),
            ("exp_ok", Field::DateOfExpiry),
            ("composite_ok", Field::Composite),
        ] {
            if !flag(entry, key) {
                expected.push(Finding::CheckDigit(field));
            }
        }
        if text(entry, "reason").starts_with("impossible date") {
            expected.push(Finding::Date(Field::DateOfBirth, DateError::Impossible));
        }
        assert!(!expected.is_empty());
        let findings = mrz.findings();
        assert_eq!(findings, expected, "{entry}");
        // A long number whose digit is wrong is still the same number.
        let number_ok = flag(entry, "doc_cd_ok") && flag(entry, "dob_ok");
        assert_eq!(
            MrzInformation::from_text(&lines(entry)).is_ok(),
            number_ok,
            "{entry}"
        );
    }
}

#[test]
fn names() {
    let vectors = vectors();
    let (mut spelled, mut by_rule, mut read) = (0, 0, 0);
    for entry in entries(&vectors, "names") {
        let name = |choice: &Transliteration| {
            MrzName::transliterate(text(entry, "primary"), text(entry, "secondary"), choice)
        };
        if let Some(first) = entry.get("mrz_recommended") {
            let fitted = name(&Transliteration::first_values())
                .unwrap()
                .fit(30)
                .unwrap();
            assert_eq!(fitted.as_str(), first.as_str().unwrap());
            let fitted = name(&Transliteration::last_values())
                .unwrap()
                .fit(30)
                .unwrap();
            assert_eq!(fitted.as_str(), text(entry, "mrz_alternative"));
            spelled += 1;
        } else if let Some(line) = entry.get("mrz") {
            let width = usize::try_from(entry["width"].as_u64().unwrap()).unwrap();
            let fitted = name(&Transliteration::first_values())
                .unwrap()
                .fit(width)
                .unwrap();
            assert_eq!(fitted.as_str(), line.as_str().unwrap());
            assert_eq!(fitted.is_shortened(), flag(entry, "truncated"), "{entry}");
            by_rule += 1;
        } else {
            // ICAO's own methods: an operator may give any of these lines.
            let line = text(entry, "truncated_line");
            let truncated = flag(entry, "truncated");
            let field = NameField::chosen_by_operator(line, 30, truncated).unwrap();
            assert_eq!(field.as_str(), line);
            assert_eq!(field.is_shortened(), truncated);
            read += 1;
        }
    }
    assert_eq!((spelled, by_rule, read), (12, 8, 6));
}

#[test]
fn transliteration_table() {
    let vectors = vectors();
    let table = vectors["transliteration"].as_object().unwrap();
    assert_eq!(table.len(), 96);
    for (letter, entry) in table {
        let letter = letter.chars().next().unwrap();
        let (first, others) = values(letter).unwrap();
        assert_eq!(first, text(entry, "recommended"), "{letter}");
        let expected: Vec<_> = entry["alternatives"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_str().unwrap())
            .collect();
        assert_eq!(others, expected, "{letter}");
        // As a name, in small letters, and decomposed.
        let decomposed: String =
            unicode_normalization::UnicodeNormalization::nfd(std::iter::once(letter)).collect();
        for spelling in [
            letter.to_string(),
            letter.to_lowercase().to_string(),
            decomposed,
        ] {
            let name =
                MrzName::transliterate(&spelling, "", &Transliteration::first_values()).unwrap();
            assert_eq!(name.primary(), first, "{letter}");
        }
    }
}

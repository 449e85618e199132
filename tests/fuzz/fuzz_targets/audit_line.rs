//! Lines of an audit log as a third party gets them: one form each, and the same to a general reader of JSON.
#![cfg_attr(fuzzing, no_main)]

use evidence::{
    entry::Entry,
    line::{EntryText, Line},
};

fuzz::target!(|data| {
    if let Ok(line) = Line::parse(data) {
        let mut again = Vec::new();
        line.write(&mut again);
        assert_eq!(again, data);
        let json: serde_json::Value = serde_json::from_slice(data).expect("JSON");
        assert_eq!(json["sequence"], line.record.sequence);
        assert_eq!(json["writer"], line.record.writer);
    }
    // What is read as an entry is what a program would have written, and the other way round.
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let entry = Entry::parse(text).ok().filter(|entry| {
        let mut line = Vec::new();
        let id = entry.id.as_bytes();
        let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let fits = id.len() == 32 && id.iter().all(digit) && text.len() < 32_000;
        fits && entry.write_to(&mut line).is_ok() && line.strip_suffix(b"\n") == Some(data)
    });
    if text.len() < 32_000 {
        assert_eq!(EntryText::parse(text).is_ok(), entry.is_some());
    }
});

//! What a browser sends to our pages as text: a path to go back to, languages, a date in three fields.
#![cfg_attr(fuzzing, no_main)]

use pages::Language;
use pages::component::{DateEntry, Values};
use pages::http::LocalPath;

fuzz::target!(|data| {
    let text = String::from_utf8_lossy(data);
    if let Some(path) = LocalPath::parse(&text) {
        // Whatever it is, it stays on this site, in one header line, and is one value of a query.
        assert!(path.as_str().starts_with('/') && !path.as_str().starts_with("//"));
        assert!(
            path.as_str()
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        );
        assert!(!path.as_parameter().contains(['&', '?', '#', '=']));
    }
    if let Some(language) = Language::negotiate(&text) {
        assert!(text.to_ascii_lowercase().contains(language.tag()));
    }
    let mut parts = text.splitn(3, '/');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let values = Values::new([("a-day", part()), ("a-month", part()), ("a-year", part())]);
    if let DateEntry::Day(day) = values.date("a") {
        let typed = |name: &str| values.get(name).parse::<i32>().ok();
        assert_eq!(typed("a-year"), Some(day.year()));
        assert_eq!(typed("a-day"), Some(i32::from(day.day())));
    }
});

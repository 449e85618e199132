//! No page of the wizard weighs more than 100 KB without its pictures.

use std::collections::BTreeMap;

use crate::capture::counter::Counter;
use crate::capture::walker::{Walker, place};

/// What pages.md of the house allows, in bytes.
const HEAVIEST: usize = 100 * 1024;

#[test]
fn no_page_weighs_more_than_100_kilobytes_without_its_pictures() {
    let counter = Counter::open(9, &[7]);
    let number = counter.number("ordinary adult with a valid document");
    let mut walker = Walker::arrives(&counter, 0, &number);
    let mut page = walker.begin();
    let mut seen = BTreeMap::new();
    let mut parts = BTreeMap::new();
    while page.path != "/receipt" {
        weigh(
            &mut walker,
            &page.html,
            &place(&page),
            &mut seen,
            &mut parts,
        );
        page = walker.step(&page).unwrap();
    }
    for path in ["/receipt", "/today", "/passkeys"] {
        let page = walker.visitor.go(path).unwrap();
        weigh(&mut walker, &page.html, path, &mut seen, &mut parts);
    }
    let (path, heaviest) = seen.iter().max_by_key(|(_, weight)| **weight).unwrap();
    println!(
        "{} pages, the heaviest {heaviest} bytes: {path}",
        seen.len()
    );
    assert!(seen.len() >= 13 && parts.len() >= 2, "{seen:?} {parts:?}");
    assert!(*heaviest <= HEAVIEST, "{path}: {heaviest} bytes");
}

/// The page itself, its style sheets and its scripts.
fn weigh(
    walker: &mut Walker,
    html: &str,
    path: &str,
    seen: &mut BTreeMap<String, usize>,
    parts: &mut BTreeMap<String, usize>,
) {
    let mut weight = html.len();
    for link in html.split('"').filter(|text| is_part(text)) {
        let size = parts
            .entry(link.to_owned())
            .or_insert_with(|| walker.visitor.go(link).unwrap().html.len());
        assert!(*size > 0, "{link}");
        weight += *size;
    }
    let kept = seen.entry(path.to_owned()).or_default();
    *kept = weight.max(*kept);
}

fn is_part(text: &str) -> bool {
    let path = text.split('?').next().unwrap_or_default();
    let file = std::path::Path::new(path);
    let kind = file.extension().and_then(std::ffi::OsStr::to_str);
    path.starts_with('/') && matches!(kind, Some("css" | "js"))
}

//! The demo's audit, read by a stranger.

use std::collections::{BTreeMap, BTreeSet};

use e2e::privacy;
use serde_json::Value;

/// Each line is an entry, each intent has one outcome after it, and nobody is named.
pub fn check_audit(audit: &str, secrets: &[String]) {
    let mut open = BTreeMap::new();
    let mut acts = BTreeSet::new();
    for line in audit.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| {
            let value = entry[name].as_str();
            value
                .unwrap_or_else(|| panic!("{name} in {line}"))
                .to_owned()
        };
        let format = &time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(&field("time"), format).unwrap();
        let what = (field("actor"), field("act"), field("object"));
        acts.insert(field("act"));
        match field("phase").as_str() {
            "intent" => assert_eq!(open.insert(field("id"), Some(what)), None, "{line}"),
            "outcome" => assert_eq!(
                open.insert(field("id"), None),
                Some(Some(what)),
                "an outcome follows the intent of the same act: {line}"
            ),
            other => panic!("{other}"),
        }
    }
    let unended: Vec<_> = open.values().flatten().collect();
    assert!(unended.is_empty(), "{unended:?}");
    let expected = [
        "accept-dossier",
        "add-person",
        "approve",
        "bind",
        "certify-inspection-system",
        "enrol-person",
        "hold-dossier",
        "key-chip",
        "lock",
        "make-code",
        "read-application",
        "read-back",
        "receive-delivery",
        "refer",
        "sign",
        "sign-and-write",
        "sign-configuration",
        "sign-in",
        "sign-staff-list",
        "take-in-station",
        "verify",
        "write",
    ];
    assert_eq!(acts, expected.map(str::to_owned).into());
    assert!(secrets.len() > 12, "{secrets:?}");
    assert_eq!(privacy::found_in(audit, secrets), [""; 0]);
}

//! The demo's report, against docs/demo.md.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// docs/demo.md, field by field.
pub fn check_report(report: &Value) {
    assert_eq!(report["schema"], "stempel.demo.report/1");
    assert_eq!(report["verdict"], "passed");
    assert_eq!(report["issuer_profile"], "luxembourg");
    let started = report["started"].as_str().unwrap();
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(started, format).unwrap();
    let seconds = report["seconds"].as_f64().unwrap();
    let stages = report["stages"].as_array().unwrap();
    let names: Vec<_> = stages
        .iter()
        .map(|stage| stage["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "people",
            "pki",
            "floor",
            "counter",
            "orders",
            "line",
            "inspection"
        ]
    );
    let sum: f64 = stages
        .iter()
        .map(|stage| stage["seconds"].as_f64().unwrap())
        .sum();
    assert!(sum > 0.0 && sum <= seconds, "{sum} of {seconds}");
    let mut unique = BTreeMap::<&str, BTreeSet<&str>>::new();
    for document in report["documents"].as_array().unwrap() {
        for field in [
            "number",
            "can",
            "chip_serial",
            "reader",
            "holder",
            "verdict",
        ] {
            let value = document[field].as_str().unwrap();
            unique.entry(field).or_default().insert(value);
        }
        assert_eq!(document["verdict"], "genuine");
        assert_eq!(document["number"].as_str().unwrap().len(), 9);
        assert_eq!(document["chip_serial"].as_str().unwrap().len(), 20);
        assert!(document["seconds"].as_f64().unwrap() > 0.0);
        let mrz = document["mrz"].as_array().unwrap();
        assert_eq!(mrz.len(), 3);
        for line in mrz {
            assert_eq!(line.as_str().unwrap().len(), 30);
        }
        let inspection = &document["inspection"];
        assert_eq!(inspection["schema"], "stempel.inspection.v1");
        assert_eq!(inspection["verdict"], "genuine");
        assert_eq!(inspection["document"]["number"], document["number"]);
        assert_eq!(inspection["fingers"]["state"], "readable");
        let checks = inspection["checks"].as_array().unwrap();
        let terminal = checks
            .iter()
            .find(|check| check["name"] == "terminal_authentication");
        assert_eq!(terminal.unwrap()["result"], "passed");
    }
    for field in ["number", "chip_serial", "reader", "holder"] {
        assert_eq!(
            unique[field].len(),
            3,
            "every document has a {field} of its own"
        );
    }
}

//! What is kept in the clear.

use std::collections::BTreeSet;
use std::fs;

use e2e::privacy;
use serde_json::Value;

use crate::line::journey::Journey;
use crate::line::torn_out::{apdus_of_a_good_run, tear_out};

#[test]
fn nothing_that_is_kept_in_the_clear_names_the_holder() {
    let mut journey = Journey::begin(1, 3, "removal_grace_seconds = 1\nidle_seconds = 1\n");
    // A failure on the way says more than a good run does.
    let apdus = apdus_of_a_good_run(&mut journey);
    let (line, _) = tear_out(&mut journey, apdus / 2);
    let end = line.finish().unwrap();
    journey.note(end);
    journey.blank(0);
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    let mut secrets: Vec<String> = journey
        .house
        .people
        .iter()
        .flat_map(privacy::secrets_of)
        .collect();
    let documents = journey
        .events()
        .filter(|event| event["event"] == "document");
    let cans: Vec<String> = documents
        .map(|event| event["can"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(cans.len(), 2);
    secrets.extend(cans.clone());
    let place = journey.place.path();
    let audit = journey.house.centre.audit(&journey.house.floor).unwrap();
    let mut kept = vec![("audit".to_owned(), audit)];
    kept.extend(
        journey
            .runs
            .iter()
            .map(|run| ("the line's errors".to_owned(), run.errors.clone())),
    );
    for file in [
        "pki/serve.log",
        "pki/audit.jsonl",
        "floor/chips.log",
        "floor/pcscd/pcscd.log",
    ] {
        kept.push((
            file.to_owned(),
            fs::read_to_string(place.join(file)).unwrap(),
        ));
    }
    // The databases are sealed: their bytes as text, as far as they are text.
    for folder in ["centre", "pki"] {
        for entry in fs::read_dir(place.join(folder)).unwrap().flatten() {
            let path = entry.path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.contains(".db") || name.contains(".sqlite") {
                kept.push((
                    name,
                    String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
                ));
            }
        }
    }
    assert!(kept.len() >= 8, "{}", kept.len());
    for (what, text) in &kept {
        assert_eq!(privacy::found_in(text, &secrets), [""; 0], "{what}");
    }
    // What is said to the machine beside the line has the access number: the search does find.
    let said = journey
        .events()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(
        privacy::found_in(&said, &secrets).len(),
        cans.iter().collect::<BTreeSet<_>>().len()
    );
}

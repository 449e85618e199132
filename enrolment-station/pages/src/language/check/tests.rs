//! The test of the message files is itself tried on files with each fault.

use super::*;

fn source(language: Language, text: &'static str) -> Source {
    Source {
        language,
        name: "trial",
        text,
    }
}

fn all_languages(text: &'static str) -> Vec<Source> {
    Language::ALL
        .map(|language| source(language, text))
        .to_vec()
}

#[test]
fn each_fault_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language/check/trial");
    let mut own = all_languages("kept = yes\nunused = no\n");
    own.extend(all_languages(
        "count = { $n ->\n    [one] { $n } card\n   *[other] cards of { $who }\n}\n",
    ));
    own.push(source(Language::De, "only-german = ja\n"));
    own.push(source(Language::En, "kept = { $extra }\n"));
    own.push(source(Language::Lb, "this is not fluent\n"));
    let found: Vec<String> = findings(&folder, &own, &[])
        .unwrap()
        .iter()
        .map(|finding| {
            finding
                .to_string()
                .replace(&format!("{}/", folder.display()), "")
        })
        .collect();
    assert_eq!(
        found,
        [
            "messages/lb/trial.ftl is not Fluent",
            "trial.rs:4 asks for nowhere, which no file has",
            "only-german is not in en",
            "only-german is not in fr",
            "only-german is not in lb",
            "nothing asks for unused",
            "kept has other variables in en than in French",
            "trial.rs:7 hands count other arguments than it has variables",
        ]
    );
}

#[test]
fn this_crate_says_what_it_asks_for_and_nothing_else() {
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found: Vec<String> = findings(&code, crate::MESSAGES, &[])
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .filter(|finding| !finding.contains("src/language/check/"))
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

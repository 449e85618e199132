//! The configuration of the docs, and what is refused.

use super::*;
use crate::line::{LineError, demand_usable};

/// The example of `docs/line.md`.
fn example() -> String {
    let docs = include_str!("../../../../docs/line.md");
    let start = docs.find("```toml\n").unwrap() + 8;
    docs[start..].split("```").next().unwrap().to_owned()
}

#[test]
fn the_documented_example_is_read_and_its_paths_resolved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.toml");
    fs::write(&path, example()).unwrap();
    let config = Config::load(&path).unwrap();
    let place = folder.path().join("centre.db");
    assert!(matches!(&config.database, Database::Sqlite(path) if *path == place));
    assert_eq!(config.card_token().token_label, "cards");
    assert_eq!(
        config.ticket_token().pin_file,
        folder.path().join("tickets.pin")
    );
    assert_eq!(
        config.card_token().module,
        Path::new("/usr/lib/softhsm/libsofthsm2.so")
    );
    let (section, token) = config.inspection_system().unwrap();
    assert_eq!(section.certificates, folder.path().join("inspection"));
    assert_eq!(token.pin_file, folder.path().join("inspection.pin"));
    assert_eq!(config.line.readers, ["Encoder 1", "Encoder 2"]);
    assert_eq!(config.issuer_profile(), IssuerProfile::LUXEMBOURG);
}

/// The text without a section.
fn without(text: &str, section: &str) -> String {
    let (before, after) = text.split_once(&format!("\n[{section}]")).unwrap();
    let after = after.split_once("\n[").unwrap().1;
    format!("{before}\n[{after}")
}

#[test]
fn a_machine_whose_cards_nobody_reads_back_in_full_is_refused_or_a_known_danger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.toml");
    let unread = without(&without(&example(), "inspection"), "tokens.inspection");
    fs::write(&path, &unread).unwrap();
    // Other programs that read it have nothing to do with that.
    let config = Config::load(&path).unwrap();
    let refused = demand_usable(&config).unwrap_err();
    assert!(
        matches!(refused, LineError::MachineWithoutInspectionSystem),
        "{refused}"
    );
    let danger = "\n[line]\ndanger_without_terminal_authentication = true";
    fs::write(&path, unread.replace("\n[line]", danger)).unwrap();
    demand_usable(&Config::load(&path).unwrap()).unwrap();
}

#[test]
fn unknown_keys_and_profiles_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.toml");
    fs::write(&path, format!("pin = \"1234\"\n{}", example())).unwrap();
    assert!(matches!(Config::load(&path), Err(ConfigError::Form { .. })));
    fs::write(&path, without(&example(), "inspection")).unwrap();
    let half = Config::load(&path);
    let is_half = matches!(half, Err(ConfigError::HalfInspectionSystem { .. }));
    assert!(is_half, "{half:?}");
    fs::write(&path, example().replace("\"luxembourg\"", "\"atlantis\"")).unwrap();
    assert!(matches!(
        Config::load(&path),
        Err(ConfigError::IssuerProfile { .. })
    ));
}

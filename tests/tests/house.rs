//! The house itself: which crate may use which, and the shape of its files.

#![expect(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Allowed edges between our crates; nothing else. Tests (`dev`) may also use the simulator.
const EDGES: &[(&str, &[&str])] = &[
    ("biometrics", &[]),
    ("dossier", &[]),
    (
        "enrolment-station",
        &[
            "biometrics",
            "dossier",
            "evidence",
            "icao9303",
            "inspection",
            "key-custody",
            "pages",
            "wire",
        ],
    ),
    ("evidence", &[]),
    (
        "hardware-sim",
        &["biometrics", "dossier", "icao9303", "wire"],
    ),
    ("icao9303", &[]),
    ("inspection", &["icao9303"]),
    ("key-custody", &[]),
    ("pages", &[]),
    (
        "personalisation",
        &[
            "biometrics",
            "dossier",
            "evidence",
            "icao9303",
            "inspection",
            "key-custody",
            "pages",
            "personalisation-core",
            "personalisation-store",
            "wire",
        ],
    ),
    ("personalisation-core", &["dossier", "evidence", "icao9303"]),
    (
        "personalisation-store",
        &["dossier", "evidence", "personalisation-core"],
    ),
    (
        "pki-authority",
        &["evidence", "icao9303", "key-custody", "wire"],
    ),
    ("reader-driver", &[]),
    ("wire", &[]),
    ("xtask", &[]),
];

/// What a crate must never pull in, even through others: pure rooms stay pure.
const BANNED: &[(&str, &[&str])] = &[
    ("icao9303", &["tokio", "tonic", "sqlx", "pcsc", "cryptoki"]),
    ("personalisation-core", &["tokio", "tonic", "sqlx"]),
    ("evidence", &["tokio", "tonic", "sqlx"]),
    ("dossier", &["tokio", "tonic", "sqlx", "cryptoki"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn packages() -> Vec<Value> {
    let json = cargo(&[
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let metadata: Value = serde_json::from_str(&json).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn crates_use_only_the_rooms_they_may() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = EDGES
        .iter()
        .map(|(name, edges)| (*name, edges.iter().copied().collect()))
        .collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap().to_owned();
        if ["e2e", "fuzz"].contains(&name.as_str()) {
            continue;
        }
        let edges = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} has no room"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let target = dependency["name"].as_str().unwrap();
            let ours = !dependency["path"].is_null();
            let for_tests = dependency["kind"] == "dev";
            if ours && !for_tests && !edges.contains(target) {
                wrong.push(format!("{name} must not use {target}"));
            }
        }
        seen.insert(name);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let rooms: BTreeSet<String> = allowed.keys().map(ToString::to_string).collect();
    assert_eq!(
        seen, rooms,
        "a room in this list is gone or a crate is not in it"
    );
}

#[test]
fn pure_rooms_stay_pure() {
    for (name, banned) in BANNED {
        let scope = [
            "tree",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            name,
        ];
        let tree = cargo(&scope);
        for line in tree.lines() {
            let dependency = line.split(' ').next().unwrap_or_default();
            assert!(
                !banned.contains(&dependency),
                "{name} pulls in {dependency}"
            );
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn files_are_small_and_say_what_they_are_for() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    let mut lengths = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(
            text.starts_with("//!"),
            "{} does not say what it is for",
            file.display()
        );
        let lines = text.lines().count();
        assert!(lines <= 800, "{} has {lines} lines", file.display());
        lengths.push(lines);
    }
    lengths.sort_unstable();
    assert!(lengths.len() > 100, "only {} files found", lengths.len());
    let (median, high) = (
        lengths[lengths.len() / 2],
        lengths[lengths.len() * 95 / 100],
    );
    assert!(median <= 150, "the median file has {median} lines");
    assert!(high <= 600, "one file in twenty has more than {high} lines");
}

#[test]
fn nothing_stands_at_the_root_but_the_rooms() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs",
        "enrolment-station",
        "hardware-sim",
        "personalisation",
        "pki",
        "proto",
        "target",
        "tests",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || allowed.contains(&name.as_str()),
            "{name} at the root"
        );
    }
}

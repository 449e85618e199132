//! The command line: `--config FILE` stands before or after any command.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::{Command, Output};

const COMMANDS: &[&[&str]] = &[
    &["audit"],
    &["blanks", "count"],
    &["console"],
    &["fleet", "list"],
    &["fleet", "configuration", "show"],
    &["intake"],
    &["keys"],
    &["line"],
    &["order", "list"],
    &["staff", "list"],
    &["stock", "show"],
];

fn personalisation(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_personalisation"));
    program.args(arguments).output().unwrap()
}

#[test]
fn the_configuration_may_stand_before_or_after_every_command() {
    let config = ["--config", "/nowhere/centre.toml"];
    for command in COMMANDS {
        for place in 0..=command.len() {
            let mut arguments = command.to_vec();
            arguments.splice(place..place, config);
            let done = personalisation(&arguments);
            let said = String::from_utf8_lossy(&done.stderr);
            assert_eq!(done.status.code(), Some(1), "{arguments:?}: {said}");
            let read = "reading the configuration /nowhere/centre.toml";
            assert!(said.contains(read), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn a_command_without_a_configuration_says_what_it_needs() {
    for command in COMMANDS {
        let done = personalisation(command);
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{command:?}: {said}");
        assert!(
            said.contains("--config FILE is needed"),
            "{command:?}: {said}"
        );
    }
}

/// The example of `docs/line.md` without `[inspection]` and `[tokens.inspection]`.
fn without_inspection_system() -> String {
    let docs = include_str!("../../../docs/line.md");
    let example = docs.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap().to_owned();
    ["inspection", "tokens.inspection"]
        .iter()
        .fold(example, |text, section| {
            let (before, after) = text.split_once(&format!("\n[{section}]")).unwrap();
            let after = after.split_once("\n[").unwrap().1;
            format!("{before}\n[{after}")
        })
}

#[test]
fn only_the_line_itself_is_refused_where_nobody_would_read_fingers_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.toml");
    std::fs::write(&path, without_inspection_system()).unwrap();
    let said = |command: &[&str]| {
        let config = ["--config", path.to_str().unwrap()];
        let done = personalisation(&[command, &config].concat());
        assert_eq!(done.status.code(), Some(1), "{command:?}");
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    let refused = |said: &str| said.contains("danger_without_terminal_authentication = true");
    let line = said(&["line", "--once"]);
    assert!(refused(&line), "{line}");
    for other in [
        &["line", "lost-machine", "SN-1", "--by", "operator"][..],
        &["order", "list"],
    ] {
        let said = said(other);
        assert!(!refused(&said), "{said}");
    }
}

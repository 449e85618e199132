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

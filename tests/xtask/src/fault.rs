//! `fault`: the whole matrix of crashes, of which `test` runs a share: power cut at every position, on both engines.

use std::process::ExitCode;

use crate::{
    demo, packages,
    postgres::{Commits, Server},
    process, python,
};

/// The rooms of tests in which power fails, cards are torn out, or programs are killed.
const CRASHES: &str = "test(/(^|::)(crashes|cancelled|killed|torn_out|carried)(::|$)/)";

/// Runs the tests whose names match, or all of them.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    packages::ensure(&[packages::DEMO, packages::TEST])?;
    python::ensure()?;
    demo::build()?;
    let postgres = Server::start(Commits::Vanish)?;
    let mut tests = process::command(python::programs().join("cargo-nextest"));
    tests
        .args(["nextest", "run", "--locked", "--workspace"])
        .args(["--exclude", "fuzz", "--profile", "fault", "-E", CRASHES])
        .args(arguments)
        .env("STEMPEL_POSTGRES", postgres.url())
        .env("STEMPEL_ORACLES", python::programs().join("python"))
        .env("STEMPEL_FAULT", "all");
    process::run(&mut tests)?;
    Ok(ExitCode::SUCCESS)
}

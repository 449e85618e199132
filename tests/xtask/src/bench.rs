//! `bench`: runs the programs that measure, and holds each figure against its limit.

use std::process::ExitCode;

use serde_json::Value;

use crate::{packages, process, python};

/// Programs that print an object a figure: package, kind of target, name.
const MEASURES: &[(&str, &str, &str)] = &[
    ("icao9303", "example", "sod_rate"),
    ("biometrics", "example", "picture_rate"),
];

/// Runs all measures, or those named, and prints a table (or the objects themselves).
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let json = arguments.iter().any(|argument| argument == "--json");
    let names: Vec<&String> = arguments
        .iter()
        .filter(|name| !name.starts_with("--"))
        .collect();
    packages::ensure(&[packages::DEMO, packages::TEST])?;
    python::ensure()?;
    let mut all_met = true;
    for (package, kind, name) in MEASURES {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        let mut measure = process::cargo(&["run", "--quiet", "--locked", "--release"]);
        measure.args(["--package", package, &format!("--{kind}"), name]);
        measure.env("STEMPEL_ORACLES", python::programs().join("python"));
        for line in process::output(&mut measure)?
            .lines()
            .filter(|line| line.starts_with('{'))
        {
            let figure: Value = serde_json::from_str(line)
                .map_err(|error| format!("{name} printed a figure that is no JSON: {error}"))?;
            all_met &= figure["met"].as_bool().unwrap_or(false);
            if json {
                println!("{line}");
            } else {
                print_row(&figure);
            }
        }
    }
    Ok(if all_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_row(figure: &Value) {
    let text = |name: &str| match &figure[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number
            .as_f64()
            .map_or_else(String::new, |n| format!("{n:.3}")),
        _ => "-".to_owned(),
    };
    let verdict = if figure["met"] == Value::Bool(true) {
        "met"
    } else {
        "NOT MET"
    };
    let (value, limit) = (text("value"), text("limit"));
    println!(
        "{:40} {value:>10} {:12} limit {limit:>8}  {verdict:8} {}",
        text("name"),
        text("unit"),
        text("against")
    );
}

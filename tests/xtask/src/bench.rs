//! `bench`: runs the programs that measure, and holds each figure against its limit.

use std::process::{Command, ExitCode};

use serde_json::Value;

use crate::{
    demo, packages,
    postgres::{Commits, Server},
    process, python,
};

/// A program that prints an object a figure.
enum Measure {
    /// An example of a package, which needs no other program.
    Example {
        package: &'static str,
        name: &'static str,
    },
    /// An example that starts programs of the house.
    HouseExample {
        package: &'static str,
        name: &'static str,
    },
    /// A program of the house that starts the others.
    House { name: &'static str },
    /// One that needs a server of PostgreSQL, on which what is committed is on the disk.
    Server { name: &'static str },
}

/// All of them (docs/bench.md).
const MEASURES: &[Measure] = &[
    Measure::Example {
        package: "icao9303",
        name: "sod_rate",
    },
    Measure::Example {
        package: "evidence",
        name: "measure_audit",
    },
    Measure::Example {
        package: "personalisation-store",
        name: "audit_append",
    },
    Measure::Example {
        package: "biometrics",
        name: "picture_rate",
    },
    Measure::Example {
        package: "biometrics",
        name: "face_check_rate",
    },
    Measure::Example {
        package: "biometrics",
        name: "finger_rate",
    },
    Measure::Example {
        package: "hardware-sim",
        name: "people_rate",
    },
    Measure::Example {
        package: "personalisation",
        name: "face_rate",
    },
    Measure::Example {
        package: "personalisation",
        name: "exit_rate",
    },
    Measure::HouseExample {
        package: "pki-authority",
        name: "signing_rate",
    },
    Measure::House { name: "measure" },
    Measure::House {
        name: "measure_intake",
    },
    Measure::House {
        name: "measure_floor",
    },
    Measure::Server {
        name: "measure_claim",
    },
];

impl Measure {
    fn name(&self) -> &'static str {
        match self {
            Self::Example { name, .. }
            | Self::HouseExample { name, .. }
            | Self::House { name }
            | Self::Server { name } => name,
        }
    }

    /// Builds it, and what it starts.
    fn command(&self) -> Result<Command, String> {
        if !matches!(self, Self::Example { .. }) {
            demo::build_release()?;
        }
        match self {
            Self::Example { package, name } | Self::HouseExample { package, name } => {
                let mut run = process::cargo(&["run", "--quiet", "--locked", "--release"]);
                run.args(["--package", package, "--example", name]);
                Ok(run)
            }
            Self::House { name } | Self::Server { name } => Ok(process::command(
                process::target().join("release").join(name),
            )),
        }
    }
}

/// Runs all measures, or those named, and prints a table (or the objects themselves).
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let json = arguments.iter().any(|argument| argument == "--json");
    let names: Vec<&String> = arguments
        .iter()
        .filter(|name| !name.starts_with("--"))
        .collect();
    let known = |name: &&String| MEASURES.iter().any(|measure| measure.name() == **name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<_> = MEASURES.iter().map(Measure::name).collect();
        return Err(format!(
            "nothing measures {unknown:?}; there are {}",
            all.join(", ")
        ));
    }
    packages::ensure(&[packages::DEMO, packages::TEST])?;
    python::ensure()?;
    let mut all_met = true;
    for measure in MEASURES {
        let name = measure.name();
        if !names.is_empty() && !names.iter().any(|wanted| *wanted == name) {
            continue;
        }
        all_met &= figures(measure, json)?;
    }
    Ok(if all_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs one program and prints its figures; whether all limits were met. No figure is none met.
fn figures(measure: &Measure, json: bool) -> Result<bool, String> {
    let name = measure.name();
    let mut command = measure.command()?;
    command.env("STEMPEL_ORACLES", python::programs().join("python"));
    let server = match measure {
        Measure::Server { .. } => Some(Server::start(Commits::Last)?),
        _ => None,
    };
    if let Some(server) = &server {
        command.env("STEMPEL_POSTGRES", server.url());
    }
    let printed = process::output(&mut command)?;
    let mut met = Vec::new();
    for line in printed.lines().filter(|line| line.starts_with('{')) {
        let figure: Value = serde_json::from_str(line)
            .map_err(|error| format!("{name} printed a figure that is no JSON: {error}"))?;
        met.push(figure["met"].as_bool().unwrap_or(false));
        if json {
            println!("{line}");
        } else {
            print_row(&figure);
        }
    }
    if met.is_empty() {
        return Err(format!("{name} printed no figure"));
    }
    Ok(met.into_iter().all(|met| met))
}

fn print_row(figure: &Value) {
    let text = |name: &str| match &figure[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number
            .as_f64()
            .map_or_else(String::new, |n| format!("{n:.3}")),
        _ => "-".to_owned(),
    };
    let verdict = match (&figure["limit"], &figure["met"]) {
        (Value::Null, _) => "",
        (_, Value::Bool(true)) => "met",
        _ => "NOT MET",
    };
    let (value, limit) = (text("value"), text("limit"));
    println!(
        "{:40} {value:>10} {:12} limit {limit:>8}  {verdict:8} {}",
        text("name"),
        text("unit"),
        text("against")
    );
}

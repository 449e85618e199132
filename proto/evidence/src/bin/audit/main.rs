//! `audit`: checks an exported audit log with nothing else than the archive and the public keys that its user trusts.

mod arguments;

use std::{
    fmt,
    fs::{self, File},
    io::{self, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser as _;
use evidence::{
    head::{MAX_HEAD_LENGTH, SignedHead},
    key_from_pem,
    verify::{self, Report, Trust, Verdict},
};

use arguments::{Arguments, Command, Verify};

/// Nothing can be said.
const NO_VERDICT: u8 = 2;
/// Longer than any key or head.
const MAX_FILE_LENGTH: u64 = MAX_HEAD_LENGTH as u64;

fn main() -> ExitCode {
    let Command::Verify(arguments) = Arguments::parse().command;
    match check(&arguments) {
        Ok(report) => match report.verdict {
            Verdict::Verified => ExitCode::SUCCESS,
            Verdict::NotVerified => ExitCode::FAILURE,
            Verdict::NoVerdict(_) => ExitCode::from(NO_VERDICT),
        },
        Err(error) => {
            if arguments.json {
                let said = serde_json::json!({"schema": 1, "verdict": "no-verdict", "why": error});
                println!("{said}");
            }
            eprintln!("audit: no verdict: {error}");
            ExitCode::from(NO_VERDICT)
        }
    }
}

fn check(arguments: &Verify) -> Result<Report, String> {
    let trust = trust(arguments)?;
    let path = &arguments.archive;
    let archive = File::open(path).map_err(|error| of_file(path, error))?;
    let archive = BufReader::with_capacity(1 << 20, archive);
    let tell = |lines| eprintln!("{lines} entries …");
    let report = verify::archive(archive, &trust, tell).map_err(|error| of_file(path, error))?;
    let told = if arguments.json {
        format!("{}\n", report.json())
    } else {
        format!("{report}\n")
    };
    let told = io::stdout().write_all(told.as_bytes());
    told.map_err(|error| format!("what was found cannot be written: {error}"))?;
    if let (Verdict::Verified, Some(path)) = (report.verdict, &arguments.keep) {
        keep(&report, path)?;
    }
    Ok(report)
}

fn trust(arguments: &Verify) -> Result<Trust, String> {
    let known = arguments.since.iter().map(|path| {
        let head = SignedHead::decode(&read(path)?);
        head.map_err(|error| of_file(path, error))
    });
    let witnesses = keys(&arguments.witness)?;
    let given = witnesses.len();
    let least = arguments.witnesses.unwrap_or(given);
    if least > given {
        return Err(format!(
            "{least} witnesses are to have signed, and there are keys of {given}"
        ));
    }
    Ok(Trust {
        log: keys(&arguments.key)?,
        witnesses,
        least,
        known: known.collect::<Result<_, _>>()?,
        roles: arguments.role.clone(),
    })
}

fn keys(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, String> {
    let key = |path: &PathBuf| {
        let key = key_from_pem(&read(path)?);
        key.ok_or_else(|| of_file(path, "this is not a P-256 public key in PEM"))
    };
    paths.iter().map(key).collect()
}

/// The newest head, for `--since` the next time.
fn keep(report: &Report, path: &Path) -> Result<(), String> {
    let Some(newest) = &report.newest else {
        return Ok(());
    };
    let json = newest.encode().map_err(|error| of_file(path, error))?;
    fs::write(path, json).map_err(|error| of_file(path, error))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let file = File::open(path).map_err(|error| of_file(path, error))?;
    let read = file.take(MAX_FILE_LENGTH + 1).read_to_end(&mut content);
    read.map_err(|error| of_file(path, error))?;
    if content.len() as u64 > MAX_FILE_LENGTH {
        return Err(of_file(path, "this is longer than any key or head"));
    }
    Ok(content)
}

fn of_file(path: &Path, error: impl fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

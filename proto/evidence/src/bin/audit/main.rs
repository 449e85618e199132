//! `audit`: checks an exported audit log with nothing else than the archive and the public keys that its user trusts.

mod arguments;
mod entry;

use std::{
    collections::BTreeSet,
    fmt,
    fs::{self, File},
    io::{self, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser as _;
use evidence::{
    head::{MAX_HEAD_LENGTH, SignedHead},
    key_from_der, key_from_pem,
    verify::{self, Report, Trust, Verdict},
};

use arguments::{Arguments, Command, Trusted, Verify};

/// Nothing can be said.
const NO_VERDICT: u8 = 2;
/// Longer than any key or head.
const MAX_FILE_LENGTH: usize = MAX_HEAD_LENGTH;

fn main() -> ExitCode {
    let (verdict, json) = match Arguments::parse().command {
        Command::Verify(arguments) => {
            let report = check(&arguments);
            (report.map(|report| report.verdict), arguments.trusted.json)
        }
        Command::VerifyEntry(arguments) => (entry::check(&arguments), arguments.trusted.json),
    };
    match verdict {
        Ok(Verdict::Verified) => ExitCode::SUCCESS,
        Ok(Verdict::NotVerified) => ExitCode::FAILURE,
        Ok(Verdict::NoVerdict(_)) => ExitCode::from(NO_VERDICT),
        Err(error) => {
            if json {
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
    let told = if arguments.trusted.json {
        format!("{}\n", report.json())
    } else {
        format!("{report}\n")
    };
    tell_all(&told)?;
    if let (Verdict::Verified, Some(path)) = (report.verdict, &arguments.keep) {
        keep(&report, path)?;
    }
    Ok(report)
}

fn tell_all(text: &str) -> Result<(), String> {
    let told = io::stdout().write_all(text.as_bytes());
    told.map_err(|error| format!("what was found cannot be written: {error}"))
}

fn trust(arguments: &Verify) -> Result<Trust, String> {
    let known = arguments.since.iter().map(|path| {
        let head = SignedHead::decode(&read(path, MAX_FILE_LENGTH)?);
        head.map_err(|error| of_file(path, error))
    });
    Ok(Trust {
        known: known.collect::<Result<_, _>>()?,
        newer_than: arguments.newer_than,
        roles: arguments.role.clone(),
        ..trusted(&arguments.trusted)?
    })
}

/// The keys that the user trusts. A key that is given twice is one, and the log's own key is no witness.
fn trusted(arguments: &Trusted) -> Result<Trust, String> {
    let log = keys(&arguments.key)?;
    let witnesses: BTreeSet<_> = keys(&arguments.witness)?.into_iter().collect();
    if witnesses.iter().any(|witness| log.contains(witness)) {
        return Err("a key of --witness is the log's own: it witnesses nothing".to_owned());
    }
    let witnesses: Vec<_> = witnesses.into_iter().collect();
    let given = witnesses.len();
    let least = arguments.witnesses.unwrap_or(given);
    if least > given {
        return Err(format!(
            "{least} witnesses are to have signed, and there are keys of {given}"
        ));
    }
    Ok(Trust {
        log,
        witnesses,
        least,
        name: arguments.log.clone(),
        ..Trust::default()
    })
}

fn keys(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, String> {
    let key = |path: &PathBuf| {
        let content = read(path, MAX_FILE_LENGTH)?;
        let key = key_from_pem(&content).or_else(|| key_from_der(&content));
        key.ok_or_else(|| of_file(path, "this is not a P-256 public key in PEM or DER"))
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

fn read(path: &Path, longest: usize) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let file = File::open(path).map_err(|error| of_file(path, error))?;
    let read = file.take(longest as u64 + 1).read_to_end(&mut content);
    read.map_err(|error| of_file(path, error))?;
    if content.len() > longest {
        return Err(of_file(path, "this is longer than any such file"));
    }
    Ok(content)
}

fn of_file(path: &Path, error: impl fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

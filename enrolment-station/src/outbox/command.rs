//! `enrolment-station outbox`: what lies in the outbox, sent now, carried away, or checked.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use rand::CryptoRng;
use serde_json::json;
use thiserror::Error;

use super::{ExportError, Outbox, PassError, Uploader, alarm::Alarm};
use crate::store::{Store, StoreError};

/// What to do with the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Lists the dossiers, a JSON object a line. Needs no token.
    List,
    /// Sends what is due, asks for receipts and pulls tasks, once.
    Send,
    /// Writes the sealed dossiers into a folder, for carrying them to the centre. Needs no token.
    Export {
        /// The folder; made where there is none.
        folder: PathBuf,
    },
    /// Reads the whole database and every dossier, after a restoration from a copy. Needs no token.
    RestoreCheck,
}

/// Why a command failed.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The export failed.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Not everything could be sent.
    #[error(transparent)]
    Pass(#[from] PassError),
    /// The uploader could not be set up: token, certificate or configuration.
    #[error("setting up the way to the centre: {0}")]
    SetUp(Box<dyn std::error::Error + Send + Sync>),
    /// The answer cannot be written.
    #[error("writing the answer: {0}")]
    Write(#[from] io::Error),
    /// Dossiers that are not what they were.
    #[error(
        "{0} dossiers of the outbox do not have their hashes any more; restore the folder from another \
         copy, and ask those applicants to come again whose dossiers are in none"
    )]
    Damaged(usize),
}

/// Runs a command on the store in `data_dir` and writes its answer. `uploader` is called for sending alone: it needs the
/// station's token, certificate and configuration.
pub async fn run<R: CryptoRng>(
    command: Command,
    data_dir: &Path,
    out: &mut impl Write,
    uploader: impl AsyncFnOnce() -> Result<Uploader<R>, Box<dyn std::error::Error + Send + Sync>>,
) -> Result<(), CommandError> {
    match command {
        Command::List => list(&quarantine(data_dir).await?, out).await,
        Command::Export { folder } => {
            for line in quarantine(data_dir).await?.export(&folder).await? {
                writeln!(out, "{}", json!(line))?;
            }
            Ok(())
        }
        Command::RestoreCheck => check(data_dir, out).await,
        Command::Send => {
            let mut uploader = uploader().await.map_err(CommandError::SetUp)?;
            let passed = uploader.pass().await;
            list(uploader.outbox(), out).await?;
            Ok(passed?)
        }
    }
}

async fn quarantine(data_dir: &Path) -> Result<Outbox, StoreError> {
    Ok(Outbox::new(&Store::open_in_quarantine(data_dir).await?))
}

async fn list(outbox: &Outbox, out: &mut impl Write) -> Result<(), CommandError> {
    for item in outbox.rows().await? {
        let line = json!({
            "hash": item.hash.to_string(),
            "application": item.application.to_string(),
            "state": item.state.name(),
            "length": item.length,
            "queued_at": item.queued_at.unix_timestamp(),
            "changed_at": item.changed_at.unix_timestamp(),
            "tries": item.tries,
            "problem": item.problem.map(super::Problem::name),
        });
        writeln!(out, "{line}")?;
    }
    for Alarm { item, cause } in outbox.alarms().await? {
        let line = json!({
            "alarm": format!("{cause:?}"),
            "hash": item.hash.to_string(),
            "application": item.application.to_string(),
            "remedy": cause.remedy(),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

async fn check(data_dir: &Path, out: &mut impl Write) -> Result<(), CommandError> {
    let store = Store::open_in_quarantine(data_dir).await?;
    store.check().await?;
    let outbox = Outbox::new(&store);
    let (mut whole, mut damaged) = (0_usize, 0_usize);
    for item in outbox.rows().await? {
        let Some(sealed) = outbox.sealed(item.hash).await? else {
            continue;
        };
        if dossier::Hash::of(&sealed) == item.hash {
            whole += 1;
        } else {
            damaged += 1;
            writeln!(out, "{}", json!({ "damaged": item.hash.to_string() }))?;
        }
    }
    writeln!(out, "{}", json!({ "whole": whole, "damaged": damaged }))?;
    if damaged > 0 {
        return Err(CommandError::Damaged(damaged));
    }
    Ok(())
}

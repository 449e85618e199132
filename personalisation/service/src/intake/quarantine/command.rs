//! `personalisation quarantine list|again|done`: rejected dossiers without the console. Each is settled by a
//! supervisor, with intent and outcome in the audit.

use clap::Subcommand;
use dossier::{Hash, staff::Role};
use personalisation_store::{Store, StoreError, intake::reason_name};
use thiserror::Error;
use time::OffsetDateTime;

use super::{hash, settle};

/// Why nothing was done about a rejected dossier. For the operator.
#[derive(Debug, Error)]
pub enum QuarantineError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Not a supervisor of the centre.
    #[error(
        "settling a rejected dossier: {0:?} is no supervisor at the centre; one of them does it"
    )]
    NotSupervisor(String),
}

/// What to do about rejected dossiers.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints each that waits: when it was rejected, its hash, its station, why.
    List,
    /// Opens it once more: what stood against it was mended.
    Again(One),
    /// Erases its bytes: its station makes another one, or nobody needs it.
    Done(One),
}

/// One of them, and who decides.
#[derive(Debug, clap::Args)]
pub struct One {
    /// SHA-256 of its sealed bytes, hexadecimal.
    #[arg(value_parser = hash)]
    dossier: Hash,
    /// Login of the supervisor.
    #[arg(long)]
    by: String,
}

/// Does it; the lines to print.
pub async fn run(
    store: &Store,
    command: Command,
    now: impl Fn() -> OffsetDateTime,
) -> Result<Vec<String>, QuarantineError> {
    let (one, again) = match command {
        Command::List => {
            let alarms = store.alarms().await?;
            let line = alarms.iter().map(|alarm| {
                let reason = reason_name(alarm.reason);
                format!(
                    "{} {} {} {reason}",
                    alarm.raised_at, alarm.hash, alarm.station
                )
            });
            return Ok(line.collect());
        }
        Command::Again(one) => (one, true),
        Command::Done(one) => (one, false),
    };
    let person = store.person_by_login(&one.by).await?;
    let person = person.ok_or_else(|| QuarantineError::NotSupervisor(one.by.clone()))?;
    let roles = store.roles_at_centre(person.id, now()).await?;
    if !roles.contains(&Role::Supervisor) {
        return Err(QuarantineError::NotSupervisor(one.by));
    }
    let actor = format!("staff {}", person.id);
    settle(store, &actor, (one.dossier, person.id), again, now).await?;
    Ok(Vec::new())
}

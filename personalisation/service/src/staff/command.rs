//! `personalisation staff add|role|reset|list`: the staff without the console, and its first administrator.

use clap::{Args, Subcommand};
use dossier::OfficeId;
use personalisation_store::staff::{Role, role_name, role_of_name};
use thiserror::Error;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{NewMember, StaffChangeError, Staffing};
use crate::{
    config::{Config, ConfigError},
    edge::SystemRng,
};

/// Why a staff command did not work. For the operator.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The change.
    #[error(transparent)]
    Change(#[from] StaffChangeError),
    /// No console to link to.
    #[error(
        "printing a one-time link: the configuration has no [console]; add it, with its origin"
    )]
    NoConsole,
}

/// What to do about staff.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Adds somebody with a first role; prints the one-time link by which they choose a password.
    Add {
        /// What they type to sign in: a-z 0-9 . - _
        login: String,
        /// Their name.
        name: String,
        /// What they may do, and where.
        #[command(flatten)]
        place: Place,
    },
    /// Gives somebody another role, or ends one.
    Role {
        /// Whose.
        login: String,
        /// What they may do, and where.
        #[command(flatten)]
        place: Place,
        /// Ends it instead.
        #[arg(long)]
        end: bool,
    },
    /// Takes somebody's password, codes, passkeys and sessions; prints a new one-time link.
    Reset {
        /// Whose.
        login: String,
    },
    /// Prints login, id, state and roles of everybody. No names.
    List,
}

/// A role and where it holds.
#[derive(Debug, Args)]
pub struct Place {
    /// clerk, supervisor, reviewer, operator, inspector, `stock_keeper`, dispatcher, courier, auditor or administrator.
    #[arg(long, value_parser = role)]
    role: Role,
    /// The office; without, the centre.
    #[arg(long)]
    office: Option<OfficeId>,
}

fn role(name: &str) -> Result<Role, String> {
    role_of_name(name).ok_or_else(|| format!("there is no role {name:?}"))
}

/// Does it; the lines to print.
pub async fn run(
    config: &Config,
    command: Command,
    rng: SystemRng,
    now: OffsetDateTime,
) -> Result<Vec<Zeroizing<String>>, CommandError> {
    let store = config.open_store_without_fingers().await?;
    let staffing = Staffing::new(store.clone(), rng, None);
    let origin = || {
        let console = config.console.as_ref().ok_or(CommandError::NoConsole)?;
        Ok::<_, CommandError>(console.origin.clone())
    };
    let line = |text: String| vec![Zeroizing::new(text)];
    match command {
        Command::Add { login, name, place } => {
            let origin = origin()?;
            let new = NewMember {
                login,
                name: Zeroizing::new(name),
                role: place.role,
                office: place.office,
            };
            let (_, secret) = staffing.add(&new, now).await?;
            Ok(line(format!("{origin}/enrol/{}", *secret)))
        }
        Command::Role { login, place, end } => {
            let person = staffing.by_login(&login).await?;
            if end {
                let held = store.roles_of(person.id).await;
                for grant in held.map_err(StaffChangeError::from)? {
                    let wanted = grant.role == place.role && grant.office == place.office;
                    if wanted && grant.until.is_none_or(|until| until > now) {
                        staffing.end(person.id, grant.id, now).await?;
                    }
                }
            } else {
                let period = (now, None);
                staffing
                    .grant(person.id, place.role, place.office, period, now)
                    .await?;
            }
            Ok(Vec::new())
        }
        Command::Reset { login } => {
            let origin = origin()?;
            let person = staffing.by_login(&login).await?;
            let secret = staffing.reset(person.id, now).await?;
            Ok(line(format!("{origin}/enrol/{}", *secret)))
        }
        Command::List => {
            let mut lines = Vec::new();
            for person in store.people().await.map_err(StaffChangeError::from)? {
                let roles = store.roles_of(person.id).await;
                let roles: Vec<String> = roles
                    .map_err(StaffChangeError::from)?
                    .iter()
                    .filter(|grant| grant.holds(now))
                    .map(|grant| {
                        let place = grant.office.as_ref().map_or("centre", OfficeId::as_str);
                        format!("{}@{place}", role_name(grant.role))
                    })
                    .collect();
                let state = if person.active { "active" } else { "inactive" };
                let text = format!("{} {} {state} {}", person.login, person.id, roles.join(","));
                lines.push(Zeroizing::new(text));
            }
            Ok(lines)
        }
    }
}

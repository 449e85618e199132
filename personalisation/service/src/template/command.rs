//! `personalisation template list|propose|approve`: versions of templates without the console. Whoever may run it says who they are:
//! on a server its database role is for those only who may.

use clap::{Args, Subcommand};
use dossier::dossier::DocumentType;
use personalisation_core::{
    attempt::Digest,
    template::{TemplateKey, TemplateRecord},
};
use personalisation_store::StoreError;
use thiserror::Error;
use time::OffsetDateTime;

use super::{Name, TemplateDeskError, Wish, carry_out, digest, document};
use crate::{
    config::{Config, ConfigError},
    edge::SystemRng,
    faces::templates,
};

/// Why a template command did not work. For the operator.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nobody has that login.
    #[error("looking for a member of staff: nobody has the login {0:?}; see `staff list`")]
    Nobody(String),
    /// The rules, or the database.
    #[error(transparent)]
    Desk(#[from] TemplateDeskError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to do about templates.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints State, document type, version, digest and state of every version that the program or the centre has.
    List,
    /// Proposes a version as this program has it.
    Propose {
        /// Which.
        #[command(flatten)]
        version: Version,
    },
    /// Approves the version of that digest; two persons do, neither of them its proposer.
    Approve {
        /// Which.
        #[command(flatten)]
        version: Version,
        /// Its digest, as `list` prints it.
        #[arg(long, value_parser = parse_digest)]
        digest: Digest,
    },
}

/// A version, and who acts.
#[derive(Debug, Args)]
pub struct Version {
    /// The issuer profile, e.g. luxembourg.
    issuer_profile: String,
    /// `identity_card` or `residence_permit`.
    #[arg(value_parser = parse_document)]
    document: DocumentType,
    /// From 1.
    number: u32,
    /// The login of the administrator or supervisor who does it.
    #[arg(long)]
    login: String,
}

fn parse_document(name: &str) -> Result<DocumentType, String> {
    document(name).ok_or_else(|| format!("there is no document type {name:?}"))
}

fn parse_digest(text: &str) -> Result<Digest, String> {
    digest(text).ok_or_else(|| "a digest has 64 hexadecimal digits".to_owned())
}

/// Does it; the lines to print.
pub async fn run(
    config: &Config,
    command: Command,
    mut rng: SystemRng,
    now: OffsetDateTime,
) -> Result<Vec<String>, CommandError> {
    let store = config.open_store_without_fingers().await?;
    let (version, wish) = match command {
        Command::List => return Ok(list(&store.templates().await?)),
        Command::Propose { version } => (version, Wish::Propose),
        Command::Approve { version, digest } => (version, Wish::Approve(digest)),
    };
    let person = store.person_by_login(&version.login).await?;
    let person = person.ok_or(CommandError::Nobody(version.login))?.id;
    let key = TemplateKey {
        issuer_profile: version.issuer_profile,
        document: version.document,
        version: version.number,
    };
    let actor = format!("personalisation/template person {person}");
    let by = (person, actor.as_str());
    let record = carry_out(&store, &key, wish, by, &mut rng, now).await?;
    Ok(vec![line(&record)])
}

fn list(known: &[TemplateRecord]) -> Vec<String> {
    let mut lines: Vec<_> = known.iter().map(line).collect();
    let new = templates().iter().filter(|template| {
        let mut same = known.iter();
        !same.any(|record| record.template == **template)
    });
    lines.extend(new.map(|template| {
        let digest = hex::encode(template.digest.0);
        format!("{} {digest} not proposed", Name(template.key.clone()))
    }));
    lines
}

fn line(record: &TemplateRecord) -> String {
    let name = Name(record.template.key.clone());
    let digest = hex::encode(record.template.digest.0);
    let approvals = record.approvals.len();
    let state = match (record.is_approved(), record.is_frozen()) {
        (true, true) => "frozen".to_owned(),
        (true, false) => "approved".to_owned(),
        (false, _) => format!("proposed, {approvals} approvals"),
    };
    format!("{name} {digest} {state}")
}

//! The audit as a log: the sequencer gives records their places and signs heads; an export is one archive (docs/audit.md).
//!
//! ```text
//! act ──one commit──> change, entry, record ─> place and tree, in batches ─> head, signed in the token ─> archive
//! ```

mod last_head;
mod section;
mod sequencer;
mod witness;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use evidence::{key_from_der, key_from_pem, witness::Refusal};
use key_custody::CustodyError;
use openssl::{error::ErrorStack, pkey::PKey};
use personalisation_store::{Store, StoreError};
use thiserror::Error;
use time::OffsetDateTime;

use crate::{
    config::{Config, ConfigError},
    whole_file,
};
pub use section::{AuditSection, AuditToken};
pub use sequencer::Sequencer;
pub use witness::{Witness, WitnessError};

/// What is done with the audit.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    /// Which.
    pub command: Option<Command>,
}

/// Without one, the audit is written as lines of JSON to standard output.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Gives records their places in the log and signs its heads, until it is ended
    Sequence {
        /// Ends when nothing waits any more
        #[arg(long)]
        once: bool,
    },
    /// Writes the log up to its newest head as one archive, for `audit verify`
    Export {
        /// The archive; a file that is there is not replaced
        file: PathBuf,
    },
    /// Writes the proof of one act, for `audit verify-entry`: whoever has it needs neither the log nor this program
    Prove {
        /// The act's id: 32 hexadecimal digits
        act: String,
        /// The proof; a file that is there is replaced
        file: PathBuf,
    },
}

/// Why the log is not made longer, or not exported. For the operator.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token of `[tokens.audit]`.
    #[error("signing a head of the audit: {0}")]
    Custody(#[from] CustodyError),
    /// No token.
    #[error("the configuration has no [tokens.audit]; add it (docs/audit.md)")]
    NoToken,
    /// The log's name.
    #[error("[audit] log = {0:?} is no name: 1 to 64 of a-z 0-9 . / _ -")]
    Name(String),
    /// A file.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The public key in the token is none that can be written.
    #[error("writing the log's public key: {0}")]
    PublicKey(#[from] ErrorStack),
    /// Somebody else signs with this token.
    #[error("another sequencer works with {}; one at a time may", .0.display())]
    Another(PathBuf),
    /// What was signed last is not known any more.
    #[error(
        "the log has heads, and {}, which keeps the last one that was signed, is not there; put the newest head there that a \
         witness or a verified archive has (`audit verify --keep`). Nothing is signed until then", .0.display()
    )]
    NoLastHead(PathBuf),
    /// The file is another key's.
    #[error("{} holds a head that the key of [tokens.audit] did not sign; nothing is signed", .0.display())]
    OtherKey(PathBuf),
    /// The database is not the one that the last head is over.
    #[error(
        "the database does not go on from the last head that was signed, which is in {}: {refusal}. Nothing is signed. Restore \
         the database as it was; where entries are lost for good, keep the file as evidence, move it away, and begin a log of \
         another name ([audit] log)", path.display()
    )]
    NotGoingOn {
        /// The file.
        path: PathBuf,
        /// How it shows.
        refusal: Refusal,
    },
    /// The host's clock.
    #[error(
        "signing a head of the audit: this host's clock says {now}, and the last head was signed at {last} (seconds since 1970); \
         set the clock"
    )]
    Clock {
        /// What the clock says.
        now: i64,
        /// What the last head says.
        last: i64,
    },
    /// A witness.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// There is no such act, or not yet.
    #[error("no head is over an act {0} yet, or there is none: ask again in two minutes")]
    NoAct(String),
    /// The proof cannot be written down.
    #[error("writing the proof of an act: {0}")]
    Proof(#[from] serde_json::Error),
    /// A signature of another length than ours have.
    #[error("signing a head of the audit: the token's signature has another length")]
    Signature,
    /// The program ends.
    #[error("signing a head of the audit: the program is ending; it is signed later")]
    Ending,
}

/// Writes the log as an archive that is there whole or not at all; how many entries.
pub async fn export(config: &Config, store: &Store, file: &Path) -> Result<u64, AuditError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| AuditError::File { path, source }
    };
    let mut keys = Vec::new();
    if let Some(path) = config
        .audit_token()
        .and_then(|(token, _)| token.public_key.as_ref())
    {
        keys.push(("log.pem", as_pem(path)?));
    }
    if let Some(pki) = &config.audit.pki {
        keys.push(("witness-pki.pem", as_pem(&pki.witness_key)?));
    }
    let keys: Vec<_> = keys.iter().map(|(name, pem)| (*name, &**pem)).collect();
    let archive = File::create_new(file).map_err(failed(file))?;
    let written = store.export_audit_log(&keys, &archive).await;
    let written = match written {
        Ok(entries) => archive.sync_all().map_err(failed(file)).map(|()| entries),
        Err(error) => Err(error.into()),
    };
    if written.is_err() {
        fs::remove_file(file).map_err(failed(file))?;
    }
    written
}

/// A file with a public key in PEM or DER, as PEM.
fn as_pem(path: &Path) -> Result<Vec<u8>, AuditError> {
    let content = fs::read(path).map_err(|source| AuditError::File {
        path: path.to_owned(),
        source,
    })?;
    let key = key_from_pem(&content).or_else(|| key_from_der(&content));
    Ok(pem(key.as_deref().unwrap_or(&content))?)
}

/// Writes the proof of an act; how many entries it has.
pub async fn prove(store: &Store, act: &str, file: &Path) -> Result<usize, AuditError> {
    let proof = store.prove_audit_act(act).await?;
    let proof = proof.ok_or_else(|| AuditError::NoAct(act.to_owned()))?;
    let written = whole_file::write(file, &proof.encode()?);
    written.map_err(|source| AuditError::File {
        path: file.to_owned(),
        source,
    })?;
    Ok(proof.entries.len())
}

/// A public key as files of keys have it.
pub(crate) fn pem(spki: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    PKey::public_key_from_der(spki)?.public_key_to_pem()
}

/// Does it, until `ended`; what to print.
pub async fn run(
    config: &Config,
    command: Command,
    clock: fn() -> OffsetDateTime,
    ended: impl Future<Output = ()>,
) -> Result<String, AuditError> {
    let store = config.open_store_without_fingers().await?;
    match command {
        Command::Export { file } => {
            let entries = export(config, &store, &file).await?;
            Ok(format!("{entries} entries in {}", file.display()))
        }
        Command::Prove { act, file } => {
            let entries = prove(&store, &act, &file).await?;
            Ok(format!("{entries} entries of {act} in {}", file.display()))
        }
        Command::Sequence { once } => {
            let sequencer = Sequencer::open(config, store)?;
            sequencer.check().await?;
            if !once {
                tokio::select! {
                    failed = sequencer.run(clock) => failed?,
                    () = ended => {}
                }
            }
            // What was written until now is in a head before this program ends.
            let tree = sequencer.place().await?;
            sequencer.sign(tree, clock()).await?;
            if once {
                sequencer.have_witnessed().await?;
            } else {
                sequencer.tell_witness().await?;
            }
            Ok(format!("{} entries in the log", tree.size))
        }
    }
}

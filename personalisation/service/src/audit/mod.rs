//! The audit as a log: the sequencer gives records their places and signs heads; an export is one archive (docs/audit.md).
//!
//! ```text
//! act ──one commit──> change, entry, record ─> place and tree, in batches ─> head, signed in the token ─> archive
//! ```

mod section;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use evidence::{head::Head, record::is_name};
use key_custody::{CustodyError, EcKey, Token, role::AuditSigning};
use openssl::{error::ErrorStack, pkey::PKey};
use personalisation_store::{Store, StoreError, audit::Tree};
use thiserror::Error;
use time::OffsetDateTime;

use crate::config::{Config, ConfigError};
pub use section::{AuditSection, AuditToken};

/// Records that get their places in one commit.
const BATCH: u32 = 10_000;
/// How long the sequencer rests when nothing waits.
const REST: Duration = Duration::from_secs(1);
/// The least time from one head to the next.
const HEADS: time::Duration = time::Duration::MINUTE;

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
    /// A signature of another length than ours have.
    #[error("signing a head of the audit: the token's signature has another length")]
    Signature,
    /// The program ends.
    #[error("signing a head of the audit: the program is ending; it is signed later")]
    Ending,
}

/// Gives records their places, and signs.
pub struct Sequencer {
    store: Store,
    token: Arc<(Token, EcKey<AuditSigning>)>,
    log: String,
}

impl std::fmt::Debug for Sequencer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sequencer").finish_non_exhaustive()
    }
}

impl Sequencer {
    /// With the key of `[tokens.audit]`.
    pub fn open(config: &Config, store: Store) -> Result<Self, AuditError> {
        let log = config.audit.log.clone();
        if !is_name(&log) {
            return Err(AuditError::Name(log));
        }
        let (section, token) = config.audit_token().ok_or(AuditError::NoToken)?;
        let token = Token::open(&token)?;
        let key = token.find_ec(&section.key)?;
        let token = Arc::new((token, key));
        Ok(Self { store, token, log })
    }

    /// Gives everything that waits its place; how long the log is.
    pub async fn place(&self) -> Result<Tree, AuditError> {
        loop {
            if let (tree, false) = self.place_some().await? {
                return Ok(tree);
            }
        }
    }

    /// Gives one batch its places; how long the log is, and whether more waits than fitted into it.
    async fn place_some(&self) -> Result<(Tree, bool), AuditError> {
        loop {
            match self.store.sequence_audit(BATCH).await {
                Ok((tree, placed)) => return Ok((tree, placed >= u64::from(BATCH))),
                // Another sequencer was faster.
                Err(StoreError::Stale { .. }) => tokio::task::yield_now().await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Signs a head over the log, if the newest is over less of it.
    pub async fn sign(&self, tree: Tree, now: OffsetDateTime) -> Result<bool, AuditError> {
        let newest = self.store.newest_audit_head().await?;
        if newest.is_some_and(|newest| newest.head.size >= tree.size) || tree.size == 0 {
            return Ok(false);
        }
        let head = Head {
            log: self.log.clone(),
            size: tree.size,
            root: tree.root,
            time: now.unix_timestamp(),
        };
        let (token, digest) = (Arc::clone(&self.token), head.digest());
        // A token takes its time.
        let signing = move || token.0.sign_digest(&token.1, &digest);
        let signature = tokio::task::spawn_blocking(signing).await;
        let signature = signature.map_err(|_| AuditError::Ending)??;
        let signature = signature.try_into().map_err(|_| AuditError::Signature)?;
        self.store.keep_audit_head(&head.seal(signature)).await?;
        Ok(true)
    }

    /// Goes on until it fails, or is dropped: each step is safe to run twice.
    pub async fn run(&self, clock: fn() -> OffsetDateTime) -> Result<(), AuditError> {
        let mut signed_at = None;
        loop {
            match self.place_some().await {
                Ok((tree, more)) => {
                    let now = clock();
                    if signed_at.is_none_or(|at| now - at >= HEADS) && self.sign(tree, now).await? {
                        signed_at = Some(now);
                    }
                    if more {
                        continue;
                    }
                }
                Err(AuditError::Store(error @ StoreError::Busy { .. })) => {
                    tracing::warn!(%error, "the log waits");
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(REST).await;
        }
    }
}

/// Writes the log as an archive that is there whole or not at all; how many entries.
pub async fn export(config: &Config, store: &Store, file: &Path) -> Result<u64, AuditError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| AuditError::File { path, source }
    };
    let key = config
        .audit_token()
        .and_then(|(section, _)| section.public_key.as_ref());
    let pem = match key {
        Some(path) => Some(fs::read(path).map_err(failed(path))?),
        None => None,
    };
    let keys: Vec<_> = pem.iter().map(|pem| ("log.pem", &**pem)).collect();
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
        Command::Sequence { once } => {
            let sequencer = Sequencer::open(config, store)?;
            if !once {
                tokio::select! {
                    failed = sequencer.run(clock) => failed?,
                    () = ended => {}
                }
            }
            // What was written until now is in a head before this program ends.
            let tree = sequencer.place().await?;
            sequencer.sign(tree, clock()).await?;
            Ok(format!("{} entries in the log", tree.size))
        }
    }
}

//! Why intake does not start, or ended. For the operator.

use std::{io, net::SocketAddr, path::PathBuf};

use key_custody::{CustodyError, tls::TlsFileError};
use personalisation_store::StoreError;
use thiserror::Error;

use super::keys::KeysError;
use crate::{channel::ChannelError, config::ConfigError};

/// Why intake does not start, or ended.
#[derive(Debug, Error)]
pub enum IntakeError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A section is missing.
    #[error(
        "the configuration has no {section}, which `personalisation {role}` needs (docs/intake.md)"
    )]
    Missing {
        /// The section.
        section: &'static str,
        /// The role.
        role: &'static str,
    },
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsFileError),
    /// A token is away or refuses.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// A key cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of dossiers cannot be used.
    #[error("the folder {}: {source}; check [intake] in the configuration", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A carried outbox cannot be listed.
    #[error("reading {}: {source}; name the folder that `enrolment-station outbox export` wrote", path.display())]
    Import {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Some of a carried outbox was not taken; what became of each file was said.
    #[error("{0} of the folder's files were not taken; see above, and import the folder again")]
    NotAll(u64),
    /// The fleet's part cannot start.
    #[error(transparent)]
    Fleet(#[from] crate::fleet::FleetError),
    /// The address is not free.
    #[error("cannot listen on {address}: {source}; choose another one in [intake]")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The portrait's models cannot be read.
    #[error("the models of portraits: {0}; the program is damaged, install it again")]
    Models(#[from] biometrics::face::tflite::ModelError),
    /// The register's address is none.
    #[error("[register] of the configuration: {0}")]
    Register(#[from] ChannelError),
    /// A worker broke down.
    #[error(
        "a worker of intake broke down, the log says where; start intake again, nothing is lost"
    )]
    Worker,
    /// The server ended with an error.
    #[error("the server ended: {0}")]
    Transport(#[from] tonic::transport::Error),
}

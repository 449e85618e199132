//! The station's own standing: how it is taken in, who it is, what the centre issued to it, and how it
//! stays so (docs/fleet.md).
//!
//! ```text
//! onboard CODE ──keys in the token──> Onboard ──> identity kept, sealed ──> Pull
//! serve ──> Keeper: Report every minute, Pull when there is something newer, Renew at a third of life left
//! ```

mod certificate;
pub mod clock;
mod identity;
mod issue;
mod keeper;
pub mod kept;
mod keys;
pub mod onboard;
mod request;
mod standing;

use std::time::Duration;

use dossier::issue::IssueError;
use key_custody::{CustodyError, tls::TlsKeyError};
use tonic::{Code, Status};

pub use self::{
    identity::Identity,
    keeper::{Clock, Devices, Keeper, Looking},
    standing::Standing,
};
use crate::{centre::channel::ChannelError, store::StoreError};

/// An act with a limit of time: a centre that takes a call and never answers it does not answer.
async fn within<T>(
    limit: Duration,
    act: impl Future<Output = Result<T, FleetError>>,
) -> Result<T, FleetError> {
    let late = |_| FleetError::Unavailable(format!("not within {} s", limit.as_secs()));
    tokio::time::timeout(limit, act).await.map_err(late)?
}

/// Why the station's standing could not be had or changed. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// There is no station here yet.
    #[error(
        "this station was not taken in; run `enrolment-station onboard CODE` with a code of the centre"
    )]
    NotOnboarded,
    /// The token failed.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// A key does not fit its certificate.
    #[error(transparent)]
    Key(#[from] TlsKeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The channel cannot be set up.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// A file of the configuration cannot be read.
    #[error("reading {what} {}: {source}; correct the configuration", path.display())]
    Read {
        /// What it is.
        what: &'static str,
        /// The file.
        path: std::path::PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file of the configuration is not what it should be.
    #[error("{} is no certificate, neither PEM nor DER; correct the configuration", path.display())]
    Authority {
        /// The file.
        path: std::path::PathBuf,
    },
    /// What is kept of the station cannot be read.
    #[error(
        "what the store keeps of this station cannot be read; restore it, or take the station in anew"
    )]
    Damaged,
    /// The centre will not.
    #[error("the centre refused ({code:?}): {message}")]
    Refused {
        /// What kind of refusal.
        code: Code,
        /// Why.
        message: String,
    },
    /// The centre does not answer.
    #[error("the centre does not answer: {0}; repeat the same command later")]
    Unavailable(String),
    /// What the centre answered is not for us.
    #[error("the centre's answer is wrong: {0}; call the centre, and do not use this station")]
    Answer(&'static str),
    /// A configuration or staff list that must not be used.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// A request or certificate cannot be written or read.
    #[error("a request or certificate: {0}")]
    Der(String),
    /// The clock is beyond the calendar.
    #[error("the system's clock is beyond the year 2999; set it")]
    Clock,
}

impl From<Status> for FleetError {
    fn from(status: Status) -> Self {
        match status.code() {
            code @ (Code::InvalidArgument
            | Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::ResourceExhausted) => Self::Refused {
                code,
                message: status.message().to_owned(),
            },
            _ => Self::Unavailable(status.message().to_owned()),
        }
    }
}

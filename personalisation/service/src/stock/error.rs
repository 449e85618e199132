//! Why nothing was done about blanks.

use std::{io, path::PathBuf};

use personalisation_core::{
    chip_serial::BadChipSerial,
    stock::{BadAccount, NotTwo},
};
use personalisation_store::StoreError;
use thiserror::Error;

use super::{IssueProblem, ReconcileProblem, sample::SampleError};
use crate::{config::ConfigError, console::ConsoleError, line::signing::SetupError};

/// Why nothing was done about blanks. For whoever looks after them.
#[derive(Debug, Error)]
pub enum StockError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store, and what it refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// One person, where two are needed.
    #[error(transparent)]
    NotTwo(#[from] NotTwo),
    /// Nobody has that login.
    #[error("looking for a member of staff: nobody has the login {0:?}; see `staff list`")]
    Nobody(String),
    /// No box has that label.
    #[error("looking for a box: none has the label {0:?}; see `stock deliveries`")]
    NoBox(String),
    /// No shift is open, or waits for signatures, at that line.
    #[error("looking for a shift: line {0} has none that is open or waits for signatures")]
    NoShift(String),
    /// No destruction has that number.
    #[error("looking for a destruction: there is no certificate number {0}")]
    NoDestruction(u64),
    /// A serial that is none.
    #[error("reading serials from {}, line {line}: {source}", path.display())]
    Serial {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// Why.
        source: BadChipSerial,
    },
    /// The sample.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] BadAccount),
    /// A file that cannot be read or written.
    #[error("{}: {source}; check the path", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file of serials that is too long.
    #[error("reading serials from {}: at most {most} bytes; do it in parts", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Most, in bytes.
        most: u64,
    },
    /// The first count of a shift's end is not what the ledger says.
    #[error(
        "closing the shift: the count is not what the ledger says, and is kept; count once more and close again. A second \
         one that differs stands, as does this one with --although-differing: two supervisors then sign for it"
    )]
    Differs,
    /// Issues of blanks.
    #[error(transparent)]
    Issue(#[from] IssueProblem),
    /// Some issues cannot be said.
    #[error(
        "signing issues of blanks: those named above cannot be signed; take their blanks back and hand them out again"
    )]
    Unformed,
    /// The books do not agree.
    #[error(
        "auditing the stock: the books do not agree, see above; nothing may be changed before an auditor knows why"
    )]
    Books,
    /// pki.
    #[error(transparent)]
    Pki(#[from] SetupError),
    /// The console's identity.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// Signatures and attempts could not be compared.
    #[error(transparent)]
    Reconcile(#[from] ReconcileProblem),
    /// Signatures and attempts differ.
    #[error(
        "comparing signatures with attempts: they differ, see above; an alarm waits at the console (/fleet/alarms) until \
         somebody has found out why"
    )]
    Signatures,
    /// The certificate.
    #[error("writing the certificate: {0}")]
    Paper(String),
}

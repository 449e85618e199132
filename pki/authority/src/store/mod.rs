//! The service's own store: permits, their outcomes, alarms, audit. SQLite, every commit durable.
//!
//! One writer owns the connection and commits whatever waits in one transaction (group commit), so
//! that requests in flight share the cost of reaching the disk.

mod audit_file;
pub(crate) mod inspection;
pub(crate) mod journal;
mod operation;
pub(crate) mod operations;
pub(crate) mod witness;
mod writer;

use std::path::{Path, PathBuf};

use evidence::entry::Act;
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use self::{audit_file::AuditFile, operation::Operation};
use crate::signing::{
    permit::PermitRecord,
    request::{AttemptId, ObjectKind},
};

/// Requests that may wait for the writer before callers wait themselves.
const QUEUE: usize = 256;

/// A handle to the writer. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    operations: mpsc::Sender<Operation>,
}

/// Proof that an intent is durable. Only the store makes one, one for each time.
#[derive(Debug)]
pub struct Recorded(());

/// What the store knows about a permit that asks to be recorded.
#[derive(Debug)]
pub(crate) enum Intent {
    /// It is recorded now.
    Recorded(Recorded),
    /// It was recorded before, and nothing was released: continue with what was bound then.
    Earlier(Recorded, Earlier),
    /// It was signed and released before.
    Released(Release),
}

/// What a permit was bound to when its intent was first recorded.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) key_label: String,
    /// DER of the document signer's certificate.
    pub(crate) certificate: Vec<u8>,
    pub(crate) signing_time: OffsetDateTime,
    /// Of the signed attributes.
    pub(crate) digest: Vec<u8>,
}

/// A signed object, durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The whole file.
    pub signed_object: Vec<u8>,
    /// DER of the document signer's certificate.
    pub certificate: Vec<u8>,
    /// Whether it was released before.
    pub repeated: bool,
}

/// Why a request is an alarm: somebody asks twice for different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Alarm {
    /// The permit was used for other bytes.
    #[error("the permit of this attempt and object was used for other bytes")]
    OtherBytes,
    /// The attempt was begun with another document number or chip.
    #[error("the attempt was begun with another document number or chip")]
    OtherAttemptFacts,
    /// The document number belongs to another attempt.
    #[error("the document number belongs to another attempt")]
    DocumentNumberUsed,
    /// The chip belongs to another attempt.
    #[error("the chip belongs to another attempt")]
    ChipUsed,
}

/// Why an intent was not recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IntentError {
    #[error(transparent)]
    Alarm(Alarm),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store failed. For the operator.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened.
    #[error("cannot open the store {}: {reason}; check the path, its rights and the disk", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        reason: String,
    },
    /// A transaction failed.
    #[error("the store cannot be written: {0}; check the disk, then repeat the request")]
    Write(String),
    /// A row does not have the form that was written.
    #[error(
        "the store is damaged: table {table}, column {column}, {row}; restore it from its backup"
    )]
    BadRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Which row.
        row: String,
    },
    /// The audit file cannot be used.
    #[error("cannot use the audit file {}: {reason}", path.display())]
    Audit {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The writer ended.
    #[error("the store is closed: the service is ending")]
    Closed,
}

impl Store {
    /// Opens or makes the database, closes what a dead process left open, brings the audit file up to
    /// it, and starts the writer, which ends when the last handle is dropped. Alone: the audit file is
    /// locked.
    pub async fn open(path: &Path, audit: &Path, now: OffsetDateTime) -> Result<Self, StoreError> {
        let fault = |reason: String| StoreError::Open {
            path: path.into(),
            reason,
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .map_err(|error| fault(error.to_string()))?;
        sqlx::migrate!("./migrations")
            .run(&mut connection)
            .await
            .map_err(|error| fault(error.to_string()))?;
        let mut audit = AuditFile::open(audit, &mut connection).await?;
        writer::close_open_acts(&mut connection, now).await?;
        audit.catch_up(&mut connection).await?;
        let (operations, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(writer::run(connection, audit, waiting));
        Ok(Self { operations })
    }

    /// Records the intent to sign, or says what was recorded before, or raises an alarm.
    pub(crate) async fn intend(
        &self,
        record: PermitRecord,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<Intent, IntentError> {
        let (reply, answer) = oneshot::channel();
        let act = act.clone();
        self.send(Operation::Intend {
            record: Box::new(record),
            act,
            at,
            reply,
        })
        .await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Records the signed object, and returns what is released: of two signatures over the same
    /// bytes, the first one recorded.
    pub(crate) async fn release(
        &self,
        attempt: AttemptId,
        kind: ObjectKind,
        signed_object: Vec<u8>,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<Release, StoreError> {
        let (reply, answer) = oneshot::channel();
        let act = act.clone();
        self.send(Operation::Release {
            attempt,
            kind,
            signed_object,
            act,
            at,
            reply,
        })
        .await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Writes the outcome of an act whose intent is written and that failed.
    pub(crate) async fn fail(
        &self,
        act: &Act,
        at: OffsetDateTime,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.tell(vec![act.outcome(at, format!("not signed: {reason}"))])
            .await
    }

    /// Writes intent and outcome of an act that changes nothing: one that was refused, or a start.
    pub(crate) async fn note(
        &self,
        act: &Act,
        at: OffsetDateTime,
        outcome: &str,
    ) -> Result<(), StoreError> {
        self.tell(vec![act.intent(at), act.outcome(at, outcome)])
            .await
    }

    /// How many alarms were ever raised; fails when the store cannot be read.
    pub async fn alarms(&self) -> Result<u64, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Operation::Alarms { reply }).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn tell(&self, entries: Vec<evidence::entry::Entry>) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Operation::Tell { entries, reply }).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    async fn send(&self, operation: Operation) -> Result<(), StoreError> {
        self.operations
            .send(operation)
            .await
            .map_err(|_| StoreError::Closed)
    }
}

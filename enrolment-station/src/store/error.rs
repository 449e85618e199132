//! What can go wrong in the station's store.

use std::{io, path::PathBuf};

use key_custody::CustodyError;
use thiserror::Error;

use super::transaction::Boundary;

/// A failure of the store. Messages are for the operator and hold no personal data.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file or folder cannot be made or read.
    #[error("{doing} {}: {source}; check the path and its owner", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The database file cannot be opened.
    #[error("opening the database {}: {source}; check the path and its owner", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The engine's reason.
        source: sqlx::Error,
    },
    /// The schema cannot be brought up to date.
    #[error("migrating the database: {0}; this program may be older than the database")]
    Migrate(sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("{doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The engine's reason.
        source: sqlx::Error,
    },
    /// The disk is full; nothing was changed.
    #[error(
        "{doing}: the disk is full; nothing was changed, make room and do it again (the outbox empties \
         itself when the centre is reached)"
    )]
    DiskFull {
        /// What was being done.
        doing: &'static str,
    },
    /// Others kept the database busy through every retry.
    #[error("{doing}: the database stayed busy through {tries} tries; try again")]
    Busy {
        /// What was being done.
        doing: &'static str,
        /// How often.
        tries: u32,
    },
    /// The file is damaged.
    #[error(
        "the database {} is damaged ({found}); export its outbox, then restore it from a copy",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found first.
        found: String,
    },
    /// A column that no program of ours wrote.
    #[error("reading {table}: column {column} of row {row} is damaged; restore it from a copy")]
    BadRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row, by its own id.
        row: String,
    },
    /// A sealed column does not open: of another store, another place, or changed bytes.
    #[error(
        "opening the sealed column {column} of {table}, row {row}: the seal does not match; it was \
         changed or moved there from elsewhere, restore the row from a copy"
    )]
    Seal {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row, by its own id.
        row: String,
    },
    /// The data key is not one of this token.
    #[error(
        "the data key of {} was wrapped by another token, or for another store: {source}; put in the \
         token that the store was made with. Without it drafts are lost, and the outbox can be exported",
        path.display()
    )]
    OtherToken {
        /// The database.
        path: PathBuf,
        /// The token's answer.
        source: CustodyError,
    },
    /// The data key opened, but it is not the one that the columns are sealed with.
    #[error(
        "the data key in {} is not the one of its sealed columns: the file was put together from two \
         stores; restore it from a copy",
        path.display()
    )]
    OtherStore {
        /// The database.
        path: PathBuf,
    },
    /// The token failed.
    #[error("opening the store: {0}")]
    Token(CustodyError),
    /// Opened without a token.
    #[error(
        "{} is open in quarantine, without its token: only its outbox can be listed and exported",
        path.display()
    )]
    Quarantine {
        /// The database.
        path: PathBuf,
    },
    /// More bytes than one value may have.
    #[error("{doing}: {found} bytes, {limit} are possible; make it smaller")]
    TooLong {
        /// What was being done.
        doing: &'static str,
        /// Bytes given.
        found: usize,
        /// Most bytes.
        limit: usize,
    },
    /// A value cannot be encoded. For the developer.
    #[error("{doing}: cannot encode it: {source}")]
    Encode {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        source: serde_cbor::Error,
    },
    /// A crash test pulled the plug.
    #[error("power failed at {0:?}")]
    Interrupted(Boundary),
}

impl StoreError {
    /// Names what was being done when the engine failed.
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| match code(&source).as_deref() {
            // SQLITE_FULL.
            Some("13") => Self::DiskFull { doing },
            _ => Self::Database { doing, source },
        }
    }

    /// Names the file of a failure.
    pub(crate) fn file(
        doing: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            doing,
            path: path.to_owned(),
            source,
        }
    }

    /// Whether the same transaction may succeed when it is run again: BUSY, LOCKED and their
    /// extended codes.
    pub(crate) fn is_serialisation_failure(&self) -> bool {
        let Self::Database { source, .. } = self else {
            return false;
        };
        matches!(
            code(source).as_deref(),
            Some("5" | "6" | "261" | "262" | "517")
        )
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    let sqlx::Error::Database(error) = error else {
        return None;
    };
    error.code().map(Into::into)
}

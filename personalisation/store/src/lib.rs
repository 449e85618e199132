//! All SQL of the centre: orders, attempts on the line, blanks in stock, stations, audit.
//!
//! What is written was decided by `personalisation-core`; every change guards the old state in its
//! `WHERE` and demands exactly one row. Personal data and biometrics are in sealed columns only.

pub mod audit;
mod error;
pub mod fleet;
pub mod intake;
pub mod line;
pub mod order;
pub mod review;
mod row;
pub mod sealing;
pub mod staff;
pub mod stock;
mod transaction;

use std::{path::Path, sync::Arc, time::Duration};

pub use error::StoreError;
use sealing::Sealer;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
pub use transaction::{Boundary, Interrupter};

/// The engine. One alias, so that a second engine changes one line.
pub(crate) type Engine = sqlx::Sqlite;

/// The database of the centre.
#[derive(Clone)]
pub struct Store {
    pool: sqlx::Pool<Engine>,
    sealer: Arc<Sealer>,
    /// None: whoever has this store reads and writes no finger.
    fingers: Option<Arc<Sealer>>,
    interrupter: Option<Interrupter>,
}

impl Store {
    /// Opens the SQLite database at `path`, creates it where there is none, and migrates it.
    ///
    /// Commits are durable when they return (WAL, `synchronous = FULL`).
    pub async fn open(path: &Path, sealer: Sealer) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(5));
        let failed = |source| StoreError::Open {
            path: path.to_owned(),
            source,
        };
        let pool = SqlitePoolOptions::new()
            .max_connections(8)
            // A full disk ends a transaction behind the driver's back: such a connection is not used again.
            .after_release(|connection, _| {
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .connect_with(options)
            .await
            .map_err(failed)?;
        sqlx::migrate!()
            .run(&pool)
            .await
            .map_err(StoreError::Migrate)?;
        let sealer = Arc::new(sealer);
        Ok(Self {
            pool,
            fingers: Some(sealer.clone()),
            sealer,
            interrupter: None,
        })
    }

    /// The same database, with fingers under a key of their own: whoever opens it with another one, or
    /// without, reads everything but fingers.
    #[must_use]
    pub fn with_fingers(mut self, sealer: Sealer) -> Self {
        self.fingers = Some(Arc::new(sealer));
        self
    }

    /// The same database for somebody who has no business with fingers: they are neither opened nor sealed, under
    /// whatever key they lie.
    #[must_use]
    pub fn without_fingers(mut self) -> Self {
        self.fingers = None;
        self
    }

    pub(crate) fn fingers(&self) -> Result<&Sealer, StoreError> {
        self.fingers.as_deref().ok_or(StoreError::NoFingers)
    }

    /// The same database, with `interrupter` asked at every boundary whether power fails there.
    ///
    /// Danger: for crash tests only.
    #[must_use]
    pub fn danger_interrupted_by(mut self, interrupter: Interrupter) -> Self {
        self.interrupter = Some(interrupter);
        self
    }

    /// Closes every connection; what was committed stays.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

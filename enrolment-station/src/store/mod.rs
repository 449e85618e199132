//! The station's database: one SQLite file whose personal columns open only beside the station's token.
//!
//! ```text
//! data_dir (700)/station.sqlite (600)   WAL, synchronous = FULL, secure_delete
//!     token's draft-store key ──unwraps──> data key ──opens──> sealed columns (AES-256-GCM)
//! ```
//! The rooms that keep something here bring their own SQL: `draft`, `outbox`, `issued`.

mod error;
mod file;
pub mod issued;
mod key;
mod row;
pub mod sealing;
pub mod space;
#[cfg(test)]
mod tests;
mod transaction;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use key_custody::{AesKey, Token, role::DraftStore};
use rand::CryptoRng;
use sqlx::{Pool, Sqlite};
use tokio::sync::Notify;

pub use error::StoreError;
pub use file::FILE;
pub(crate) use row::{Columns, micros};
pub use transaction::{Boundary, Interrupter};
pub(crate) use transaction::{Tries, Tx, transaction};

use self::sealing::Sealer;

/// The database of one station. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Sqlite>,
    /// None in quarantine: then sealed columns stay closed.
    sealer: Option<Arc<Sealer>>,
    folder: Arc<Path>,
    /// Rung when something came into the outbox.
    queued: Arc<Notify>,
    interrupter: Option<Interrupter>,
}

impl Store {
    /// Opens the store in `folder`, makes both where there are none, and migrates it. The data key is
    /// made with the store and wrapped by the token's key.
    ///
    /// Commits are durable when they return.
    pub async fn open(
        folder: &Path,
        token: &Token,
        key: &AesKey<DraftStore>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StoreError> {
        let path = file::prepare(folder)?;
        let pool = file::connect(&path, file::Access::Own).await?;
        sqlx::migrate!()
            .run(&pool)
            .await
            .map_err(StoreError::Migrate)?;
        let mut store = Self::over(pool, folder);
        let sealer = key::unwrap_or_make(&store, &path, token, key, rng).await?;
        store.sealer = Some(Arc::new(sealer));
        store.settle().await;
        Ok(store)
    }

    /// Opens what is left of a station without its token: the outbox can be listed and exported,
    /// sealed columns stay closed, nothing is changed.
    pub async fn open_in_quarantine(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        let pool = file::connect(&path, file::Access::Quarantine).await?;
        Ok(Self::over(pool, folder))
    }

    fn over(pool: Pool<Sqlite>, folder: &Path) -> Self {
        Self {
            pool,
            sealer: None,
            folder: folder.into(),
            queued: Arc::new(Notify::new()),
            interrupter: None,
        }
    }

    /// The same store, with `interrupter` asked at every boundary whether power fails there.
    ///
    /// Danger: for crash tests only.
    #[must_use]
    pub fn danger_interrupted_by(mut self, interrupter: Interrupter) -> Self {
        self.interrupter = Some(interrupter);
        self
    }

    /// Reads the whole file: what the disk damaged is an error, which names what SQLite found first.
    pub async fn check(&self) -> Result<(), StoreError> {
        let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::database("checking the database"))?;
        if found == "ok" {
            return Ok(());
        }
        Err(StoreError::Damaged {
            path: self.path(),
            found,
        })
    }

    /// Closes every connection; what was committed stays.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// The database file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// The folder of everything that the station keeps.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn pool(&self) -> &Pool<Sqlite> {
        &self.pool
    }

    pub(crate) fn queued(&self) -> &Arc<Notify> {
        &self.queued
    }

    pub(crate) fn sealer(&self) -> Result<&Sealer, StoreError> {
        self.sealer
            .as_deref()
            .ok_or_else(|| StoreError::Quarantine { path: self.path() })
    }

    /// Moves the log into the file and cuts it off, so that erased rows are gone from both. A reader
    /// may be in the way; then it happens after the next erasure.
    pub(crate) async fn settle(&self) {
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&self.pool)
            .await
        {
            tracing::warn!(%error, "cannot cut off the database's log; tried again later");
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.folder)
            .field("quarantine", &self.sealer.is_none())
            .finish_non_exhaustive()
    }
}

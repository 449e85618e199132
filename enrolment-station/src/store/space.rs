//! Whether there is room for one more application; said before anything is captured.

use dossier::configuration::StationRules;
use pages::Id;
use thiserror::Error;

use super::{Store, StoreError};

/// How much is kept and how much fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Dossiers in the outbox that the centre has not accepted.
    pub dossiers: u32,
    /// Bytes that can still be written: free on the disk for us, and free within the database.
    pub free_bytes: u64,
}

/// Why nothing must be captured now. For the clerk, by [`NoRoom::message_id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoRoom {
    /// The outbox holds as many dossiers as it may.
    #[error(
        "the outbox holds {dossiers} dossiers, {limit} are allowed; connect the station to the centre \
         before the next application"
    )]
    Outbox {
        /// How many it holds.
        dossiers: u32,
        /// How many it may hold.
        limit: u32,
    },
    /// The disk has too little room.
    #[error(
        "{free_bytes} bytes are free on the station's disk, {needed} are needed; make room before the \
         next application"
    )]
    Disk {
        /// Bytes that are free.
        free_bytes: u64,
        /// Bytes that must be free.
        needed: u64,
    },
}

impl NoRoom {
    /// The message shown to the clerk.
    pub fn message_id(&self) -> Id {
        match self {
            Self::Outbox { .. } => Id("space-outbox-full"),
            Self::Disk { .. } => Id("space-disk-full"),
        }
    }
}

impl Space {
    /// Whether one more application fits under the rules of the signed configuration.
    pub fn allows(&self, rules: &StationRules) -> Result<(), NoRoom> {
        if self.dossiers >= rules.outbox_dossiers {
            return Err(NoRoom::Outbox {
                dossiers: self.dossiers,
                limit: rules.outbox_dossiers,
            });
        }
        if self.free_bytes < rules.free_bytes {
            return Err(NoRoom::Disk {
                free_bytes: self.free_bytes,
                needed: rules.free_bytes,
            });
        }
        Ok(())
    }
}

/// Looks at the outbox and the disk.
pub async fn check(store: &Store) -> Result<Space, StoreError> {
    const DOING: &str = "looking for room";
    let folder = store.folder().to_owned();
    // A disk that hangs must not hold a thread that serves pages.
    let asked = tokio::task::spawn_blocking(move || {
        let asked = rustix::fs::statvfs(&folder);
        asked
            .map_err(|error| StoreError::file("asking for the free room of", &folder)(error.into()))
    });
    let gone = |error: tokio::task::JoinError| {
        StoreError::file("asking for the free room of", store.folder())(error.into())
    };
    let disk = asked.await.map_err(gone)??;
    let (dossiers, free_pages, page_size): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM outbox_item WHERE state <> 'accepted'), freelist_count, page_size
         FROM pragma_freelist_count, pragma_page_size",
    )
    .fetch_one(store.pool())
    .await
    .map_err(StoreError::database(DOING))?;
    // Bytes of erased dossiers stay with the file, and the next ones are written there.
    let within = u64::try_from(free_pages.saturating_mul(page_size)).unwrap_or_default();
    Ok(Space {
        dossiers: u32::try_from(dossiers).unwrap_or(u32::MAX),
        free_bytes: disk
            .f_bavail
            .saturating_mul(disk.f_frsize)
            .saturating_add(within),
    })
}

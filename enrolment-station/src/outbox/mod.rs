//! The outbox: confirmed applications on their way to the centre, sealed so that the station cannot
//! read them back (docs/outbox.md).
//!
//! ```text
//! draft ──enqueue: sign, seal, insert, erase the draft: one commit──> Waiting
//! Waiting ──all bytes sent──> Held ──opened at the centre──> Accepted: bytes erased, receipt kept
//!    └──────────────┴── cannot be used ──> Rejected: bytes kept, alarm
//! ```

pub mod alarm;
pub mod command;
mod enqueue;
mod export;
mod item;
mod problem;
mod receive;
mod signer;
mod task;
mod upload;

use dossier::{ApplicationId, Hash};
use sqlx::Row as _;
use time::OffsetDateTime;

pub use enqueue::{EnqueueError, Queued};
pub use export::{ExportError, Exported};
pub use item::{Item, State};
pub use problem::{Problem, Trouble};
pub use receive::{ReceiptKeys, Received, RefusedReceipt};
pub use signer::StationSigner;
pub use task::{ApplicationState, BadTask, Recapture, Task};
pub use upload::{Clock, Event, Observer, Pace, PassError, Status, Uploader};

use crate::store::{Store, StoreError, micros, transaction};

/// The outbox of a store.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Store,
}

/// The outbox in numbers, for the first page and the report to the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Not at the centre yet.
    pub waiting: u32,
    /// At the centre, not opened yet.
    pub held: u32,
    /// Refused by the centre, kept here.
    pub rejected: u32,
    /// Bytes of all these.
    pub bytes: u64,
    /// When the oldest of those that wait or are held was queued.
    pub oldest: Option<OffsetDateTime>,
}

impl Summary {
    /// Dossiers that are still kept.
    pub fn backlog(&self) -> u32 {
        self.waiting + self.held + self.rejected
    }
}

impl Outbox {
    /// That of this store.
    pub fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
        }
    }

    /// Every dossier, newest first, accepted ones included until [`Outbox::forget`].
    pub async fn rows(&self) -> Result<Vec<Item>, StoreError> {
        let query = item::select("ORDER BY queued_at DESC, hash");
        let rows = sqlx::query(query)
            .fetch_all(self.store.pool())
            .await
            .map_err(StoreError::database("listing the outbox"))?;
        rows.iter().map(item::read).collect()
    }

    /// The dossier of an application.
    pub async fn find(&self, application: ApplicationId) -> Result<Option<Item>, StoreError> {
        let query = item::select("WHERE application_id = $1");
        let row = sqlx::query(query)
            .bind(&application.as_bytes()[..])
            .fetch_optional(self.store.pool())
            .await
            .map_err(StoreError::database("looking into the outbox"))?;
        row.as_ref().map(item::read).transpose()
    }

    /// The outbox in numbers.
    pub async fn summary(&self) -> Result<Summary, StoreError> {
        let mut summary = Summary {
            waiting: 0,
            held: 0,
            rejected: 0,
            bytes: 0,
            oldest: None,
        };
        for item in self.rows().await? {
            match item.state {
                State::Waiting => summary.waiting += 1,
                State::Held => summary.held += 1,
                State::Rejected(_) => summary.rejected += 1,
                State::Accepted => continue,
            }
            summary.bytes += item.length;
            if !matches!(item.state, State::Rejected(_)) {
                // Rows come newest first.
                summary.oldest = Some(item.queued_at);
            }
        }
        Ok(summary)
    }

    /// The sealed bytes; none once accepted.
    pub async fn sealed(&self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        const DOING: &str = "reading a sealed dossier";
        let row = sqlx::query("SELECT sealed FROM outbox_dossier WHERE hash = $1")
            .bind(&hash.as_bytes()[..])
            .fetch_optional(self.store.pool())
            .await
            .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        row.try_get("sealed")
            .map(Some)
            .map_err(StoreError::database(DOING))
    }

    /// The signed receipt that brought a dossier into its state; none while it waits.
    pub async fn receipt(&self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        const DOING: &str = "reading a receipt";
        let row = sqlx::query("SELECT receipt FROM outbox_item WHERE hash = $1")
            .bind(&hash.as_bytes()[..])
            .fetch_optional(self.store.pool())
            .await
            .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        row.try_get("receipt").map_err(StoreError::database(DOING))
    }

    /// Deletes the rows of dossiers accepted before that moment, and returns how many. Their bytes
    /// were erased when they were accepted; what goes is the receipt.
    pub async fn forget(&self, accepted_before: OffsetDateTime) -> Result<u64, StoreError> {
        const DOING: &str = "forgetting old receipts";
        transaction!(self.store, DOING, |tx| {
            sqlx::query("DELETE FROM outbox_item WHERE state = 'accepted' AND changed_at < $1")
                .bind(micros(accepted_before))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))
                .map(|done| done.rows_affected())
        })
    }
}

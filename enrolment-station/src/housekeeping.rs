//! What goes by date at the station: drafts that nobody went on with, receipts of accepted dossiers, old tasks.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use dossier::{Configuration, Signed};
use time::{Duration, OffsetDateTime};

use crate::draft::{DraftError, Drafts};
use crate::outbox::Outbox;
use crate::store::issued::Kind;
use crate::store::{Store, StoreError};

/// An application that nobody saved for so long is not gone on with: the applicant comes again.
pub const DRAFTS: Duration = Duration::days(30);
/// So long the station can say that the centre accepted a dossier.
pub const RECEIPTS: Duration = Duration::days(90);
/// So long it shows what became of an application, since the last change.
pub const TASKS: Duration = Duration::days(180);

/// Between two looks.
const INTERVAL: std::time::Duration = std::time::Duration::from_hours(6);

/// The station's clock.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// How much went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Drafts.
    pub drafts: u64,
    /// Rows of accepted dossiers.
    pub receipts: u64,
    /// Tasks.
    pub tasks: u64,
}

/// Erases by date, for as long as the station runs.
pub struct Housekeeping {
    store: Store,
    drafts: Drafts,
    outbox: Outbox,
    clock: Clock,
}

impl fmt::Debug for Housekeeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Housekeeping").finish_non_exhaustive()
    }
}

impl Housekeeping {
    /// Keeps this store.
    pub fn new(store: &Store, clock: Clock) -> Self {
        Self {
            store: store.clone(),
            drafts: Drafts::new(store),
            outbox: Outbox::new(store),
            clock,
        }
    }

    /// Runs until `shutdown`: at once, and every six hours. What fails is tried again then.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            match self.pass().await {
                Ok(gone) if gone != Gone::default() => tracing::info!(
                    drafts = gone.drafts,
                    receipts = gone.receipts,
                    tasks = gone.tasks,
                    "erased by date"
                ),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "nothing was erased by date"),
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    /// Once. A clock outside the configuration's period may be wrong by years: nothing is erased by it.
    pub async fn pass(&self) -> Result<Gone, DraftError> {
        let now = (self.clock)();
        if !self.is_plausible(now).await? {
            return Ok(Gone::default());
        }
        Ok(Gone {
            drafts: self.drafts.discard_older(now - DRAFTS).await?,
            receipts: self.outbox.forget(now - RECEIPTS).await?,
            tasks: self.outbox.forget_tasks(now - TASKS).await?,
        })
    }

    async fn is_plausible(&self, now: OffsetDateTime) -> Result<bool, StoreError> {
        let kept = self.store.issued(Kind::Configuration).await?;
        let signed = kept.and_then(|kept| Signed::<Configuration>::decode(&kept).ok());
        // Whoever put it into the sealed store verified it.
        let configuration = signed.and_then(|signed| signed.danger_unverified().ok());
        Ok(configuration.is_some_and(|configuration| {
            let period = configuration.issue.from.seconds()..configuration.issue.until.seconds();
            period.contains(&now.unix_timestamp())
        }))
    }
}

//! What goes by date at the station: drafts that nobody went on with, receipts of accepted dossiers, old tasks.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use dossier::dossier::ClockOffset;
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
/// Between two looks while the clock may be wrong.
const DOUBTFUL: std::time::Duration = std::time::Duration::from_secs(10);

/// The station's clock.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;
/// How far that clock was off at the centre's last answer; none before the first one, and after the clock was set.
pub type Offset = Arc<dyn Fn(OffsetDateTime) -> Option<ClockOffset> + Send + Sync>;

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
    offset: Offset,
}

impl fmt::Debug for Housekeeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Housekeeping").finish_non_exhaustive()
    }
}

impl Housekeeping {
    /// Keeps this store.
    pub fn new(store: &Store, clock: Clock, offset: Offset) -> Self {
        Self {
            store: store.clone(),
            drafts: Drafts::new(store),
            outbox: Outbox::new(store),
            clock,
            offset,
        }
    }

    /// Runs until `shutdown`: as soon as the clock is known to be right, and every six hours. What fails is tried again
    /// then.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            let mut pause = INTERVAL;
            match self.pass().await {
                Ok(None) => pause = DOUBTFUL,
                Ok(Some(gone)) if gone != Gone::default() => tracing::info!(
                    drafts = gone.drafts,
                    receipts = gone.receipts,
                    tasks = gone.tasks,
                    "erased by date"
                ),
                Ok(Some(_)) => {}
                Err(error) => tracing::warn!(%error, "nothing was erased by date"),
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Once; nothing where the clock may be wrong. A machine that starts with its clock months ahead would erase what is
    /// days old: only a clock that the centre's agrees with since the start erases anything.
    pub async fn pass(&self) -> Result<Option<Gone>, DraftError> {
        let now = (self.clock)();
        if !self.is_right(now).await? {
            return Ok(None);
        }
        Ok(Some(Gone {
            drafts: self.drafts.discard_older(now - DRAFTS).await?,
            receipts: self.outbox.forget(now - RECEIPTS).await?,
            tasks: self.outbox.forget_tasks(now - TASKS).await?,
        }))
    }

    async fn is_right(&self, now: OffsetDateTime) -> Result<bool, StoreError> {
        let kept = self.store.issued(Kind::Configuration).await?;
        let signed = kept.and_then(|kept| Signed::<Configuration>::decode(&kept).ok());
        // Whoever put it into the sealed store verified it.
        let configuration = signed.and_then(|signed| signed.danger_unverified().ok());
        Ok(configuration.is_some_and(|configuration| {
            let period = configuration.issue.from.seconds()..configuration.issue.until.seconds();
            let tolerance = u64::from(configuration.station.clock_tolerance);
            let off = (self.offset)(now).map(|offset| offset.milliseconds.unsigned_abs());
            period.contains(&now.unix_timestamp()) && off.is_some_and(|off| off <= tolerance)
        }))
    }
}

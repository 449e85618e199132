//! Stations are revoked: first here, where their next call is refused, then at pki, as often as it takes.

use std::sync::Arc;

use dossier::StationId;
use personalisation_store::{
    Store,
    fleet::{AlarmKind, RevocationReason, Turn, Untold},
};
use time::OffsetDateTime;

use super::{
    FleetError, FleetSection,
    alarm::{self, Rings},
    authority::Authority,
    taking_in::act,
};
use key_custody::tls::Renewable;

/// Between two looks for revocations whose turn it is.
const LOOK: std::time::Duration = std::time::Duration::from_secs(2);

/// What revoking takes: the database, and a way to pki.
#[derive(Debug)]
pub(crate) struct Revoking {
    store: Store,
    authority: Authority,
    now: fn() -> OffsetDateTime,
}

impl Revoking {
    pub(super) const fn new(
        store: Store,
        authority: Authority,
        now: fn() -> OffsetDateTime,
    ) -> Self {
        Self {
            store,
            authority,
            now,
        }
    }

    /// For whoever calls pki with a certificate of its own.
    pub(crate) fn open(
        section: &FleetSection,
        ours: Arc<Renewable>,
        store: Store,
        now: fn() -> OffsetDateTime,
    ) -> Result<Self, FleetError> {
        Ok(Self::new(store, Authority::new(section, ours)?, now))
    }

    /// Ends a station: first here, then at pki. Safe to repeat; where pki does not answer, the station is refused here
    /// already, and [`Self::tell_again`] tells pki later. Any other error says that nothing was changed.
    pub(crate) async fn revoke(
        &self,
        station: StationId,
        reason: RevocationReason,
    ) -> Result<u32, FleetError> {
        let act = act("revoke-station", station);
        let now = (self.now)();
        let intent = act.intent(now);
        self.store
            .revoke_station(station, reason, &[intent], now)
            .await?;
        match self.authority.revoke(station, reason).await {
            Ok(count) => {
                let now = (self.now)();
                let outcome = act.outcome(now, format!("revoked, {count} certificates at pki"));
                let told = self.store.told_revocation(station, &[outcome], now).await;
                if let Err(error) = told {
                    // It took place: it is told again, which changes nothing at pki, and written down then.
                    tracing::error!(%station, %error, "writing down that pki heard of a revocation");
                }
                Ok(count)
            }
            Err(error) => {
                let detail = format!("revoked here, not at pki: {error}");
                let outcome = act.outcome((self.now)(), detail);
                if let Err(error) = self.store.audit(&[outcome]).await {
                    tracing::error!(%station, %error, "writing down that pki is to be told of a revocation");
                }
                Err(error.into())
            }
        }
    }

    /// Tells pki of revocations that it has not heard of, less and less often, for ever.
    ///
    /// Its home is intake, not the console: where stations call, intake runs and is watched, also where a revocation
    /// came from the command line and where no console is up.
    pub(crate) async fn tell_again(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            loop {
                match self.tell_next().await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        tracing::error!(%error, "telling pki of a revocation");
                        break;
                    }
                }
            }
        }
    }

    /// Tells pki of the revocation whose turn it is; `false` where there is none.
    async fn tell_next(&self) -> Result<bool, FleetError> {
        let now = (self.now)();
        let Untold {
            station, reason, ..
        } = match self.store.next_untold(now).await? {
            None => return Ok(false),
            Some(Turn::Tell(untold)) => untold,
            Some(Turn::Unreadable { station, error }) => {
                tracing::error!(%error, "a revocation cannot be read, and pki not be told of it");
                let kind = (AlarmKind::RevocationUnreadable, Rings::Once);
                alarm::ring(&self.store, kind, station, now).await?;
                return Ok(true);
            }
        };
        let act = act("tell-revocation", station);
        self.store.audit(&[act.intent((self.now)())]).await?;
        match self.authority.revoke(station, reason).await {
            Ok(count) => {
                let now = (self.now)();
                let outcome = act.outcome(now, format!("told, {count} certificates at pki"));
                self.store.told_revocation(station, &[outcome], now).await?;
            }
            Err(error) => {
                tracing::warn!(%station, %error, "pki is yet to be told of a revocation");
                let outcome = act.outcome((self.now)(), format!("not told: {error}"));
                self.store.audit(&[outcome]).await?;
            }
        }
        Ok(true)
    }
}

//! What `serve` does beside the pages: reports, pulls and renews, by itself, for as long as it runs.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use key_custody::softhsm;
use rand::CryptoRng;
use time::OffsetDateTime;
use wire::fleet::{Device, RenewRequest, ReportRequest, ReportResponse, fleet_client::FleetClient};

use super::{
    FleetError, Identity, Standing, certificate,
    clock::{Measured, Reading},
    keys, within,
};
use crate::{
    outbox::Outbox,
    store::{issued::Kind, micros, space},
};

/// Between two reports.
const INTERVAL: Duration = Duration::from_mins(1);
/// The longest act: a pull of four megabytes over a slow line.
const LIMIT: Duration = Duration::from_mins(2);

/// The station's clock.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;
/// Looks for the devices of the moment.
pub type Devices = Arc<dyn Fn() -> Looking + Send + Sync>;
/// A look for devices, under way.
pub type Looking = Pin<Box<dyn Future<Output = Vec<Device>> + Send>>;

/// Keeps a station in good standing.
pub struct Keeper<R> {
    standing: Arc<Standing>,
    outbox: Outbox,
    clock: Clock,
    devices: Devices,
    rng: R,
    interval: Duration,
    limit: Duration,
}

impl<R> fmt::Debug for Keeper<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keeper").field(&self.standing).finish()
    }
}

impl<R: CryptoRng> Keeper<R> {
    /// Keeps this station.
    pub fn new(standing: Arc<Standing>, clock: Clock, devices: Devices, rng: R) -> Self {
        Self {
            outbox: Outbox::new(standing.store()),
            standing,
            clock,
            devices,
            rng,
            interval: INTERVAL,
            limit: LIMIT,
        }
    }

    /// The same, giving up an act that takes longer.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same, reporting at other intervals.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Runs until `shutdown`. What fails is tried again after the next interval.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            if let Err(error) = self.pass().await {
                tracing::warn!(%error, "the station's standing was not kept");
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(self.interval) => {}
            }
        }
    }

    /// Once: renewal where it is due, report, and what is newer. Each is done whatever became of the
    /// one before: without the operations CA staff lists still come. The first failure is returned.
    pub async fn pass(&mut self) -> Result<(), FleetError> {
        let (now, limit) = ((self.clock)(), self.limit);
        let due = self.standing.identity().is_due(now)?;
        let renewed = if due {
            within(limit, self.renew()).await
        } else {
            Ok(())
        };
        let answer = match within(limit, self.tell(now)).await {
            Ok(answer) => answer,
            Err(error) => return renewed.and(Err(error)),
        };
        let pulled = if answer.pull {
            within(limit, self.standing.pull(&mut self.rng, now)).await
        } else {
            Ok(())
        };
        // By the centre's clock only: ours is slow, or the centre wants new keys.
        let again = if answer.renew && !due {
            within(limit, self.renew()).await
        } else {
            Ok(())
        };
        renewed.and(pulled).and(again)
    }

    /// Reports, and hears what the centre wants.
    async fn tell(&self, now: OffsetDateTime) -> Result<ReportResponse, FleetError> {
        let mut client = FleetClient::new(self.standing.channel()?);
        let mut report = self.report(now).await?;
        let asked = self.reading();
        report.station_time = micros(asked.wall);
        let answer = client.report(report).await?.into_inner();
        if let Some(measured) = Measured::of(asked, answer.centre_time, self.reading()) {
            self.standing.keep_clock(measured);
        }
        Ok(answer)
    }

    /// Has the next pair certified and goes on with it.
    ///
    /// Killed at any step, the next call continues: the next pair is found by its name, the centre gives
    /// the same certificates for the same keys, and the identity is replaced in one commit.
    async fn renew(&mut self) -> Result<(), FleetError> {
        let standing = Arc::clone(&self.standing);
        let old = standing.identity();
        let generation = old.generation + 1;
        let (token, config) = (Arc::clone(&standing.token), standing.config.token());
        let made = tokio::task::spawn_blocking(move || {
            let pair = keys::next_pair(&token, generation)?;
            let requests = pair.requests(&token)?;
            // The identity that names these keys must not outlive them: SoftHSM syncs nothing.
            softhsm::make_durable(&config)?;
            Ok::<_, FleetError>((pair, requests))
        });
        let ending = |_| FleetError::Unavailable("the program is ending".to_owned());
        let (pair, [tls_request, signing_request]) = made.await.map_err(ending)??;
        let mut client = FleetClient::new(standing.channel()?);
        let answer = client.renew(RenewRequest {
            tls_request,
            signing_request,
        });
        let none = FleetError::Answer("there are no certificates");
        let certificates = answer.await?.into_inner().certificates.ok_or(none)?;
        let who = (old.station, &old.office);
        certificate::check(&certificates, pair.public(), who, &standing.trusted)?;
        let next = Identity {
            generation,
            tls: certificates.tls,
            signing: certificates.signing,
            authority: certificates.authority,
            ..Identity::clone(&old)
        };
        let (bytes, now) = (next.encode()?, (self.clock)());
        standing
            .store
            .put_issued(&mut self.rng, &[(Kind::Station, &bytes)], now)
            .await?;
        // The pair before stays until the next start: a dossier may be signed with it at this moment.
        standing.replace(next, pair)?;
        tracing::info!(generation, "the station's certificates were renewed");
        Ok(())
    }

    async fn report(&self, now: OffsetDateTime) -> Result<ReportRequest, FleetError> {
        let [configuration_version, staff_version] = self.standing.numbers().await?;
        let outbox = self.outbox.summary().await?;
        let oldest = outbox
            .oldest
            .map_or(0, |oldest| (now - oldest).whole_seconds());
        let space = space::check(self.standing.store()).await?;
        Ok(ReportRequest {
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            configuration_version,
            staff_version,
            backlog: outbox.backlog(),
            oldest_seconds: u64::try_from(oldest).unwrap_or_default(),
            free_bytes: space.free_bytes,
            devices: (self.devices)().await.into_iter().take(16).collect(),
            // Read when it is sent.
            station_time: 0,
        })
    }

    fn reading(&self) -> Reading {
        Reading {
            wall: (self.clock)(),
            counter: Instant::now(),
        }
    }
}

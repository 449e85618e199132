//! The gRPC edge for stations: renewal, what is issued to them, how they are.

use std::sync::Arc;

use personalisation_store::fleet::{Device, Report};
use time::OffsetDateTime;
use tonic::{Request, Response, Status};
use wire::fleet::{
    PullRequest, PullResponse, RenewRequest, RenewResponse, ReportRequest, ReportResponse,
    fleet_server::Fleet,
};

use super::{
    FleetError, Place,
    caller::Caller,
    onboarding::{status, to_wire},
    request::KeyRequests,
};

/// `Fleet`.
#[derive(Debug)]
pub struct Keeping(Arc<Place>);

impl Keeping {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self(place)
    }
}

#[tonic::async_trait]
impl Fleet for Keeping {
    async fn renew(&self, wire: Request<RenewRequest>) -> Result<Response<RenewResponse>, Status> {
        let caller = self.0.caller(&wire).await?;
        caller.must_be_active()?;
        let wire = wire.into_inner();
        let keys = KeyRequests::read(wire.tls_request, wire.signing_request)
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let place = Arc::clone(&self.0);
        let station = caller.station.id;
        let kept = place.kept_pair(station, &keys).await.map_err(unavailable)?;
        if kept.is_none() && !is_due(&caller, place.now()) {
            return Err(Status::failed_precondition(
                "more than a third of the certificate's life is left",
            ));
        }
        // A task of its own: a station that hangs up must not leave an intent without its outcome.
        let renewing = tokio::spawn(async move {
            let office = &caller.station.office;
            place.renew(station, office, &keys).await
        });
        let ending = |_| Status::unavailable("the service is ending; repeat the request");
        let renewed = renewing.await.map_err(ending)?;
        let renewed = renewed.map_err(|error| status(&error))?;
        Ok(Response::new(RenewResponse {
            certificates: Some(to_wire(renewed)),
        }))
    }

    async fn pull(&self, wire: Request<PullRequest>) -> Result<Response<PullResponse>, Status> {
        let caller = self.0.caller(&wire).await?;
        caller.must_be_active()?;
        let known = wire.into_inner();
        let configuration = self.newer_configuration(known.configuration_version);
        let configuration = configuration.await?.unwrap_or_default();
        let list = self.0.staff_list(&caller.station.office).await;
        let list = list.map_err(unavailable)?;
        let newer = list.number > known.staff_version;
        Ok(Response::new(PullResponse {
            configuration,
            staff: if newer { list.signed.to_vec() } else { vec![] },
        }))
    }

    async fn report(
        &self,
        wire: Request<ReportRequest>,
    ) -> Result<Response<ReportResponse>, Status> {
        let caller = self.0.caller(&wire).await?;
        let wire = wire.into_inner();
        let (configuration, staff) = (wire.configuration_version, wire.staff_version);
        let now = self.0.now();
        let report = report(wire, &caller, now).map_err(Status::invalid_argument)?;
        self.0
            .store
            .keep_report(&report)
            .await
            .map_err(unavailable)?;
        let micros = i64::try_from(now.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX);
        let mut answer = ReportResponse {
            centre_time: micros,
            pull: false,
            renew: false,
        };
        if caller.must_be_active().is_ok() {
            let list = self.0.staff_list(&caller.station.office).await;
            let list = list.map_err(unavailable)?;
            answer.pull =
                list.number > staff || self.newer_configuration(configuration).await?.is_some();
            answer.renew = is_due(&caller, now);
        }
        Ok(Response::new(answer))
    }
}

impl Keeping {
    /// The configuration in force, encoded, where it is newer than the one known.
    async fn newer_configuration(&self, known: u64) -> Result<Option<Vec<u8>>, Status> {
        let now = self.0.now();
        let in_force = self.0.store.configuration_in_force(now).await;
        let in_force = in_force.map_err(unavailable)?;
        Ok(in_force
            .filter(|(number, _)| *number > known)
            .map(|(_, signed)| signed))
    }
}

/// Whether a third of the certificate's life is left, or less.
fn is_due(caller: &Caller, now: OffsetDateTime) -> bool {
    let (from, until) = (caller.certificate.not_before, caller.certificate.not_after);
    until - now <= (until - from) / 3
}

fn unavailable(error: impl Into<FleetError>) -> Status {
    let error = error.into();
    tracing::error!(%error, "the fleet's part cannot answer");
    Status::unavailable("the centre cannot answer at the moment; repeat later")
}

/// The report behind its wire form; the error names the field.
fn report(wire: ReportRequest, caller: &Caller, now: OffsetDateTime) -> Result<Report, String> {
    let short = |field: &str, text: String, most: usize| {
        let printable = text.chars().all(|c| !c.is_control());
        if text.chars().count() <= most && printable {
            return Ok(text);
        }
        Err(format!("{field}: at most {most} characters are allowed"))
    };
    if wire.devices.len() > 16 {
        return Err("devices: at most 16 are allowed".to_owned());
    }
    let devices = wire.devices.into_iter().map(|device| {
        Ok(Device {
            kind: short("devices.kind", device.kind, 64)?,
            model: short("devices.model", device.model, 64)?,
            serial: short("devices.serial", device.serial, 64)?,
            ready: device.ready,
        })
    });
    let station_time = i128::from(wire.station_time) * 1000;
    Ok(Report {
        station: caller.station.id,
        received_at: now,
        station_time: OffsetDateTime::from_unix_timestamp_nanos(station_time)
            .map_err(|_| "station_time: beyond the calendar".to_owned())?,
        program_version: short("program_version", wire.program_version, 32)?,
        configuration: wire.configuration_version,
        staff_list: wire.staff_version,
        backlog: wire.backlog,
        oldest_seconds: wire.oldest_seconds,
        free_bytes: wire.free_bytes,
        devices: devices.collect::<Result<_, String>>()?,
    })
}

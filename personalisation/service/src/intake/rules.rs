//! What intake takes from the signed configurations.

use dossier::{Configuration, Signed};
use personalisation_store::Store;
use time::OffsetDateTime;
use tonic::Status;

use super::service::unavailable;

/// By how much a station's clock may be off where no configuration says it: five minutes, in ms.
const TOLERANCE: u32 = 300_000;

/// A configuration of ours. It was verified when it was added, and the database is ours.
pub fn configuration(signed: &[u8]) -> Option<Configuration> {
    let signed = Signed::<Configuration>::decode(signed).ok()?;
    signed.danger_unverified().ok()
}

/// The tolerance of clocks now in force, in milliseconds.
pub async fn tolerance(
    store: &Store,
    now: OffsetDateTime,
) -> Result<u32, personalisation_store::StoreError> {
    let in_force = store.configuration_in_force(now).await?;
    let configuration = in_force.and_then(|(_, signed)| configuration(&signed));
    Ok(configuration.map_or(TOLERANCE, |one| one.station.clock_tolerance))
}

/// Whether a station's clock is near enough to ours.
pub(super) async fn clock(
    store: &Store,
    station_time: i64,
    now: OffsetDateTime,
) -> Result<(), Status> {
    let tolerance = tolerance(store, now).await.map_err(unavailable)?;
    let ours = now.unix_timestamp_nanos() / 1000;
    let off = i128::from(station_time) - ours;
    if off.unsigned_abs() <= u128::from(tolerance) * 1000 {
        return Ok(());
    }
    Err(Status::failed_precondition(format!(
        "station_time: the clock is {} seconds off; set it",
        off / 1_000_000
    )))
}

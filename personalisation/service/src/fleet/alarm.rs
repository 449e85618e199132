//! Alarms of the fleet: said in the log, in the audit, and to administrators on the console.

use dossier::StationId;
use personalisation_store::{
    Store, StoreError,
    fleet::{AlarmKind, NewAlarm},
};
use time::OffsetDateTime;

use super::taking_in::act_on;
use crate::edge;

/// How often one rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rings {
    /// Each time that it happens.
    EachTime,
    /// While nobody is done with it, once: what goes on until it is mended.
    Once,
}

/// Raises an alarm about a station, as far as it is known.
pub(super) async fn ring(
    store: &Store,
    (kind, rings): (AlarmKind, Rings),
    station: Option<StationId>,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let named = station.map_or_else(|| "unknown".to_owned(), |id| id.to_string());
    tracing::error!(station = named, alarm = kind.name(), "ALARM of the fleet");
    let act = act_on("alarm", &format!("station {named}"));
    let entries = [act.intent(at), act.outcome(at, kind.name())];
    let (alarm, mut rng) = (NewAlarm { kind, station, at }, edge::rng());
    match rings {
        Rings::EachTime => {
            let raised = store.raise_fleet_alarm(&mut rng, &alarm, &entries);
            raised.await.map(drop)
        }
        Rings::Once => {
            let raised = store.raise_fleet_alarm_once(&mut rng, &alarm, &entries);
            raised.await.map(drop)
        }
    }
}

//! What somebody must look at.

use dossier::StationId;
use evidence::entry::Entry;
use rand::CryptoRng;
use time::OffsetDateTime;

use super::station::{id_of, time_of};
use crate::{
    Store, StoreError, audit,
    row::{Columns, micros},
    transaction::transaction,
};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// A one-time code came again with other keys.
    CodeUsedAgain,
    /// Somebody asked for a certificate over a key of another station.
    KeyOfAnother,
}

impl AlarmKind {
    const ALL: [Self; 2] = [Self::CodeUsedAgain, Self::KeyOfAnother];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeUsedAgain => "code_used_again",
            Self::KeyOfAnother => "key_of_another",
        }
    }
}

/// An alarm of the fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What happened.
    pub kind: AlarmKind,
    /// To which station.
    pub station: Option<StationId>,
    /// When.
    pub at: OffsetDateTime,
}

impl Store {
    /// Raises an alarm.
    pub async fn raise_fleet_alarm(
        &self,
        rng: &mut impl CryptoRng,
        alarm: &Alarm,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        const DOING: &str = "raising an alarm of the fleet";
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO fleet_alarm (alarm_id, station_id, kind, raised_at)
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(&id[..])
            .bind(alarm.station.map(|id| id.as_bytes().to_vec()))
            .bind(alarm.kind.name())
            .bind(micros(alarm.at))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// Every alarm of the fleet, newest first.
    pub async fn fleet_alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        let rows = sqlx::query("SELECT * FROM fleet_alarm ORDER BY raised_at DESC LIMIT 1000")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("listing alarms of the fleet"))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "fleet_alarm",
                    id: String::new(),
                    row,
                };
                let kind = columns.word_if_any("kind", |word| {
                    AlarmKind::ALL.into_iter().find(|kind| kind.name() == word)
                })?;
                Ok(Alarm {
                    kind: kind.ok_or_else(|| columns.bad("kind"))?,
                    station: id_of(&columns, "station_id")?,
                    at: time_of(&columns, "raised_at")?,
                })
            })
            .collect()
    }
}

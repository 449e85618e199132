//! Revoked stations of which pki is yet to be told.

use dossier::StationId;
use evidence::entry::Entry;
use sqlx::Row as _;
use time::{Duration, OffsetDateTime};

use super::{
    RevocationReason,
    station::{id_of, time_of},
};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

/// After so long pki is told again: the first time, and then twice as long each time.
const FIRST_PAUSE: Duration = Duration::seconds(5);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::minutes(15);

/// A revocation that pki has not heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Whose.
    pub station: StationId,
    /// Why it was revoked.
    pub reason: RevocationReason,
    /// Since when it is revoked here.
    pub since: OffsetDateTime,
    /// How often a program began to tell it by itself.
    pub tries: u32,
}

/// A revocation whose turn it is.
#[derive(Debug)]
pub enum Turn {
    /// pki is to be told of it.
    Tell(Untold),
    /// Its row, or that of its station, cannot be read: somebody must mend it, and the others go on.
    Unreadable {
        /// Whose, as far as that can be read.
        station: Option<StationId>,
        /// What cannot be read.
        error: StoreError,
    },
}

impl Store {
    /// How many revocations pki has not heard of, those that cannot be read among them.
    pub async fn count_untold_revocations(&self) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM fleet_revocation WHERE told_at IS NULL")
                .fetch_one(&self.pool)
                .await
                .map_err(StoreError::database("counting revocations to be told"))?;
        Ok(count.unsigned_abs())
    }

    /// Takes the revocation whose turn it is, and puts its next try off, longer each time: of two programs one gets
    /// it, and after a crash it comes again.
    pub async fn next_untold(&self, now: OffsetDateTime) -> Result<Option<Turn>, StoreError> {
        const DOING: &str = "taking a revocation to be told";
        transaction!(self, DOING, |tx| {
            let row = sqlx::query(
                "SELECT r.station_id, r.tries, s.since, s.reason FROM fleet_revocation r
                 JOIN fleet_station s ON s.station_id = r.station_id
                 WHERE r.told_at IS NULL AND r.next_try_at <= $1
                 ORDER BY r.next_try_at, r.station_id LIMIT 1",
            )
            .bind(micros(now))
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let Some(row) = row else { return Ok(None) };
            match untold_of(&row) {
                Ok(untold) => {
                    let ours = put_off(tx, &untold, now).await?;
                    Ok(ours.then_some(Turn::Tell(untold)))
                }
                Err(error) => {
                    let id: Vec<u8> = row
                        .try_get("station_id")
                        .map_err(StoreError::database(DOING))?;
                    let ours = put_unreadable_off(tx, &id, now).await?;
                    let station = id.as_slice().try_into().ok().map(StationId::from_bytes);
                    Ok(ours.then_some(Turn::Unreadable { station, error }))
                }
            }
        })
    }

    /// pki has it. `false` where that was written down before.
    pub async fn told_revocation(
        &self,
        station: StationId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "writing down that pki heard of a revocation";
        transaction!(self, DOING, |tx| {
            let told = sqlx::query(
                "UPDATE fleet_revocation SET told_at = $2 WHERE station_id = $1 AND told_at IS NULL",
            )
            .bind(&station.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(told.rows_affected() == 1)
        })
    }

    /// Whether pki is yet to be told of a station's revocation.
    pub async fn is_untold(&self, station: StationId) -> Result<bool, StoreError> {
        const DOING: &str = "asking whether pki heard of a revocation";
        let row = sqlx::query(
            "SELECT COUNT(*) AS waiting FROM fleet_revocation WHERE station_id = $1 AND told_at IS NULL",
        )
        .bind(&station.as_bytes()[..])
        .fetch_one(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let waiting: i64 = row
            .try_get("waiting")
            .map_err(StoreError::database(DOING))?;
        Ok(waiting > 0)
    }
}

/// Whoever revokes tells pki at once: nobody else tries before the first pause is over.
pub(super) async fn remember(
    tx: &mut Tx,
    station: StationId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO fleet_revocation (station_id, tries, next_try_at)
         SELECT station_id, 0, $2 FROM fleet_station WHERE station_id = $1
         ON CONFLICT (station_id) DO NOTHING",
    )
    .bind(&station.as_bytes()[..])
    .bind(micros(now + FIRST_PAUSE))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("writing down that pki is to be told"))
}

async fn put_off(tx: &mut Tx, untold: &Untold, now: OffsetDateTime) -> Result<bool, StoreError> {
    let tries = i64::from(untold.tries);
    let put_off = sqlx::query(
        "UPDATE fleet_revocation SET tries = $3, next_try_at = $4
         WHERE station_id = $1 AND tries = $2 AND told_at IS NULL",
    )
    .bind(&untold.station.as_bytes()[..])
    .bind(tries)
    .bind(tries + 1)
    .bind(micros(now + pause(untold.tries)))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("putting off a revocation to be told"))?;
    Ok(put_off.rows_affected() == 1)
}

/// The same for a row that cannot be read: what it counts may be what is wrong with it.
async fn put_unreadable_off(
    tx: &mut Tx,
    station: &[u8],
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let put_off = sqlx::query(
        "UPDATE fleet_revocation SET next_try_at = $2
         WHERE station_id = $1 AND next_try_at <= $3 AND told_at IS NULL",
    )
    .bind(station)
    .bind(micros(now + LONGEST_PAUSE))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(
        "putting off a revocation that cannot be read",
    ))?;
    Ok(put_off.rows_affected() == 1)
}

/// The pause after so many tries and one more.
fn pause(tries: u32) -> Duration {
    (FIRST_PAUSE * 2i32.pow(tries.min(16) + 1)).min(LONGEST_PAUSE)
}

fn untold_of(row: &EngineRow) -> Result<Untold, StoreError> {
    let mut columns = Columns {
        table: "fleet_revocation",
        id: String::new(),
        row,
    };
    let station = id_of(&columns, "station_id")?.ok_or_else(|| columns.bad("station_id"))?;
    columns.id = station.to_string();
    let tries: i64 = columns.get("tries")?;
    Ok(Untold {
        station,
        reason: columns
            .word_if_any("reason", RevocationReason::by_name)?
            .ok_or_else(|| columns.bad("reason"))?,
        since: time_of(&columns, "since")?,
        tries: u32::try_from(tries).map_err(|_| columns.bad("tries"))?,
    })
}

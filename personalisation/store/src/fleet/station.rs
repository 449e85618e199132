//! Stations themselves, and their moves between states.

use dossier::{KeyId, OfficeId, StationId};
use evidence::entry::Entry;
use sqlx::Row as _;
use time::OffsetDateTime;

use super::{KeyUse, NewStation, RevocationReason, Station, StationState, certificate, revocation};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const TABLE: &str = "fleet_station";

impl Store {
    /// Writes a station and its first certificates. The one that it replaces is quarantined in the same
    /// transaction. Safe to repeat: a station that is there already stays as it is.
    pub async fn take_in(
        &self,
        station: &NewStation<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        transaction!(self, "taking a station in", |tx| {
            let known = insert(tx, station, now).await? == 0;
            if !known {
                certificate::insert(tx, station.certificates).await?;
                if let Some(replaced) = station.replaces {
                    quarantine(tx, replaced, now).await?;
                }
            }
            audit::write(tx, entries).await
        })
    }

    /// One station.
    pub async fn station(&self, id: StationId) -> Result<Option<Station>, StoreError> {
        let row = sqlx::query("SELECT * FROM fleet_station WHERE station_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a station"))?;
        row.as_ref().map(station_of).transpose()
    }

    /// One station, and whether the key is its own for this use, and not revoked.
    pub async fn station_with_key(
        &self,
        id: StationId,
        key: KeyId,
        key_use: KeyUse,
    ) -> Result<Option<(Station, bool)>, StoreError> {
        const DOING: &str = "reading a station and its key";
        let row = sqlx::query(
            "SELECT station.*, (SELECT COUNT(*) FROM fleet_certificate AS one
                 WHERE one.key_id = $2 AND one.station_id = station.station_id
                   AND one.key_use = $3 AND one.revoked_at IS NULL) AS held
             FROM fleet_station AS station WHERE station.station_id = $1",
        )
        .bind(&id.as_bytes()[..])
        .bind(&key.as_bytes()[..])
        .bind(key_use.name())
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let held: i64 = row.try_get("held").map_err(StoreError::database(DOING))?;
        Ok(Some((station_of(&row)?, held == 1)))
    }

    /// Every station, by office.
    pub async fn stations(&self) -> Result<Vec<Station>, StoreError> {
        self.station_rows().await?.iter().map(station_of).collect()
    }

    /// The same without those whose row cannot be read, which the log names: for whoever must see all the others.
    pub async fn readable_stations(&self) -> Result<Vec<Station>, StoreError> {
        let rows = self.station_rows().await?;
        let readable = rows.iter().filter_map(|row| {
            station_of(row)
                .inspect_err(|error| tracing::error!(%error, "a station is left out"))
                .ok()
        });
        Ok(readable.collect())
    }

    async fn station_rows(&self) -> Result<Vec<EngineRow>, StoreError> {
        sqlx::query("SELECT * FROM fleet_station ORDER BY office, taken_in_at")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("listing stations"))
    }

    /// Lets an active station only empty its outbox. `false` where it was not active. The audit hears
    /// what came of it: the first entries, or else the second.
    pub async fn quarantine_station(
        &self,
        id: StationId,
        (moved, not): (&[Entry], &[Entry]),
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        transaction!(self, "quarantining a station", |tx| {
            let changed = quarantine(tx, id, now).await?;
            audit::write(tx, if changed { moved } else { not }).await?;
            Ok(changed)
        })
    }

    /// Takes a station back from quarantine. `false` where it was not there. The audit hears
    /// what came of it: the first entries, or else the second.
    pub async fn release_station(
        &self,
        id: StationId,
        (moved, not): (&[Entry], &[Entry]),
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        transaction!(self, "releasing a station", |tx| {
            let changed = go(tx, id, &["quarantined"], ("active", None), now).await?;
            audit::write(tx, if changed { moved } else { not }).await?;
            Ok(changed)
        })
    }

    /// Revokes a station and all its certificates, for ever, and writes down that pki is to be told. `false` where it
    /// was revoked before.
    pub async fn revoke_station(
        &self,
        id: StationId,
        reason: RevocationReason,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        transaction!(self, "revoking a station", |tx| {
            let to = ("revoked", Some(reason.name()));
            let moved = go(tx, id, &["active", "quarantined"], to, now).await?;
            certificate::revoke(tx, id, now).await?;
            revocation::remember(tx, id, now).await?;
            audit::write(tx, entries).await?;
            Ok(moved)
        })
    }
}

async fn insert(
    tx: &mut Tx,
    station: &NewStation<'_>,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO fleet_station (station_id, office, state, since, replaces, taken_in_at)
         VALUES ($1, $2, 'active', $3, $4, $3) ON CONFLICT (station_id) DO NOTHING",
    )
    .bind(&station.id.as_bytes()[..])
    .bind(station.office.as_str())
    .bind(micros(now))
    .bind(station.replaces.map(|id| id.as_bytes().to_vec()))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("taking a station in"))?;
    Ok(inserted.rows_affected())
}

async fn quarantine(tx: &mut Tx, id: StationId, now: OffsetDateTime) -> Result<bool, StoreError> {
    go(tx, id, &["active"], ("quarantined", None), now).await
}

/// Moves a station that is in one of the states `from`.
async fn go(
    tx: &mut Tx,
    id: StationId,
    from: &[&'static str],
    (to, reason): (&'static str, Option<&'static str>),
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let moved = sqlx::query(
        "UPDATE fleet_station SET state = $2, reason = $3, since = $4
         WHERE station_id = $1 AND state IN ($5, $6)",
    )
    .bind(&id.as_bytes()[..])
    .bind(to)
    .bind(reason)
    .bind(micros(now))
    .bind(from.first().copied())
    .bind(from.last().copied())
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("moving a station"))?;
    Ok(moved.rows_affected() == 1)
}

/// The id in a column.
pub(super) fn id_of(
    columns: &Columns<'_>,
    column: &'static str,
) -> Result<Option<StationId>, StoreError> {
    columns.read_if_any(column, |bytes| {
        bytes.try_into().ok().map(StationId::from_bytes)
    })
}

/// The time in a column that is never NULL.
pub(super) fn time_of(
    columns: &Columns<'_>,
    column: &'static str,
) -> Result<OffsetDateTime, StoreError> {
    let micros: i64 = columns.get(column)?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)
        .map_err(|_| columns.bad(column))
}

/// The office in a column.
pub(super) fn office_of(columns: &Columns<'_>) -> Result<OfficeId, StoreError> {
    columns
        .word_if_any("office", |word| word.parse().ok())?
        .ok_or_else(|| columns.bad("office"))
}

fn station_of(row: &EngineRow) -> Result<Station, StoreError> {
    let id: Option<StationId> = {
        let columns = Columns {
            table: TABLE,
            id: String::new(),
            row,
        };
        id_of(&columns, "station_id")?
    };
    let columns = Columns {
        table: TABLE,
        id: id.map(|id| id.to_string()).unwrap_or_default(),
        row,
    };
    let id = id.ok_or_else(|| columns.bad("station_id"))?;
    let since = time_of(&columns, "since")?;
    let state: String = columns.get("state")?;
    let state = match state.as_str() {
        "active" => StationState::Active,
        "quarantined" => StationState::Quarantined { since },
        "revoked" => StationState::Revoked {
            at: since,
            reason: columns
                .word_if_any("reason", RevocationReason::by_name)?
                .ok_or_else(|| columns.bad("reason"))?,
        },
        _ => return Err(columns.bad("state")),
    };
    Ok(Station {
        id,
        office: office_of(&columns)?,
        state,
        replaces: id_of(&columns, "replaces")?,
        taken_in_at: time_of(&columns, "taken_in_at")?,
    })
}

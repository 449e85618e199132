//! What stations say about themselves: the latest of each.

use dossier::StationId;
use time::OffsetDateTime;

use super::station::{id_of, time_of};
use crate::{
    Store, StoreError,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

/// How a station is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whose.
    pub station: StationId,
    /// When it came, by the centre's clock.
    pub received_at: OffsetDateTime,
    /// When it was sent, by the station's clock.
    pub station_time: OffsetDateTime,
    /// The program's version.
    pub program_version: String,
    /// Number of the configuration in use; 0 where there is none.
    pub configuration: u64,
    /// Number of the staff list in use; 0 where there is none.
    pub staff_list: u64,
    /// Dossiers in its outbox.
    pub backlog: u32,
    /// Age of the oldest of them, seconds.
    pub oldest_seconds: u64,
    /// Free bytes on the disk of its outbox.
    pub free_bytes: u64,
    /// Devices seen.
    pub devices: Vec<Device>,
}

/// A device of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// `Finger`, `Face`, `CardReader`, `SignaturePad`.
    pub kind: String,
    /// Maker and model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Whether it is ready.
    pub ready: bool,
}

impl Store {
    /// Keeps a report in the place of the one before.
    pub async fn keep_report(&self, report: &Report) -> Result<(), StoreError> {
        transaction!(self, "keeping a station's report", |tx| {
            clear(tx, report.station).await?;
            insert(tx, report).await
        })
    }

    /// The latest report of a station.
    pub async fn latest_report(&self, station: StationId) -> Result<Option<Report>, StoreError> {
        const DOING: &str = "reading a station's report";
        let row = sqlx::query("SELECT * FROM fleet_report WHERE station_id = $1")
            .bind(&station.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let devices =
            sqlx::query("SELECT * FROM fleet_device WHERE station_id = $1 ORDER BY place")
                .bind(&station.as_bytes()[..])
                .fetch_all(&self.pool)
                .await
                .map_err(StoreError::database(DOING))?;
        report_of(&row, &devices).map(Some)
    }
}

async fn clear(tx: &mut Tx, station: StationId) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM fleet_device WHERE station_id = $1",
        "DELETE FROM fleet_report WHERE station_id = $1",
    ] {
        sqlx::query(statement)
            .bind(&station.as_bytes()[..])
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database("replacing a station's report"))?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx, report: &Report) -> Result<(), StoreError> {
    const DOING: &str = "writing a station's report";
    sqlx::query(
        "INSERT INTO fleet_report (station_id, received_at, station_time, program_version,
             configuration, staff_list, backlog, oldest_seconds, free_bytes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&report.station.as_bytes()[..])
    .bind(micros(report.received_at))
    .bind(micros(report.station_time))
    .bind(&report.program_version)
    .bind(number(report.configuration))
    .bind(number(report.staff_list))
    .bind(i64::from(report.backlog))
    .bind(number(report.oldest_seconds))
    .bind(number(report.free_bytes))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    for (place, device) in (0_i64..).zip(&report.devices) {
        sqlx::query(
            "INSERT INTO fleet_device (station_id, place, kind, model, serial, ready)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&report.station.as_bytes()[..])
        .bind(place)
        .bind(&device.kind)
        .bind(&device.model)
        .bind(&device.serial)
        .bind(i64::from(device.ready))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    }
    Ok(())
}

/// A number of the wire; beyond the column's range it means the same as the largest.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn report_of(row: &EngineRow, devices: &[EngineRow]) -> Result<Report, StoreError> {
    let mut columns = Columns {
        table: "fleet_report",
        id: String::new(),
        row,
    };
    let station = id_of(&columns, "station_id")?.ok_or_else(|| columns.bad("station_id"))?;
    columns.id = station.to_string();
    let count = |column| {
        let number: i64 = columns.get(column)?;
        u64::try_from(number).map_err(|_| columns.bad(column))
    };
    let device = |row| -> Result<Device, StoreError> {
        let columns = Columns {
            table: "fleet_device",
            id: station.to_string(),
            row,
        };
        let ready: i64 = columns.get("ready")?;
        Ok(Device {
            kind: columns.get("kind")?,
            model: columns.get("model")?,
            serial: columns.get("serial")?,
            ready: ready != 0,
        })
    };
    Ok(Report {
        station,
        received_at: time_of(&columns, "received_at")?,
        station_time: time_of(&columns, "station_time")?,
        program_version: columns.get("program_version")?,
        configuration: count("configuration")?,
        staff_list: count("staff_list")?,
        backlog: u32::try_from(count("backlog")?).map_err(|_| columns.bad("backlog"))?,
        oldest_seconds: count("oldest_seconds")?,
        free_bytes: count("free_bytes")?,
        devices: devices.iter().map(device).collect::<Result<_, _>>()?,
    })
}

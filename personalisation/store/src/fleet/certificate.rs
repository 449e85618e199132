//! Certificates of stations.

use dossier::{KeyId, StationId};
use evidence::entry::Entry;
use time::OffsetDateTime;

use super::{
    KeyUse, StationCertificate,
    station::{id_of, time_of},
};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

impl Store {
    /// Certificates of a station, the ones that end last first.
    pub async fn station_certificates(
        &self,
        id: StationId,
    ) -> Result<Vec<StationCertificate>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM fleet_certificate WHERE station_id = $1
             ORDER BY not_after DESC, not_before DESC, key_use",
        )
        .bind(&id.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("reading a station's certificates"))?;
        rows.iter().map(certificate_of).collect()
    }

    /// The certificate of a station's key: whose key a signature names.
    pub async fn certificate_of_key(
        &self,
        key: KeyId,
    ) -> Result<Option<StationCertificate>, StoreError> {
        let row = sqlx::query("SELECT * FROM fleet_certificate WHERE key_id = $1")
            .bind(&key.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a station's certificate"))?;
        row.as_ref().map(certificate_of).transpose()
    }

    /// Writes the certificates of a renewal. Safe to repeat.
    pub async fn add_station_certificates(
        &self,
        certificates: &[StationCertificate],
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        transaction!(self, "renewing a station's certificates", |tx| {
            insert(tx, certificates).await?;
            audit::write(tx, entries).await
        })
    }
}

pub(super) async fn insert(
    tx: &mut Tx,
    certificates: &[StationCertificate],
) -> Result<(), StoreError> {
    for one in certificates {
        sqlx::query(
            "INSERT INTO fleet_certificate (key_id, station_id, key_use, spki, certificate,
                                            authority, not_before, not_after)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key_id) DO NOTHING",
        )
        .bind(&one.key.as_bytes()[..])
        .bind(&one.station.as_bytes()[..])
        .bind(one.key_use.name())
        .bind(&one.spki)
        .bind(&one.der)
        .bind(&one.authority)
        .bind(micros(one.not_before))
        .bind(micros(one.not_after))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("writing a station's certificate"))?;
    }
    Ok(())
}

pub(super) async fn revoke(
    tx: &mut Tx,
    station: StationId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE fleet_certificate SET revoked_at = $2 WHERE station_id = $1 AND revoked_at IS NULL",
    )
    .bind(&station.as_bytes()[..])
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("revoking a station's certificates"))
}

fn certificate_of(row: &EngineRow) -> Result<StationCertificate, StoreError> {
    let mut columns = Columns {
        table: "fleet_certificate",
        id: String::new(),
        row,
    };
    let key = columns.read("key_id", |bytes| {
        bytes.try_into().ok().map(KeyId::from_bytes)
    })?;
    columns.id = key.to_string();
    let revoked: Option<i64> = columns.get("revoked_at")?;
    Ok(StationCertificate {
        station: id_of(&columns, "station_id")?.ok_or_else(|| columns.bad("station_id"))?,
        key_use: columns
            .word_if_any("key_use", KeyUse::by_name)?
            .ok_or_else(|| columns.bad("key_use"))?,
        key,
        spki: columns.get("spki")?,
        der: columns.get("certificate")?,
        authority: columns.get("authority")?,
        not_before: time_of(&columns, "not_before")?,
        not_after: time_of(&columns, "not_after")?,
        revoked_at: match revoked {
            Some(_) => Some(time_of(&columns, "revoked_at")?),
            None => None,
        },
    })
}

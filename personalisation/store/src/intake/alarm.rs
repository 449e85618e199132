//! Rejected dossiers: the alarm that each raises, and a supervisor who is done with it.

use dossier::{Hash, PersonId, StationId, receipt::Reason};
use evidence::entry::Entry;
use personalisation_core::ids::LeaseToken;
use time::OffsetDateTime;

use super::{reason_name, reason_named};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    transaction::transaction,
};

/// What somebody must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its id.
    pub id: [u8; 16],
    /// When it was raised.
    pub raised_at: OffsetDateTime,
    /// Whose dossier.
    pub station: StationId,
    /// Which dossier.
    pub hash: Hash,
    /// Why it cannot be used.
    pub reason: Reason,
}

impl Store {
    /// Ends a held dossier that cannot be used, and raises an alarm. The opener must hold the lease.
    pub async fn reject_dossier(
        &self,
        hash: Hash,
        token: LeaseToken,
        (reason, receipt): (Reason, &[u8]),
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "rejecting a dossier";
        transaction!(self, DOING, |tx| {
            let rejected = sqlx::query(
                "UPDATE intake_dossier SET state = 'rejected', reason = $3, receipt = $4, ended_at = $5,
                        lease_token = NULL, lease_expires_at = NULL
                 WHERE hash = $1 AND lease_token = $2 AND state = 'held'",
            )
            .bind(&hash.as_bytes()[..])
            .bind(&token.as_bytes()[..])
            .bind(reason_name(reason))
            .bind(receipt)
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if rejected.rows_affected() != 1 {
                return Err(stale(DOING, hash));
            }
            // The lease's token is random and is used once: it names the alarm too.
            sqlx::query(
                "INSERT INTO intake_alarm (alarm_id, raised_at, station, hash, reason)
                 SELECT $2, $3, station, hash, $4 FROM intake_dossier WHERE hash = $1",
            )
            .bind(&hash.as_bytes()[..])
            .bind(&token.as_bytes()[..])
            .bind(micros(now))
            .bind(reason_name(reason))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// Alarms that nobody is done with, oldest first.
    pub async fn alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM intake_alarm WHERE settled_at IS NULL ORDER BY raised_at, alarm_id LIMIT 1000",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing alarms"))?;
        rows.iter().map(alarm_of).collect()
    }

    /// The alarm of a dossier, while nobody is done with it.
    pub async fn alarm(&self, hash: Hash) -> Result<Option<Alarm>, StoreError> {
        let row = sqlx::query("SELECT * FROM intake_alarm WHERE hash = $1 AND settled_at IS NULL")
            .bind(&hash.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading an alarm"))?;
        row.as_ref().map(alarm_of).transpose()
    }

    /// A supervisor is done with a rejected dossier. With `again`, it is opened once more: what stood
    /// against it was mended (a station revoked by mistake, a key put back). Else its file is erased next.
    pub async fn settle_rejected(
        &self,
        hash: Hash,
        by: PersonId,
        again: bool,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "settling a rejected dossier";
        transaction!(self, DOING, |tx| {
            let settled = sqlx::query(
                "UPDATE intake_alarm SET settled_at = $2, settled_by = $3
                 WHERE hash = $1 AND settled_at IS NULL",
            )
            .bind(&hash.as_bytes()[..])
            .bind(micros(now))
            .bind(&by.as_bytes()[..])
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if settled.rows_affected() != 1 {
                return Err(stale(DOING, hash));
            }
            let statement = if again {
                "UPDATE intake_dossier SET state = 'held', reason = NULL, ended_at = NULL, filed = 0,
                        tries = 0, lease_token = NULL, lease_expires_at = NULL
                 WHERE hash = $1 AND state = 'rejected'"
            } else {
                "UPDATE intake_dossier SET filed = 0 WHERE hash = $1 AND state = 'rejected'"
            };
            let changed = sqlx::query(statement)
                .bind(&hash.as_bytes()[..])
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            if changed.rows_affected() != 1 {
                return Err(stale(DOING, hash));
            }
            audit::write(tx, entries).await
        })
    }
}

pub(super) fn stale(doing: &'static str, hash: Hash) -> StoreError {
    StoreError::Stale {
        doing,
        object: format!("dossier {hash}"),
    }
}

fn alarm_of(row: &EngineRow) -> Result<Alarm, StoreError> {
    let columns = Columns {
        table: "intake_alarm",
        id: "unknown".to_owned(),
        row,
    };
    let raised_at: i64 = columns.get("raised_at")?;
    let reason = columns.word_if_any("reason", reason_named)?;
    Ok(Alarm {
        id: columns.read("alarm_id", |bytes| bytes.try_into().ok())?,
        raised_at: from_micros(raised_at).ok_or_else(|| columns.bad("raised_at"))?,
        station: columns.read("station", |bytes| {
            bytes.try_into().ok().map(StationId::from_bytes)
        })?,
        hash: columns.read("hash", |bytes| bytes.try_into().ok().map(Hash::from_bytes))?,
        reason: reason.ok_or_else(|| columns.bad("reason"))?,
    })
}

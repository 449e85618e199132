//! Sealed dossiers that are here: held, opened once, and what was told to their stations.

mod accept;
mod alarm;
mod lease;
mod second_person;

pub use accept::{Acceptance, Accepted};
pub use alarm::Alarm;
use dossier::{ApplicationId, Hash, StationId, receipt::Reason};
use evidence::entry::Entry;
pub use second_person::{NewQuestion, Question, QuestionId, QuestionState, Said};
use sqlx::Row as _;
use time::OffsetDateTime;

use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    transaction::{Tx, transaction},
};

pub(crate) const TABLE: &str = "intake_dossier";

/// Where a dossier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DossierState {
    /// Every byte is here; not opened yet.
    Held,
    /// Opened, verified, read.
    Accepted,
    /// It cannot be used; its bytes lie in quarantine.
    Rejected(Reason),
}

/// One dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierRow {
    /// SHA-256 of the sealed bytes.
    pub hash: Hash,
    /// Whose connection they came by.
    pub station: StationId,
    /// What the header says; none where there is none to read.
    pub application: Option<ApplicationId>,
    /// Sealed bytes.
    pub length: u64,
    /// When the last of them came.
    pub held_at: OffsetDateTime,
    /// Where it is.
    pub state: DossierState,
    /// The newest signed receipt.
    pub receipt: Vec<u8>,
}

/// An ended dossier whose file is still to be erased or put away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfiled {
    /// Which.
    pub hash: Hash,
    /// Nobody needs the file any more: it was accepted, or a supervisor was done with it. Else it waits for one.
    pub done: bool,
}

/// A dossier whose file is durable.
#[derive(Clone, Copy, Debug)]
pub struct NewDossier<'a> {
    /// SHA-256 of the sealed bytes.
    pub hash: Hash,
    /// Whose connection they came by.
    pub station: StationId,
    /// What the header says.
    pub application: Option<ApplicationId>,
    /// Sealed bytes.
    pub length: u64,
    /// The signed receipt that says Held.
    pub receipt: &'a [u8],
}

impl Store {
    /// Writes down that a dossier is here; the same one again changes nothing. What is written.
    pub async fn hold(
        &self,
        new: &NewDossier<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<DossierRow, StoreError> {
        const DOING: &str = "holding a dossier";
        transaction!(self, DOING, |tx| {
            let length = i64::try_from(new.length).unwrap_or(i64::MAX);
            let row = sqlx::query(
                "INSERT INTO intake_dossier (hash, station, application, length, held_at, state, receipt)
                 VALUES ($1, $2, $3, $4, $5, 'held', $6) ON CONFLICT (hash) DO NOTHING RETURNING *",
            )
            .bind(&new.hash.as_bytes()[..])
            .bind(&new.station.as_bytes()[..])
            .bind(new.application.as_ref().map(|id| id.as_bytes().to_vec()))
            .bind(length)
            .bind(micros(now))
            .bind(new.receipt)
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if let Some(row) = row {
                audit::write(tx, entries).await?;
                return dossier_of(&row);
            }
            read(tx, new.hash).await?.ok_or(StoreError::Stale {
                doing: DOING,
                object: format!("dossier {}", new.hash),
            })
        })
    }

    /// One dossier.
    pub async fn dossier(&self, hash: Hash) -> Result<Option<DossierRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM intake_dossier WHERE hash = $1")
            .bind(&hash.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a dossier"))?;
        row.as_ref().map(dossier_of).transpose()
    }

    /// The newest receipt of each of these dossiers of one station, in their order; unknown ones are
    /// left out.
    pub async fn receipts(
        &self,
        station: StationId,
        hashes: &[Hash],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        const DOING: &str = "reading receipts";
        let mut connection = self
            .pool
            .acquire()
            .await
            .map_err(StoreError::database(DOING))?;
        let mut found = Vec::new();
        for hash in hashes {
            let receipt: Option<Vec<u8>> = sqlx::query_scalar(
                "SELECT receipt FROM intake_dossier WHERE hash = $1 AND station = $2",
            )
            .bind(&hash.as_bytes()[..])
            .bind(&station.as_bytes()[..])
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::database(DOING))?;
            found.extend(receipt);
        }
        Ok(found)
    }

    /// Rejected dossiers, oldest first: their bytes wait in quarantine for a supervisor.
    pub async fn quarantine(&self) -> Result<Vec<DossierRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM intake_dossier WHERE state = 'rejected' ORDER BY held_at, hash LIMIT 1000",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing the quarantine"))?;
        rows.iter().map(dossier_of).collect()
    }

    /// Bytes of a station's dossiers that wait in quarantine for a supervisor.
    pub async fn quarantined_bytes(&self, station: StationId) -> Result<u64, StoreError> {
        let bytes: i64 = sqlx::query_scalar(
            "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM intake_dossier
             WHERE station = $1 AND state = 'rejected' AND EXISTS (
                 SELECT 1 FROM intake_alarm AS alarm
                 WHERE alarm.hash = intake_dossier.hash AND alarm.settled_at IS NULL)",
        )
        .bind(&station.as_bytes()[..])
        .fetch_one(&self.pool)
        .await
        .map_err(StoreError::database("adding up a station's quarantine"))?;
        Ok(bytes.unsigned_abs())
    }

    /// Ended dossiers whose files are still where they should not be any more, the one that ended first first: at
    /// most 100.
    pub async fn unfiled(&self) -> Result<Vec<Unfiled>, StoreError> {
        const DOING: &str = "listing files to put away";
        let rows = sqlx::query(
            "SELECT hash, CASE WHEN state = 'accepted' OR NOT EXISTS (
                 SELECT 1 FROM intake_alarm AS alarm
                 WHERE alarm.hash = intake_dossier.hash AND alarm.settled_at IS NULL)
                 THEN 1 ELSE 0 END AS done
             FROM intake_dossier WHERE filed = 0 AND state <> 'held' ORDER BY ended_at, hash LIMIT 100",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: TABLE,
                    id: "unknown".to_owned(),
                    row,
                };
                let hash = |bytes: &[u8]| bytes.try_into().ok().map(Hash::from_bytes);
                let done: i64 = row.try_get("done").map_err(StoreError::database(DOING))?;
                Ok(Unfiled {
                    hash: columns.read("hash", hash)?,
                    done: done == 1,
                })
            })
            .collect()
    }

    /// An ended dossier's file is here again: it is erased or put away once more. Changes nothing about one that is held.
    pub async fn unfile(&self, hash: Hash) -> Result<(), StoreError> {
        const DOING: &str = "noting that a file is to be put away again";
        transaction!(self, DOING, |tx| {
            sqlx::query("UPDATE intake_dossier SET filed = 0 WHERE hash = $1 AND state <> 'held'")
                .bind(&hash.as_bytes()[..])
                .execute(&mut **tx)
                .await
                .map(|_| ())
                .map_err(StoreError::database(DOING))
        })
    }

    /// The file of an ended dossier was erased (`done`) or put away, unless that is not what should become of it
    /// any more.
    pub async fn filed(&self, file: Unfiled) -> Result<(), StoreError> {
        const DOING: &str = "noting that a file was put away";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "UPDATE intake_dossier SET filed = 1 WHERE hash = $1 AND state <> 'held'
                 AND $2 = CASE WHEN state = 'accepted' OR NOT EXISTS (
                     SELECT 1 FROM intake_alarm AS alarm
                     WHERE alarm.hash = intake_dossier.hash AND alarm.settled_at IS NULL)
                     THEN 1 ELSE 0 END",
            )
            .bind(&file.hash.as_bytes()[..])
            .bind(i64::from(file.done))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }
}

impl Store {
    /// The signed configuration of this number: the one that a dossier names.
    pub async fn configuration_numbered(&self, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT signed FROM fleet_configuration WHERE number = $1")
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a configuration"))
    }
}

pub(crate) async fn read(tx: &mut Tx, hash: Hash) -> Result<Option<DossierRow>, StoreError> {
    let row = sqlx::query("SELECT * FROM intake_dossier WHERE hash = $1")
        .bind(&hash.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a dossier"))?;
    row.as_ref().map(dossier_of).transpose()
}

pub(crate) fn dossier_of(row: &EngineRow) -> Result<DossierRow, StoreError> {
    let unnamed = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let hash = unnamed.read("hash", |bytes| bytes.try_into().ok().map(Hash::from_bytes))?;
    let columns = Columns {
        table: TABLE,
        id: hash.to_string(),
        row,
    };
    let station = columns.read("station", |bytes| {
        bytes.try_into().ok().map(StationId::from_bytes)
    })?;
    let application = columns.read_if_any("application", |bytes| {
        bytes.try_into().ok().map(ApplicationId::from_bytes)
    })?;
    let (state, length, held_at): (String, i64, i64) = (
        columns.get("state")?,
        columns.get("length")?,
        columns.get("held_at")?,
    );
    let state = match state.as_str() {
        "held" => DossierState::Held,
        "accepted" => DossierState::Accepted,
        "rejected" => {
            let reason = columns.word_if_any("reason", reason_named)?;
            DossierState::Rejected(reason.ok_or_else(|| columns.bad("reason"))?)
        }
        _ => return Err(columns.bad("state")),
    };
    Ok(DossierRow {
        hash,
        station,
        application,
        length: u64::try_from(length).map_err(|_| columns.bad("length"))?,
        held_at: from_micros(held_at).ok_or_else(|| columns.bad("held_at"))?,
        state,
        receipt: columns.get("receipt")?,
    })
}

const REASONS: [(Reason, &str); 13] = [
    (Reason::NotSealed, "not_sealed"),
    (Reason::Version, "version"),
    (Reason::IntakeKey, "intake_key"),
    (Reason::Seal, "seal"),
    (Reason::Header, "header"),
    (Reason::Signature, "signature"),
    (Reason::Form, "form"),
    (Reason::StationRevoked, "station_revoked"),
    (Reason::Clock, "clock"),
    (Reason::Clerk, "clerk"),
    (Reason::SecondPerson, "second_person"),
    (Reason::OtherDossier, "other_dossier"),
    (Reason::Configuration, "configuration"),
];

/// The name of a reason in the database, in alarms and in the audit.
pub fn reason_name(reason: Reason) -> &'static str {
    REASONS
        .iter()
        .find(|(one, _)| *one == reason)
        .map_or("unknown", |(_, name)| name)
}

fn reason_named(name: &str) -> Option<Reason> {
    let found = REASONS.iter().find(|(_, one)| *one == name)?;
    Some(found.0)
}

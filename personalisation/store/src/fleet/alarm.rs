//! What somebody must look at, and who was done with it.

use dossier::{PersonId, StationId};
use evidence::entry::Entry;
use personalisation_core::ids::AlarmId;
use rand::CryptoRng;
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::station::{id_of, time_of};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    sealing::Place,
    staff,
    transaction::{Tx, transaction},
};

const TABLE: &str = "fleet_alarm";
const RAISING: &str = "raising an alarm of the fleet";

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// A one-time code came again with other keys.
    CodeUsedAgain,
    /// Somebody asked for a certificate over a key of another station.
    KeyOfAnother,
    /// pki cannot be told of a revocation, which cannot be read here.
    RevocationUnreadable,
    /// pki signed for an attempt that is not there.
    SignatureWithoutAttempt,
    /// An attempt is signed, and pki did not sign it.
    AttemptWithoutSignature,
    /// pki's journal of signatures does not go on where it was left.
    JournalBroken,
}

impl AlarmKind {
    const ALL: [Self; 6] = [
        Self::CodeUsedAgain,
        Self::KeyOfAnother,
        Self::RevocationUnreadable,
        Self::SignatureWithoutAttempt,
        Self::AttemptWithoutSignature,
        Self::JournalBroken,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeUsedAgain => "code_used_again",
            Self::KeyOfAnother => "key_of_another",
            Self::RevocationUnreadable => "revocation_unreadable",
            Self::SignatureWithoutAttempt => "signature_without_attempt",
            Self::AttemptWithoutSignature => "attempt_without_signature",
            Self::JournalBroken => "journal_broken",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An alarm to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAlarm {
    /// What happened.
    pub kind: AlarmKind,
    /// To which station.
    pub station: Option<StationId>,
    /// When.
    pub at: OffsetDateTime,
}

/// An alarm of the fleet, as a list has it: what somebody wrote about it stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmHead {
    /// Its id.
    pub id: AlarmId,
    /// What happened.
    pub kind: AlarmKind,
    /// To which station.
    pub station: Option<StationId>,
    /// Our own id of what it is about, where that is no station.
    pub object: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// Somebody was done with it.
    pub is_settled: bool,
}

/// An alarm of the fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What happened.
    pub head: AlarmHead,
    /// Who was done with it.
    pub settled: Option<Settled>,
}

/// That somebody was done with an alarm.
#[derive(Clone, PartialEq, Eq)]
pub struct Settled {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: OffsetDateTime,
    /// What they found and did, in their words.
    pub note: Zeroizing<String>,
}

impl std::fmt::Debug for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settled")
            .field("by", &self.by)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Somebody is done with an alarm.
#[derive(Clone, Copy)]
pub struct Settling<'a> {
    /// Who.
    pub by: PersonId,
    /// What they found and did; kept sealed.
    pub note: &'a str,
    /// When.
    pub at: OffsetDateTime,
}

impl std::fmt::Debug for Settling<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settling")
            .field("by", &self.by)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Raises an alarm; its id.
    pub async fn raise_fleet_alarm(
        &self,
        rng: &mut impl CryptoRng,
        alarm: &NewAlarm,
        entries: &[Entry],
    ) -> Result<AlarmId, StoreError> {
        let id = AlarmId::generate(rng);
        transaction!(self, RAISING, |tx| {
            insert(tx, id, alarm).await?;
            audit::write(tx, entries).await
        })?;
        Ok(id)
    }

    /// Raises an alarm about what goes on until somebody mends it: none where one of this kind and station still waits.
    pub async fn raise_fleet_alarm_once(
        &self,
        rng: &mut impl CryptoRng,
        alarm: &NewAlarm,
        entries: &[Entry],
    ) -> Result<Option<AlarmId>, StoreError> {
        let id = AlarmId::generate(rng);
        let station = &alarm.station.map(|id| id.as_bytes().to_vec());
        transaction!(self, RAISING, |tx| {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM fleet_alarm WHERE kind = $1 AND settled_at IS NULL
                 AND COALESCE(station_id, $3) = COALESCE($2, $3)",
            )
            .bind(alarm.kind.name())
            .bind(station)
            .bind(&[0_u8; 0][..])
            .fetch_one(&mut **tx)
            .await
            .map_err(StoreError::database(RAISING))?;
            if waiting > 0 {
                return Ok(None);
            }
            insert(tx, id, alarm).await?;
            audit::write(tx, entries).await?;
            Ok(Some(id))
        })
    }

    /// Alarms of the fleet: those that nobody is done with first, of them the one that waits longest; then the
    /// others, newest first; at most `most`.
    pub async fn fleet_alarms(&self, most: u32) -> Result<Vec<AlarmHead>, StoreError> {
        let rows = sqlx::query(
            "SELECT alarm_id, station_id, kind, object, raised_at, settled_at FROM fleet_alarm
             ORDER BY CASE WHEN settled_at IS NULL THEN 0 ELSE 1 END,
                      CASE WHEN settled_at IS NULL THEN raised_at ELSE -raised_at END, alarm_id
             LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing alarms of the fleet"))?;
        rows.iter()
            .map(|row| head_of(row).map(|(head, _)| head))
            .collect()
    }

    /// One alarm of the fleet.
    pub async fn fleet_alarm(&self, id: AlarmId) -> Result<Option<Alarm>, StoreError> {
        let row = sqlx::query("SELECT * FROM fleet_alarm WHERE alarm_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading an alarm of the fleet"))?;
        row.map(|row| self.fleet_alarm_of(&row)).transpose()
    }

    /// How many alarms of the fleet nobody is done with.
    pub async fn count_fleet_alarms(&self) -> Result<u64, StoreError> {
        const DOING: &str = "counting alarms of the fleet";
        let row =
            sqlx::query("SELECT COUNT(*) AS waiting FROM fleet_alarm WHERE settled_at IS NULL")
                .fetch_one(&self.pool)
                .await
                .map_err(StoreError::database(DOING))?;
        let waiting: i64 = row
            .try_get("waiting")
            .map_err(StoreError::database(DOING))?;
        Ok(u64::try_from(waiting).unwrap_or_default())
    }

    /// Somebody is done with an alarm of the fleet: once, for ever.
    pub async fn settle_fleet_alarm(
        &self,
        rng: &mut impl CryptoRng,
        id: AlarmId,
        settling: &Settling<'_>,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        const DOING: &str = "settling an alarm of the fleet";
        let note = &self
            .sealer
            .seal(rng, &place(id), settling.note.as_bytes())?;
        transaction!(self, DOING, |tx| {
            let settled = sqlx::query(
                "UPDATE fleet_alarm SET settled_at = $2, settled_by = $3, note = $4
                 WHERE alarm_id = $1 AND settled_at IS NULL",
            )
            .bind(&id.as_bytes()[..])
            .bind(micros(settling.at))
            .bind(&settling.by.as_bytes()[..])
            .bind(note)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if settled.rows_affected() != 1 {
                let object = format!("alarm {id}");
                return Err(StoreError::Stale {
                    doing: DOING,
                    object,
                });
            }
            audit::write(tx, entries).await
        })
    }

    fn fleet_alarm_of(&self, row: &EngineRow) -> Result<Alarm, StoreError> {
        let (head, columns) = head_of(row)?;
        let settled = head.is_settled.then(|| self.settled_of(head.id, &columns));
        Ok(Alarm {
            head,
            settled: settled.transpose()?,
        })
    }

    fn settled_of(&self, id: AlarmId, columns: &Columns<'_>) -> Result<Settled, StoreError> {
        let note: Vec<u8> = columns.get("note")?;
        let note = self.sealer.open(&place(id), &note)?;
        Ok(Settled {
            by: columns.read("settled_by", staff::person_id)?,
            at: time_of(columns, "settled_at")?,
            note: staff::text(&note).ok_or_else(|| columns.bad("note"))?,
        })
    }
}

async fn insert(tx: &mut Tx, id: AlarmId, alarm: &NewAlarm) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO fleet_alarm (alarm_id, station_id, kind, raised_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&id.as_bytes()[..])
    .bind(alarm.station.map(|id| id.as_bytes().to_vec()))
    .bind(alarm.kind.name())
    .bind(micros(alarm.at))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database(RAISING))
}

/// Raises an alarm about something that is no station, unless there ever was one about it; part of the caller's transaction.
/// Whether it did.
pub(crate) async fn raise_about(
    tx: &mut Tx,
    id: AlarmId,
    (kind, object): (AlarmKind, &str),
    at: OffsetDateTime,
) -> Result<bool, StoreError> {
    let before: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM fleet_alarm WHERE kind = $1 AND object = $2")
            .bind(kind.name())
            .bind(object)
            .fetch_one(&mut **tx)
            .await
            .map_err(StoreError::database(RAISING))?;
    if before > 0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO fleet_alarm (alarm_id, kind, object, raised_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&id.as_bytes()[..])
    .bind(kind.name())
    .bind(object)
    .bind(micros(at))
    .execute(&mut **tx)
    .await
    .map(|_| true)
    .map_err(StoreError::database(RAISING))
}

/// What a list shows of a row, and the row's columns for whoever shows more.
fn head_of(row: &EngineRow) -> Result<(AlarmHead, Columns<'_>), StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: String::new(),
        row,
    };
    let id = columns.read("alarm_id", |bytes| bytes.try_into().ok())?;
    columns.id = format!("{id}");
    let kind = columns.word_if_any("kind", AlarmKind::by_name)?;
    let settled: Option<i64> = columns.get("settled_at")?;
    let head = AlarmHead {
        id,
        kind: kind.ok_or_else(|| columns.bad("kind"))?,
        station: id_of(&columns, "station_id")?,
        object: columns.get("object")?,
        at: time_of(&columns, "raised_at")?,
        is_settled: settled.is_some(),
    };
    Ok((head, columns))
}

fn place(id: AlarmId) -> Place {
    Place {
        table: TABLE,
        row: id.to_string(),
        column: "note",
    }
}

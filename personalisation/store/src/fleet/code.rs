//! One-time codes: each for one station, one pair of keys, a few days.

use dossier::{Hash, KeyId, OfficeId, StationId};
use evidence::entry::Entry;
use time::OffsetDateTime;

use super::station::{id_of, office_of, time_of};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

/// A code to be written down; the code itself is not.
#[derive(Debug)]
pub struct NewCode {
    /// SHA-256 of its characters.
    pub hash: Hash,
    /// Who will be who uses it.
    pub station: StationId,
    /// Where.
    pub office: OfficeId,
    /// In whose place.
    pub replaces: Option<StationId>,
    /// Not from then on.
    pub until: OffsetDateTime,
}

/// The keys that a code was used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairOfKeys {
    /// The TLS key.
    pub tls: KeyId,
    /// The key that signs dossiers.
    pub signing: KeyId,
}

/// What came of using a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeUse {
    /// These keys have it, now or since before.
    Bound {
        /// Who uses it.
        station: StationId,
        /// Where.
        office: OfficeId,
        /// In whose place.
        replaces: Option<StationId>,
    },
    /// Other keys have it: somebody else knows the code.
    OtherKeys {
        /// Who used it first.
        station: StationId,
    },
    /// It was not used in time.
    Expired,
    /// There is none.
    Unknown,
}

impl Store {
    /// Writes a code.
    pub async fn add_code(
        &self,
        code: &NewCode,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "adding a one-time code";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO fleet_code (code_hash, station_id, office, replaces, added_at, ends_at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&code.hash.as_bytes()[..])
            .bind(&code.station.as_bytes()[..])
            .bind(code.office.as_str())
            .bind(code.replaces.map(|id| id.as_bytes().to_vec()))
            .bind(micros(now))
            .bind(micros(code.until))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// Binds a code to the first keys it is used with. Safe to repeat with the same keys, also after
    /// its end.
    pub async fn use_code(
        &self,
        hash: Hash,
        keys: PairOfKeys,
        now: OffsetDateTime,
    ) -> Result<CodeUse, StoreError> {
        transaction!(self, "using a one-time code", |tx| {
            bind(tx, hash, keys, now).await
        })
    }
}

async fn bind(
    tx: &mut Tx,
    hash: Hash,
    keys: PairOfKeys,
    now: OffsetDateTime,
) -> Result<CodeUse, StoreError> {
    const DOING: &str = "using a one-time code";
    let row = sqlx::query("SELECT * FROM fleet_code WHERE code_hash = $1")
        .bind(&hash.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    let Some(row) = row else {
        return Ok(CodeUse::Unknown);
    };
    let code = Code::of(&row)?;
    let bound = CodeUse::Bound {
        station: code.station,
        office: code.office,
        replaces: code.replaces,
    };
    match code.keys {
        Some(known) if known == keys => return Ok(bound),
        Some(_) => {
            let station = code.station;
            return Ok(CodeUse::OtherKeys { station });
        }
        None if now >= code.until => return Ok(CodeUse::Expired),
        None => {}
    }
    let used = sqlx::query(
        "UPDATE fleet_code SET tls_key = $2, signing_key = $3, used_at = $4
         WHERE code_hash = $1 AND used_at IS NULL",
    )
    .bind(&hash.as_bytes()[..])
    .bind(&keys.tls.as_bytes()[..])
    .bind(&keys.signing.as_bytes()[..])
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if used.rows_affected() == 1 {
        return Ok(bound);
    }
    Err(StoreError::Stale {
        doing: DOING,
        object: format!("the code of station {}", code.station),
    })
}

struct Code {
    station: StationId,
    office: OfficeId,
    replaces: Option<StationId>,
    until: OffsetDateTime,
    keys: Option<PairOfKeys>,
}

impl Code {
    fn of(row: &EngineRow) -> Result<Self, StoreError> {
        let mut columns = Columns {
            table: "fleet_code",
            id: String::new(),
            row,
        };
        let station = id_of(&columns, "station_id")?.ok_or_else(|| columns.bad("station_id"))?;
        columns.id = station.to_string();
        let key = |column| {
            columns.read_if_any(column, |bytes| bytes.try_into().ok().map(KeyId::from_bytes))
        };
        let keys = match (key("tls_key")?, key("signing_key")?) {
            (Some(tls), Some(signing)) => Some(PairOfKeys { tls, signing }),
            (None, None) => None,
            _ => return Err(columns.bad("signing_key")),
        };
        Ok(Self {
            station,
            office: office_of(&columns)?,
            replaces: id_of(&columns, "replaces")?,
            until: time_of(&columns, "ends_at")?,
            keys,
        })
    }
}

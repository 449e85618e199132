//! Destruction of spoiled and defective blanks: each by name, before two persons, in one transaction.

use dossier::{PersonId, staff::Role};
use evidence::entry::Entry;
use personalisation_core::{
    blank::BlankStep, chip_serial::ChipSerial, ids::DestructionId, stock::Signatures,
};
use time::OffsetDateTime;

use super::{
    Movement,
    blank::find_all,
    duty::{COUNTERS, KEEPERS, demand},
    handing::{counted, ids},
    move_blanks,
    movement::count,
};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    staff,
    transaction::{Tx, transaction},
};

const TABLE: &str = "stock_destruction";
const DOING: &str = "destroying blanks";
/// Most blanks of one destruction, so that its certificate can be read.
pub(super) const MOST: usize = 1000;

/// How blanks are destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Cut to particles, the chip too.
    Shredded,
    /// Burnt.
    Incinerated,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 2] = [Self::Shredded, Self::Incinerated];

    /// Its name in the database and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shredded => "shredded",
            Self::Incinerated => "incinerated",
        }
    }

    /// The method of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// Blanks that were destroyed together: what its certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destruction {
    /// Its id.
    pub id: DestructionId,
    /// The number of its certificate, from 1.
    pub number: u64,
    /// How.
    pub method: Method,
    /// How many blanks.
    pub blanks: u64,
    /// When.
    pub at: OffsetDateTime,
    /// Who destroyed them.
    pub by: PersonId,
    /// Who saw it.
    pub with: PersonId,
}

impl Store {
    /// Records that two persons destroyed these blanks: all of them or none. One is a stock keeper or supervisor, the
    /// other may also be an operator. Under an id that is there already, the destruction that it names.
    pub async fn destroy_blanks(
        &self,
        id: DestructionId,
        (chips, method): (&[ChipSerial], Method),
        both: Signatures,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Destruction, StoreError> {
        if chips.len() > MOST {
            return Err(StoreError::TooManyBlanks { most: MOST });
        }
        transaction!(self, DOING, |tx| {
            if let Some(done) = read(tx, id).await? {
                return Ok(done);
            }
            witness(tx, both, now).await?;
            let blanks = ids(&find_all(tx, chips).await?);
            let number = counted(&blanks)?;
            insert(tx, id, (method, number), both, now).await?;
            let movement = Movement {
                destruction: Some(id),
                ..Movement::by_both(BlankStep::Destroy, both, now)
            };
            move_blanks(tx, &blanks, &movement).await?;
            audit::write(tx, entries).await?;
            let done = read(tx, id).await?;
            done.ok_or_else(|| StoreError::Stale {
                doing: DOING,
                object: format!("destruction {id}"),
            })
        })
    }

    /// A destruction.
    pub async fn destruction(&self, id: DestructionId) -> Result<Option<Destruction>, StoreError> {
        let row = sqlx::query("SELECT * FROM stock_destruction WHERE destruction_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a destruction"))?;
        row.as_ref().map(destruction_of).transpose()
    }

    /// The destruction whose certificate has that number.
    pub async fn destruction_numbered(
        &self,
        number: u64,
    ) -> Result<Option<Destruction>, StoreError> {
        let row = sqlx::query("SELECT * FROM stock_destruction WHERE number = $1")
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a destruction"))?;
        row.as_ref().map(destruction_of).transpose()
    }

    /// Destructions, the newest first, at most `most`.
    pub async fn destructions(&self, most: u32) -> Result<Vec<Destruction>, StoreError> {
        let rows = sqlx::query("SELECT * FROM stock_destruction ORDER BY number DESC LIMIT $1")
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("listing destructions"))?;
        rows.iter().map(destruction_of).collect()
    }

    /// The chips that a destruction destroyed, by serial, with why each was spoiled; none: defective on receipt.
    pub async fn destroyed_chips(
        &self,
        id: DestructionId,
    ) -> Result<Vec<(ChipSerial, Option<String>)>, StoreError> {
        let rows = sqlx::query(
            "SELECT blank.* FROM stock_blank AS blank
             JOIN stock_move AS moved ON moved.blank_id = blank.blank_id
             JOIN stock_entry AS entry ON entry.entry_id = moved.entry_id
             WHERE entry.destruction_id = $1 ORDER BY blank.chip_serial",
        )
        .bind(&id.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing destroyed blanks"))?;
        let heads = rows.iter().map(super::BlankHead::of);
        heads
            .map(|head| head.map(|head| (head.chip, head.spoil_reason)))
            .collect()
    }
}

/// Both work at lines or in the vault, and one of them looks after blanks.
async fn witness(tx: &mut Tx, both: Signatures, now: OffsetDateTime) -> Result<(), StoreError> {
    let mut keepers: Result<(), StoreError> = Err(StoreError::NotPermitted {
        person: both.first(),
        roles: KEEPERS,
    });
    for person in both.both() {
        let roles: &'static [Role] = COUNTERS;
        demand(tx, person, roles, now).await?;
        if keepers.is_err() {
            keepers = demand(tx, person, KEEPERS, now).await;
        }
    }
    keepers
}

async fn insert(
    tx: &mut Tx,
    id: DestructionId,
    (method, blanks): (Method, u64),
    both: Signatures,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_destruction
             (destruction_id, number, method, blanks, destroyed_at, by_person, with_person)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM stock_destruction",
    )
    .bind(&id.as_bytes()[..])
    .bind(method.name())
    .bind(i64::try_from(blanks).unwrap_or(i64::MAX))
    .bind(micros(now))
    .bind(&both.first().as_bytes()[..])
    .bind(&both.second().as_bytes()[..])
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database(DOING))
}

async fn read(tx: &mut Tx, id: DestructionId) -> Result<Option<Destruction>, StoreError> {
    let row = sqlx::query("SELECT * FROM stock_destruction WHERE destruction_id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a destruction"))?;
    row.as_ref().map(destruction_of).transpose()
}

fn destruction_of(row: &EngineRow) -> Result<Destruction, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let id: DestructionId = columns.read("destruction_id", |bytes| bytes.try_into().ok())?;
    columns.id = id.to_string();
    let method = columns.word_if_any("method", Method::from_name)?;
    let at = from_micros(columns.get("destroyed_at")?);
    Ok(Destruction {
        id,
        number: count(row, "number")?,
        method: method.ok_or_else(|| columns.bad("method"))?,
        blanks: count(row, "blanks")?,
        at: at.ok_or_else(|| columns.bad("destroyed_at"))?,
        by: columns.read("by_person", staff::person_id)?,
        with: columns.read("with_person", staff::person_id)?,
    })
}

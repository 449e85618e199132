//! What is not as it should be with a shipment: whose it is, until when, and by which words it was settled. A discrepancy stands beside
//! its shipment, which stays where it is; nothing ever changes because a clock ran out.

use dossier::{PersonId, staff::Role};
use evidence::{entry::Entry, handover::Statement};
use openssl::sha::sha256;
use personalisation_core::{
    ids::{DiscrepancyId, ShipmentId},
    shipping::discrepancy::Kind,
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::shipment::read as shipment;
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    sealing::Place,
    staff::{person_id, role_name},
    stock::demand,
    transaction::{Tx, transaction},
};

const TABLE: &str = "shipping_discrepancy";
/// Who tells of what is not as it should be.
const TELLERS: &[Role] = &[Role::Courier, Role::Dispatcher, Role::Supervisor];
/// Those that are listed at once.
const LISTED: i64 = 200;

/// What somebody tells of a shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDiscrepancy {
    /// Drawn by whoever tells of it: told again it is known.
    pub id: DiscrepancyId,
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// What is wrong.
    pub kind: Kind,
    /// Who tells of it.
    pub by: PersonId,
}

/// A discrepancy.
#[derive(Clone)]
pub struct Discrepancy {
    /// What was told.
    pub told: NewDiscrepancy,
    /// When.
    pub opened_at: OffsetDateTime,
    /// Until when it is to be settled.
    pub due_at: OffsetDateTime,
    /// What they said.
    pub words: Option<Zeroizing<String>>,
    /// Who settled it, when, and by which words.
    pub settled: Option<Settled>,
}

impl std::fmt::Debug for Discrepancy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Discrepancy")
            .field("told", &self.told)
            .finish_non_exhaustive()
    }
}

/// The end of a discrepancy.
#[derive(Clone)]
pub struct Settled {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: OffsetDateTime,
    /// By which words.
    pub words: Zeroizing<String>,
}

impl std::fmt::Debug for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settled").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a discrepancy of a shipment. Under an id that is there already nothing is written; whether it is new.
    pub async fn open_discrepancy(
        &self,
        rng: &mut impl CryptoRng,
        new: &NewDiscrepancy,
        words: &str,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "opening a discrepancy";
        let words = match words {
            "" => None,
            words => Some(
                self.sealer
                    .seal(rng, &place(new.id, "words"), words.as_bytes())?,
            ),
        };
        let words = &words;
        transaction!(self, DOING, |tx| {
            demand(tx, new.by, TELLERS, now).await?;
            shipment(tx, new.shipment, DOING).await?;
            let is_new = insert(tx, new, words.as_deref(), now).await?;
            audit::write(tx, entries).await?;
            Ok(is_new)
        })
    }

    /// Settles an open discrepancy, by somebody whose role owns it. One that is settled already, or none, is [`StoreError::Stale`].
    pub async fn settle_discrepancy(
        &self,
        rng: &mut impl CryptoRng,
        (id, by): (DiscrepancyId, PersonId),
        words: &str,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "settling a discrepancy";
        let settlement = self
            .sealer
            .seal(rng, &place(id, "settlement"), words.as_bytes())?;
        let settlement = &settlement;
        transaction!(self, DOING, |tx| {
            let row = sqlx::query("SELECT * FROM shipping_discrepancy WHERE discrepancy_id = $1")
                .bind(id.as_bytes().to_vec())
                .fetch_optional(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            let row = row.ok_or_else(|| stale(id))?;
            demand(tx, by, owners(told_of(&row)?.kind), now).await?;
            let settled = sqlx::query(
                "UPDATE shipping_discrepancy SET settled_at = $2, settled_by = $3, settlement = $4
                 WHERE discrepancy_id = $1 AND settled_at IS NULL",
            )
            .bind(id.as_bytes().to_vec())
            .bind(micros(now))
            .bind(by.as_bytes().to_vec())
            .bind(settlement.clone())
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if settled.rows_affected() != 1 {
                return Err(stale(id));
            }
            audit::write(tx, entries).await
        })
    }

    /// Open discrepancies, the most urgent first, and then the last ones that were settled; at most 200 of each.
    pub async fn discrepancies(&self) -> Result<Vec<Discrepancy>, StoreError> {
        let mut listed = Vec::new();
        for statement in [
            "SELECT * FROM shipping_discrepancy WHERE settled_at IS NULL ORDER BY due_at, discrepancy_id LIMIT $1",
            "SELECT * FROM shipping_discrepancy WHERE settled_at IS NOT NULL ORDER BY settled_at DESC, discrepancy_id LIMIT $1",
        ] {
            let rows = sqlx::query(statement)
                .bind(LISTED)
                .fetch_all(&self.pool)
                .await
                .map_err(StoreError::database("listing discrepancies"))?;
            for row in &rows {
                listed.push(self.discrepancy_of(row)?);
            }
        }
        Ok(listed)
    }

    /// One discrepancy.
    pub async fn discrepancy(&self, id: DiscrepancyId) -> Result<Option<Discrepancy>, StoreError> {
        let row = sqlx::query("SELECT * FROM shipping_discrepancy WHERE discrepancy_id = $1")
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a discrepancy"))?;
        row.as_ref().map(|row| self.discrepancy_of(row)).transpose()
    }

    fn discrepancy_of(&self, row: &EngineRow) -> Result<Discrepancy, StoreError> {
        let told = told_of(row)?;
        let columns = columns(row, told.id.to_string());
        let text = |column| -> Result<Option<Zeroizing<String>>, StoreError> {
            let sealed: Option<Vec<u8>> = columns.get(column)?;
            let Some(sealed) = sealed else {
                return Ok(None);
            };
            let plain = self.sealer.open(&place(told.id, column), &sealed)?;
            let text = std::str::from_utf8(&plain).map_err(|_| columns.bad(column))?;
            Ok(Some(Zeroizing::new(text.to_owned())))
        };
        let moment = |column| -> Result<Option<OffsetDateTime>, StoreError> {
            let at: Option<i64> = columns.get(column)?;
            at.map(|at| from_micros(at).ok_or_else(|| columns.bad(column)))
                .transpose()
        };
        let settled = match (
            columns.read_if_any("settled_by", person_id)?,
            moment("settled_at")?,
            text("settlement")?,
        ) {
            (Some(by), Some(at), Some(words)) => Some(Settled { by, at, words }),
            _ => None,
        };
        Ok(Discrepancy {
            opened_at: moment("opened_at")?.ok_or_else(|| columns.bad("opened_at"))?,
            due_at: moment("due_at")?.ok_or_else(|| columns.bad("due_at"))?,
            words: text("words")?,
            told,
            settled,
        })
    }
}

/// Who settles one of that kind: its owner's role, held now.
const fn owners(kind: Kind) -> &'static [Role] {
    match kind.owner() {
        Role::Supervisor => &[Role::Supervisor],
        _ => &[Role::Dispatcher],
    }
}

/// What a side that saw another seal, or damage, opens: once for each event and side.
pub(super) fn broken_seal(shipment: ShipmentId, said: &Statement, by: PersonId) -> NewDiscrepancy {
    let side = [u8::from(said.side == evidence::handover::Side::Takes)];
    let seed = [b"stempel discrepancy 1", &said.event[..], &side].concat();
    let hash = sha256(&seed);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    NewDiscrepancy {
        id: DiscrepancyId::from_bytes(id),
        shipment,
        kind: Kind::BrokenSeal,
        by,
    }
}

/// Writes it, with its owner and its clock; whether it is new.
pub(super) async fn insert(
    tx: &mut Tx,
    new: &NewDiscrepancy,
    words: Option<&[u8]>,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "INSERT INTO shipping_discrepancy
             (discrepancy_id, shipment_id, kind, owner, opened_at, opened_by, due_at, words)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (discrepancy_id) DO NOTHING",
    )
    .bind(new.id.as_bytes().to_vec())
    .bind(new.shipment.as_bytes().to_vec())
    .bind(new.kind.name())
    .bind(role_name(new.kind.owner()))
    .bind(micros(now))
    .bind(new.by.as_bytes().to_vec())
    .bind(micros(new.kind.due(now)))
    .bind(words.map(<[u8]>::to_vec))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("opening a discrepancy"))?;
    Ok(added.rows_affected() == 1)
}

fn stale(id: DiscrepancyId) -> StoreError {
    StoreError::Stale {
        doing: "settling a discrepancy",
        object: format!("discrepancy {id}"),
    }
}

fn columns(row: &EngineRow, id: String) -> Columns<'_> {
    Columns {
        table: TABLE,
        id,
        row,
    }
}

fn told_of(row: &EngineRow) -> Result<NewDiscrepancy, StoreError> {
    let id: DiscrepancyId =
        columns(row, "unknown".to_owned()).read("discrepancy_id", |bytes| bytes.try_into().ok())?;
    let columns = columns(row, id.to_string());
    let kind = columns.word_if_any("kind", Kind::from_name)?;
    Ok(NewDiscrepancy {
        id,
        shipment: columns.read("shipment_id", |bytes| bytes.try_into().ok())?,
        kind: kind.ok_or_else(|| columns.bad("kind"))?,
        by: columns.read("opened_by", person_id)?,
    })
}

fn place(id: DiscrepancyId, column: &'static str) -> Place {
    Place {
        table: TABLE,
        row: id.to_string(),
        column,
    }
}

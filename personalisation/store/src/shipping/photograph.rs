//! Pictures of what is damaged, sealed: drawn anew from what a phone sent before they come here.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::ids::{PhotographId, ShipmentId};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{device::HOLDERS, shipment::read as shipment};
use crate::{
    Store, StoreError, audit,
    row::{Columns, micros},
    sealing::Place,
    stock::demand,
    transaction::transaction,
};

const TABLE: &str = "shipping_photograph";
/// Of one shipment: a lost phone fills no disk.
const MOST: i64 = 20;

/// A picture of damage.
#[derive(Clone, Copy)]
pub struct NewPhotograph<'a> {
    /// Drawn by the device: sent again it is known.
    pub id: PhotographId,
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// Who sends it.
    pub by: PersonId,
    /// JPEG.
    pub jpeg: &'a [u8],
}

impl std::fmt::Debug for NewPhotograph<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPhotograph")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a picture. False where it is known already, or where its shipment has twenty: nothing is written then.
    pub async fn keep_photograph(
        &self,
        rng: &mut impl CryptoRng,
        new: &NewPhotograph<'_>,
        entries: impl Fn(bool) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "keeping a photograph";
        let sealed = &self.sealer.seal(rng, &place(new.id), new.jpeg)?;
        let entries = &entries;
        transaction!(self, DOING, |tx| {
            demand(tx, new.by, HOLDERS, now).await?;
            shipment(tx, new.shipment, DOING).await?;
            let added = sqlx::query(
                "INSERT INTO shipping_photograph (photograph_id, shipment_id, taken_by, kept_at, jpeg)
                 SELECT $1, $2, $3, $4, $5
                 WHERE (SELECT COUNT(*) FROM shipping_photograph WHERE shipment_id = $2) < $6
                 ON CONFLICT (photograph_id) DO NOTHING",
            )
            .bind(new.id.as_bytes().to_vec())
            .bind(new.shipment.as_bytes().to_vec())
            .bind(new.by.as_bytes().to_vec())
            .bind(micros(now))
            .bind(sealed.clone())
            .bind(MOST)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let is_new = added.rows_affected() == 1;
            audit::write(tx, &entries(is_new)).await?;
            Ok(is_new)
        })
    }

    /// The pictures of a shipment, the oldest first.
    pub async fn photographs(&self, shipment: ShipmentId) -> Result<Vec<PhotographId>, StoreError> {
        let rows = sqlx::query(
            "SELECT photograph_id FROM shipping_photograph WHERE shipment_id = $1
             ORDER BY kept_at, photograph_id",
        )
        .bind(shipment.as_bytes().to_vec())
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing photographs"))?;
        let id = |row| {
            let columns = Columns {
                table: TABLE,
                id: shipment.to_string(),
                row,
            };
            columns.read("photograph_id", |bytes| bytes.try_into().ok())
        };
        rows.iter().map(id).collect()
    }

    /// One picture of a shipment: JPEG.
    pub async fn photograph(
        &self,
        shipment: ShipmentId,
        id: PhotographId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let row = sqlx::query(
            "SELECT jpeg FROM shipping_photograph WHERE photograph_id = $1 AND shipment_id = $2",
        )
        .bind(id.as_bytes().to_vec())
        .bind(shipment.as_bytes().to_vec())
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a photograph"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: TABLE,
            id: id.to_string(),
            row: &row,
        };
        let sealed: Vec<u8> = columns.get("jpeg")?;
        self.sealer.open(&place(id), &sealed).map(Some)
    }
}

fn place(id: PhotographId) -> Place {
    Place {
        table: TABLE,
        row: id.to_string(),
        column: "jpeg",
    }
}

//! Manifests as they were fixed at the seal, and as the token signed them.

use evidence::manifest::Manifest;
use personalisation_core::ids::ShipmentId;

use crate::{Store, StoreError, engine::EngineRow, row::Columns, transaction::transaction};

/// What a sealed container's manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptManifest {
    /// Of which container.
    pub shipment: ShipmentId,
    /// What it says; its hash is the one that was written at the seal.
    pub manifest: Manifest,
    /// The signed manifest, once the token signed it.
    pub signed: Option<Vec<u8>>,
}

impl Store {
    /// The manifest of a sealed container. One whose bytes are not those that were fixed at the seal is a damaged row.
    pub async fn shipment_manifest(
        &self,
        id: ShipmentId,
    ) -> Result<Option<KeptManifest>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM shipping_shipment WHERE shipment_id = $1 AND manifest IS NOT NULL",
        )
        .bind(&id.as_bytes()[..])
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a manifest"))?;
        row.as_ref().map(kept_of).transpose()
    }

    /// Whose manifests wait for the token's signature, the oldest first, at most `most`. They are read one by one: a damaged one
    /// keeps no other waiting.
    pub async fn unsigned_manifests(&self, most: u32) -> Result<Vec<ShipmentId>, StoreError> {
        let rows = sqlx::query(
            "SELECT shipment_id FROM shipping_shipment WHERE manifest IS NOT NULL AND signed IS NULL
             ORDER BY number LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing unsigned manifests"))?;
        let id = |row| {
            let columns = Columns {
                table: "shipping_shipment",
                id: "unknown".to_owned(),
                row,
            };
            columns.read("shipment_id", |bytes| bytes.try_into().ok())
        };
        rows.iter().map(id).collect()
    }

    /// Keeps a signed manifest. Where one is kept already, that one stays: both say the same.
    pub async fn keep_signed_manifest(
        &self,
        id: ShipmentId,
        signed: &[u8],
    ) -> Result<(), StoreError> {
        const DOING: &str = "keeping a signed manifest";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "UPDATE shipping_shipment SET signed = $2
                 WHERE shipment_id = $1 AND manifest IS NOT NULL AND signed IS NULL",
            )
            .bind(&id.as_bytes()[..])
            .bind(signed)
            .execute(&mut **tx)
            .await
            .map(drop)
            .map_err(StoreError::database(DOING))
        })
    }
}

fn kept_of(row: &EngineRow) -> Result<KeptManifest, StoreError> {
    let mut columns = Columns {
        table: "shipping_shipment",
        id: "unknown".to_owned(),
        row,
    };
    let shipment: ShipmentId = columns.read("shipment_id", |bytes| bytes.try_into().ok())?;
    columns.id = shipment.to_string();
    let manifest = columns.read("manifest", |bytes| Manifest::parse(bytes).ok())?;
    let digest = columns.digest("manifest_digest")?;
    if digest.map(|digest| digest.0) != Some(manifest.digest()) {
        return Err(columns.bad("manifest_digest"));
    }
    Ok(KeptManifest {
        shipment,
        manifest,
        signed: columns.get("signed")?,
    })
}

//! Closing a container: counted by somebody who packed nothing of it, its manifest fixed in the same transaction.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::Digest,
    ids::ShipmentId,
    shipping::{
        Contents, PackingError, Piece, SealNumber, Sealers, Shipment, ShipmentState, counted,
        manifest,
    },
};
use time::OffsetDateTime;

use super::{
    DISPATCHERS,
    shipment::{packers, pieces, read, stale},
};
use crate::{
    Store, StoreError, audit,
    row::micros,
    stock::demand,
    transaction::{Tx, transaction},
};

const DOING: &str = "sealing a container";

/// A container that two persons close.
#[derive(Clone, Debug)]
pub struct Sealing {
    /// Which.
    pub shipment: ShipmentId,
    /// The number of the seal that is on it now.
    pub seal: SealNumber,
    /// How many cards the second person counted.
    pub counted: u32,
    /// Who seals.
    pub by: PersonId,
    /// Who counted.
    pub counted_by: PersonId,
}

impl Store {
    /// Seals a container, and fixes its manifest. `entries` speaks of the sealed one. The same sealing again gives back what it
    /// made; what hinders it is [`StoreError::Packing`].
    pub async fn seal_shipment(
        &self,
        sealing: &Sealing,
        entries: impl Fn(&Shipment) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<Shipment, StoreError> {
        let entries = &entries;
        let sealed = transaction!(self, DOING, |tx| {
            for person in [sealing.by, sealing.counted_by] {
                demand(tx, person, DISPATCHERS, now).await?;
            }
            let open = read(tx, sealing.shipment, DOING).await?;
            if is_done(&open, sealing) {
                return Ok(open);
            }
            let (sealed, bytes) = judge(tx, open, sealing, now).await?;
            write(tx, &sealed, &bytes).await?;
            audit::write(tx, &entries(&sealed)).await?;
            Ok(sealed)
        });
        match sealed {
            // Another container was closed with it at the same moment.
            Err(StoreError::AlreadyThere { .. }) => {
                Err(PackingError::SealUsed(sealing.seal.clone()).into())
            }
            sealed => sealed,
        }
    }
}

/// Whether that sealing took place, and its answer was lost.
fn is_done(shipment: &Shipment, sealing: &Sealing) -> bool {
    let ShipmentState::Sealed(sealed) = shipment.state() else {
        return false;
    };
    sealed.seal == sealing.seal
        && sealed.pieces == sealing.counted
        && sealed.sealers == Sealers::recorded(sealing.by, sealing.counted_by)
}

/// The sealed container and the bytes of its manifest, where nothing is against it.
async fn judge(
    tx: &mut Tx,
    open: Shipment,
    sealing: &Sealing,
    now: OffsetDateTime,
) -> Result<(Shipment, Vec<u8>), StoreError> {
    if !open.is_open() {
        return Err(PackingError::Closed(open.number()).into());
    }
    let packers = packers(tx, sealing.shipment).await?;
    let sealers = Sealers::new(sealing.by, sealing.counted_by, &packers);
    let sealers = sealers.map_err(PackingError::from)?;
    let inside = pieces(&mut **tx, sealing.shipment).await?;
    let inside: Vec<Piece> = inside.iter().map(|row| row.piece).collect();
    let number = u32::try_from(inside.len()).unwrap_or(u32::MAX);
    counted(number, sealing.counted)?;
    if is_used(tx, &sealing.seal).await? {
        return Err(PackingError::SealUsed(sealing.seal.clone()).into());
    }
    let contents = Contents {
        seal: &sealing.seal,
        sealers,
        pieces: &inside,
        at: now,
    };
    let said = manifest(&open, &contents)?;
    let seal = (number, Digest(said.digest()));
    let sealed = open.seal(sealing.seal.clone(), seal, sealers, now)?;
    Ok((sealed, said.to_be_signed()))
}

async fn is_used(tx: &mut Tx, seal: &SealNumber) -> Result<bool, StoreError> {
    let found = sqlx::query("SELECT 1 AS found FROM shipping_shipment WHERE seal = $1")
        .bind(seal.as_str())
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("looking for a seal"))?;
    Ok(found.is_some())
}

async fn write(tx: &mut Tx, shipment: &Shipment, manifest: &[u8]) -> Result<(), StoreError> {
    let Some(sealed) = shipment.state().sealed() else {
        return Ok(());
    };
    let moved = sqlx::query(
        "UPDATE shipping_shipment SET state = 'sealed', seal = $2, pieces = $3, manifest = $4,
                manifest_digest = $5, sealed_at = $6, sealed_by = $7, counted_by = $8
         WHERE shipment_id = $1 AND state = 'packing'",
    )
    .bind(&shipment.id().as_bytes()[..])
    .bind(sealed.seal.as_str())
    .bind(i64::from(sealed.pieces))
    .bind(manifest)
    .bind(&sealed.manifest.0[..])
    .bind(micros(sealed.at))
    .bind(&sealed.sealers.by().as_bytes()[..])
    .bind(&sealed.sealers.counted_by().as_bytes()[..])
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(stale(shipment.id(), DOING))
    }
}

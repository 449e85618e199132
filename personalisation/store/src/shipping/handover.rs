//! Handovers of shipments to couriers: both sides' signed statements are judged and kept with the move, in one transaction. Whatever
//! a phone sends again is known by its event.

use dossier::{PersonId, staff::Role};
use evidence::{
    entry::Entry,
    handover::{Side, SignedStatement, Statement},
};
use personalisation_core::{
    attempt::Digest,
    ids::{DeviceId, EventId, ShipmentId},
    shipping::{NotHandedOver, Party, Shipment, ShipmentState, take_over},
};
use time::OffsetDateTime;

use super::{
    DISPATCHERS,
    shipment::{read, shipment_of, stale},
};
use crate::{
    Store, StoreError, audit,
    row::{Columns, micros},
    staff::person_id,
    stock::demand,
    transaction::{Tx, transaction},
};

const DOING: &str = "handing a shipment over";
/// Who carries.
const COURIERS: &[Role] = &[Role::Courier];

/// A device whose key signs handovers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// Its public key: DER of a P-256 `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
}

/// What both sides of one handover say.
#[derive(Clone, Copy, Debug)]
pub struct BothSides<'a> {
    /// Who hands over.
    pub gives: &'a SignedStatement,
    /// Who takes.
    pub takes: &'a SignedStatement,
}

impl Store {
    /// Registers a device's key.
    pub async fn add_device(
        &self,
        device: &Device,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "registering a device";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO shipping_device (device_id, person, spki, added_at)
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(&device.id.as_bytes()[..])
            .bind(&device.person.as_bytes()[..])
            .bind(&device.spki[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// Revokes a lost device's key: what it signed is refused from now on. Whether it was live.
    pub async fn revoke_device(
        &self,
        device: DeviceId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "revoking a device";
        transaction!(self, DOING, |tx| {
            let revoked = sqlx::query(
                "UPDATE shipping_device SET revoked_at = $2
                 WHERE device_id = $1 AND revoked_at IS NULL",
            )
            .bind(&device.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(revoked.rows_affected() == 1)
        })
    }

    /// Hands a shipment over to a courier, from a dispatcher or from the courier who has it, where both sides signed its manifest by
    /// live keys of their own devices ([`take_over`]); else it is [`StoreError::Handover`]. An event that took place already gives back the shipment as it is now, and writes
    /// nothing; under its id anything else is [`StoreError::Stale`].
    pub async fn hand_over(
        &self,
        both: BothSides<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Shipment, StoreError> {
        transaction!(self, DOING, |tx| {
            let gives = verified(tx, both.gives, Side::Gives).await?;
            let takes = verified(tx, both.takes, Side::Takes).await?;
            if gives.event != takes.event {
                return Err(NotHandedOver::OtherEvent.into());
            }
            let event = EventId::from_bytes(gives.event);
            if let Some(done) = done(tx, event, both).await? {
                return read(tx, done, DOING).await;
            }
            let before = by_manifest(tx, gives.manifest).await?;
            let after = take_over(before.clone(), &party(&gives), &party(&takes), now)?;
            demand(tx, PersonId::from_bytes(takes.person), COURIERS, now).await?;
            if matches!(before.state(), ShipmentState::Sealed(_)) {
                demand(tx, PersonId::from_bytes(gives.person), DISPATCHERS, now).await?;
            }
            write(tx, &before, &after).await?;
            keep(tx, after.id(), (event, &gives, &takes), both, now).await?;
            audit::write(tx, entries).await?;
            Ok(after)
        })
    }
}

fn party(said: &Statement) -> Party {
    Party {
        person: PersonId::from_bytes(said.person),
        device: DeviceId::from_bytes(said.device),
        manifest: Digest(said.manifest),
    }
}

/// A statement for its side, signed by the live key of its own person's device.
async fn verified(
    tx: &mut Tx,
    signed: &SignedStatement,
    side: Side,
) -> Result<Statement, StoreError> {
    let device = DeviceId::from_bytes(*signed.device());
    let row = sqlx::query(
        "SELECT person, spki FROM shipping_device WHERE device_id = $1 AND revoked_at IS NULL",
    )
    .bind(device.as_bytes().to_vec())
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("reading a device's key"))?;
    let row = row.ok_or(NotHandedOver::UnknownDevice(device))?;
    let columns = Columns {
        table: "shipping_device",
        id: device.to_string(),
        row: &row,
    };
    let person = columns.read("person", person_id)?;
    let spki: Vec<u8> = columns.get("spki")?;
    let said = signed
        .verify(&spki)
        .map_err(|_| NotHandedOver::UnknownDevice(device))?;
    if PersonId::from_bytes(said.person) != person {
        return Err(NotHandedOver::UnknownDevice(device).into());
    }
    if said.side != side {
        return Err(NotHandedOver::OtherEvent.into());
    }
    Ok(said.clone())
}

/// The shipment of an event that took place; another event under its id is `Stale`.
async fn done(
    tx: &mut Tx,
    event: EventId,
    both: BothSides<'_>,
) -> Result<Option<ShipmentId>, StoreError> {
    let row = sqlx::query("SELECT * FROM shipping_handover WHERE event_id = $1")
        .bind(event.as_bytes().to_vec())
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a handover"))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: "shipping_handover",
        id: event.to_string(),
        row: &row,
    };
    let shipment = columns.read("shipment_id", |bytes| bytes.try_into().ok())?;
    let (gives, takes): (Vec<u8>, Vec<u8>) = (columns.get("gives")?, columns.get("takes")?);
    if (gives, takes) != (both.gives.encode(), both.takes.encode()) {
        return Err(stale(shipment, DOING));
    }
    Ok(Some(shipment))
}

async fn by_manifest(tx: &mut Tx, manifest: [u8; 32]) -> Result<Shipment, StoreError> {
    let row = sqlx::query("SELECT * FROM shipping_shipment WHERE manifest_digest = $1")
        .bind(manifest.to_vec())
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("looking for a manifest"))?;
    let row = row.ok_or(NotHandedOver::OtherManifest)?;
    shipment_of(&row)
}

/// Writes who has it, provided that nobody moved it meanwhile.
async fn write(tx: &mut Tx, before: &Shipment, after: &Shipment) -> Result<(), StoreError> {
    let ShipmentState::WithCourier(carried) = after.state() else {
        return Err(stale(after.id(), DOING));
    };
    let moved = sqlx::query(
        "UPDATE shipping_shipment SET state = 'with_courier', courier = $3, carried_at = $4
         WHERE shipment_id = $1 AND state = $2",
    )
    .bind(&after.id().as_bytes()[..])
    .bind(before.state().name())
    .bind(&carried.courier.as_bytes()[..])
    .bind(micros(carried.at))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(stale(after.id(), DOING))
    }
}

async fn keep(
    tx: &mut Tx,
    shipment: ShipmentId,
    (event, gives, takes): (EventId, &Statement, &Statement),
    both: BothSides<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO shipping_handover
             (event_id, shipment_id, step, giver, taker, gives, takes, handed_at)
         SELECT $1, $2, COUNT(*) + 1, $3, $4, $5, $6, $7 FROM shipping_handover WHERE shipment_id = $2",
    )
    .bind(event.as_bytes().to_vec())
    .bind(&shipment.as_bytes()[..])
    .bind(gives.person.to_vec())
    .bind(takes.person.to_vec())
    .bind(both.gives.encode())
    .bind(both.takes.encode())
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database(DOING))
}

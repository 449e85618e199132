//! Handovers of shipments to couriers: two kept sides of one event are judged, and the shipment moves, in the transaction that brought
//! the second one.
//!
//! Phones send when they have a line, so a courier's own taking may come after a colleague already took it on: such a pair waits for
//! the one before it. What can never come about is refused, and stays refused.

use dossier::PersonId;
use personalisation_core::{
    attempt::Digest,
    ids::{EventId, ShipmentId},
    shipping::{NotHandedOver, Party, Shipment, ShipmentState, take_over},
};
use time::OffsetDateTime;

use super::{
    DISPATCHERS,
    shipment::{packers, read, shipment_of, stale},
    side::{self, KeptSide},
};
use crate::{StoreError, row::micros, stock::demand, transaction::Tx};

const DOING: &str = "handing a shipment over";

/// A shipment that changed hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// By which event.
    pub event: EventId,
    /// Who gave it.
    pub giver: PersonId,
    /// Who has it now.
    pub courier: PersonId,
}

/// Moves a shipment by every pair of sides that is complete and whose turn it is; the order is that in which the centre had both.
pub(super) async fn settle(
    tx: &mut Tx,
    shipment: ShipmentId,
    now: OffsetDateTime,
) -> Result<Vec<HandedOver>, StoreError> {
    let mut done = Vec::new();
    loop {
        let open = side::open(tx, shipment).await?;
        let mut moved = false;
        for (gives, takes) in side::pairs(&open) {
            match judge(tx, shipment, (gives, takes), now).await? {
                Ok(after) => {
                    let handed = HandedOver {
                        event: gives.event,
                        giver: gives.person,
                        courier: takes.person,
                    };
                    write(tx, shipment, &after).await?;
                    keep(tx, shipment, (gives, takes), now).await?;
                    side::settle(tx, gives.event, ("handed", Some(takes.person))).await?;
                    done.push(handed);
                    moved = true;
                    break;
                }
                // The giver's own taking is not complete yet: this one's turn comes after it.
                Err(why) if may_come(&why) && awaits_its_own(&open, gives) => {}
                Err(why) => {
                    let outcome = (why.name(), why.courier());
                    side::settle(tx, gives.event, outcome).await?;
                }
            }
        }
        if !moved {
            return Ok(done);
        }
    }
}

/// Whether what came before may still make it right.
const fn may_come(why: &NotHandedOver) -> bool {
    matches!(
        why,
        NotHandedOver::TakenOver(_) | NotHandedOver::NotTheirs | NotHandedOver::Move(_)
    )
}

fn awaits_its_own(open: &[KeptSide], gives: &KeptSide) -> bool {
    open.iter()
        .any(|side| side.takes && side.person == gives.person && side.event != gives.event)
}

/// The shipment after it, and before; or why not.
async fn judge(
    tx: &mut Tx,
    id: ShipmentId,
    (gives, takes): (&KeptSide, &KeptSide),
    now: OffsetDateTime,
) -> Result<Result<(Shipment, Shipment), NotHandedOver>, StoreError> {
    let before = read(tx, id, DOING).await?;
    if packers(tx, id).await?.contains(&takes.person) || has_sealed(&before, takes.person) {
        return Ok(Err(NotHandedOver::Packed));
    }
    let (gives, takes) = (party(gives), party(takes));
    let after = match take_over(before.clone(), &gives, &takes, now) {
        Ok(after) => after,
        Err(why) => return Ok(Err(why)),
    };
    if matches!(before.state(), ShipmentState::Sealed(_)) {
        match demand(tx, gives.person, DISPATCHERS, now).await {
            Ok(()) => {}
            Err(StoreError::NotPermitted { .. }) => return Ok(Err(NotHandedOver::NotTheirs)),
            Err(error) => return Err(error),
        }
    }
    Ok(Ok((before, after)))
}

fn has_sealed(shipment: &Shipment, person: PersonId) -> bool {
    let sealers = shipment.state().sealed().map(|sealed| sealed.sealers);
    sealers.is_some_and(|sealers| [sealers.by(), sealers.counted_by()].contains(&person))
}

fn party(side: &KeptSide) -> Party {
    Party {
        person: side.person,
        device: side.device,
        manifest: side.manifest,
    }
}

/// The shipment of a manifest.
pub(super) async fn by_manifest(tx: &mut Tx, manifest: Digest) -> Result<Shipment, StoreError> {
    let row = sqlx::query("SELECT * FROM shipping_shipment WHERE manifest_digest = $1")
        .bind(manifest.0.to_vec())
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("looking for a manifest"))?;
    let row = row.ok_or(NotHandedOver::OtherManifest)?;
    shipment_of(&row)
}

/// Writes who has it, provided that nobody moved it meanwhile.
async fn write(
    tx: &mut Tx,
    id: ShipmentId,
    (before, after): &(Shipment, Shipment),
) -> Result<(), StoreError> {
    let ShipmentState::WithCourier(carried) = after.state() else {
        return Err(stale(id, DOING));
    };
    let moved = sqlx::query(
        "UPDATE shipping_shipment SET state = 'with_courier', courier = $3, carried_at = $4
         WHERE shipment_id = $1 AND state = $2",
    )
    .bind(id.as_bytes().to_vec())
    .bind(before.state().name())
    .bind(carried.courier.as_bytes().to_vec())
    .bind(micros(carried.at))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(stale(id, DOING))
    }
}

async fn keep(
    tx: &mut Tx,
    shipment: ShipmentId,
    (gives, takes): (&KeptSide, &KeptSide),
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO shipping_handover
             (event_id, shipment_id, step, giver, taker, gives, takes, handed_at)
         SELECT $1, $2, COUNT(*) + 1, $3, $4, $5, $6, $7 FROM shipping_handover WHERE shipment_id = $2",
    )
    .bind(gives.event.as_bytes().to_vec())
    .bind(shipment.as_bytes().to_vec())
    .bind(gives.person.as_bytes().to_vec())
    .bind(takes.person.as_bytes().to_vec())
    .bind(gives.statement.clone())
    .bind(takes.statement.clone())
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database(DOING))
}

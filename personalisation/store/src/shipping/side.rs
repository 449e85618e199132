//! One side of a handover at a time: each device sends its own statement when it has a line; a side is verified when it comes, and
//! kept until the other one with the same event is there. The order is the centre's; what a device's clock said is written down only.

use dossier::{PersonId, staff::Role};
use evidence::{
    entry::Entry,
    handover::{Side, SignedStatement, Statement},
};
use personalisation_core::{
    attempt::Digest,
    ids::{DeviceId, EventId, ShipmentId},
    shipping::{NotHandedOver, Seen, Shipment, ShipmentState},
};
use time::OffsetDateTime;

use super::{
    device::{self, HOLDERS},
    discrepancy,
    handover::{self, HandedOver},
    shipment::read,
};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    staff::person_id,
    stock::demand,
    transaction::{Tx, transaction},
};

const DOING: &str = "keeping one side of a handover";
/// Who carries.
const COURIERS: &[Role] = &[Role::Courier];

/// What one side sends.
#[derive(Clone, Copy, Debug)]
pub struct NewSide<'a> {
    /// What its device signed.
    pub signed: &'a SignedStatement,
    /// What it saw.
    pub seen: &'a Seen,
    /// Who sends it: the person of the session.
    pub by: PersonId,
}

/// What came of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is kept, and the other side is not here, or not its turn yet; who has the shipment meanwhile.
    Waits(Option<PersonId>),
    /// The shipment changed hands by this event: who took it.
    Handed(PersonId),
    /// Nothing changes hands by it.
    Refused {
        /// [`NotHandedOver::name`]
        why: String,
        /// Who has the shipment, where that is why.
        courier: Option<PersonId>,
    },
}

/// One side, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideKept {
    /// Of which shipment.
    pub shipment: ShipmentId,
    /// What came of it.
    pub answer: Answer,
    /// Whether it was known already: nothing was written.
    pub known: bool,
    /// What changed hands by it: its own event, and those that waited for it.
    pub handed: Vec<HandedOver>,
}

/// A side as it is kept.
#[derive(Clone, Debug)]
pub(super) struct KeptSide {
    pub event: EventId,
    pub takes: bool,
    pub person: PersonId,
    pub device: DeviceId,
    pub manifest: Digest,
    pub statement: Vec<u8>,
    shipment: ShipmentId,
    outcome: Option<String>,
    courier: Option<PersonId>,
    kept_at: i64,
}

impl Store {
    /// Keeps one side of a handover, signed by a device of whoever sends it, and hands the shipment over where the other side is there
    /// ([`take_over`](personalisation_core::shipping::take_over)). Sent again it is answered by what is known, also from a device
    /// that was revoked since. `entries` tells what came of it. What no live device of the sender signed, or of no manifest, is
    /// [`StoreError::Handover`], and nothing is kept.
    pub async fn keep_side(
        &self,
        new: &NewSide<'_>,
        entries: impl Fn(&SideKept) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<SideKept, StoreError> {
        let entries = &entries;
        transaction!(self, DOING, |tx| {
            let kept = keep(tx, new, now).await?;
            audit::write(tx, &entries(&kept)).await?;
            Ok(kept)
        })
    }
}

impl Store {
    /// What is known of a side that was sent before, by whoever sent it; none where it is new. Nothing is written.
    pub async fn known_side(&self, new: &NewSide<'_>) -> Result<Option<SideKept>, StoreError> {
        transaction!(self, "looking for one side of a handover", |tx| {
            let (_, said) = verified(tx, new).await?;
            match find(tx, said).await? {
                Some(kept) => known(tx, new, kept).await.map(Some),
                None => Ok(None),
            }
        })
    }
}

/// The device, and what its key signed in the name of whoever sends it.
async fn verified<'a>(
    tx: &mut Tx,
    new: &NewSide<'a>,
) -> Result<(device::Device, &'a Statement), StoreError> {
    let id = DeviceId::from_bytes(*new.signed.device());
    let device = device::read(tx, id).await?;
    let unknown = NotHandedOver::UnknownDevice(id);
    let said = new.signed.verify(&device.spki).map_err(|_| unknown)?;
    if device.person.as_bytes() != &said.person || device.person != new.by {
        return Err(unknown.into());
    }
    Ok((device, said))
}

async fn keep(tx: &mut Tx, new: &NewSide<'_>, now: OffsetDateTime) -> Result<SideKept, StoreError> {
    let (device, said) = verified(tx, new).await?;
    if let Some(kept) = find(tx, said).await? {
        return known(tx, new, kept).await;
    }
    if device.revoked_at.is_some() {
        return Err(NotHandedOver::UnknownDevice(device.id).into());
    }
    let roles = match said.side {
        Side::Gives => HOLDERS,
        Side::Takes => COURIERS,
    };
    demand(tx, new.by, roles, now).await?;
    let shipment = handover::by_manifest(tx, Digest(said.manifest)).await?;
    insert(tx, shipment.id(), (new, said), now).await?;
    if let Some(sealed) = shipment.state().sealed()
        && !new.seen.is_as(&sealed.seal)
    {
        let found = discrepancy::broken_seal(shipment.id(), said, new.by);
        discrepancy::insert(tx, &found, None, now).await?;
    }
    let handed = handover::settle(tx, shipment.id(), now).await?;
    let kept = find(tx, said).await?.ok_or(NotHandedOver::OtherEvent)?;
    Ok(SideKept {
        shipment: shipment.id(),
        answer: answer(tx, kept).await?,
        known: false,
        handed,
    })
}

/// An event's side that came before: the same again, or another one under its id.
async fn known(tx: &mut Tx, new: &NewSide<'_>, kept: KeptSide) -> Result<SideKept, StoreError> {
    let shipment = kept.shipment;
    let answer = if kept.statement == new.signed.encode() {
        answer(tx, kept).await?
    } else if kept.takes && kept.person != new.by {
        // Two who scanned one code: the first one has it.
        Answer::Refused {
            why: NotHandedOver::TakenOver(kept.person).name().to_owned(),
            courier: Some(kept.person),
        }
    } else {
        Answer::Refused {
            why: NotHandedOver::OtherEvent.name().to_owned(),
            courier: None,
        }
    };
    Ok(SideKept {
        shipment,
        answer,
        known: true,
        handed: Vec::new(),
    })
}

async fn answer(tx: &mut Tx, kept: KeptSide) -> Result<Answer, StoreError> {
    Ok(match (kept.outcome, kept.courier) {
        (Some(outcome), Some(courier)) if outcome == "handed" => Answer::Handed(courier),
        (Some(why), courier) => Answer::Refused { why, courier },
        (None, _) => Answer::Waits(courier(&read(tx, kept.shipment, DOING).await?)),
    })
}

fn courier(shipment: &Shipment) -> Option<PersonId> {
    match shipment.state() {
        ShipmentState::WithCourier(carried) => Some(carried.courier),
        _ => None,
    }
}

const fn name(side: Side) -> &'static str {
    match side {
        Side::Gives => "gives",
        Side::Takes => "takes",
    }
}

async fn insert(
    tx: &mut Tx,
    shipment: ShipmentId,
    (new, said): (&NewSide<'_>, &Statement),
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO shipping_side
             (event_id, side, shipment_id, person, device_id, statement, seal, condition, said_at, kept_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(said.event.to_vec())
    .bind(name(said.side))
    .bind(shipment.as_bytes().to_vec())
    .bind(said.person.to_vec())
    .bind(said.device.to_vec())
    .bind(new.signed.encode())
    .bind(new.seen.seal.as_ref().map(|seal| seal.as_str().to_owned()))
    .bind(new.seen.condition.name())
    .bind(said.at.saturating_mul(1_000_000))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database(DOING))
}

async fn find(tx: &mut Tx, said: &Statement) -> Result<Option<KeptSide>, StoreError> {
    let row = sqlx::query("SELECT * FROM shipping_side WHERE event_id = $1 AND side = $2")
        .bind(said.event.to_vec())
        .bind(name(said.side))
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading one side of a handover"))?;
    row.as_ref().map(side_of).transpose()
}

/// Sides of a shipment's handovers of which nothing came yet.
pub(super) async fn open(tx: &mut Tx, shipment: ShipmentId) -> Result<Vec<KeptSide>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM shipping_side WHERE shipment_id = $1 AND outcome IS NULL
         ORDER BY kept_at, event_id, side",
    )
    .bind(shipment.as_bytes().to_vec())
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database("reading open sides"))?;
    rows.iter().map(side_of).collect()
}

/// Those of which both are there, whoever was complete first before.
pub(super) fn pairs(open: &[KeptSide]) -> Vec<(&KeptSide, &KeptSide)> {
    let mut pairs: Vec<_> = open
        .iter()
        .filter(|side| !side.takes)
        .filter_map(|gives| {
            let is_other = |side: &&KeptSide| side.takes && side.event == gives.event;
            open.iter().find(is_other).map(|takes| (gives, takes))
        })
        .collect();
    pairs.sort_by_key(|(gives, takes)| gives.kept_at.max(takes.kept_at));
    pairs
}

/// Writes what came of an event, on both of its sides.
pub(super) async fn settle(
    tx: &mut Tx,
    event: EventId,
    (outcome, courier): (&'static str, Option<PersonId>),
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE shipping_side SET outcome = $2, courier = $3 WHERE event_id = $1 AND outcome IS NULL",
    )
    .bind(event.as_bytes().to_vec())
    .bind(outcome)
    .bind(courier.map(|courier| courier.as_bytes().to_vec()))
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database("settling a handover"))
}

fn side_of(row: &EngineRow) -> Result<KeptSide, StoreError> {
    let mut columns = Columns {
        table: "shipping_side",
        id: "unknown".to_owned(),
        row,
    };
    let event: EventId = columns.read("event_id", |bytes| bytes.try_into().ok())?;
    columns.id = event.to_string();
    let side: String = columns.get("side")?;
    let statement: Vec<u8> = columns.get("statement")?;
    // It was verified when it came.
    let said = SignedStatement::decode(&statement).map_err(|_| columns.bad("statement"))?;
    Ok(KeptSide {
        event,
        takes: side == "takes",
        person: columns.read("person", person_id)?,
        device: columns.read("device_id", |bytes| bytes.try_into().ok())?,
        manifest: Digest(*said.manifest()),
        statement,
        shipment: columns.read("shipment_id", |bytes| bytes.try_into().ok())?,
        outcome: columns.get("outcome")?,
        courier: columns.read_if_any("courier", person_id)?,
        kept_at: columns.get("kept_at")?,
    })
}

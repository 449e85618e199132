//! A card into a container and out of it again: its attempt and its piece in one transaction.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{Attempt, AttemptId, AttemptState, ScrapReason},
    document_number::DocumentNumber,
    ids::ShipmentId,
    shipping::{Candidate, Destination, Matched, PackingError, PutIn, TakenOut, put_in},
};
use sqlx::Row as _;
use time::OffsetDateTime;

use super::{
    DISPATCHERS,
    shipment::{read, stale},
};
use crate::{
    Store, StoreError, audit,
    line::{attempt_of, bind_id, end_of_attempt, write_unleased},
    quality::known,
    row::{Columns, micros},
    stock::demand,
    transaction::{Tx, transaction},
};

const PACKING: &str = "packing a card";
const TAKING_OUT: &str = "taking a card out of its container";

/// A card that goes into a container.
#[derive(Clone, Copy, Debug)]
pub struct Pack {
    /// Which container.
    pub shipment: ShipmentId,
    /// The card, read with its cover.
    pub card: Matched,
    /// Who has it in hand.
    pub by: PersonId,
}

/// What came of packing a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedNow {
    /// Its attempt.
    pub attempt: Attempt,
    /// Whether it went in now.
    pub put: PutIn,
    /// How many cards are in the container.
    pub pieces: u32,
}

/// A card that comes out of its container.
#[derive(Clone, Copy, Debug)]
pub struct TakeOut {
    /// Which container.
    pub shipment: ShipmentId,
    /// Which card.
    pub number: DocumentNumber,
    /// Why.
    pub why: TakenOut,
    /// Who takes it out.
    pub by: PersonId,
}

impl Store {
    /// The attempt that made the card of that number, whatever became of it.
    pub async fn attempt_by_number(
        &self,
        number: DocumentNumber,
    ) -> Result<Option<Attempt>, StoreError> {
        let row = sqlx::query("SELECT * FROM line_attempt WHERE document_number = $1")
            .bind(number.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("looking for a card"))?;
        row.as_ref().map(attempt_of).transpose()
    }

    /// Puts a card into an open container of its own destination, where it may be packed ([`put_in`]); else it is
    /// [`StoreError::Packing`]. A card that is in there already stays, and `entries` is written nevertheless.
    pub async fn pack(
        &self,
        pack: &Pack,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<PackedNow, StoreError> {
        transaction!(self, PACKING, |tx| {
            demand(tx, pack.by, DISPATCHERS, now).await?;
            let shipment = read(tx, pack.shipment, PACKING).await?;
            let (attempt, destination) = card(tx, pack.card.number()).await?;
            let pieces = count(tx, pack.shipment).await?;
            let quality = known(tx, &attempt).await?;
            let candidate = Candidate {
                quality: &quality,
                destination: &destination,
                packed_in: packed_in(&attempt),
            };
            let put = put_in(&shipment, pieces, &candidate)?;
            // Before the move, which calls what it finds open interrupted.
            audit::write(tx, entries).await?;
            if put == PutIn::Already {
                return Ok(PackedNow {
                    attempt,
                    put,
                    pieces,
                });
            }
            let packed = attempt.clone().pack(pack.shipment)?;
            write_unleased(self, tx, &attempt, &packed, now).await?;
            insert(tx, pack, packed.id(), now).await?;
            Ok(PackedNow {
                attempt: packed,
                put,
                pieces: pieces + 1,
            })
        })
    }

    /// Takes a card out of an open container: it lies in the exit tray again, or is scrapped where it was damaged. Its attempt as
    /// it is then.
    pub async fn take_out(
        &self,
        out: &TakeOut,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Attempt, StoreError> {
        transaction!(self, TAKING_OUT, |tx| {
            demand(tx, out.by, DISPATCHERS, now).await?;
            let shipment = read(tx, out.shipment, TAKING_OUT).await?;
            if !shipment.is_open() {
                return Err(PackingError::Closed(shipment.number()).into());
            }
            let (attempt, _) = card(tx, out.number).await?;
            if packed_in(&attempt) != Some(out.shipment) {
                return Err(PackingError::NotInside.into());
            }
            audit::write(tx, entries).await?;
            let back = attempt.clone().unpack()?;
            write_unleased(self, tx, &attempt, &back, now).await?;
            remove(tx, out, attempt.id(), now).await?;
            if out.why != TakenOut::Damaged {
                return Ok(back);
            }
            let scrapped = back.clone().scrap(ScrapReason::InspectionFailed)?;
            write_unleased(self, tx, &back, &scrapped, now).await?;
            end_of_attempt(tx, &scrapped, now).await?;
            Ok(scrapped)
        })
    }
}

/// The container that an attempt's card lies in.
fn packed_in(attempt: &Attempt) -> Option<ShipmentId> {
    match attempt.state() {
        AttemptState::Packed(packed) => Some(packed.shipment),
        _ => None,
    }
}

/// The card of a number, and where it goes.
async fn card(tx: &mut Tx, number: DocumentNumber) -> Result<(Attempt, Destination), StoreError> {
    let row = sqlx::query("SELECT * FROM line_attempt WHERE document_number = $1")
        .bind(number.as_str())
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("looking for a card"))?;
    let row = row.ok_or(PackingError::NoSuchCard)?;
    let attempt = attempt_of(&row)?;
    let columns = Columns {
        table: "line_attempt",
        id: attempt.id().to_string(),
        row: &row,
    };
    let destination = columns.word_if_any("destination", |text| text.parse().ok())?;
    let destination = destination.ok_or_else(|| columns.bad("destination"))?;
    Ok((attempt, destination))
}

/// How many cards are in a container.
pub(super) async fn count(tx: &mut Tx, shipment: ShipmentId) -> Result<u32, StoreError> {
    const DOING: &str = "counting what is in a container";
    let row = sqlx::query(
        "SELECT COUNT(*) AS pieces FROM shipping_piece
         WHERE shipment_id = $1 AND taken_out_at IS NULL",
    )
    .bind(&shipment.as_bytes()[..])
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let pieces: i64 = row.try_get("pieces").map_err(StoreError::database(DOING))?;
    Ok(u32::try_from(pieces).unwrap_or(u32::MAX))
}

async fn insert(
    tx: &mut Tx,
    pack: &Pack,
    card: AttemptId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO shipping_piece (shipment_id, step, order_id, attempt, packed_at, packed_by)
         SELECT $1, COUNT(*) + 1, $2, $3, $4, $5 FROM shipping_piece WHERE shipment_id = $1",
    )
    .bind(&pack.shipment.as_bytes()[..])
    .bind(card.order.as_bytes().to_vec())
    .bind(i64::from(card.attempt.get()))
    .bind(micros(now))
    .bind(&pack.by.as_bytes()[..])
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database(PACKING))
}

async fn remove(
    tx: &mut Tx,
    out: &TakeOut,
    card: AttemptId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let query = sqlx::query(
        "UPDATE shipping_piece SET taken_out_at = $3, taken_out_by = $4, taken_out_why = $5
         WHERE order_id = $1 AND attempt = $2 AND taken_out_at IS NULL AND shipment_id = $6",
    );
    let removed = bind_id(query, &card)
        .bind(micros(now))
        .bind(&out.by.as_bytes()[..])
        .bind(out.why.name())
        .bind(&out.shipment.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(TAKING_OUT))?;
    if removed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(stale(out.shipment, TAKING_OUT))
    }
}

//! Containers: opened, listed, read with what is inside.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    ids::{OrderId, ShipmentId},
    shipping::{
        Carried, Container, Destination, Opened, Piece, SealNumber, Sealed, Sealers, Shipment,
        ShipmentState,
    },
};
use sqlx::Executor;
use time::OffsetDateTime;

use super::DISPATCHERS;
use crate::{
    Store, StoreError, audit,
    engine::{Engine, EngineRow},
    row::{Columns, from_micros, micros},
    staff::person_id,
    statement::Statement,
    stock::demand,
    transaction::{Tx, transaction},
};

const TABLE: &str = "shipping_shipment";

/// A container to be opened.
#[derive(Clone, Debug)]
pub struct NewShipment {
    /// Its id; the same again opens nothing new.
    pub id: ShipmentId,
    /// What it is.
    pub container: Container,
    /// Where it goes.
    pub destination: Destination,
    /// Who opens it.
    pub by: PersonId,
}

/// A card in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceRow {
    /// Which.
    pub piece: Piece,
    /// Since when.
    pub packed_at: OffsetDateTime,
    /// Who put it in.
    pub packed_by: PersonId,
}

impl Store {
    /// Opens a container. Under an id that is there already, the container that it names.
    pub async fn open_shipment(
        &self,
        new: &NewShipment,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Shipment, StoreError> {
        const DOING: &str = "opening a container";
        transaction!(self, DOING, |tx| {
            demand(tx, new.by, DISPATCHERS, now).await?;
            if find(&mut **tx, new.id).await?.is_none() {
                sqlx::query(
                    "INSERT INTO shipping_shipment
                         (shipment_id, number, container, destination, state, opened_at, opened_by)
                     SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, 'packing', $4, $5
                     FROM shipping_shipment",
                )
                .bind(&new.id.as_bytes()[..])
                .bind(new.container.name())
                .bind(new.destination.as_str())
                .bind(micros(now))
                .bind(&new.by.as_bytes()[..])
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            }
            audit::write(tx, entries).await?;
            read(tx, new.id, DOING).await
        })
    }

    /// One container.
    pub async fn shipment(&self, id: ShipmentId) -> Result<Option<Shipment>, StoreError> {
        find(&self.pool, id).await
    }

    /// The container that was closed with a seal.
    pub async fn shipment_of_seal(
        &self,
        seal: &SealNumber,
    ) -> Result<Option<Shipment>, StoreError> {
        let row = sqlx::query("SELECT * FROM shipping_shipment WHERE seal = $1")
            .bind(seal.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("looking for a seal"))?;
        row.as_ref().map(shipment_of).transpose()
    }

    /// Open containers, or sealed ones, the newest first, at most `most`; those for one destination, or all.
    pub async fn shipments(
        &self,
        open: bool,
        destination: Option<&Destination>,
        most: u32,
    ) -> Result<Vec<Shipment>, StoreError> {
        let mut statement = Statement::new("SELECT * FROM shipping_shipment WHERE state ");
        statement.push(if open { "= 'packing'" } else { "<> 'packing'" });
        if let Some(destination) = destination {
            statement
                .push(" AND destination = ")
                .bind(destination.as_str().to_owned());
        }
        statement
            .push(" ORDER BY number DESC LIMIT ")
            .bind(i64::from(most));
        let rows = statement.build().fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::database("listing containers"))?;
        rows.iter().map(shipment_of).collect()
    }

    /// What is in a container, by document number.
    pub async fn shipment_pieces(&self, id: ShipmentId) -> Result<Vec<PieceRow>, StoreError> {
        pieces(&self.pool, id).await
    }
}

pub(super) async fn find(
    engine: impl Executor<'_, Database = Engine>,
    id: ShipmentId,
) -> Result<Option<Shipment>, StoreError> {
    let row = sqlx::query("SELECT * FROM shipping_shipment WHERE shipment_id = $1")
        .bind(id.as_bytes().to_vec())
        .fetch_optional(engine)
        .await
        .map_err(StoreError::database("reading a container"))?;
    row.as_ref().map(shipment_of).transpose()
}

/// One that must be there.
pub(super) async fn read(
    tx: &mut Tx,
    id: ShipmentId,
    doing: &'static str,
) -> Result<Shipment, StoreError> {
    find(&mut **tx, id).await?.ok_or_else(|| stale(id, doing))
}

pub(super) fn stale(id: ShipmentId, doing: &'static str) -> StoreError {
    StoreError::Stale {
        doing,
        object: format!("shipment {id}"),
    }
}

pub(super) async fn pieces(
    engine: impl Executor<'_, Database = Engine>,
    id: ShipmentId,
) -> Result<Vec<PieceRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT piece.*, attempt.document_number FROM shipping_piece AS piece
         JOIN line_attempt AS attempt
             ON attempt.order_id = piece.order_id AND attempt.attempt = piece.attempt
         WHERE piece.shipment_id = $1 AND piece.taken_out_at IS NULL
         ORDER BY attempt.document_number",
    )
    .bind(id.as_bytes().to_vec())
    .fetch_all(engine)
    .await
    .map_err(StoreError::database("reading what is in a container"))?;
    rows.iter().map(piece_of).collect()
}

/// Everybody who opened a container, or ever put something into it.
pub(super) async fn packers(tx: &mut Tx, id: ShipmentId) -> Result<Vec<PersonId>, StoreError> {
    let rows = sqlx::query(
        "SELECT packed_by AS packer FROM shipping_piece WHERE shipment_id = $1
         UNION SELECT taken_out_by FROM shipping_piece WHERE shipment_id = $1 AND taken_out_by IS NOT NULL
         UNION SELECT opened_by FROM shipping_shipment WHERE shipment_id = $1",
    )
    .bind(&id.as_bytes()[..])
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database("reading who packed a container"))?;
    let packer = |row: &EngineRow| columns(row, id.to_string()).read("packer", person_id);
    rows.iter().map(packer).collect()
}

fn columns(row: &EngineRow, id: String) -> Columns<'_> {
    Columns {
        table: TABLE,
        id,
        row,
    }
}

fn piece_of(row: &EngineRow) -> Result<PieceRow, StoreError> {
    let mut columns = Columns {
        table: "shipping_piece",
        id: "unknown".to_owned(),
        row,
    };
    let order: OrderId = columns.read("order_id", |bytes| bytes.try_into().ok())?;
    columns.id = order.to_string();
    let attempt: i64 = columns.get("attempt")?;
    let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
    let number = columns.word_if_any("document_number", |text| text.parse().ok())?;
    let at = from_micros(columns.get("packed_at")?);
    Ok(PieceRow {
        piece: Piece {
            number: number.ok_or_else(|| columns.bad("document_number"))?,
            attempt: AttemptId {
                order,
                attempt: attempt.ok_or_else(|| columns.bad("attempt"))?,
            },
        },
        packed_at: at.ok_or_else(|| columns.bad("packed_at"))?,
        packed_by: columns.read("packed_by", person_id)?,
    })
}

pub(super) fn shipment_of(row: &EngineRow) -> Result<Shipment, StoreError> {
    let id: ShipmentId =
        columns(row, "unknown".to_owned()).read("shipment_id", |bytes| bytes.try_into().ok())?;
    let columns = columns(row, id.to_string());
    let word = |column| -> Result<String, StoreError> { columns.get(column) };
    let opened = Opened {
        by: columns.read("opened_by", person_id)?,
        at: moment(&columns, "opened_at")?,
    };
    let state = match &*word("state")? {
        "packing" => ShipmentState::Packing,
        "sealed" => ShipmentState::Sealed(sealed_of(&columns)?),
        "with_courier" => ShipmentState::WithCourier(Carried {
            sealed: sealed_of(&columns)?,
            courier: columns.read("courier", person_id)?,
            at: moment(&columns, "carried_at")?,
        }),
        _ => return Err(columns.bad("state")),
    };
    let container = columns.word_if_any("container", Container::from_name)?;
    let container = container.ok_or_else(|| columns.bad("container"))?;
    let destination = word("destination")?.parse();
    let destination = destination.map_err(|_| columns.bad("destination"))?;
    let number: i64 = columns.get("number")?;
    let number = number.unsigned_abs();
    Ok(Shipment::recorded(
        id,
        number,
        (container, destination),
        (opened, state),
    ))
}

fn moment(columns: &Columns<'_>, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    from_micros(columns.get(column)?).ok_or_else(|| columns.bad(column))
}

/// What is known of a container from its seal on.
fn sealed_of(columns: &Columns<'_>) -> Result<Sealed, StoreError> {
    let seal: Option<SealNumber> = columns.word_if_any("seal", |text| text.parse().ok())?;
    let pieces: i64 = columns.get("pieces")?;
    let manifest = columns.digest("manifest_digest")?;
    Ok(Sealed {
        seal: seal.ok_or_else(|| columns.bad("seal"))?,
        pieces: u32::try_from(pieces).map_err(|_| columns.bad("pieces"))?,
        manifest: manifest.ok_or_else(|| columns.bad("manifest_digest"))?,
        sealers: Sealers::recorded(
            columns.read("sealed_by", person_id)?,
            columns.read("counted_by", person_id)?,
        ),
        at: moment(columns, "sealed_at")?,
    })
}

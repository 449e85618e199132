//! Deliveries by makers, and their boxes.

use evidence::entry::Entry;
use personalisation_core::{
    blank::{BlankState, BlankStep},
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId, DeliveryId},
    stock::Account,
};
use time::OffsetDateTime;

use super::movement::{count, entry_id};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    statement::Statement,
    transaction::{Tx, transaction},
};

const DOING: &str = "receiving a delivery of blanks";
/// Rows of one statement: values stay far below what either engine takes.
const CHUNK: usize = 500;

/// A maker's delivery, as its file announces it.
#[derive(Debug)]
pub struct NewDelivery<'a> {
    /// Its id.
    pub id: DeliveryId,
    /// The maker's name of the batch.
    pub batch: &'a str,
    /// SHA-256 of the file as received.
    pub file_digest: [u8; 32],
    /// The batch's transport key, encrypted to the delivery key in our token.
    pub wrapped_key: &'a [u8],
    /// Key version number of the transport keys on the chips.
    pub key_version: u8,
    /// The boxes.
    pub boxes: &'a [NewBox<'a>],
    /// Whether each box is inspected before its blanks are in the vault; else they are there at once.
    pub inspect: bool,
}

/// One box of a delivery.
#[derive(Debug)]
pub struct NewBox<'a> {
    /// Its id.
    pub id: BoxId,
    /// What stands on it.
    pub label: &'a str,
    /// The blanks in it.
    pub blanks: &'a [NewBlank],
}

/// One blank of a delivery.
#[derive(Debug)]
pub struct NewBlank {
    /// Its id.
    pub id: BlankId,
    /// Its chip's serial.
    pub chip: ChipSerial,
    /// Check values of its chip's transport keys ENC, MAC, DEK.
    pub key_check_values: [u8; 9],
}

/// A delivery, as a list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryHead {
    /// Its id.
    pub id: DeliveryId,
    /// The maker's name of the batch.
    pub batch: String,
    /// When its file was read.
    pub received_at: OffsetDateTime,
    /// Blanks that the file names.
    pub announced: u64,
    /// Boxes.
    pub boxes: u64,
    /// Boxes that nobody inspected yet.
    pub waiting: u64,
}

/// A box, as a list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxHead {
    /// Its id.
    pub id: BoxId,
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// What stands on it.
    pub label: String,
    /// Blanks in it by the delivery file.
    pub announced: u64,
    /// Blanks that were in it; none: not inspected yet.
    pub counted: Option<u64>,
    /// Blanks of it that are in the vault now.
    pub in_vault: u64,
}

impl Store {
    /// Takes a delivery in: all of it or nothing. The same file, batch or chip twice is
    /// [`StoreError::AlreadyThere`].
    pub async fn receive_delivery(
        &self,
        delivery: &NewDelivery<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        transaction!(self, DOING, |tx| {
            insert_delivery(tx, delivery, now).await?;
            for one in delivery.boxes {
                insert_box(tx, delivery, one, now).await?;
                insert_blanks(tx, delivery, one).await?;
                insert_moves(tx, one, (1, BlankState::InDelivery), now).await?;
                if !delivery.inspect {
                    insert_moves(tx, one, (2, BlankState::Vault), now).await?;
                }
            }
            audit::write(tx, entries).await
        })
    }

    /// Every delivery, the newest first.
    pub async fn deliveries(&self) -> Result<Vec<DeliveryHead>, StoreError> {
        let rows = sqlx::query(
            "SELECT delivery.delivery_id, delivery.batch, delivery.received_at, delivery.announced,
                 COUNT(box.box_id) AS boxes,
                 CAST(SUM(CASE WHEN box.counted IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS waiting
             FROM stock_delivery AS delivery
             JOIN stock_box AS box ON box.delivery_id = delivery.delivery_id
             GROUP BY delivery.delivery_id, delivery.batch, delivery.received_at, delivery.announced
             ORDER BY delivery.received_at DESC, delivery.batch",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing deliveries"))?;
        rows.iter().map(delivery_of).collect()
    }

    /// The boxes of a delivery, by label.
    pub async fn boxes(&self, delivery: DeliveryId) -> Result<Vec<BoxHead>, StoreError> {
        let rows = sqlx::query(
            "SELECT box.*, (SELECT COUNT(*) FROM stock_blank AS blank
                 WHERE blank.box_id = box.box_id AND blank.state = 'vault') AS in_vault
             FROM stock_box AS box WHERE box.delivery_id = $1 ORDER BY box.label",
        )
        .bind(&delivery.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing boxes"))?;
        rows.iter().map(box_of).collect()
    }

    /// The box of that label; of that batch, where labels are not unique.
    pub async fn box_labelled(
        &self,
        batch: Option<&str>,
        label: &str,
    ) -> Result<Option<BoxHead>, StoreError> {
        const DOING: &str = "looking for a box";
        let rows = sqlx::query(
            "SELECT box.*, (SELECT COUNT(*) FROM stock_blank AS blank
                 WHERE blank.box_id = box.box_id AND blank.state = 'vault') AS in_vault
             FROM stock_box AS box
             JOIN stock_delivery AS delivery ON delivery.delivery_id = box.delivery_id
             WHERE box.label = $1 AND delivery.batch = COALESCE($2, delivery.batch) LIMIT 2",
        )
        .bind(label)
        .bind(batch)
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        match &rows[..] {
            [] => Ok(None),
            [one] => box_of(one).map(Some),
            _ => Err(StoreError::AlreadyThere {
                doing: DOING,
                constraint: "several batches have a box of that label; name the batch too"
                    .to_owned(),
            }),
        }
    }
}

fn delivery_of(row: &EngineRow) -> Result<DeliveryHead, StoreError> {
    let mut columns = Columns {
        table: "stock_delivery",
        id: "unknown".to_owned(),
        row,
    };
    let id: DeliveryId = columns.read("delivery_id", |bytes| bytes.try_into().ok())?;
    columns.id = id.to_string();
    let received_at = from_micros(columns.get("received_at")?);
    Ok(DeliveryHead {
        id,
        batch: columns.get("batch")?,
        received_at: received_at.ok_or_else(|| columns.bad("received_at"))?,
        announced: count(row, "announced")?,
        boxes: count(row, "boxes")?,
        waiting: count(row, "waiting")?,
    })
}

fn box_of(row: &EngineRow) -> Result<BoxHead, StoreError> {
    let mut columns = Columns {
        table: "stock_box",
        id: "unknown".to_owned(),
        row,
    };
    let id: BoxId = columns.read("box_id", |bytes| bytes.try_into().ok())?;
    columns.id = id.to_string();
    let counted: Option<i64> = columns.get("counted")?;
    Ok(BoxHead {
        id,
        delivery: columns.read("delivery_id", |bytes| bytes.try_into().ok())?,
        label: columns.get("label")?,
        announced: count(row, "announced")?,
        counted: counted.map(i64::unsigned_abs),
        in_vault: count(row, "in_vault")?,
    })
}

fn number(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

async fn insert_delivery(
    tx: &mut Tx,
    delivery: &NewDelivery<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let announced: usize = delivery.boxes.iter().map(|one| one.blanks.len()).sum();
    sqlx::query(
        "INSERT INTO stock_delivery
             (delivery_id, batch, file_digest, wrapped_key, key_version, announced, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&delivery.id.as_bytes()[..])
    .bind(delivery.batch)
    .bind(&delivery.file_digest[..])
    .bind(delivery.wrapped_key)
    .bind(i64::from(delivery.key_version))
    .bind(number(announced))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database(DOING))
}

async fn insert_box(
    tx: &mut Tx,
    delivery: &NewDelivery<'_>,
    one: &NewBox<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let announced = number(one.blanks.len());
    let taken = (!delivery.inspect).then_some(announced);
    sqlx::query(
        "INSERT INTO stock_box (box_id, delivery_id, label, announced, counted, sampled, inspected_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&one.id.as_bytes()[..])
    .bind(&delivery.id.as_bytes()[..])
    .bind(one.label)
    .bind(announced)
    .bind(taken)
    .bind(taken.map(|_| 0_i64))
    .bind(taken.map(|_| micros(now)))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database(DOING))
}

async fn insert_blanks(
    tx: &mut Tx,
    delivery: &NewDelivery<'_>,
    one: &NewBox<'_>,
) -> Result<(), StoreError> {
    let state = if delivery.inspect {
        BlankState::InDelivery
    } else {
        BlankState::Vault
    };
    for blanks in one.blanks.chunks(CHUNK) {
        let mut statement = Statement::new(
            "INSERT INTO stock_blank
                 (blank_id, delivery_id, box_id, chip_serial, key_check_values, state) VALUES ",
        );
        for (place, blank) in blanks.iter().enumerate() {
            statement.push(if place == 0 { "(" } else { ", (" });
            statement.bind_list([
                blank.id.as_bytes().to_vec(),
                delivery.id.as_bytes().to_vec(),
                one.id.as_bytes().to_vec(),
                blank.chip.as_bytes().to_vec(),
                blank.key_check_values.to_vec(),
            ]);
            statement.push(", ").bind(state.name()).push(")");
        }
        let inserted = statement.build().execute(&mut **tx).await;
        inserted.map_err(StoreError::database("receiving a blank"))?;
    }
    Ok(())
}

/// The moves of a box's blanks into `state`, each one's move number `step`, and the entry of all.
async fn insert_moves(
    tx: &mut Tx,
    one: &NewBox<'_>,
    (step, state): (i64, BlankState),
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let Some(first) = one.blanks.first() else {
        return Ok(());
    };
    let received = BlankState::InDelivery.after(BlankStep::Receive)?;
    let (from, to) = if state == received {
        (Account::Delivery, Account::Vault)
    } else {
        (Account::Maker, Account::Delivery)
    };
    let entry = entry_id(first.id, step);
    sqlx::query(
        "INSERT INTO stock_entry (entry_id, from_account, to_account, blanks, entered_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&entry)
    .bind(from.to_string())
    .bind(to.to_string())
    .bind(number(one.blanks.len()))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("writing to the ledger"))?;
    for blanks in one.blanks.chunks(CHUNK) {
        let mut statement = Statement::new(
            "INSERT INTO stock_move (blank_id, step, state, moved_at, entry_id) VALUES ",
        );
        for (place, blank) in blanks.iter().enumerate() {
            statement.push(if place == 0 { "(" } else { ", (" });
            statement.bind(blank.id.as_bytes().to_vec()).push(", ");
            statement.bind(step).push(", ").bind(state.name());
            statement.push(", ").bind(micros(now)).push(", ");
            statement.bind(entry.clone()).push(")");
        }
        let inserted = statement.build().execute(&mut **tx).await;
        inserted.map_err(StoreError::database("recording a blank's move"))?;
    }
    Ok(())
}

//! Blanks in stock: deliveries, where each blank is, and what its maker told us about its chip.

use evidence::entry::Entry;
use personalisation_core::{
    blank::{BlankState, BlankStep},
    chip_serial::ChipSerial,
    ids::{BlankId, DeliveryId},
};
use sqlx::Row as _;
use time::OffsetDateTime;

use crate::{
    Store, StoreError, audit,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

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
    /// The blanks.
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

/// A blank in stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// Its id.
    pub id: BlankId,
    /// Its chip's serial.
    pub chip: ChipSerial,
    /// Where it is.
    pub state: BlankState,
    /// The batch's transport key, encrypted to the delivery key in our token.
    pub wrapped_key: Vec<u8>,
    /// Key version number of the transport keys on its chip.
    pub key_version: u8,
    /// Check values of its chip's transport keys ENC, MAC, DEK.
    pub key_check_values: [u8; 9],
    /// The maker's name of the batch.
    pub batch: String,
}

impl Store {
    /// Takes a delivery into the vault: all of it or nothing. The same file, batch or chip twice is
    /// [`StoreError::AlreadyThere`].
    pub async fn receive_delivery(
        &self,
        delivery: &NewDelivery<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        transaction!(self, "receiving a delivery of blanks", |tx| {
            insert_delivery(tx, delivery, now).await?;
            for blank in delivery.blanks {
                insert_blank(tx, delivery.id, blank, now).await?;
                step(tx, blank.id, BlankStep::Receive, None, now).await?;
            }
            audit::write(tx, entries).await
        })
    }

    /// The blank whose chip has that serial.
    pub async fn blank_by_chip(&self, chip: ChipSerial) -> Result<Option<Blank>, StoreError> {
        let row = sqlx::query(
            "SELECT blank.*, delivery.wrapped_key, delivery.key_version, delivery.batch
             FROM stock_blank AS blank
             JOIN stock_delivery AS delivery ON delivery.delivery_id = blank.delivery_id
             WHERE blank.chip_serial = $1",
        )
        .bind(&chip.as_bytes()[..])
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a blank"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: "stock_blank",
            id: chip.to_string(),
            row: &row,
        };
        Ok(Some(Blank {
            id: columns.read("blank_id", |bytes| bytes.try_into().ok())?,
            chip,
            state: blank_state(&columns)?,
            wrapped_key: columns.get("wrapped_key")?,
            key_version: key_version(&columns)?,
            key_check_values: columns.read("key_check_values", |bytes| bytes.try_into().ok())?,
            batch: columns.get("batch")?,
        }))
    }

    /// Records that a blank which no attempt is bound to was found unusable; `Stale` where one that has not ended is.
    pub async fn spoil_unbound(
        &self,
        blank: BlankId,
        reason: &str,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        transaction!(self, "recording a spoiled blank", |tx| {
            let bound: Option<i64> = sqlx::query_scalar(
                "SELECT 1 FROM line_attempt
                 WHERE blank_id = $1 AND state NOT IN ('scrapped', 'cancelled', 'quality_passed')
                 AND NOT (state = 'read_back' AND machine IS NULL)",
            )
            .bind(&blank.as_bytes()[..])
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database("looking who has a blank"))?;
            if bound.is_some() {
                return Err(StoreError::Stale {
                    doing: "recording a spoiled blank",
                    object: format!("blank {blank}"),
                });
            }
            if state_of(tx, blank).await? == BlankState::Vault {
                step(tx, blank, BlankStep::Issue, None, now).await?;
            }
            step(tx, blank, BlankStep::Spoil, Some(reason), now).await?;
            audit::write(tx, entries).await
        })
    }

    /// How many blanks are in each state; the sum is what was ever received.
    pub async fn stock(&self) -> Result<Vec<(BlankState, u64)>, StoreError> {
        const DOING: &str = "counting the stock";
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS blanks FROM stock_blank GROUP BY state ORDER BY state",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "stock_blank",
                    id: "any".to_owned(),
                    row,
                };
                let blanks: i64 = columns.get("blanks")?;
                Ok((blank_state(&columns)?, blanks.unsigned_abs()))
            })
            .collect()
    }
}

/// Moves a blank, guarding its state; part of the caller's transaction.
pub(crate) async fn step(
    tx: &mut Tx,
    blank: BlankId,
    step: BlankStep,
    spoil_reason: Option<&str>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "moving a blank";
    let from = state_of(tx, blank).await?;
    let to = from.after(step)?;
    let moved = sqlx::query(
        "UPDATE stock_blank SET state = $3, spoil_reason = $4 WHERE blank_id = $1 AND state = $2",
    )
    .bind(&blank.as_bytes()[..])
    .bind(from.name())
    .bind(to.name())
    .bind(spoil_reason)
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() != 1 {
        return Err(StoreError::Stale {
            doing: DOING,
            object: format!("blank {blank}"),
        });
    }
    insert_move(tx, blank, to, now).await
}

/// Where a blank is.
pub(crate) async fn state_of(tx: &mut Tx, blank: BlankId) -> Result<BlankState, StoreError> {
    let row = sqlx::query("SELECT state FROM stock_blank WHERE blank_id = $1")
        .bind(&blank.as_bytes()[..])
        .fetch_one(&mut **tx)
        .await
        .map_err(StoreError::database("reading a blank"))?;
    blank_state(&Columns {
        table: "stock_blank",
        id: blank.to_string(),
        row: &row,
    })
}

fn blank_state(columns: &Columns<'_>) -> Result<BlankState, StoreError> {
    let state = columns.word_if_any("state", BlankState::from_name)?;
    state.ok_or_else(|| columns.bad("state"))
}

fn key_version(columns: &Columns<'_>) -> Result<u8, StoreError> {
    let version: i64 = columns.get("key_version")?;
    u8::try_from(version).map_err(|_| columns.bad("key_version"))
}

async fn insert_delivery(
    tx: &mut Tx,
    delivery: &NewDelivery<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
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
    .bind(i64::try_from(delivery.blanks.len()).unwrap_or(i64::MAX))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("receiving a delivery of blanks"))?;
    Ok(())
}

async fn insert_blank(
    tx: &mut Tx,
    delivery: DeliveryId,
    blank: &NewBlank,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let state = BlankState::InDelivery;
    sqlx::query(
        "INSERT INTO stock_blank (blank_id, delivery_id, chip_serial, key_check_values, state)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&blank.id.as_bytes()[..])
    .bind(&delivery.as_bytes()[..])
    .bind(&blank.chip.as_bytes()[..])
    .bind(&blank.key_check_values[..])
    .bind(state.name())
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("receiving a blank"))?;
    insert_move(tx, blank.id, state, now).await
}

async fn insert_move(
    tx: &mut Tx,
    blank: BlankId,
    to: BlankState,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_move (blank_id, step, state, moved_at)
         SELECT $1, COUNT(*) + 1, $2, $3 FROM stock_move WHERE blank_id = $1",
    )
    .bind(&blank.as_bytes()[..])
    .bind(to.name())
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("recording a blank's move"))?;
    Ok(())
}

/// Finds a blank by its chip inside a transaction: its id, and where it is.
pub(crate) async fn find(
    tx: &mut Tx,
    chip: ChipSerial,
) -> Result<Option<(BlankId, BlankState)>, StoreError> {
    let row = sqlx::query("SELECT blank_id, state FROM stock_blank WHERE chip_serial = $1")
        .bind(&chip.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a blank"))?;
    let Some(row) = row else { return Ok(None) };
    let bytes: Vec<u8> = row
        .try_get("blank_id")
        .map_err(StoreError::database("reading a blank"))?;
    let columns = Columns {
        table: "stock_blank",
        id: chip.to_string(),
        row: &row,
    };
    let blank = bytes
        .as_slice()
        .try_into()
        .map_err(|_| columns.bad("blank_id"))?;
    Ok(Some((blank, blank_state(&columns)?)))
}

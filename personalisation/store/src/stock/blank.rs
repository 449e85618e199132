//! One blank: where it is, and what its maker told us about its chip.

use evidence::entry::Entry;
use personalisation_core::{
    blank::{BlankState, BlankStep},
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId},
    stock::LineName,
};
use time::OffsetDateTime;

use super::{Movement, move_blanks};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::Columns,
    transaction::{Tx, transaction},
};

/// In one state, and not of a shift that is open.
pub(super) const TO_DESTROY: &str =
    "SELECT blank.* FROM stock_blank AS blank WHERE blank.state = $1
     AND NOT EXISTS (SELECT 1 FROM stock_move AS move
                     JOIN stock_entry AS entry ON entry.entry_id = move.entry_id
                     JOIN stock_shift AS shift ON shift.shift_id = entry.shift_id
                     WHERE move.blank_id = blank.blank_id AND move.state = 'spoiled'
                     AND shift.state = 'open')
     ORDER BY blank.chip_serial LIMIT $2";

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

/// A blank, as the stock's lists have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlankHead {
    /// Its id.
    pub id: BlankId,
    /// Its chip's serial.
    pub chip: ChipSerial,
    /// Where it is.
    pub state: BlankState,
    /// The line that has it, or had it last.
    pub line: Option<LineName>,
    /// The box that it came in.
    pub in_box: Option<BoxId>,
    /// Why it is spoiled, once it is.
    pub spoil_reason: Option<String>,
}

impl BlankHead {
    /// Whether it was handed out to that line.
    pub fn is_at(&self, line: &LineName) -> bool {
        self.state == BlankState::Line && self.line.as_ref() == Some(line)
    }

    pub(super) fn of(row: &EngineRow) -> Result<Self, StoreError> {
        let mut columns = Columns {
            table: "stock_blank",
            id: "unknown".to_owned(),
            row,
        };
        let id: BlankId = columns.read("blank_id", |bytes| bytes.try_into().ok())?;
        columns.id = id.to_string();
        Ok(Self {
            id,
            chip: columns.read("chip_serial", |bytes| bytes.try_into().ok())?,
            state: blank_state(&columns)?,
            line: columns.word_if_any("line", |line| line.parse().ok())?,
            in_box: columns.read_if_any("box_id", |bytes| bytes.try_into().ok())?,
            spoil_reason: columns.get("spoil_reason")?,
        })
    }
}

impl Store {
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

    /// Blanks in that state by serial, at most `most`; without those that were spoiled in a shift that is open: they are
    /// counted before they are destroyed.
    pub async fn blanks_to_destroy(
        &self,
        state: BlankState,
        most: u32,
    ) -> Result<Vec<BlankHead>, StoreError> {
        let rows = sqlx::query(TO_DESTROY)
            .bind(state.name())
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("listing blanks"))?;
        rows.iter().map(BlankHead::of).collect()
    }

    /// Records that a blank which no attempt is bound to was found unusable at a line; `Stale` where one that has not
    /// ended is.
    pub async fn spoil_unbound(
        &self,
        blank: BlankId,
        (reason, line): (&str, &LineName),
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        transaction!(self, "recording a spoiled blank", |tx| {
            not_under_way(tx, blank).await?;
            if state_of(tx, blank).await?.is_in_vault() {
                let issue = Movement::issue(line, now);
                move_blanks(tx, &[blank], &issue).await?;
            }
            let spoil = Movement {
                spoil_reason: Some(reason),
                ..Movement::by_program(BlankStep::Spoil, now)
            };
            move_blanks(tx, &[blank], &spoil).await?;
            audit::write(tx, entries).await
        })
    }
}

/// `Stale` where an attempt that has not ended is bound to the blank.
pub(super) async fn not_under_way(tx: &mut Tx, blank: BlankId) -> Result<(), StoreError> {
    let bound: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM line_attempt
         WHERE blank_id = $1 AND state NOT IN ('scrapped', 'cancelled', 'quality_passed', 'packed')
         AND NOT (state = 'read_back' AND machine IS NULL)",
    )
    .bind(&blank.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("looking who has a blank"))?;
    if bound.is_some() {
        return Err(StoreError::Stale {
            doing: "moving a blank",
            object: format!("blank {blank}"),
        });
    }
    Ok(())
}

/// Whether any attempt ever had the blank.
pub(super) async fn was_used(tx: &mut Tx, blank: BlankId) -> Result<bool, StoreError> {
    let bound: Option<i64> = sqlx::query_scalar("SELECT 1 FROM line_attempt WHERE blank_id = $1")
        .bind(&blank.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("looking who had a blank"))?;
    Ok(bound.is_some())
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

/// Finds a blank by its chip inside a transaction.
pub(crate) async fn find(tx: &mut Tx, chip: ChipSerial) -> Result<Option<BlankHead>, StoreError> {
    let row = sqlx::query("SELECT * FROM stock_blank WHERE chip_serial = $1")
        .bind(&chip.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a blank"))?;
    row.as_ref().map(BlankHead::of).transpose()
}

/// Keeps a blank at its line until the caller's transaction ends: who takes it from there meanwhile, by whatever kind of
/// transaction, waits for this row and looks again. Whether it is there, and no attempt ever had its chip.
pub(crate) async fn keep_at(
    tx: &mut Tx,
    blank: BlankId,
    line: &LineName,
) -> Result<bool, StoreError> {
    let kept = sqlx::query(
        "UPDATE stock_blank SET line = line WHERE blank_id = $1 AND state = 'line' AND line = $2
         AND NOT EXISTS (SELECT 1 FROM line_attempt WHERE chip_serial = stock_blank.chip_serial)",
    )
    .bind(&blank.as_bytes()[..])
    .bind(line.as_str())
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("keeping a blank at its line"))?;
    Ok(kept.rows_affected() == 1)
}

/// The blanks of these chips; an error that names the first one that nobody delivered.
pub(super) async fn find_all(
    tx: &mut Tx,
    chips: &[ChipSerial],
) -> Result<Vec<BlankHead>, StoreError> {
    let mut blanks = Vec::with_capacity(chips.len());
    for chip in chips {
        let found = find(tx, *chip).await?;
        blanks.push(found.ok_or(StoreError::NoSuchBlank(*chip))?);
    }
    Ok(blanks)
}

pub(super) fn blank_state(columns: &Columns<'_>) -> Result<BlankState, StoreError> {
    let state = columns.word_if_any("state", BlankState::from_name)?;
    state.ok_or_else(|| columns.bad("state"))
}

fn key_version(columns: &Columns<'_>) -> Result<u8, StoreError> {
    let version: i64 = columns.get("key_version")?;
    u8::try_from(version).map_err(|_| columns.bad("key_version"))
}

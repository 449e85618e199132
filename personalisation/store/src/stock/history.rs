//! One card's whole history: where its blank came from, each place that it was in, each state of the attempt that it was
//! used for, each inspection; who and when. No personal data.

use dossier::PersonId;
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    chip_serial::ChipSerial,
    ids::{BlankId, OrderId},
    quality::Look,
    stock::Account,
};
use time::OffsetDateTime;

use super::movement::count;
use crate::{
    Store, StoreError,
    engine::EngineRow,
    line::bind_id,
    row::{Columns, from_micros},
    staff,
    statement::Statement,
};

const DOING: &str = "reading a card's history";

/// What a card is looked for by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardKey {
    /// Its chip's serial.
    Chip(ChipSerial),
    /// Its document's number.
    Number(String),
}

/// A card, and all that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardHistory {
    /// Its chip.
    pub chip: ChipSerial,
    /// The maker's name of its batch.
    pub batch: String,
    /// What stood on its box.
    pub label: String,
    /// What it was made for, once it was bound.
    pub made: Option<Made>,
    /// What happened, the first first.
    pub events: Vec<HistoryEvent>,
}

/// What a blank was bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The attempt.
    pub attempt: AttemptId,
    /// The document's number.
    pub number: String,
    /// Why it was given up, if it was.
    pub scrap_reason: Option<String>,
    /// The worker, as `LINE/READER`.
    pub worker: Option<String>,
    /// The machine that it lies in, or left.
    pub machine: Option<String>,
    /// Where it left the machine to: exit, reject, removed.
    pub tray: Option<String>,
    /// The version of the template that its faces are printed by.
    pub template: Option<u64>,
    /// SHA-256 of the certificate of whose key signed it, hexadecimal.
    pub signer: Option<String>,
}

/// Something that happened to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// When.
    pub at: OffsetDateTime,
    /// What.
    pub what: Happened,
    /// Who did it; none: a program.
    pub by: Option<PersonId>,
    /// Who signed with them.
    pub with: Option<PersonId>,
}

/// What can happen to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Its blank came to another place.
    Moved(Account),
    /// Its attempt came into another state, by its name in the database.
    State(String),
    /// Somebody, or a machine, looked at it.
    Inspected {
        /// Which look.
        look: Look,
        /// Whether it passed.
        passed: bool,
    },
}

impl Store {
    /// The card of that chip or number.
    pub async fn card_history(&self, key: &CardKey) -> Result<Option<CardHistory>, StoreError> {
        let mut statement = Statement::new(
            "SELECT blank.blank_id, blank.chip_serial, delivery.batch, box.label,
                 attempt.order_id, attempt.attempt, attempt.document_number, attempt.scrap_reason,
                 attempt.machine, attempt.left_machine, attempt.template_version, made.holder,
                 signer.certificate
             FROM stock_blank AS blank
             JOIN stock_box AS box ON box.box_id = blank.box_id
             JOIN stock_delivery AS delivery ON delivery.delivery_id = blank.delivery_id
             LEFT JOIN line_attempt AS attempt ON attempt.blank_id = blank.blank_id
             LEFT JOIN line_batch AS made ON made.batch_id = attempt.batch_id
             LEFT JOIN line_signer AS signer
                 ON signer.order_id = attempt.order_id AND signer.attempt = attempt.attempt
             WHERE ",
        );
        match key {
            CardKey::Chip(chip) => statement
                .push("blank.chip_serial = ")
                .bind(chip.as_bytes().to_vec()),
            CardKey::Number(number) => statement
                .push("attempt.document_number = ")
                .bind(number.clone()),
        };
        let row = statement.build().fetch_optional(&self.pool).await;
        let Some(row) = row.map_err(StoreError::database(DOING))? else {
            return Ok(None);
        };
        let (blank, mut history) = card_of(&row)?;
        history.events = self.card_moves(blank).await?;
        if let Some(made) = &history.made {
            let id = made.attempt;
            history.events.extend(self.card_states(&id).await?);
            history.events.extend(self.card_looks(&id).await?);
        }
        history.events.sort_by_key(|event| event.at);
        Ok(Some(history))
    }

    async fn card_moves(&self, blank: BlankId) -> Result<Vec<HistoryEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT move.moved_at, entry.to_account, entry.by_person, entry.with_person
             FROM stock_move AS move JOIN stock_entry AS entry ON entry.entry_id = move.entry_id
             WHERE move.blank_id = $1 ORDER BY move.step",
        )
        .bind(&blank.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let event = |row: &EngineRow| {
            let columns = columns("stock_move", row);
            let to = columns.word_if_any("to_account", |word| word.parse().ok())?;
            Ok(HistoryEvent {
                at: time_of(&columns, "moved_at")?,
                what: Happened::Moved(to.ok_or_else(|| columns.bad("to_account"))?),
                by: columns.read_if_any("by_person", staff::person_id)?,
                with: columns.read_if_any("with_person", staff::person_id)?,
            })
        };
        rows.iter().map(event).collect()
    }

    async fn card_states(&self, id: &AttemptId) -> Result<Vec<HistoryEvent>, StoreError> {
        let query = sqlx::query(
            "SELECT state, moved_at FROM line_move WHERE order_id = $1 AND attempt = $2
             ORDER BY step",
        );
        let rows = bind_id(query, id).fetch_all(&self.pool).await;
        let event = |row: &EngineRow| {
            let columns = columns("line_move", row);
            Ok(HistoryEvent {
                at: time_of(&columns, "moved_at")?,
                what: Happened::State(columns.get("state")?),
                by: None,
                with: None,
            })
        };
        let rows = rows.map_err(StoreError::database(DOING))?;
        rows.iter().map(event).collect()
    }

    async fn card_looks(&self, id: &AttemptId) -> Result<Vec<HistoryEvent>, StoreError> {
        let query = sqlx::query(
            "SELECT look, passed, inspector, inspected_at FROM quality_inspection
             WHERE order_id = $1 AND attempt = $2 ORDER BY inspected_at",
        );
        let rows = bind_id(query, id).fetch_all(&self.pool).await;
        let event = |row: &EngineRow| {
            let columns = columns("quality_inspection", row);
            let look = columns.word_if_any("look", Look::from_name)?;
            Ok(HistoryEvent {
                at: time_of(&columns, "inspected_at")?,
                what: Happened::Inspected {
                    look: look.ok_or_else(|| columns.bad("look"))?,
                    passed: count(row, "passed")? == 1,
                },
                by: columns.read_if_any("inspector", staff::person_id)?,
                with: None,
            })
        };
        let rows = rows.map_err(StoreError::database(DOING))?;
        rows.iter().map(event).collect()
    }
}

fn columns<'r>(table: &'static str, row: &'r EngineRow) -> Columns<'r> {
    let id = "any".to_owned();
    Columns { table, id, row }
}

fn time_of(columns: &Columns<'_>, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    from_micros(columns.get(column)?).ok_or_else(|| columns.bad(column))
}

fn card_of(row: &EngineRow) -> Result<(BlankId, CardHistory), StoreError> {
    let columns = columns("stock_blank", row);
    let order: Option<OrderId> = columns.read_if_any("order_id", |bytes| bytes.try_into().ok())?;
    let attempt: Option<i64> = columns.get("attempt")?;
    let made = match (order, attempt) {
        (Some(order), Some(attempt)) => {
            let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
            let attempt = attempt.ok_or_else(|| columns.bad("attempt"))?;
            let template: Option<i64> = columns.get("template_version")?;
            Some(Made {
                attempt: AttemptId { order, attempt },
                number: columns.get("document_number")?,
                scrap_reason: columns.get("scrap_reason")?,
                worker: columns.get("holder")?,
                machine: columns.get("machine")?,
                tray: columns.get("left_machine")?,
                template: template.map(i64::unsigned_abs),
                signer: columns.get("certificate")?,
            })
        }
        _ => None,
    };
    let history = CardHistory {
        chip: columns.read("chip_serial", |bytes| bytes.try_into().ok())?,
        batch: columns.get("batch")?,
        label: columns.get("label")?,
        made,
        events: Vec::new(),
    };
    let blank = columns.read("blank_id", |bytes| bytes.try_into().ok())?;
    Ok((blank, history))
}

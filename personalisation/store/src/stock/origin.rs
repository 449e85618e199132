//! Which cards came from where: when a box, a reader or a station turns out to be at fault, these are the cards to look
//! at.

use dossier::StationId;
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber, Digest},
    chip_serial::ChipSerial,
    ids::OrderId,
};
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    engine::EngineRow,
    line::bind_id,
    row::{Columns, from_micros},
    statement::Statement,
    transaction::Tx,
};

/// What is asked for; nothing: every card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginFilter {
    /// The maker's name of the batch.
    pub batch: Option<String>,
    /// What stands on the box.
    pub label: Option<String>,
    /// The line, or one of its readers as `LINE/READER`.
    pub worker: Option<String>,
    /// The station where it was applied for.
    pub station: Option<StationId>,
    /// SHA-256 of the document signer's certificate, hexadecimal in small letters.
    pub signer: Option<String>,
    /// The document's number.
    pub number: Option<String>,
    /// Without the cards that were begun in a shift that is open at their line: nobody counted them yet.
    pub counted_only: bool,
}

/// A card that was begun, and where it came from. No personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardOrigin {
    /// The attempt that made it.
    pub attempt: AttemptId,
    /// How far that is: its name in the database.
    pub state: String,
    /// Its document's number.
    pub number: String,
    /// Its chip.
    pub chip: ChipSerial,
    /// The maker's name of its batch.
    pub batch: String,
    /// What stood on its box.
    pub label: String,
    /// The worker that made it, as `LINE/READER`.
    pub worker: Option<String>,
    /// The station where it was applied for; none for an order of the command line.
    pub station: Option<StationId>,
    /// SHA-256 of the certificate of whose key signed it, hexadecimal; none before, and for cards of before.
    pub signer: Option<String>,
    /// When it was begun.
    pub bound_at: OffsetDateTime,
}

impl Store {
    /// Cards that were begun, the newest first, at most `most`.
    pub async fn card_origins(
        &self,
        filter: &OriginFilter,
        most: u32,
    ) -> Result<Vec<CardOrigin>, StoreError> {
        let mut statement = Statement::new(
            "SELECT attempt.order_id, attempt.attempt, attempt.state, attempt.document_number,
                 attempt.chip_serial, delivery.batch, box.label, made.holder,
                 application.station, signer.certificate, number.allocated_at
             FROM line_attempt AS attempt
             JOIN stock_blank AS blank ON blank.blank_id = attempt.blank_id
             JOIN stock_box AS box ON box.box_id = blank.box_id
             JOIN stock_delivery AS delivery ON delivery.delivery_id = blank.delivery_id
             JOIN line_number AS number ON number.number = attempt.document_number
             LEFT JOIN line_batch AS made ON made.batch_id = attempt.batch_id
             LEFT JOIN line_signer AS signer
                 ON signer.order_id = attempt.order_id AND signer.attempt = attempt.attempt
             LEFT JOIN review_application AS application
                 ON application.order_id = attempt.order_id
             WHERE 1 = 1",
        );
        if let Some(batch) = &filter.batch {
            statement.push(" AND delivery.batch = ").bind(batch.clone());
        }
        if let Some(label) = &filter.label {
            statement.push(" AND box.label = ").bind(label.clone());
        }
        if let Some(number) = &filter.number {
            statement
                .push(" AND attempt.document_number = ")
                .bind(number.clone());
        }
        if let Some(signer) = &filter.signer {
            statement
                .push(" AND signer.certificate = ")
                .bind(signer.clone());
        }
        if let Some(station) = &filter.station {
            statement
                .push(" AND application.station = ")
                .bind(station.as_bytes().to_vec());
        }
        if let Some(worker) = &filter.worker {
            let readers = format!("{worker}/");
            let length = i64::try_from(readers.chars().count()).unwrap_or(i64::MAX);
            statement.push(" AND (made.holder = ").bind(worker.clone());
            statement
                .push(" OR substr(made.holder, 1, CAST(")
                .bind(length);
            statement.push(" AS INTEGER)) = ").bind(readers).push(")");
        }
        if filter.counted_only {
            statement.push(
                " AND NOT EXISTS (SELECT 1 FROM stock_shift AS shift WHERE shift.line = blank.line
                     AND shift.state = 'open' AND shift.opened_at <= number.allocated_at)",
            );
        }
        statement
            .push(" ORDER BY number.allocated_at DESC, attempt.document_number LIMIT ")
            .bind(i64::from(most));
        let rows = statement.build().fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::database("looking where cards came from"))?;
        rows.iter().map(origin_of).collect()
    }
}

fn origin_of(row: &EngineRow) -> Result<CardOrigin, StoreError> {
    let mut columns = Columns {
        table: "line_attempt",
        id: "unknown".to_owned(),
        row,
    };
    let order: OrderId = columns.read("order_id", |bytes| bytes.try_into().ok())?;
    columns.id = order.to_string();
    let attempt: i64 = columns.get("attempt")?;
    let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
    let bound_at = from_micros(columns.get("allocated_at")?);
    Ok(CardOrigin {
        attempt: AttemptId {
            order,
            attempt: attempt.ok_or_else(|| columns.bad("attempt"))?,
        },
        state: columns.get("state")?,
        number: columns.get("document_number")?,
        chip: columns.read("chip_serial", |bytes| bytes.try_into().ok())?,
        batch: columns.get("batch")?,
        label: columns.get("label")?,
        worker: columns.get("holder")?,
        station: columns.read_if_any("station", |bytes| {
            Some(StationId::from_bytes(bytes.try_into().ok()?))
        })?,
        signer: columns.get("certificate")?,
        bound_at: bound_at.ok_or_else(|| columns.bad("allocated_at"))?,
    })
}

/// Writes down whose key signed an attempt's card; part of the caller's transaction. Again changes nothing: pki answers the same
/// request with the same bytes.
pub(crate) async fn note_signer(
    tx: &mut Tx,
    id: AttemptId,
    certificate: Digest,
) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO line_signer (order_id, attempt, certificate) VALUES ($1, $2, $3)
         ON CONFLICT (order_id, attempt) DO NOTHING",
    );
    bind_id(query, &id)
        .bind(hex::encode(certificate.0))
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database("noting who signed a card"))
}

//! What officials ask: answered with little, and not too often. The question is counted and audited in the transaction that answers.

use dossier::{PersonId, dossier::DocumentType};
use evidence::entry::Entry;
use personalisation_core::{
    document::lookup::{Answer, Asked, WINDOW, answer},
    document_number::DocumentNumber,
    ids::ActId,
};
use time::OffsetDateTime;

use super::{ASKERS, read::find};
use crate::{
    Store, StoreError, audit,
    row::{Columns, micros},
    stock::demand,
    transaction::{Tx, transaction},
};

const DOING: &str = "answering whether a document is valid";

/// What somebody asks.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Its act in the audit; the same again is one question.
    pub id: ActId,
    /// Who asks.
    pub by: PersonId,
    /// The number.
    pub number: DocumentNumber,
    /// The type that the document says it is.
    pub document_type: DocumentType,
}

impl Store {
    /// Whether a document is valid; none where this person asked too often within the last hour. `entries` speaks of the answer.
    pub async fn ask_document(
        &self,
        question: &Question,
        entries: impl Fn(Option<Answer>) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<Option<Answer>, StoreError> {
        let entries = &entries;
        transaction!(self, DOING, |tx| {
            demand(tx, question.by, ASKERS, now).await?;
            let told = if asked(tx, question.by, now).await?.may_ask() {
                let row = find(&mut **tx, question.number).await?;
                let document = row.as_ref().map(|row| &row.document);
                let told = answer(document, question.document_type, now);
                count(tx, question, told, now).await?;
                Some(told)
            } else {
                None
            };
            audit::write(tx, &entries(told)).await?;
            Ok(told)
        })
    }
}

/// What somebody asked lately.
async fn asked(tx: &mut Tx, person: PersonId, now: OffsetDateTime) -> Result<Asked, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS questions, CAST(COALESCE(SUM(unknown), 0) AS BIGINT) AS unknown
         FROM document_question WHERE person = $1 AND asked_at > $2",
    )
    .bind(person.as_bytes().to_vec())
    .bind(micros(now - WINDOW))
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let columns = Columns {
        table: "document_question",
        id: format!("of {person}"),
        row: &row,
    };
    let (questions, unknown): (i64, i64) = (columns.get("questions")?, columns.get("unknown")?);
    Ok(Asked {
        questions: u32::try_from(questions).unwrap_or(u32::MAX),
        unknown: u32::try_from(unknown).unwrap_or(u32::MAX),
    })
}

async fn count(
    tx: &mut Tx,
    question: &Question,
    told: Answer,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO document_question (question_id, person, asked_at, unknown) VALUES ($1, $2, $3, $4)
         ON CONFLICT (question_id) DO NOTHING",
    )
    .bind(question.id.as_bytes().to_vec())
    .bind(question.by.as_bytes().to_vec())
    .bind(micros(now))
    .bind(i16::from(told == Answer::Unknown))
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database(DOING))
}

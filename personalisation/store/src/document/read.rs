//! Documents as the database has them.

use dossier::PersonId;
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    document::{
        Active, Destroyed, Document, DocumentState, Expired, Loss, Made, Report, Reporter,
        RevocationReason, Revoked, Suspended, VoidReason, Voided,
    },
    document_number::DocumentNumber,
    ids::OrderId,
    stock::Signatures,
};
use sqlx::Executor;
use time::{Date, OffsetDateTime, format_description::well_known::Iso8601};

use crate::{
    Store, StoreError,
    engine::{Engine, EngineRow},
    review::names,
    row::{Columns, from_micros},
    staff::person_id,
    transaction::Tx,
};

const TABLE: &str = "document_item";

/// A document and the report that stands, up to the condition.
pub(super) const SELECT: &str = "SELECT item.*, report.loss, report.reporter, report.lost_on, report.place,
            report.reported_by, report.reported_at
     FROM document_item AS item
     LEFT JOIN document_report AS report ON report.number = item.number AND report.lifted_at IS NULL ";

/// A document, and what the database knows beside its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// The document.
    pub document: Document,
    /// The attempt that made it.
    pub attempt: AttemptId,
    /// Name of the issuer profile.
    pub issuer_profile: String,
}

/// A move of a document after it was produced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentMove {
    /// The name of the state that it came into.
    pub state: String,
    /// When.
    pub at: OffsetDateTime,
    /// Who; none where it followed from a rule.
    pub person: Option<PersonId>,
}

impl Store {
    /// The document of that number, where its card was ever finished or given up.
    pub async fn document(
        &self,
        number: DocumentNumber,
    ) -> Result<Option<DocumentRow>, StoreError> {
        find(&self.pool, number).await
    }

    /// What a document went through after it was produced, the first move first.
    pub async fn document_moves(
        &self,
        number: DocumentNumber,
    ) -> Result<Vec<DocumentMove>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, moved_at, person FROM document_move WHERE number = $1 ORDER BY step",
        )
        .bind(number.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("reading a document's moves"))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "document_move",
                    id: number.to_string(),
                    row,
                };
                Ok(DocumentMove {
                    state: columns.get("state")?,
                    at: moment(&columns, "moved_at")?,
                    person: columns.read_if_any("person", person_id)?,
                })
            })
            .collect()
    }
}

pub(super) async fn find(
    engine: impl Executor<'_, Database = Engine>,
    number: DocumentNumber,
) -> Result<Option<DocumentRow>, StoreError> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE item.number = $1"
    )))
    .bind(number.as_str().to_owned())
    .fetch_optional(engine)
    .await
    .map_err(StoreError::database("reading a document"))?;
    row.as_ref().map(row_of).transpose()
}

/// One that must be there.
pub(super) async fn read(
    tx: &mut Tx,
    number: DocumentNumber,
    doing: &'static str,
) -> Result<DocumentRow, StoreError> {
    let found = find(&mut **tx, number).await?;
    found.ok_or_else(|| stale(number, doing))
}

pub(super) fn stale(number: DocumentNumber, doing: &'static str) -> StoreError {
    StoreError::Stale {
        doing,
        object: format!("document {number}"),
    }
}

/// A day as columns have it.
pub(super) fn day(of: Date) -> String {
    // Four digits of the year, whatever the calendar: days compare as their texts do.
    of.format(&Iso8601::DATE).unwrap_or_default()
}

pub(super) fn row_of(row: &EngineRow) -> Result<DocumentRow, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let number = columns.word_if_any("number", |text| text.parse().ok())?;
    let number: DocumentNumber = number.ok_or_else(|| columns.bad("number"))?;
    columns.id = number.to_string();
    let order: OrderId = columns.read("order_id", |bytes| bytes.try_into().ok())?;
    let attempt: i64 = columns.get("attempt")?;
    let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
    let document_type = columns.word_if_any("document_type", names::document_type_named)?;
    let document_type = document_type.ok_or_else(|| columns.bad("document_type"))?;
    let word: String = columns.get("state")?;
    let state = state_of(&columns, &word)?;
    Ok(DocumentRow {
        document: Document::recorded(number, document_type, state),
        attempt: AttemptId {
            order,
            attempt: attempt.ok_or_else(|| columns.bad("attempt"))?,
        },
        issuer_profile: columns.get("issuer_profile")?,
    })
}

fn state_of(columns: &Columns<'_>, word: &str) -> Result<DocumentState, StoreError> {
    Ok(match word {
        "produced" => DocumentState::Produced(Made {
            at: moment(columns, "produced_at")?,
        }),
        "active" => DocumentState::Active(active_of(columns)?),
        "suspended" => DocumentState::Suspended(Suspended {
            active: active_of(columns)?,
            report: report_of(columns)?.ok_or_else(|| columns.bad("state"))?,
        }),
        "revoked" => DocumentState::Revoked(Revoked {
            active: active_of(columns)?,
            report: report_of(columns)?,
            reason: reason(columns, RevocationReason::from_name)?,
            by: columns.read_if_any("ended_by", person_id)?,
            at: moment(columns, "ended_at")?,
        }),
        "expired" => DocumentState::Expired(Expired {
            active: active_of(columns)?,
            report: report_of(columns)?,
            at: moment(columns, "ended_at")?,
        }),
        "destroyed" => {
            let before: String = columns.get("ended_as")?;
            if !matches!(&*before, "revoked" | "expired") {
                return Err(columns.bad("ended_as"));
            }
            let (by, with) = (
                columns.read("destroyed_by", person_id)?,
                columns.read("destroyed_with", person_id)?,
            );
            let both = Signatures::new(by, with);
            DocumentState::Destroyed(Destroyed {
                from: Box::new(state_of(columns, &before)?),
                both: both.map_err(|_| columns.bad("destroyed_with"))?,
                at: moment(columns, "destroyed_at")?,
            })
        }
        "void" => {
            let made: Option<i64> = columns.get("produced_at")?;
            let made = made.map(|at| from_micros(at).ok_or_else(|| columns.bad("produced_at")));
            DocumentState::Void(Voided {
                made: made.transpose()?.map(|at| Made { at }),
                reason: reason(columns, VoidReason::from_name)?,
                by: columns.read_if_any("ended_by", person_id)?,
                at: moment(columns, "ended_at")?,
            })
        }
        _ => return Err(columns.bad("state")),
    })
}

fn active_of(columns: &Columns<'_>) -> Result<Active, StoreError> {
    Ok(Active {
        made: Made {
            at: moment(columns, "produced_at")?,
        },
        expires: date(columns, "expires_on")?,
        by: columns.read("activated_by", person_id)?,
        at: moment(columns, "activated_at")?,
    })
}

/// The report that stands, if one does.
fn report_of(columns: &Columns<'_>) -> Result<Option<Report>, StoreError> {
    let Some(loss) = columns.word_if_any("loss", Loss::from_name)? else {
        return Ok(None);
    };
    let reporter = columns.word_if_any("reporter", Reporter::from_name)?;
    let place = columns.word_if_any("place", |text| text.parse().ok())?;
    Ok(Some(Report {
        loss,
        reporter: reporter.ok_or_else(|| columns.bad("reporter"))?,
        on: date(columns, "lost_on")?,
        place: place.ok_or_else(|| columns.bad("place"))?,
        by: columns.read("reported_by", person_id)?,
        at: moment(columns, "reported_at")?,
    }))
}

fn reason<T>(columns: &Columns<'_>, read: fn(&str) -> Option<T>) -> Result<T, StoreError> {
    let reason = columns.word_if_any("reason", read)?;
    reason.ok_or_else(|| columns.bad("reason"))
}

fn date(columns: &Columns<'_>, column: &'static str) -> Result<Date, StoreError> {
    let day = columns.word_if_any(column, |text| Date::parse(text, &Iso8601::DATE).ok())?;
    day.ok_or_else(|| columns.bad(column))
}

fn moment(columns: &Columns<'_>, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    from_micros(columns.get(column)?).ok_or_else(|| columns.bad(column))
}

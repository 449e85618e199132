//! Tasks: where the applications of this office stand, as the centre answered; kept sealed.

use dossier::ApplicationId;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;
use wire::intake as proto;
use zeroize::Zeroizing;

use super::Outbox;
use crate::store::{Columns, StoreError, Tx, micros, sealing::Place, transaction};

const TABLE: &str = "outbox_task";
/// Most bytes of the centre's cursor.
const MAX_CURSOR: usize = 1024;
/// Most kinds of things that can be wanted again.
const MAX_RECAPTURE: usize = 8;

/// Where an application stands (docs/house.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationState {
    /// Sealed bytes are held.
    Held,
    /// Opened, verified, durable.
    Accepted,
    /// The automatic checks are done.
    Verified,
    /// A reviewer has it.
    InReview,
    /// The applicant must come again.
    MoreNeeded,
    /// To be produced.
    Approved,
    /// Ended with a document.
    Closed,
    /// Ended without one, by decision.
    Refused,
    /// Ended without one, by the applicant or by death.
    Withdrawn,
}

/// What is to be captured again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recapture {
    /// The portrait.
    Portrait,
    /// The fingers.
    Fingers,
    /// The signature.
    Signature,
    /// Documents to be shown.
    Documents,
    /// Identity data to be confirmed.
    Identity,
}

/// One application of this office, as far as the counter needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Which one.
    pub application: ApplicationId,
    /// Where it stands.
    pub state: ApplicationState,
    /// Why the applicant must come again, when more is needed.
    pub recapture: Vec<Recapture>,
    /// The appointment, seconds since 1970 (UTC).
    pub appointment: Option<i64>,
    /// When it came into its state, seconds since 1970 (UTC).
    pub since: i64,
}

/// Why an answer of the centre is no task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the centre's task has a {field} that this program does not know; update the program")]
pub struct BadTask {
    /// The field.
    pub field: &'static str,
}

impl Task {
    /// The bytes that are sealed and kept.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, serde_cbor::Error> {
        serde_cbor::to_vec(self).map(Zeroizing::new)
    }

    /// Reads what [`Self::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        serde_cbor::from_slice(bytes).ok()
    }
}

impl TryFrom<proto::Task> for Task {
    type Error = BadTask;

    fn try_from(task: proto::Task) -> Result<Self, BadTask> {
        let bad = |field| BadTask { field };
        let application = task.application.as_slice().try_into();
        let state = proto::ApplicationState::try_from(task.state).map_err(|_| bad("state"))?;
        if task.recapture.len() > MAX_RECAPTURE {
            return Err(bad("recapture"));
        }
        let recapture = task.recapture.iter().map(|number| recapture(*number));
        let known = |at: i64| OffsetDateTime::from_unix_timestamp(at).is_ok();
        Ok(Self {
            application: ApplicationId::from_bytes(application.map_err(|_| bad("application"))?),
            state: state_of(state).ok_or(bad("state"))?,
            recapture: recapture.collect::<Option<_>>().ok_or(bad("recapture"))?,
            appointment: match task.appointment {
                Some(at) if !known(at) => return Err(bad("appointment")),
                at => at,
            },
            since: Some(task.since)
                .filter(|at| known(*at))
                .ok_or(bad("since"))?,
        })
    }
}

fn state_of(state: proto::ApplicationState) -> Option<ApplicationState> {
    use proto::ApplicationState as Wire;
    Some(match state {
        Wire::Unspecified => return None,
        Wire::Held => ApplicationState::Held,
        Wire::Accepted => ApplicationState::Accepted,
        Wire::Verified => ApplicationState::Verified,
        Wire::InReview => ApplicationState::InReview,
        Wire::MoreNeeded => ApplicationState::MoreNeeded,
        Wire::Approved => ApplicationState::Approved,
        Wire::Closed => ApplicationState::Closed,
        Wire::Refused => ApplicationState::Refused,
        Wire::Withdrawn => ApplicationState::Withdrawn,
    })
}

fn recapture(number: i32) -> Option<Recapture> {
    use proto::Recapture as Wire;
    Some(match Wire::try_from(number).ok()? {
        Wire::Unspecified => return None,
        Wire::Portrait => Recapture::Portrait,
        Wire::Fingers => Recapture::Fingers,
        Wire::Signature => Recapture::Signature,
        Wire::Documents => Recapture::Documents,
        Wire::Identity => Recapture::Identity,
    })
}

impl Outbox {
    /// The tasks of this office, newest first.
    pub async fn tasks(&self) -> Result<Vec<Task>, StoreError> {
        self.tasks_by(
            "SELECT application_id, sealed FROM outbox_task ORDER BY since DESC, application_id",
        )
        .await
    }

    /// Those that nothing was sent from here in answer to, or nothing that the centre could use.
    pub async fn unanswered_tasks(&self) -> Result<Vec<Task>, StoreError> {
        self.tasks_by(
            "SELECT application_id, sealed FROM outbox_task
             WHERE answered_by IS NULL OR answered_by IN
                (SELECT application_id FROM outbox_item WHERE state = 'rejected')
             ORDER BY since DESC, application_id",
        )
        .await
    }

    async fn tasks_by(&self, query: &'static str) -> Result<Vec<Task>, StoreError> {
        let rows = sqlx::query(query)
            .fetch_all(self.store.pool())
            .await
            .map_err(StoreError::database("listing tasks"))?;
        let mut tasks = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut columns = Columns {
                table: TABLE,
                id: String::new(),
                row,
            };
            let application = columns.read("application_id", |bytes| {
                bytes.try_into().ok().map(ApplicationId::from_bytes)
            })?;
            columns.id = application.to_string();
            let sealed: &[u8] = columns.get("sealed")?;
            let plain = self.store.sealer()?.open(&place(application), sealed)?;
            tasks.push(Task::decode(&plain).ok_or_else(|| columns.bad("sealed"))?);
        }
        Ok(tasks)
    }

    /// How far tasks were read; empty before the first answer.
    pub(super) async fn cursor(&self) -> Result<Vec<u8>, StoreError> {
        let cursor: Option<Vec<u8>> = sqlx::query_scalar("SELECT cursor FROM outbox_cursor")
            .fetch_optional(self.store.pool())
            .await
            .map_err(StoreError::database("reading how far tasks were read"))?;
        Ok(cursor.unwrap_or_default())
    }

    /// Keeps an answer and how far it went in one commit: none is missed, and one that comes twice
    /// is there once.
    pub(crate) async fn keep_tasks(
        &self,
        tasks: &[Task],
        cursor: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(), StoreError> {
        const DOING: &str = "keeping tasks";
        if cursor.len() > MAX_CURSOR {
            return Err(StoreError::TooLong {
                doing: DOING,
                found: cursor.len(),
                limit: MAX_CURSOR,
            });
        }
        let mut rows = Vec::with_capacity(tasks.len());
        for task in tasks {
            let doing = DOING;
            let plain = task
                .encode()
                .map_err(|source| StoreError::Encode { doing, source })?;
            let sealed = self
                .store
                .sealer()?
                .seal(rng, &place(task.application), &plain)?;
            rows.push((task.application, task.since, sealed));
        }
        let rows = &rows;
        transaction!(self.store, DOING, |tx| {
            for (application, since, sealed) in rows {
                sqlx::query(
                    "INSERT INTO outbox_task (application_id, sealed, since) VALUES ($1, $2, $3)
                     ON CONFLICT (application_id) DO UPDATE SET sealed = $2, since = $3,
                     answered_by = CASE WHEN since = $3 THEN answered_by END",
                )
                .bind(&application.as_bytes()[..])
                .bind(sealed)
                .bind(since.saturating_mul(1_000_000))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            }
            sqlx::query(
                "INSERT INTO outbox_cursor (only, cursor) VALUES (1, $1)
                 ON CONFLICT (only) DO UPDATE SET cursor = $1",
            )
            .bind(cursor)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))
            .map(|_| ())
        })
    }

    /// Erases tasks whose state is older than that moment, and returns how many.
    pub async fn forget_tasks(&self, before: OffsetDateTime) -> Result<u64, StoreError> {
        const DOING: &str = "forgetting old tasks";
        transaction!(self.store, DOING, |tx| {
            sqlx::query("DELETE FROM outbox_task WHERE since < $1")
                .bind(micros(before))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))
                .map(|done| done.rows_affected())
        })
    }
}

/// Notes that this application answers that task.
pub(super) async fn answer(
    tx: &mut Tx,
    task: ApplicationId,
    by: ApplicationId,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox_task SET answered_by = $2 WHERE application_id = $1")
        .bind(&task.as_bytes()[..])
        .bind(&by.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("noting that a task is answered"))
        .map(|_| ())
}

fn place(application: ApplicationId) -> Place {
    Place {
        table: TABLE,
        row: application.to_string(),
        column: "sealed",
    }
}

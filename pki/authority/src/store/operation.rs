//! What the writer does: each operation's statements, and its answer.

use evidence::entry::{Act, Entry, Phase};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::{
    Alarm, Earlier, Intent, IntentError, Recorded, Release, StoreError,
    inspection::{InspectionAnswer, InspectionOperation},
    journal::{self, Signed},
    operations::{OperationsAnswer, OperationsOperation},
    witness::{self, Saw, Seeing, SeeingReply},
};
use crate::signing::{
    permit::PermitRecord,
    request::{AttemptId, ObjectKind},
};

pub(super) type Reply<T> = oneshot::Sender<T>;

/// What the audit says of acts during which the service died.
const INTERRUPTED: &str = "interrupted; nothing was released, and the same request may be repeated";

/// One thing to do, and where to answer.
pub(super) enum Operation {
    Intend {
        record: Box<PermitRecord>,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<Intent, IntentError>>,
    },
    Release {
        attempt: AttemptId,
        kind: ObjectKind,
        signed_object: Vec<u8>,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<Release, StoreError>>,
    },
    Tell {
        entries: Vec<Entry>,
        reply: Reply<Result<(), StoreError>>,
    },
    Alarms {
        reply: Reply<Result<u64, StoreError>>,
    },
    Journal {
        after: u64,
        most: u32,
        reply: Reply<Result<Vec<Signed>, StoreError>>,
    },
    See {
        seeing: Box<Seeing>,
        reply: SeeingReply,
    },
    Inspection(InspectionOperation),
    Operations(OperationsOperation),
}

/// What an operation came to, to be told after the commit.
pub(super) enum Answer {
    Intent(Intent),
    Alarm(Alarm),
    Release(Release),
    Told,
    Alarms(u64),
    Journal(Vec<Signed>),
    Saw(Saw),
    Inspection(InspectionAnswer),
    Operations(OperationsAnswer),
}

impl Operation {
    /// Runs the statements within the writer's transaction.
    pub(super) async fn apply(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<Answer, StoreError> {
        match self {
            Self::Intend {
                record, act, at, ..
            } => intend(connection, record, act, *at).await,
            Self::Release {
                attempt,
                kind,
                signed_object,
                act,
                at,
                ..
            } => release(connection, (*attempt, *kind), signed_object, act, *at).await,
            Self::Tell { entries, .. } => {
                for entry in entries {
                    tell(connection, entry).await?;
                }
                Ok(Answer::Told)
            }
            Self::Alarms { .. } => {
                let row = sqlx::query(
                    "SELECT (SELECT count(*) FROM alarm) + (SELECT count(*) FROM operations_alarm) \
                     + (SELECT count(*) FROM witness_alarm)",
                )
                .fetch_one(connection)
                .await;
                let count: i64 = row.and_then(|row| row.try_get(0)).map_err(write)?;
                Ok(Answer::Alarms(count.unsigned_abs()))
            }
            Self::Journal { after, most, .. } => {
                let signed = journal::read(connection, *after, *most).await?;
                Ok(Answer::Journal(signed))
            }
            Self::See { seeing, .. } => witness::see(connection, seeing).await,
            Self::Inspection(operation) => {
                Ok(Answer::Inspection(operation.apply(connection).await?))
            }
            Self::Operations(operation) => {
                Ok(Answer::Operations(operation.apply(connection).await?))
            }
        }
    }

    /// Answers after the commit. A caller that went away asks again.
    pub(super) fn answer(self, answer: Answer) {
        match (self, answer) {
            (Self::Intend { reply, .. }, Answer::Intent(intent)) => drop(reply.send(Ok(intent))),
            (Self::Intend { reply, .. }, Answer::Alarm(alarm)) => {
                drop(reply.send(Err(IntentError::Alarm(alarm))));
            }
            (Self::Release { reply, .. }, Answer::Release(release)) => {
                drop(reply.send(Ok(release)));
            }
            (Self::Tell { reply, .. }, Answer::Told) => drop(reply.send(Ok(()))),
            (Self::Alarms { reply }, Answer::Alarms(count)) => drop(reply.send(Ok(count))),
            (Self::Journal { reply, .. }, Answer::Journal(signed)) => drop(reply.send(Ok(signed))),
            (Self::See { reply, .. }, Answer::Saw(saw)) => drop(reply.send(Ok(saw))),
            (Self::Inspection(operation), Answer::Inspection(answer)) => operation.answer(answer),
            (Self::Operations(operation), Answer::Operations(answer)) => operation.answer(answer),
            (operation, _) => operation.fail(&StoreError::Closed),
        }
    }

    /// Answers that nothing was done.
    pub(super) fn fail(self, error: &StoreError) {
        let error = error.clone();
        match self {
            Self::Intend { reply, .. } => drop(reply.send(Err(error.into()))),
            Self::Release { reply, .. } => drop(reply.send(Err(error))),
            Self::Tell { reply, .. } => drop(reply.send(Err(error))),
            Self::Alarms { reply } => drop(reply.send(Err(error))),
            Self::Journal { reply, .. } => drop(reply.send(Err(error))),
            Self::See { reply, .. } => drop(reply.send(Err(error))),
            Self::Inspection(operation) => operation.fail(error),
            Self::Operations(operation) => operation.fail(error),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a function for map_err")]
pub(super) fn write(error: sqlx::Error) -> StoreError {
    StoreError::Write(error.to_string())
}

pub(super) async fn tell(
    connection: &mut SqliteConnection,
    entry: &Entry,
) -> Result<(), StoreError> {
    let line =
        serde_json::to_string(entry).map_err(|error| StoreError::Write(error.to_string()))?;
    let insert = sqlx::query("INSERT INTO audit (line) VALUES (?)").bind(&line);
    insert.execute(&mut *connection).await.map_err(write)?;
    let open = match entry.phase {
        Phase::Intent => sqlx::query("INSERT INTO open_act (id, intent) VALUES (?, ?)")
            .bind(&entry.id)
            .bind(line),
        Phase::Outcome => sqlx::query("DELETE FROM open_act WHERE id = ?").bind(&entry.id),
    };
    open.execute(connection).await.map(|_| ()).map_err(write)
}

/// Gives every act that a dead process left open the outcome `interrupted`: whether the token signed
/// is not known, and nothing was released.
pub(super) async fn close_open_acts(
    connection: &mut SqliteConnection,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let open = sqlx::query("SELECT intent FROM open_act ORDER BY id")
        .fetch_all(&mut *connection)
        .await
        .map_err(write)?;
    for row in open {
        let bad = || StoreError::BadRow {
            table: "open_act",
            column: "intent",
            row: "any".into(),
        };
        let intent: String = row.try_get("intent").map_err(|_| bad())?;
        let intent = Entry::parse(&intent).map_err(|_| bad())?;
        tell(connection, &intent.outcome(at, INTERRUPTED)).await?;
    }
    Ok(())
}

async fn intend(
    connection: &mut SqliteConnection,
    record: &PermitRecord,
    act: &Act,
    at: OffsetDateTime,
) -> Result<Answer, StoreError> {
    tell(connection, &act.intent(at)).await?;
    if let Some(alarm) = attempt(connection, record, at).await? {
        return raise(connection, record, alarm, act, at).await;
    }
    let (order, number, kind) = key(record.attempt, record.kind);
    let known = sqlx::query(
        "SELECT key_label, certificate, content, signing_time, digest, signed_object \
         FROM permit WHERE order_id = ? AND number = ? AND kind = ?",
    );
    let known = known.bind(order).bind(number).bind(kind);
    let Some(row) = known
        .fetch_optional(&mut *connection)
        .await
        .map_err(write)?
    else {
        insert_permit(connection, record, at).await?;
        return Ok(Answer::Intent(Intent::Recorded(Recorded(()))));
    };
    if field::<Vec<u8>>(&row, "content", record)? != record.content {
        return raise(connection, record, Alarm::OtherBytes, act, at).await;
    }
    let certificate = field(&row, "certificate", record)?;
    if let Some(signed_object) = field(&row, "signed_object", record)? {
        tell(connection, &act.outcome(at, "released again")).await?;
        let release = Release {
            signed_object,
            certificate,
            repeated: true,
        };
        return Ok(Answer::Intent(Intent::Released(release)));
    }
    let seconds = field(&row, "signing_time", record)?;
    let signing_time = OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|_| bad_row("signing_time", record.attempt))?;
    let earlier = Earlier {
        key_label: field(&row, "key_label", record)?,
        certificate,
        signing_time,
        digest: field(&row, "digest", record)?,
    };
    Ok(Answer::Intent(Intent::Earlier(Recorded(()), earlier)))
}

/// Begins the attempt, or holds it against what began it.
async fn attempt(
    connection: &mut SqliteConnection,
    record: &PermitRecord,
    at: OffsetDateTime,
) -> Result<Option<Alarm>, StoreError> {
    let (order, number, _) = key(record.attempt, record.kind);
    let (document, chip) = (
        record.document_number.as_str(),
        record.chip_serial.0.to_vec(),
    );
    let same = sqlx::query(
        "SELECT document_number = ? AND chip_serial = ? FROM attempt \
         WHERE order_id = ? AND number = ?",
    );
    let same = same.bind(document).bind(&chip).bind(&order).bind(number);
    if let Some(row) = same.fetch_optional(&mut *connection).await.map_err(write)? {
        let same: bool = row.try_get(0).map_err(write)?;
        return Ok((!same).then_some(Alarm::OtherAttemptFacts));
    }
    let taken = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM attempt WHERE document_number = ?), \
                EXISTS (SELECT 1 FROM attempt WHERE chip_serial = ?)",
    );
    let row = taken
        .bind(document)
        .bind(&chip)
        .fetch_one(&mut *connection)
        .await
        .map_err(write)?;
    if row.try_get(0).map_err(write)? {
        return Ok(Some(Alarm::DocumentNumberUsed));
    }
    if row.try_get(1).map_err(write)? {
        return Ok(Some(Alarm::ChipUsed));
    }
    let insert = sqlx::query(
        "INSERT INTO attempt (order_id, number, document_number, chip_serial, begun_at, \
         issue_line, issue_number, issue_entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let insert = insert.bind(order).bind(number).bind(document).bind(chip);
    let issued = record.issued.as_ref();
    let issue = issued.map(|issued| i64::try_from(issued.number).unwrap_or(i64::MAX));
    insert
        .bind(at.unix_timestamp())
        .bind(issued.map(|issued| &issued.line))
        .bind(issue)
        .bind(issued.map(|issued| &issued.entry))
        .execute(connection)
        .await
        .map_err(write)?;
    Ok(None)
}

async fn insert_permit(
    connection: &mut SqliteConnection,
    record: &PermitRecord,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let (order, number, kind) = key(record.attempt, record.kind);
    let insert = sqlx::query(
        "INSERT INTO permit (order_id, number, kind, key_label, certificate, content, \
         signing_time, digest, intended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let insert = insert
        .bind(order)
        .bind(number)
        .bind(kind)
        .bind(&record.key_label);
    let insert = insert.bind(&record.certificate).bind(&record.content);
    let insert = insert
        .bind(record.signing_time.unix_timestamp())
        .bind(&record.digest);
    insert
        .bind(at.unix_timestamp())
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(write)
}

async fn raise(
    connection: &mut SqliteConnection,
    record: &PermitRecord,
    alarm: Alarm,
    act: &Act,
    at: OffsetDateTime,
) -> Result<Answer, StoreError> {
    let (order, number, kind) = key(record.attempt, record.kind);
    let insert = sqlx::query(
        "INSERT INTO alarm (raised_at, order_id, number, kind, reason) VALUES (?, ?, ?, ?, ?)",
    );
    let insert = insert
        .bind(at.unix_timestamp())
        .bind(order)
        .bind(number)
        .bind(kind);
    insert
        .bind(alarm.to_string())
        .execute(&mut *connection)
        .await
        .map_err(write)?;
    tell(connection, &act.outcome(at, format!("ALARM: {alarm}"))).await?;
    Ok(Answer::Alarm(alarm))
}

async fn release(
    connection: &mut SqliteConnection,
    (attempt, object): (AttemptId, ObjectKind),
    signed_object: &[u8],
    act: &Act,
    at: OffsetDateTime,
) -> Result<Answer, StoreError> {
    let (order, number, kind) = key(attempt, object);
    let update = sqlx::query(
        "UPDATE permit SET signed_object = ?, released_at = ? \
         WHERE order_id = ? AND number = ? AND kind = ? AND signed_object IS NULL",
    );
    let update = update.bind(signed_object).bind(at.unix_timestamp());
    let update = update.bind(&order).bind(number).bind(kind);
    let first = update
        .execute(&mut *connection)
        .await
        .map_err(write)?
        .rows_affected()
        == 1;
    if first {
        let insert = sqlx::query("INSERT INTO journal (order_id, number, kind) VALUES (?, ?, ?)");
        let insert = insert.bind(&order).bind(number).bind(kind);
        insert.execute(&mut *connection).await.map_err(write)?;
    }
    let select = sqlx::query(
        "SELECT signed_object, certificate FROM permit \
         WHERE order_id = ? AND number = ? AND kind = ?",
    );
    let row = select
        .bind(order)
        .bind(number)
        .bind(kind)
        .fetch_one(&mut *connection)
        .await;
    let row = row.map_err(write)?;
    let column = |name| row.try_get(name).map_err(|_| bad_row(name, attempt));
    let release = Release {
        signed_object: column("signed_object")?,
        certificate: column("certificate")?,
        repeated: !first,
    };
    let detail = if first {
        "signed, verified, released"
    } else {
        "released again"
    };
    tell(connection, &act.outcome(at, detail)).await?;
    Ok(Answer::Release(release))
}

fn key(attempt: AttemptId, kind: ObjectKind) -> (Vec<u8>, i64, i64) {
    (
        attempt.order.0.to_vec(),
        i64::from(attempt.number),
        kind.number(),
    )
}

fn field<'r, T>(
    row: &'r SqliteRow,
    column: &'static str,
    record: &PermitRecord,
) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column)
        .map_err(|_| bad_row(column, record.attempt))
}

fn bad_row(column: &'static str, attempt: AttemptId) -> StoreError {
    StoreError::BadRow {
        table: "permit",
        column,
        row: attempt.to_string(),
    }
}

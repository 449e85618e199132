//! Rows of applications, read and written piece by piece.

use std::collections::BTreeSet;

use dossier::{ApplicationId, Hash, PersonId, StationId};
use personalisation_core::application::{
    Application, Recapture, Referral, RefusalGround,
    record::{Filed, Record},
};
use time::OffsetDateTime;

use super::{ApplicationRow, TABLE, names};
use crate::{
    Store, StoreError,
    engine::EngineConnection,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    transaction::Tx,
};

impl Store {
    /// One application.
    pub async fn application(
        &self,
        id: ApplicationId,
    ) -> Result<Option<ApplicationRow>, StoreError> {
        const DOING: &str = "reading an application";
        let mut connection = self
            .pool
            .acquire()
            .await
            .map_err(StoreError::database(DOING))?;
        let row = sqlx::query("SELECT * FROM review_application WHERE application = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let handlers = handlers_of(&mut connection, id).await?;
        application_of(&row, handlers).map(Some)
    }
}

/// Who handled an application.
pub(crate) async fn handlers_of(
    connection: &mut EngineConnection,
    application: ApplicationId,
) -> Result<BTreeSet<PersonId>, StoreError> {
    let people: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT person FROM review_handler WHERE application = $1")
            .bind(&application.as_bytes()[..])
            .fetch_all(connection)
            .await
            .map_err(StoreError::database("reading who handled an application"))?;
    let read = |bytes: &Vec<u8>| bytes.as_slice().try_into().ok().map(PersonId::from_bytes);
    let people = people.iter().map(read).collect::<Option<_>>();
    people.ok_or(StoreError::BadRow {
        table: "review_handler",
        column: "person",
        row: application.to_string(),
    })
}

pub(crate) async fn insert_handlers(
    tx: &mut Tx,
    application: ApplicationId,
    people: &BTreeSet<PersonId>,
) -> Result<(), StoreError> {
    for person in people {
        sqlx::query(
            "INSERT INTO review_handler (application, person) VALUES ($1, $2)
             ON CONFLICT (application, person) DO NOTHING",
        )
        .bind(&application.as_bytes()[..])
        .bind(&person.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("noting who handled an application"))?;
    }
    Ok(())
}

/// Records that an application came into a state; part of the caller's transaction.
pub(crate) async fn insert_move(
    tx: &mut Tx,
    application: ApplicationId,
    (step, state): (u32, &str),
    (person, note): (Option<PersonId>, Option<&[u8]>),
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO review_move (application, step, state, moved_at, person, note)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&application.as_bytes()[..])
    .bind(i64::from(step))
    .bind(state)
    .bind(micros(now))
    .bind(person.map(|person| person.as_bytes().to_vec()))
    .bind(note)
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("recording an application's move"))?;
    Ok(())
}

/// The id of a row.
pub(crate) fn id_of(row: &EngineRow) -> Result<ApplicationId, StoreError> {
    let columns = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    columns.read("application", |bytes| {
        bytes.try_into().ok().map(ApplicationId::from_bytes)
    })
}

/// The application that a row describes.
pub(crate) fn application_of(
    row: &EngineRow,
    handled_by: BTreeSet<PersonId>,
) -> Result<ApplicationRow, StoreError> {
    let id = id_of(row)?;
    let columns = Columns {
        table: TABLE,
        id: id.to_string(),
        row,
    };
    let word = |column| -> Result<String, StoreError> { columns.get(column) };
    let time = |column| -> Result<OffsetDateTime, StoreError> {
        from_micros(columns.get(column)?).ok_or_else(|| columns.bad(column))
    };
    let appointment: Option<i64> = columns.get("appointment")?;
    let record = record_of(&columns, handled_by)?;
    let application = Application::from_record(id, record).map_err(|bad| StoreError::BadRow {
        table: TABLE,
        column: bad.column,
        row: id.to_string(),
    })?;
    Ok(ApplicationRow {
        application,
        step: u32::try_from(columns.get::<i64>("step")?).map_err(|_| columns.bad("step"))?,
        content: hash(&columns, "content")?.ok_or_else(|| columns.bad("content"))?,
        supplement: hash(&columns, "supplement")?,
        ground: names::ground_named(&word("ground")?).ok_or_else(|| columns.bad("ground"))?,
        express: columns.get::<i64>("express")? != 0,
        appointment: appointment
            .map(|at| from_micros(at).ok_or_else(|| columns.bad("appointment")))
            .transpose()?,
        claimed: columns.get::<Option<Vec<u8>>>("claim")?.is_some(),
        order: columns.read_if_any("order_id", |bytes| bytes.try_into().ok())?,
        accepted_at: time("accepted_at")?,
        since: time("since")?,
    })
}

fn record_of(columns: &Columns<'_>, handled_by: BTreeSet<PersonId>) -> Result<Record, StoreError> {
    let word = |column| -> Result<String, StoreError> { columns.get(column) };
    let configuration: Option<i64> = columns.get("configuration")?;
    let filed = Filed {
        office: word("office")?.parse().map_err(|_| columns.bad("office"))?,
        document_type: names::document_type_named(&word("document_type")?)
            .ok_or_else(|| columns.bad("document_type"))?,
        handled_by,
        forced: columns.get::<i64>("forced")? != 0,
    };
    Ok(Record {
        state: word("state")?,
        hash: hash(columns, "hash")?.ok_or_else(|| columns.bad("hash"))?,
        station: columns.read("station", |bytes| {
            bytes.try_into().ok().map(StationId::from_bytes)
        })?,
        filed: Some(filed),
        referrals: names::split(&word("referrals")?, referral_named)
            .ok_or_else(|| columns.bad("referrals"))?,
        wanted: names::split(&word("wanted")?, recapture_named)
            .ok_or_else(|| columns.bad("wanted"))?,
        configuration: configuration
            .map(|number| u64::try_from(number).map_err(|_| columns.bad("configuration")))
            .transpose()?,
        decided_by: columns.read_if_any("decided_by", |bytes| {
            bytes.try_into().ok().map(PersonId::from_bytes)
        })?,
        ground: columns.word_if_any("refusal", |name| {
            RefusalGround::ALL
                .into_iter()
                .find(|one| one.name() == name)
        })?,
    })
}

fn hash(columns: &Columns<'_>, column: &'static str) -> Result<Option<Hash>, StoreError> {
    columns.read_if_any(column, |bytes| bytes.try_into().ok().map(Hash::from_bytes))
}

pub(crate) fn referral_named(name: &str) -> Option<Referral> {
    Referral::ALL.into_iter().find(|one| one.name() == name)
}

pub(crate) fn recapture_named(name: &str) -> Option<Recapture> {
    Recapture::ALL.into_iter().find(|one| one.name() == name)
}

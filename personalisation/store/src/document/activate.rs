//! Handing a document over: it becomes its holder's, the old one is revoked and its application closed, in one transaction.

use dossier::{ApplicationId, PersonId, staff::Role};
use evidence::entry::Entry;
use personalisation_core::{
    document::{Document, DocumentState},
    document_number::DocumentNumber,
    ids::OrderId,
    shipping::Destination,
};
use time::{Date, OffsetDateTime};

use super::{
    CLERKS,
    due::of_person,
    read::{DocumentRow, read, stale},
    write,
};
use crate::{
    Store, StoreError, audit,
    review::{id_of, insert_move, person},
    row::{Columns, micros},
    staff::role_name,
    statement::Statement,
    transaction::{Tx, transaction},
};

const DOING: &str = "activating a document";

/// A document that is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Its number.
    pub number: DocumentNumber,
    /// Its last day, as it says itself.
    pub expires: Date,
    /// Who hands it over: a clerk or supervisor of the office that it goes to.
    pub by: PersonId,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activated {
    /// The document, active now.
    pub document: DocumentRow,
    /// Older ones of that person and type: revoked now.
    pub replaced: Vec<DocumentRow>,
    /// The application that it came from: closed now.
    pub closed: Option<ApplicationId>,
}

impl Store {
    /// Activates a document, and revokes every other one of its person and type that is active or suspended. `entries` speaks of what
    /// was done. The same activation again, by the same person, gives back the document and changes nothing.
    pub async fn activate_document(
        &self,
        activation: &Activation,
        entries: impl Fn(&Activated) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<Activated, StoreError> {
        let (entries, number) = (&entries, activation.number);
        transaction!(self, DOING, |tx| {
            let row = read(tx, number, DOING).await?;
            clerk(tx, activation.by, &row, now).await?;
            if is_done(&row.document, activation) {
                return Ok(Activated {
                    document: row,
                    replaced: Vec::new(),
                    closed: None,
                });
            }
            let to = row
                .document
                .clone()
                .activate(activation.expires, activation.by, now)?;
            let person = person::of_order(&mut *tx, row.attempt.order).await?;
            person::latch(tx, person.keys().map(|(_, key)| key)).await?;
            let holder = person.first().ok_or_else(|| stale(number, DOING))?;
            // The old one first: at no moment are two active.
            let mut replaced = Vec::new();
            for old in of_person(&mut *tx, &person, to.document_type()).await? {
                let state = old.document.state();
                if matches!(
                    state,
                    DocumentState::Active(_) | DocumentState::Suspended(_)
                ) {
                    let gone = old.document.clone().replace(now)?;
                    write::state(tx, &old.document, &gone, None, now).await?;
                    replaced.push(DocumentRow {
                        document: gone,
                        ..old
                    });
                }
            }
            if let DocumentState::Active(active) = to.state() {
                write::active(tx, (&row.document, &to), active, holder).await?;
            }
            let activated = Activated {
                closed: close(tx, row.attempt.order, now).await?,
                document: DocumentRow {
                    document: to,
                    ..row
                },
                replaced,
            };
            audit::write(tx, &entries(&activated)).await?;
            Ok(activated)
        })
    }
}

/// Whether that activation took place, and its answer was lost.
fn is_done(document: &Document, activation: &Activation) -> bool {
    match document.state() {
        DocumentState::Active(active) => {
            (active.by, active.expires) == (activation.by, activation.expires)
        }
        _ => false,
    }
}

/// Whether somebody hands over at the office that a document goes to, by a role that holds now.
async fn clerk(
    tx: &mut Tx,
    by: PersonId,
    row: &DocumentRow,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let mut statement = Statement::new(
        "SELECT 1 AS found FROM staff_role AS role
         JOIN staff_person AS person ON person.person_id = role.person_id
         WHERE person.active = 1 AND role.person_id = ",
    );
    statement
        .bind(by.as_bytes().to_vec())
        .push(" AND role.from_at <= ")
        .bind(micros(now))
        .push(" AND (role.until_at IS NULL OR role.until_at > ")
        .bind(micros(now))
        .push(") AND role.role IN (")
        .bind_list(CLERKS.iter().map(|role: &Role| role_name(*role)))
        .push(") AND role.office ");
    match destination(tx, row.attempt.order).await? {
        Destination::Centre => statement.push("IS NULL"),
        Destination::Office(office) => statement.push("= ").bind(office.as_str().to_owned()),
    };
    let found = statement.build().fetch_optional(&mut **tx).await;
    match found.map_err(StoreError::database("looking up somebody's role"))? {
        Some(_) => Ok(()),
        None => Err(StoreError::NotPermitted {
            person: by,
            roles: CLERKS,
        }),
    }
}

async fn destination(tx: &mut Tx, order: OrderId) -> Result<Destination, StoreError> {
    let row = sqlx::query("SELECT destination FROM order_item WHERE order_id = $1")
        .bind(order.as_bytes().to_vec())
        .fetch_one(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    let columns = Columns {
        table: "order_item",
        id: order.to_string(),
        row: &row,
    };
    let destination = columns.word_if_any("destination", |text| text.parse().ok())?;
    destination.ok_or_else(|| columns.bad("destination"))
}

/// Closes the application that an order came from, where it came from one.
async fn close(
    tx: &mut Tx,
    order: OrderId,
    now: OffsetDateTime,
) -> Result<Option<ApplicationId>, StoreError> {
    let row = sqlx::query(
        "UPDATE review_application SET state = 'closed', step = step + 1, since = $2, claim = NULL, tries = 0,
                lease_token = NULL, lease_expires_at = NULL,
                change = (SELECT MAX(change) + 1 FROM review_application)
         WHERE order_id = $1 AND state = 'approved' RETURNING application, step",
    )
    .bind(order.as_bytes().to_vec())
    .bind(micros(now))
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("closing an application"))?;
    let Some(row) = row else { return Ok(None) };
    let application = id_of(&row)?;
    let columns = Columns {
        table: "review_application",
        id: application.to_string(),
        row: &row,
    };
    let step: i64 = columns.get("step")?;
    let step = u32::try_from(step).map_err(|_| columns.bad("step"))?;
    insert_move(tx, application, (step, "closed"), (None, None), now).await?;
    Ok(Some(application))
}

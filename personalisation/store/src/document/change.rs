//! Changes of a document that a person decides or a rule demands, each with its report, its move and the audit in one transaction.

use evidence::entry::Entry;
use personalisation_core::{
    document::{Change, Document, DocumentState, Report},
    document_number::DocumentNumber,
};
use time::OffsetDateTime;

use super::{
    DECIDERS, DESTROYERS, REPORTERS,
    read::{DocumentRow, day, read, stale},
    write::{self, bytes},
};
use crate::{
    Store, StoreError, audit,
    row::micros,
    stock::demand,
    transaction::{Tx, transaction},
};

const DOING: &str = "changing a document";

impl Store {
    /// Changes a document; it as it is then. The same change again gives back what it made. What hinders it is
    /// [`StoreError::Document`], or [`StoreError::NotPermitted`] by the roles at the centre that hold now.
    pub async fn change_document(
        &self,
        number: DocumentNumber,
        change: &Change,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<DocumentRow, StoreError> {
        transaction!(self, DOING, |tx| {
            permitted(tx, change, now).await?;
            let row = read(tx, number, DOING).await?;
            audit::write(tx, entries).await?;
            if change.is_done(&row.document) {
                return Ok(row);
            }
            let to = change.apply(row.document.clone(), now)?;
            match (change, to.state()) {
                (Change::Report(_), DocumentState::Suspended(suspended)) => {
                    insert(tx, number, &suspended.report).await?;
                }
                (Change::Lift(_), _) => lift(tx, &row.document, change, now).await?,
                _ => {}
            }
            write::state(tx, &row.document, &to, change.by(), now).await?;
            Ok(DocumentRow {
                document: to,
                ..row
            })
        })
    }
}

/// Whether whoever acts may, by roles that hold now.
async fn permitted(tx: &mut Tx, change: &Change, now: OffsetDateTime) -> Result<(), StoreError> {
    match change {
        Change::Report(report) => demand(tx, report.by, REPORTERS, now).await,
        Change::Lift(by) => demand(tx, *by, REPORTERS, now).await,
        Change::Revoke(_, by) | Change::Void(_, by) => demand(tx, *by, DECIDERS, now).await,
        Change::Destroy(both) => {
            demand(tx, both.first(), DESTROYERS, now).await?;
            demand(tx, both.second(), DESTROYERS, now).await?;
            match demand(tx, both.first(), DECIDERS, now).await {
                Err(StoreError::NotPermitted { .. }) => {
                    demand(tx, both.second(), DECIDERS, now).await
                }
                first => first,
            }
        }
        Change::Rule(_) => Ok(()),
    }
}

async fn insert(tx: &mut Tx, number: DocumentNumber, report: &Report) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO document_report
             (number, step, loss, reporter, lost_on, place, reported_by, reported_at, last_day)
         SELECT $1, COUNT(*) + 1, $2, $3, $4, $5, $6, $7, $8 FROM document_report WHERE number = $1",
    )
    .bind(number.as_str().to_owned())
    .bind(report.loss.name())
    .bind(report.reporter.name())
    .bind(day(report.on))
    .bind(report.place.as_str().to_owned())
    .bind(bytes(report.by))
    .bind(micros(report.at))
    .bind(day(report.last_day()))
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database(DOING))
}

/// The report does not stand any more.
async fn lift(
    tx: &mut Tx,
    document: &Document,
    change: &Change,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let lifted = sqlx::query(
        "UPDATE document_report SET lifted_at = $2, lifted_by = $3
         WHERE number = $1 AND lifted_at IS NULL",
    )
    .bind(document.number().as_str().to_owned())
    .bind(micros(now))
    .bind(change.by().map(bytes))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if lifted.rows_affected() == 1 {
        Ok(())
    } else {
        Err(stale(document.number(), DOING))
    }
}

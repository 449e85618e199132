//! What changed for an office since it last asked.

use dossier::OfficeId;
use sqlx::Row as _;

use super::{ApplicationRow, application_of, handlers_of, id_of};
use crate::{Store, StoreError};

/// One application that changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// As it is now.
    pub row: ApplicationRow,
    /// Its place among all changes.
    pub change: u64,
}

/// What changed, oldest first.
pub type Changes = Vec<Change>;

impl Store {
    /// Applications of an office that changed after `cursor`, oldest change first, at most `most`.
    pub async fn changes(
        &self,
        office: &OfficeId,
        cursor: u64,
        most: u32,
    ) -> Result<Changes, StoreError> {
        const DOING: &str = "reading an office's tasks";
        let mut connection = self
            .pool
            .acquire()
            .await
            .map_err(StoreError::database(DOING))?;
        let rows = sqlx::query(
            "SELECT * FROM review_application WHERE office = $1 AND change > $2
             ORDER BY change LIMIT $3",
        )
        .bind(office.as_str())
        .bind(i64::try_from(cursor).unwrap_or(i64::MAX))
        .bind(i64::from(most))
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let handlers = handlers_of(&mut connection, id_of(row)?).await?;
            let change: i64 = row.try_get("change").map_err(StoreError::database(DOING))?;
            found.push(Change {
                row: application_of(row, handlers)?,
                change: change.unsigned_abs(),
            });
        }
        Ok(found)
    }
}

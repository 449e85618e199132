//! What is due by the days that have passed, and documents of a person.

use dossier::{ApplicationId, dossier::DocumentType};
use personalisation_core::{calendar::civil_day, document::Document, person::Person};
use sqlx::AssertSqlSafe;
use time::OffsetDateTime;

use super::read::{DocumentRow, SELECT, day, row_of};
use crate::{
    Store, StoreError,
    engine::EngineConnection,
    review::{names, person},
};

impl Store {
    /// Documents that were reported and not found in time, or are past their last day, by number; at most `most`.
    pub async fn due_documents(
        &self,
        now: OffsetDateTime,
        most: u32,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{SELECT} WHERE (item.state = 'suspended' AND report.last_day < $1)
                OR (item.state IN ('active', 'suspended') AND item.expires_on < $1)
             ORDER BY item.number LIMIT $2"
        )))
        .bind(day(civil_day(now)))
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("looking for documents that are due"))?;
        rows.iter().map(row_of).collect()
    }

    /// Documents that were ever handed over to the person of an application, of its type.
    pub async fn documents_of_applicant(
        &self,
        application: ApplicationId,
        document_type: DocumentType,
    ) -> Result<Vec<Document>, StoreError> {
        let acquired = self.pool.acquire().await;
        let mut connection = acquired.map_err(StoreError::database(DOING))?;
        let person = person::of_application(&mut connection, application).await?;
        let rows = of_person(&mut connection, &person, document_type).await?;
        let handed_over = rows.into_iter().map(|row| row.document);
        Ok(handed_over
            .filter(|one| one.state().active().is_some())
            .collect())
    }
}

const DOING: &str = "looking for documents of a person";

/// Every document of a person and type, whatever became of it.
pub(super) async fn of_person(
    connection: &mut EngineConnection,
    person: &Person,
    document_type: DocumentType,
) -> Result<Vec<DocumentRow>, StoreError> {
    let mut documents = Vec::new();
    for order in person::orders_of(connection, person).await? {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{SELECT} WHERE item.order_id = $1 AND item.document_type = $2 ORDER BY item.attempt"
        )))
        .bind(order.as_bytes().to_vec())
        .bind(names::document_type(document_type))
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::database(DOING))?;
        for row in &rows {
            documents.push(row_of(row)?);
        }
    }
    Ok(documents)
}

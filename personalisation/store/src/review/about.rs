//! Applications about one person, found by the keyed hashes of who they are.

use dossier::ApplicationId;
use personalisation_core::person::{Key, KeyKind, Person};

use super::{ApplicationRow, application_of, handlers_of, id_of, person};
use crate::{Store, StoreError, engine::EngineConnection, statement::Statement};

const DOING: &str = "looking for applications of a person";
/// Most that are listed.
const MOST: i64 = 50;

impl Store {
    /// Applications about whoever has this number, newest first, at most 50: those that name it, and those of the same
    /// person that came without a number.
    pub async fn applications_about(&self, number: Key) -> Result<Vec<ApplicationRow>, StoreError> {
        let failed = StoreError::database;
        let mut connection = self.pool.acquire().await.map_err(failed(DOING))?;
        let mut somebody = Person::from_iter([(KeyKind::Number, number)]);
        for id in person::applications_of(&mut connection, &somebody).await? {
            somebody.merge(&person::of_application(&mut connection, id).await?);
        }
        let ids = person::applications_of(&mut connection, &somebody).await?;
        rows(&mut connection, &ids).await
    }

    /// Other applications about the same person, newest first, at most 50.
    pub async fn other_applications(
        &self,
        id: ApplicationId,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        let failed = StoreError::database;
        let mut connection = self.pool.acquire().await.map_err(failed(DOING))?;
        let somebody = person::of_application(&mut connection, id).await?;
        let mut ids = person::applications_of(&mut connection, &somebody).await?;
        ids.retain(|other| *other != id);
        rows(&mut connection, &ids).await
    }
}

/// The applications with these ids, newest first.
async fn rows(
    connection: &mut EngineConnection,
    ids: &[ApplicationId],
) -> Result<Vec<ApplicationRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Statement::new("SELECT * FROM review_application WHERE application IN (");
    query.bind_list(ids.iter().map(|id| id.as_bytes().to_vec()));
    query.push(") ORDER BY accepted_at DESC, application LIMIT ");
    query.bind(MOST);
    let rows = query
        .build()
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::database(DOING))?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let handlers = handlers_of(&mut *connection, id_of(row)?).await?;
        found.push(application_of(row, handlers)?);
    }
    Ok(found)
}

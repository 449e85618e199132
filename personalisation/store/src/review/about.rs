//! Applications about one person, found by the keyed hash of who they are.

use dossier::ApplicationId;

use super::{ApplicationRow, Subject, application_of, handlers_of, id_of};
use crate::{Store, StoreError};

/// Applications about somebody.
pub(super) const ABOUT: &str = "SELECT * FROM review_application WHERE subject = $1
     ORDER BY accepted_at DESC, application LIMIT 50";
/// Others about the same person.
pub(super) const OTHERS: &str = "SELECT other.* FROM review_application AS this
     JOIN review_application AS other ON other.subject = this.subject
     WHERE this.application = $1 AND other.application <> this.application
     ORDER BY other.accepted_at DESC, other.application LIMIT 50";

impl Store {
    /// Applications about somebody, newest first, at most 50.
    pub async fn applications_about(
        &self,
        subject: Subject,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        self.about(ABOUT, &subject.0).await
    }

    /// Other applications about the same person, newest first, at most 50.
    pub async fn other_applications(
        &self,
        id: ApplicationId,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        self.about(OTHERS, id.as_bytes()).await
    }

    async fn about(
        &self,
        sql: &'static str,
        key: &[u8],
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        const DOING: &str = "looking for applications of a person";
        let failed = StoreError::database;
        let mut connection = self.pool.acquire().await.map_err(failed(DOING))?;
        let rows = sqlx::query(sql)
            .bind(key)
            .fetch_all(&mut *connection)
            .await
            .map_err(failed(DOING))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let handlers = handlers_of(&mut connection, id_of(row)?).await?;
            found.push(application_of(row, handlers)?);
        }
        Ok(found)
    }
}

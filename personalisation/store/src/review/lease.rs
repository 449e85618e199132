//! The right to check one application, until a time.

use dossier::ApplicationId;
use personalisation_core::ids::LeaseToken;
use sqlx::Row as _;
use time::OffsetDateTime;

use super::{ApplicationRow, application_of, handlers_of, id_of};
use crate::{Store, StoreError, row::micros, transaction::transaction};

impl Store {
    /// The application that waits longest for its checks, or for what follows from them, and how often
    /// that was tried, this time included.
    pub async fn lease_application(
        &self,
        token: LeaseToken,
        expires: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Option<(ApplicationRow, u32)>, StoreError> {
        const DOING: &str = "leasing an application";
        // Looked at without a writer's lock first: mostly there is none.
        let waiting: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM review_application
             WHERE (state IN ('accepted', 'verified') OR (state = 'more_needed' AND supplement IS NOT NULL))
             AND (lease_expires_at IS NULL OR lease_expires_at <= $1) LIMIT 1",
        )
        .bind(micros(now))
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        if waiting.is_none() {
            return Ok(None);
        }
        transaction!(self, DOING, |tx| {
            let row = sqlx::query(
                "UPDATE review_application SET lease_token = $2, lease_expires_at = $3, tries = tries + 1
                 WHERE application = (
                     SELECT application FROM review_application
                     WHERE (state IN ('accepted', 'verified')
                            OR (state = 'more_needed' AND supplement IS NOT NULL))
                     AND (lease_expires_at IS NULL OR lease_expires_at <= $1)
                     ORDER BY since, application LIMIT 1)
                 RETURNING *",
            )
            .bind(micros(now))
            .bind(&token.as_bytes()[..])
            .bind(micros(expires))
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let Some(row) = row else { return Ok(None) };
            let tries: i64 = row.try_get("tries").map_err(StoreError::database(DOING))?;
            let handlers = handlers_of(&mut *tx, id_of(&row)?).await?;
            let tries = u32::try_from(tries).unwrap_or(u32::MAX);
            Ok(Some((application_of(&row, handlers)?, tries)))
        })
    }

    /// Gives an application back, not to be tried before `again`.
    pub async fn release_application(
        &self,
        id: ApplicationId,
        token: LeaseToken,
        again: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "giving an application back";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "UPDATE review_application SET lease_token = NULL, lease_expires_at = $3
                 WHERE application = $1 AND lease_token = $2",
            )
            .bind(&id.as_bytes()[..])
            .bind(&token.as_bytes()[..])
            .bind(micros(again))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }
}

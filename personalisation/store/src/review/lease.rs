//! The right to check one application, until a time.

use std::time::Duration;

use dossier::ApplicationId;
use personalisation_core::ids::LeaseToken;
use sqlx::Row as _;

use super::{ApplicationRow, application_of, handlers_of, id_of};
use crate::{Store, StoreError, row::length, transaction::transaction};

impl Store {
    /// The application that waits longest for its checks, or for what follows from them, and how often
    /// that was tried, this time included.
    pub async fn lease_application(
        &self,
        token: LeaseToken,
        lasts: Duration,
    ) -> Result<Option<(ApplicationRow, u32)>, StoreError> {
        const DOING: &str = "leasing an application";
        // Looked at without a writer's lock first: mostly there is none.
        let clock = self.lease_clock(&self.pool).await?;
        let waiting: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM review_application
             WHERE (state IN ('accepted', 'verified') OR (state = 'more_needed' AND supplement IS NOT NULL))
             AND (lease_expires_at IS NULL OR lease_expires_at <= $1) LIMIT 1",
        )
        .bind(clock)
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        if waiting.is_none() {
            return Ok(None);
        }
        transaction!(self, DOING, |tx| {
            let clock = self.lease_clock(&mut **tx).await?;
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
            .bind(clock)
            .bind(&token.as_bytes()[..])
            .bind(clock.saturating_add(length(lasts)))
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

    /// Gives an application back, not to be tried again for `after`.
    pub async fn release_application(
        &self,
        id: ApplicationId,
        token: LeaseToken,
        after: Duration,
    ) -> Result<(), StoreError> {
        const DOING: &str = "giving an application back";
        transaction!(self, DOING, |tx| {
            let clock = self.lease_clock(&mut **tx).await?;
            sqlx::query(
                "UPDATE review_application SET lease_token = NULL, lease_expires_at = $3
                 WHERE application = $1 AND lease_token = $2",
            )
            .bind(&id.as_bytes()[..])
            .bind(&token.as_bytes()[..])
            .bind(clock.saturating_add(length(after)))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }
}

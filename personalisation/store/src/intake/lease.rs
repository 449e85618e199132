//! The right to open one held dossier, until a time: two openers never open the same one.

use std::time::Duration;

use dossier::Hash;
use personalisation_core::ids::LeaseToken;
use sqlx::Row as _;

use super::{DossierRow, dossier_of};
use crate::{Store, StoreError, row::length, transaction::transaction};

impl Store {
    /// The oldest held dossier that nobody opens now, and how often that was tried, this time included.
    pub async fn lease_held(
        &self,
        token: LeaseToken,
        lasts: Duration,
    ) -> Result<Option<(DossierRow, u32)>, StoreError> {
        const DOING: &str = "leasing a held dossier";
        // Looked at without a writer's lock first: mostly there is none.
        let clock = self.lease_clock(&self.pool).await?;
        let waiting: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM intake_dossier WHERE state = 'held'
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
                "UPDATE intake_dossier SET lease_token = $2, lease_expires_at = $3, tries = tries + 1
                 WHERE hash = (SELECT hash FROM intake_dossier WHERE state = 'held'
                               AND (lease_expires_at IS NULL OR lease_expires_at <= $1)
                               ORDER BY held_at, hash LIMIT 1)
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
            let tries = u32::try_from(tries).unwrap_or(u32::MAX);
            Ok(Some((dossier_of(&row)?, tries)))
        })
    }

    /// Gives a held dossier back, not to be tried again for `after`.
    pub async fn release_held(
        &self,
        hash: Hash,
        token: LeaseToken,
        after: Duration,
    ) -> Result<(), StoreError> {
        const DOING: &str = "giving a held dossier back";
        transaction!(self, DOING, |tx| {
            let clock = self.lease_clock(&mut **tx).await?;
            sqlx::query(
                "UPDATE intake_dossier SET lease_token = NULL, lease_expires_at = $3
                 WHERE hash = $1 AND lease_token = $2 AND state = 'held'",
            )
            .bind(&hash.as_bytes()[..])
            .bind(&token.as_bytes()[..])
            .bind(clock.saturating_add(length(after)))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }
}

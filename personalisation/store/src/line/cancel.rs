//! Cancelling what a worker has in its hands: asked for by a person, done by the worker at its next step. Where the attempt was
//! back in the queue by then, whoever would bind it does that instead.

use evidence::entry::Entry;
use personalisation_core::attempt::AttemptId;
use sqlx::Executor;
use time::OffsetDateTime;

use super::{bind_id, lease::exactly_one};
use crate::{Store, StoreError, audit, engine::Engine, row::micros, transaction::transaction};

impl Store {
    /// Asks that an attempt under way be cancelled; `Stale` once its chip may be locked. Safe to repeat.
    pub async fn want_cancel(
        &self,
        id: AttemptId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "cancelling what is being made";
        transaction!(self, DOING, |tx| {
            let query = sqlx::query(
                "UPDATE line_attempt SET cancel_at = COALESCE(cancel_at, $3)
                 WHERE order_id = $1 AND attempt = $2
                 AND state IN ('queued', 'bound', 'chip_keyed', 'lds_built', 'signed')",
            );
            let asked = bind_id(query, &id)
                .bind(micros(now))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            exactly_one(asked.rows_affected(), DOING, &id)?;
            audit::write(tx, entries).await
        })
    }

    /// Whether somebody asked for it. Reads only: it waits for nobody who writes.
    pub async fn is_cancel_wanted(&self, id: AttemptId) -> Result<bool, StoreError> {
        wanted(&self.pool, id).await
    }
}

/// The same, in the caller's transaction where it is given that.
pub(super) async fn wanted(
    engine: impl Executor<'_, Database = Engine>,
    id: AttemptId,
) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "SELECT 1 FROM line_attempt WHERE order_id = $1 AND attempt = $2 AND cancel_at IS NOT NULL",
    );
    let found = bind_id(query, &id).fetch_optional(engine).await;
    Ok(found
        .map_err(StoreError::database(
            "looking whether an attempt was cancelled",
        ))?
        .is_some())
}

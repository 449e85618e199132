//! Payments: a reference pays for one application. Its keyed hash is kept, never its text.

use dossier::ApplicationId;
use personalisation_core::person::Key;

use super::person;
use crate::{Store, StoreError, transaction::Tx};

const DOING: &str = "looking for applications with the same payment";

/// Earlier applications that a payment of this one paid for, and that did not end without a card.
pub(super) const EARLIER: &str = "SELECT DISTINCT theirs.application
     FROM review_payment AS ours
     JOIN review_payment AS theirs ON theirs.payment_key = ours.payment_key
     JOIN review_application AS other ON other.application = theirs.application
     WHERE ours.application = $1 AND theirs.application <> $1
     AND other.state NOT IN ('refused', 'withdrawn')
     AND (theirs.place < ours.place
          OR (theirs.place = ours.place AND theirs.application < ours.application))";

impl Store {
    /// The key of a payment, by what an office says of it.
    pub fn payment_key(&self, payment: &[u8]) -> Result<Key, StoreError> {
        self.sealer.keyed_hash("stempel payment 1", payment)
    }

    /// Whether another application came earlier with the same payment and did not end by refusal or withdrawal. The
    /// application that this one was captured again for, of the same person, is no other one.
    pub async fn payment_used(
        &self,
        application: ApplicationId,
        recapture_of: Option<ApplicationId>,
    ) -> Result<bool, StoreError> {
        let failed = StoreError::database;
        let mut connection = self.pool.acquire().await.map_err(failed(DOING))?;
        let earlier: Vec<Vec<u8>> = sqlx::query_scalar(EARLIER)
            .bind(&application.as_bytes()[..])
            .fetch_all(&mut *connection)
            .await
            .map_err(failed(DOING))?;
        let person = person::of_application(&mut connection, application).await?;
        for id in earlier {
            let id = id.try_into().map_err(|_| StoreError::BadRow {
                table: "review_payment",
                column: "application",
                row: application.to_string(),
            })?;
            let id = ApplicationId::from_bytes(id);
            let captured_again = recapture_of == Some(id)
                && person::of_application(&mut connection, id)
                    .await?
                    .is_same(&person);
            if !captured_again {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Notes what an application was paid by, after all that came before: by turns, not by clocks. The caller holds the latch
/// of the payment's key.
pub(crate) async fn insert(
    tx: &mut Tx,
    application: ApplicationId,
    payment: &Key,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO review_payment (application, payment_key, place)
         SELECT $1, $2, COALESCE(MAX(place), 0) + 1 FROM review_payment WHERE payment_key = $2
         ON CONFLICT (application, payment_key) DO NOTHING",
    )
    .bind(&application.as_bytes()[..])
    .bind(&payment[..])
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("noting a payment"))?;
    Ok(())
}

/// The same for an application from before.
pub(super) async fn insert_from_before(
    tx: &mut Tx,
    application: ApplicationId,
    payment: &Key,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO review_payment (application, payment_key, place) VALUES ($1, $2, 0)
         ON CONFLICT (application, payment_key) DO NOTHING",
    )
    .bind(&application.as_bytes()[..])
    .bind(&payment[..])
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("noting a payment"))?;
    Ok(())
}

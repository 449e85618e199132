//! The draw of samples: under a key of the store, so that whoever knows an order cannot tell whether its card will be looked at.

use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    quality::{Draw, Sampling, follows_a_lost_or_bad_card},
};
use sqlx::Executor;

use crate::{Store, StoreError, engine::Engine, line::attempt_of};

/// What the key of draws is derived for.
const PURPOSE: &str = "quality sampling";

impl Store {
    /// Whether a person looks at a card as a sample, provided that its machine finds it right: by its draw, and always where
    /// the card before it in its order was found wrong by a person, or was taken out of the machine after it was printed.
    pub async fn is_sampled(
        &self,
        card: AttemptId,
        sampling: Sampling,
    ) -> Result<bool, StoreError> {
        let picked = sampling.picks(self.draw(card)?);
        Ok(picked || is_suspect(&self.pool, card).await?)
    }

    /// HMAC-SHA-256 over order and attempt, the first 64 bits of it.
    pub(super) fn draw(&self, card: AttemptId) -> Result<Draw, StoreError> {
        let number = card.attempt.get().to_be_bytes();
        let value = [&card.order.as_bytes()[..], &number].concat();
        let hash = self.sealer.keyed_hash(PURPOSE, &value)?;
        let first = hash.iter().take(8);
        Ok(Draw(
            first.fold(0, |number, byte| number << 8 | u64::from(*byte)),
        ))
    }
}

/// Whether a person looks at a card because of the one before it in its order.
pub(super) async fn is_suspect<'e>(
    from: impl Executor<'e, Database = Engine>,
    card: AttemptId,
) -> Result<bool, StoreError> {
    let before = card.attempt.get() - 1;
    if AttemptNumber::new(before).is_none() {
        return Ok(false);
    }
    let row = sqlx::query("SELECT * FROM line_attempt WHERE order_id = $1 AND attempt = $2")
        .bind(card.order.as_bytes().to_vec())
        .bind(i64::from(before))
        .fetch_optional(from)
        .await
        .map_err(StoreError::database("reading the attempt before a card"))?;
    let before = row.as_ref().map(attempt_of).transpose()?;
    Ok(before.as_ref().is_some_and(follows_a_lost_or_bad_card))
}

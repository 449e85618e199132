//! Acts of phones, and what came of them: the intent is written before, the outcome stands in the transaction of the change.

use evidence::entry::Act;
use pages::http::Problem;
use personalisation_core::ids::ActId;
use personalisation_store::StoreError;

use super::{Post, permissions::Holder};

/// An act about an object, its intent written.
pub(super) async fn begin(
    post: &Post,
    holder: &Holder,
    name: &str,
    object: &str,
) -> Result<Act, Problem> {
    let mut rng = post.rng;
    let id = ActId::generate(&mut rng);
    let actor = format!("courier {}", holder.person);
    let act = Act::new(*id.as_bytes(), &actor, name, object);
    let intent = act.intent(holder.visit.now());
    post.store.audit(&[intent]).await.map_err(failed)?;
    Ok(act)
}

/// The outcome of what did not take place.
pub(super) async fn nothing_came(
    post: &Post,
    holder: &Holder,
    act: &Act,
    why: &str,
) -> Result<(), Problem> {
    let outcome = act.outcome(holder.visit.now(), why);
    post.store.audit(&[outcome]).await.map_err(failed)
}

/// Some bytes of a request that are written as hexadecimal digits.
pub(super) fn bytes<const N: usize>(text: &str) -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| Problem::NotFound)?;
    Ok(bytes)
}

/// The store did not do it: the log says why, the phone only that it did not work.
pub(super) fn failed(error: StoreError) -> Problem {
    match error {
        StoreError::NotPermitted { .. } => Problem::Forbidden,
        StoreError::Stale { .. } => Problem::NotFound,
        error => {
            tracing::error!(%error, "the store of the courier's page");
            Problem::Failed
        }
    }
}

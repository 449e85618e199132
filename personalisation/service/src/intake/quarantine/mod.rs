//! Rejected dossiers in quarantine: named by their hashes, and settled by a supervisor, at the console or by command.

mod command;

use dossier::{Hash, PersonId};
use evidence::entry::Act;
use personalisation_core::ids::ActId;
use personalisation_store::{Store, StoreError};
use time::OffsetDateTime;

pub use self::command::{Command, One, QuarantineError, run};
use crate::edge;

/// A hash in hexadecimal digits, lower case: one name for each.
pub(crate) fn hash(text: &str) -> Result<Hash, &'static str> {
    let mut bytes = [0; 32];
    let hash = hex::decode_to_slice(text, &mut bytes).map(|()| Hash::from_bytes(bytes));
    hash.ok()
        .filter(|hash| hash.to_string() == text)
        .ok_or("64 hexadecimal digits, lower case")
}

/// Settles one by a supervisor: opened once more, or erased. Each entry has the time at which it is written.
pub(crate) async fn settle(
    store: &Store,
    actor: &str,
    (hash, by): (Hash, PersonId),
    again: bool,
    now: impl Fn() -> OffsetDateTime,
) -> Result<(), StoreError> {
    let id = ActId::generate(&mut edge::rng());
    let name = if again {
        "open-rejected-again"
    } else {
        "erase-rejected"
    };
    let act = Act::new(*id.as_bytes(), actor, name, format!("dossier {hash}"));
    store.audit(&[act.intent(now())]).await?;
    let at = now();
    let done = [act.outcome(at, if again { "held again" } else { "to be erased" })];
    let settled = store.settle_rejected(hash, by, again, &done, at).await;
    if settled.is_err() {
        store
            .audit(&[act.outcome(now(), "nothing was changed")])
            .await?;
    }
    settled
}

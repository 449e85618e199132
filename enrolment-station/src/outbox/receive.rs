//! Receipts: what the centre signed about a dossier moves it, and nothing else does.

use dossier::{
    Configuration, Hash, KeyId, Receipt, Signed,
    receipt::{Outcome, ReceiptError},
    signed::SignatureError,
};
use thiserror::Error;
use time::OffsetDateTime;

use super::{Item, Outbox, State, item};
use crate::store::{StoreError, Tx, micros, transaction};

const DOING: &str = "keeping a receipt";

/// The centre's keys for receipts, from the signed configuration.
pub trait ReceiptKeys: Send + Sync {
    /// The public key (DER of the `SubjectPublicKeyInfo`) of that name, whatever its period.
    fn receipt_key(&self, id: KeyId) -> Option<Vec<u8>>;
}

impl ReceiptKeys for Configuration {
    fn receipt_key(&self, id: KeyId) -> Option<Vec<u8>> {
        let key = Configuration::receipt_key(self, id)?;
        Some(key.spki.as_bytes().to_vec())
    }
}

/// Why a receipt was not believed. The dossier stays as it is.
#[derive(Debug, Error)]
pub enum RefusedReceipt {
    /// Signed under a key that the configuration does not name.
    #[error(
        "the receipt is signed under the key {0}, which the station's configuration does not name; \
         fetch the newest configuration, else raise an alarm"
    )]
    UnknownKey(KeyId),
    /// Forged, malformed, or about something else.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

impl From<SignatureError> for RefusedReceipt {
    fn from(error: SignatureError) -> Self {
        Self::Receipt(error.into())
    }
}

/// What a receipt did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The dossier is now in this state.
    Moved(State),
    /// Nothing new.
    Same,
}

/// A receipt that was verified for one dossier, and the bytes to keep.
pub(super) struct Verified {
    hash: Hash,
    to: State,
    signed: Vec<u8>,
}

impl Verified {
    /// The dossier that it is about.
    pub(super) fn hash(&self) -> Hash {
        self.hash
    }

    /// Verifies a receipt for that dossier.
    pub(super) fn new(
        item: &Item,
        bytes: &[u8],
        keys: &dyn ReceiptKeys,
    ) -> Result<Self, RefusedReceipt> {
        let signed = Signed::<Receipt>::decode(bytes)?;
        let id = signed.key();
        let key = keys.receipt_key(id).ok_or(RefusedReceipt::UnknownKey(id))?;
        let receipt = signed.verify_for(&key, item.hash, item.station, item.application)?;
        Ok(Self {
            hash: item.hash,
            to: match receipt.outcome {
                Outcome::Held => State::Held,
                Outcome::Accepted => State::Accepted,
                Outcome::Rejected(reason) => State::Rejected(reason),
            },
            signed: bytes.to_vec(),
        })
    }
}

/// The hash that a receipt is about, if the centre signed it.
pub(super) fn subject(bytes: &[u8], keys: &dyn ReceiptKeys) -> Result<Hash, RefusedReceipt> {
    let signed = Signed::<Receipt>::decode(bytes)?;
    let id = signed.key();
    let key = keys.receipt_key(id).ok_or(RefusedReceipt::UnknownKey(id))?;
    Ok(signed.verify(&key)?.sealed)
}

impl Outbox {
    /// Moves a dossier as its receipt says; on Accepted its bytes go in the same commit.
    pub(super) async fn receive(
        &self,
        receipt: &Verified,
        now: OffsetDateTime,
    ) -> Result<Received, StoreError> {
        let moved = transaction!(self.store, DOING, |tx| { advance(tx, receipt, now).await })?;
        let hash = receipt.hash;
        if !moved {
            return Ok(Received::Same);
        }
        match receipt.to {
            State::Rejected(reason) => {
                tracing::error!(%hash, ?reason, "the centre rejected a dossier; it is kept here");
            }
            to => tracing::info!(%hash, state = to.name(), "a dossier went forward"),
        }
        if receipt.to == State::Accepted {
            self.store.settle().await;
        }
        Ok(Received::Moved(receipt.to))
    }

    /// The centre does not know these dossiers, although it held them: it came back from a copy. They
    /// are sent again.
    pub(super) async fn lost_there(
        &self,
        hashes: &[Hash],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "queueing what the centre lost";
        transaction!(self.store, DOING, |tx| {
            for hash in hashes {
                sqlx::query(
                    "UPDATE outbox_item SET state = 'waiting', receipt = NULL, changed_at = $2,
                     tries = 0, next_try_at = $2 WHERE hash = $1 AND state = 'held'",
                )
                .bind(&hash.as_bytes()[..])
                .bind(micros(now))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            }
            Ok(())
        })
    }
}

/// The moves of a dossier, each guarded by the state it may come from. An Accepted one never moves.
async fn advance(tx: &mut Tx, receipt: &Verified, now: OffsetDateTime) -> Result<bool, StoreError> {
    let update = match receipt.to {
        State::Waiting => return Ok(false),
        State::Held => {
            "UPDATE outbox_item SET state = $2, reason = $3, receipt = $4, changed_at = $5, tries = 0,
             next_try_at = $5, problem = NULL WHERE hash = $1 AND state = 'waiting'"
        }
        State::Accepted => {
            "UPDATE outbox_item SET state = $2, reason = $3, receipt = $4, changed_at = $5, tries = 0,
             next_try_at = $5, problem = NULL WHERE hash = $1 AND state <> 'accepted'"
        }
        State::Rejected(_) => {
            "UPDATE outbox_item SET state = $2, reason = $3, receipt = $4, changed_at = $5, tries = 0,
             next_try_at = $5, problem = NULL WHERE hash = $1 AND state IN ('waiting', 'held')"
        }
    };
    let done = sqlx::query(update)
        .bind(&receipt.hash.as_bytes()[..])
        .bind(receipt.to.name())
        .bind(receipt.to.reason_number())
        .bind(&receipt.signed)
        .bind(micros(now))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    if receipt.to == State::Accepted {
        sqlx::query("DELETE FROM outbox_dossier WHERE hash = $1")
            .bind(&receipt.hash.as_bytes()[..])
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
    }
    match done.rows_affected() {
        0 => Ok(false),
        1 => Ok(true),
        // The hash is the primary key.
        _ => Err(StoreError::BadRow {
            table: item::TABLE,
            column: "hash",
            row: receipt.hash.to_string(),
        }),
    }
}

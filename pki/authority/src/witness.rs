//! The witness of the audit's log: signs heads that go on from the last one that it saw (docs/audit.md).

use std::sync::Arc;

use evidence::{
    entry::Act,
    head::{SignedHead, Witnessed},
    merkle::Hash,
    witness::{Refusal, Watched},
};
use key_custody::{CustodyError, Token, role::WitnessSigning};

use crate::{
    signing::chain::ACTOR,
    store::{
        Store, StoreError,
        witness::{Saw, Seeing},
    },
    surroundings::Surroundings,
};

const ACT: &str = "witness-head";

/// What the desk works with.
#[derive(Debug)]
pub struct WitnessDesk {
    /// What it signs as.
    pub name: String,
    /// Whose heads.
    pub watched: Watched,
    /// Where its key is.
    pub token: Arc<Token>,
    /// The key's label.
    pub key: String,
    /// The store.
    pub store: Store,
    /// Clock and randomness.
    pub surroundings: Surroundings,
}

/// What a witness answers.
#[derive(Debug)]
pub enum Said {
    /// Its signature.
    Seen(Witnessed),
    /// The proof is to begin at this size.
    Known(u64),
}

/// Why a head was not signed.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// It is not one to sign.
    #[error("{0}")]
    Refused(Refusal),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token.
    #[error("signing a head of the audit as its witness: {0}")]
    Custody(#[from] CustodyError),
    /// A signature of another length than ours have.
    #[error("signing a head of the audit as its witness: the token's signature has another length")]
    Signature,
    /// The service ends.
    #[error("the service is ending; repeat the request")]
    Ending,
}

impl WitnessDesk {
    /// Signs a head that goes on from the last one. `proof`: that it does, from `since` entries on.
    pub async fn see(
        &self,
        shown: SignedHead,
        since: u64,
        proof: Vec<Hash>,
    ) -> Result<Said, WitnessError> {
        let (head, at) = (shown.head.clone(), self.surroundings.now());
        let object = format!("head over {} entries of {}", head.size, head.log);
        let act = Act::new(self.surroundings.id(), ACTOR, ACT, object);
        let seeing = Seeing {
            watched: self.watched.clone(),
            // Other witnesses' words are theirs.
            shown: shown.head.seal(shown.signature),
            since,
            proof,
            act: act.clone(),
            at,
        };
        match self.store.see(seeing).await? {
            Saw::Known(size) => return Ok(Said::Known(size)),
            Saw::Refused(refusal) => {
                if refusal.is_evidence() {
                    tracing::error!(%refusal, "ALARM: the audit's log");
                }
                return Err(WitnessError::Refused(refusal));
            }
            Saw::Recorded(_) => {}
        }
        let time = at.unix_timestamp();
        let digest = head.witness_digest(&self.name, time);
        match self.sign(digest).await {
            Ok(signature) => {
                self.store.witnessed(&act, self.surroundings.now()).await?;
                let name = self.name.clone();
                Ok(Said::Seen(Witnessed {
                    name,
                    time,
                    signature,
                }))
            }
            Err(error) => {
                let now = self.surroundings.now();
                self.store.fail(&act, now, &error.to_string()).await?;
                Err(error)
            }
        }
    }

    /// A token takes its time.
    async fn sign(&self, digest: [u8; 32]) -> Result<[u8; 64], WitnessError> {
        let (token, label) = (Arc::clone(&self.token), self.key.clone());
        let signing = tokio::task::spawn_blocking(move || {
            let key = token.find_ec::<WitnessSigning>(&label)?;
            token.sign_digest(&key, &digest)
        });
        let signature = signing.await.map_err(|_| WitnessError::Ending)??;
        signature.try_into().map_err(|_| WitnessError::Signature)
    }
}

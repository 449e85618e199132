//! The signing chain: ticket, inspection, permit, durable intent, signature, verification, durable
//! outcome, release.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use evidence::{
    entry::Act,
    ticket::{Ticket, TicketError},
};
use time::OffsetDateTime;

use super::{
    inspection::{Refusal, inspect},
    issues::Issues,
    permit::{Armed, Permit, SigningError},
    request::Request,
    signer::Signer,
};
use crate::{
    store::{Alarm, Earlier, Intent, IntentError, Recorded, Release, Store, StoreError},
    surroundings::Surroundings,
};

const ACTOR: &str = "pki-authority/serve";

/// What the chain works with.
#[derive(Debug)]
pub struct Chain {
    signers: Vec<Arc<Signer>>,
    ticket_keys: Vec<Vec<u8>>,
    issues: Option<Issues>,
    store: Store,
    surroundings: Surroundings,
    token_wait: Duration,
    signatures: AtomicU64,
}

/// Why nothing was released.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The ticket, the profile or the content forbids it.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The permit was used for something else. Recorded as an alarm.
    #[error("refused and recorded as an alarm: {0}")]
    Alarm(Alarm),
    /// No document signer may sign at this time.
    #[error("no document signer's key may be used at this time; hold a ceremony for a new one")]
    NoSigner,
    /// An intent is bound to a document signer that is not configured any more, or was changed.
    #[error(
        "the intent of this request is bound to the document signer {label}, which is not \
         configured with the same certificate any more; configure it again"
    )]
    SignerGone {
        /// The signer's label.
        label: String,
    },
    /// Signing failed; the intent stays and the same request continues.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store cannot be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The service is ending.
    #[error("the service is ending; repeat the request")]
    Ending,
}

impl Chain {
    /// A chain. `ticket_keys` are DER public keys that tickets may verify with; without `issues` no blank issue is asked
    /// for; `token_wait` is how long a request waits for an absent token.
    #[must_use]
    pub fn new(
        signers: Vec<Signer>,
        (ticket_keys, issues): (Vec<Vec<u8>>, Option<Issues>),
        store: Store,
        surroundings: Surroundings,
        token_wait: Duration,
    ) -> Self {
        let signers = signers.into_iter().map(Arc::new).collect();
        let signatures = AtomicU64::new(0);
        Self {
            signers,
            ticket_keys,
            issues,
            store,
            surroundings,
            token_wait,
            signatures,
        }
    }

    /// The document signers.
    #[must_use]
    pub fn signers(&self) -> &[Arc<Signer>] {
        &self.signers
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.surroundings.now()
    }

    /// Signatures released since the start, repetitions not counted.
    #[must_use]
    pub fn signatures(&self) -> u64 {
        self.signatures.load(Ordering::Relaxed)
    }

    /// Signs what the request asks for, or returns what was signed for it before. `caller` is the common name of the
    /// caller's certificate.
    pub async fn sign(&self, request: &Request, caller: &str) -> Result<Release, ChainError> {
        let object = format!("{} {}", request.attempt, request.kind);
        let act = Act::new(self.surroundings.id(), ACTOR, "sign", object);
        let permit = match self.permit(request, caller) {
            Ok(permit) => permit,
            Err(error) => {
                self.store
                    .refuse(&act, self.now(), &error.to_string())
                    .await?;
                return Err(error);
            }
        };
        let kind = permit.kind();
        let armed = match self.store.intend(permit.record(), &act, self.now()).await {
            Ok(Intent::Recorded(recorded)) => Ok(permit.arm(recorded)),
            Ok(Intent::Earlier(recorded, earlier)) => self.continued(permit, recorded, &earlier),
            Ok(Intent::Released(release)) => return Ok(release),
            Err(IntentError::Alarm(alarm)) => {
                tracing::error!(attempt = %request.attempt, %kind, %alarm, "ALARM");
                return Err(ChainError::Alarm(alarm));
            }
            Err(IntentError::Store(error)) => return Err(error.into()),
        };
        let signed = match armed {
            Ok(armed) => self.sign_in_token(armed).await,
            Err(error) => Err(error),
        };
        match signed {
            Ok(file) => {
                let release = self
                    .store
                    .release(request.attempt, kind, file, &act, self.now())
                    .await?;
                if !release.repeated {
                    self.signatures.fetch_add(1, Ordering::Relaxed);
                }
                Ok(release)
            }
            Err(error) => {
                self.store
                    .fail(&act, self.now(), &error.to_string())
                    .await?;
                Err(error)
            }
        }
    }

    /// A permit whose intent was recorded before goes on with the signer and the time of then.
    fn continued(
        &self,
        permit: Permit,
        recorded: Recorded,
        earlier: &Earlier,
    ) -> Result<Armed, ChainError> {
        let signer = self.signers.iter().find(|signer| {
            signer.label() == earlier.key_label && signer.certificate().der() == earlier.certificate
        });
        let gone = || ChainError::SignerGone {
            label: earlier.key_label.clone(),
        };
        let permit = permit.rebind(signer.ok_or_else(gone)?.clone(), earlier.signing_time)?;
        if permit.digest() != earlier.digest {
            return Err(gone());
        }
        Ok(permit.arm(recorded))
    }

    async fn sign_in_token(&self, armed: Armed) -> Result<Vec<u8>, ChainError> {
        let deadline = Instant::now() + self.token_wait;
        let signing = tokio::task::spawn_blocking(move || armed.sign(deadline));
        Ok(signing.await.map_err(|_| ChainError::Ending)??)
    }

    fn permit(&self, request: &Request, caller: &str) -> Result<Permit, ChainError> {
        let now = self.now();
        let ticket = self.verified(request, now)?;
        let handed_out = match &self.issues {
            Some(issues) => {
                let admitted = issues.admit(request, caller, now);
                Some(admitted.map_err(Refusal::from)?)
            }
            None => None,
        };
        let inspected = inspect(request, ticket, handed_out)?;
        let signer = self.signers.iter().find(|signer| signer.in_period(now));
        let signer = signer.ok_or(ChainError::NoSigner)?.clone();
        Ok(Permit::issue(inspected, signer, now)?)
    }

    /// The ticket, verified with one of the configured keys.
    fn verified<'r>(
        &self,
        request: &'r Request,
        now: OffsetDateTime,
    ) -> Result<&'r Ticket, Refusal> {
        let mut verdict = Err(TicketError::BadSignature);
        for key in &self.ticket_keys {
            verdict = request.ticket.verify(key, now.unix_timestamp());
            if !matches!(verdict, Err(TicketError::BadSignature)) {
                break;
            }
        }
        Ok(verdict?)
    }
}

//! The signing chain: ticket, inspection, permit, durable intent, signature, verification, durable
//! outcome, release.

use std::{
    collections::BTreeMap,
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
    profile::SigningProfile,
    request::Request,
    signer::Signer,
};
use crate::{
    store::{Alarm, Earlier, Intent, IntentError, Recorded, Release, Store, StoreError},
    surroundings::Surroundings,
};

/// Who acts, in the audit.
pub(crate) const ACTOR: &str = "pki-authority/serve";

/// What must be so before anything is signed.
#[derive(Debug)]
pub struct Rules {
    /// DER public keys that tickets may verify with.
    pub ticket_keys: Vec<Vec<u8>>,
    /// Blank issues; none: none is asked for.
    pub issues: Option<Issues>,
    /// The document codes of signing profiles, by their names, where they are not the profile's own.
    pub document_codes: BTreeMap<String, String>,
}

/// What the chain works with.
#[derive(Debug)]
pub struct Chain {
    signers: Vec<Arc<Signer>>,
    rules: Rules,
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
    /// No such document signer is certified for these documents.
    #[error(
        "no document signer's certificate lists the document code {code} of the profile {profile}: an inspector would refuse \
         the document; hold a ceremony with it in `document_types`, or correct `document_codes`"
    )]
    CodeNotListed {
        /// The signing profile.
        profile: String,
        /// The document code.
        code: String,
    },
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
    /// A chain. `token_wait` is how long a request waits for an absent token.
    #[must_use]
    pub fn new(
        signers: Vec<Signer>,
        rules: Rules,
        store: Store,
        surroundings: Surroundings,
        token_wait: Duration,
    ) -> Self {
        let signers = signers.into_iter().map(Arc::new).collect();
        let signatures = AtomicU64::new(0);
        Self {
            signers,
            rules,
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
                    .note(&act, self.now(), &error.to_string())
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
        let handed_out = match &self.rules.issues {
            Some(issues) => {
                let admitted = issues.admit(request, caller, now);
                Some(admitted.map_err(Refusal::from)?)
            }
            None => None,
        };
        let inspected = inspect(request, ticket, handed_out)?;
        let signer = self.signer_of(&ticket.signing_profile, now)?;
        Ok(Permit::issue(inspected, signer, now)?)
    }

    /// The first signer whose key may be used now, and whose certificate lists the document code of the profile.
    fn signer_of(&self, profile: &str, now: OffsetDateTime) -> Result<Arc<Signer>, ChainError> {
        let code = match self.rules.document_codes.get(profile) {
            Some(code) => code.as_str(),
            None => SigningProfile::named(profile).map_or("", |profile| profile.code),
        };
        let mut usable = self
            .signers
            .iter()
            .filter(|signer| signer.in_period(now))
            .peekable();
        if usable.peek().is_none() {
            return Err(ChainError::NoSigner);
        }
        let listed = usable.find(|signer| signer.lists(code));
        let missing = || ChainError::CodeNotListed {
            profile: profile.to_owned(),
            code: code.to_owned(),
        };
        Ok(listed.ok_or_else(missing)?.clone())
    }

    /// The ticket, verified with one of the configured keys.
    fn verified<'r>(
        &self,
        request: &'r Request,
        now: OffsetDateTime,
    ) -> Result<&'r Ticket, Refusal> {
        let mut verdict = Err(TicketError::BadSignature);
        for key in &self.rules.ticket_keys {
            verdict = request.ticket.verify(key, now.unix_timestamp());
            if !matches!(verdict, Err(TicketError::BadSignature)) {
                break;
            }
        }
        Ok(verdict?)
    }
}

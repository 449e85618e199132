//! The opener: takes one held dossier, opens it in the token, verifies everything again, and ends it as
//! Accepted or Rejected. A reconciler: it may be killed anywhere, and whoever comes next goes on.

use std::{sync::Arc, time::Duration};

use dossier::{
    Dossier, Hash, SealedDossier,
    receipt::{Outcome, Reason},
    sealed::OpenedDossier,
};
use evidence::entry::{Act, Entry};
use personalisation_core::ids::{ActId, LeaseToken};
use personalisation_store::{
    Store, StoreError,
    intake::{Acceptance, Accepted, DossierRow, DossierState, reason_name},
};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::Notify;

use super::{
    chunks::Chunks,
    config::IntakeSection,
    keys::{About, IntakeKeys, KeysError},
    parts,
    second_person::ApprovalKeys,
    service::{ACTOR, IntakeService},
    traffic::{Patient, Traffic},
    verify::{self, Refused, Verified},
};
use crate::{edge, person};

/// How long the opener sleeps when nothing is held and nobody wakes it.
const IDLE: Duration = Duration::from_secs(2);
/// How often somebody who waits for one dossier looks again.
const GLANCE: Duration = Duration::from_millis(100);
/// How long a dossier rests that could not be opened for a fault of ours.
const REST: Duration = Duration::from_secs(5);

/// Why a dossier was neither accepted nor rejected: a fault of ours, tried again.
#[derive(Debug, Error)]
enum OpenerError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("the folder of dossiers: {0}")]
    Io(#[from] std::io::Error),
    #[error("the bytes of a held dossier are gone; its station has them still: restore the folder")]
    Gone,
    #[error("{0}")]
    Token(String),
    #[error("the service is ending")]
    Ending,
}

/// One opener.
#[derive(Debug)]
pub struct Opener {
    store: Store,
    chunks: Arc<Chunks>,
    keys: Arc<IntakeKeys>,
    approvals: ApprovalKeys,
    held: Arc<Notify>,
    accepted: Arc<Notify>,
    traffic: Arc<Traffic>,
    lease: Duration,
}

impl Opener {
    /// An opener beside this service, which believes second persons elsewhere under those keys; it wakes `accepted`
    /// after each dossier.
    pub fn new(
        service: &IntakeService,
        section: &IntakeSection,
        approvals: ApprovalKeys,
        accepted: Arc<Notify>,
    ) -> Self {
        Self {
            store: service.store.clone(),
            chunks: Arc::clone(&service.chunks),
            keys: Arc::clone(&service.keys),
            approvals,
            held: Arc::clone(&service.held),
            accepted,
            traffic: Arc::clone(&service.traffic),
            lease: section.lease(),
        }
    }

    /// Opens what is held, for ever.
    pub async fn run(self) {
        let mut patient = Patient::new(Arc::clone(&self.traffic));
        loop {
            patient.stand_back().await;
            match self.step().await {
                Ok(true) => {}
                Ok(false) => {
                    drop(tokio::time::timeout(IDLE, self.held.notified()).await);
                }
                Err(error) => {
                    tracing::error!(%error, "opening dossiers");
                    tokio::time::sleep(IDLE).await;
                }
            }
        }
    }

    /// Opens what is held until this dossier is ended, or for so long: somebody else may have it. Where it is then.
    pub(super) async fn until_ended(
        &self,
        hash: Hash,
        patience: Duration,
    ) -> Result<DossierState, StoreError> {
        let opening = async {
            while !self.ended(hash).await? {
                match self.step().await {
                    Ok(true) => {}
                    Ok(false) => tokio::time::sleep(GLANCE).await,
                    Err(error) => {
                        tracing::error!(%error, "opening dossiers");
                        tokio::time::sleep(IDLE).await;
                    }
                }
            }
            Ok::<_, StoreError>(())
        };
        if let Ok(ended) = tokio::time::timeout(patience, opening).await {
            ended?;
        }
        let row = self.store.dossier(hash).await?;
        Ok(row.map_or(DossierState::Held, |row| row.state))
    }

    async fn ended(&self, hash: Hash) -> Result<bool, StoreError> {
        let row = self.store.dossier(hash).await?;
        Ok(row.is_none_or(|row| row.state != DossierState::Held))
    }

    /// Erases and puts away what ended; what cannot be now is left to the next opener.
    pub(super) async fn tidy(&self) {
        if let Err(error) = self.put_away().await {
            tracing::error!(%error, "putting files of dossiers away");
        }
    }

    /// Opens one dossier; whether there was one.
    async fn step(&self) -> Result<bool, OpenerError> {
        let token = LeaseToken::generate(&mut edge::rng());
        let Some((row, tries)) = self.store.lease_held(token, self.lease).await? else {
            self.put_away().await?;
            return Ok(false);
        };
        match self.open(&row, token).await {
            Ok(()) => {
                self.accepted.notify_one();
                self.put_away().await?;
            }
            Err(error) => {
                tracing::error!(%error, hash = %row.hash, tries, "a held dossier cannot be opened now");
                self.store.release_held(row.hash, token, REST).await?;
            }
        }
        Ok(true)
    }

    async fn open(&self, row: &DossierRow, token: LeaseToken) -> Result<(), OpenerError> {
        let opened = match self.unseal(row.hash).await? {
            Ok(opened) => opened,
            Err(reason) => return self.reject(row, token, reason).await,
        };
        match verify::verify(&self.store, &self.approvals, row, &opened).await {
            Ok(verified) => self.accept(row, token, &opened, verified).await,
            Err(Refused::Rejected(reason)) => self.reject(row, token, reason).await,
            Err(Refused::Store(error)) => Err(error.into()),
        }
    }

    /// Opens the seal in the token, on a thread that may block.
    async fn unseal(&self, hash: Hash) -> Result<Result<OpenedDossier, Reason>, OpenerError> {
        let (chunks, keys) = (Arc::clone(&self.chunks), Arc::clone(&self.keys));
        let opening = tokio::task::spawn_blocking(move || {
            let bytes = chunks.read(hash)?.ok_or(OpenerError::Gone)?;
            let sealed = match SealedDossier::decode(bytes) {
                Ok(sealed) => sealed,
                Err(error) => return Ok(Err(error.reason().unwrap_or(Reason::NotSealed))),
            };
            if sealed.header().version > <Dossier as dossier::Body>::VERSION {
                return Ok(Err(Reason::Version));
            }
            let Some(key) = keys.opening(sealed.header().intake_key) else {
                return Ok(Err(Reason::IntakeKey));
            };
            match sealed.open(&key) {
                Ok(opened) => Ok(Ok(opened)),
                Err(error) => match error.reason() {
                    Some(reason) => Ok(Err(reason)),
                    None => Err(OpenerError::Token(error.to_string())),
                },
            }
        });
        opening.await.map_err(|_| OpenerError::Ending)?
    }

    async fn accept(
        &self,
        row: &DossierRow,
        token: LeaseToken,
        opened: &OpenedDossier,
        verified: Verified,
    ) -> Result<(), OpenerError> {
        let Verified { dossier, filing } = verified;
        let person = person::of_dossier(&self.store, &dossier)?;
        let payment = person::payment(&self.store, &dossier)?;
        let (application, ground, express) = (dossier.application, dossier.ground, dossier.express);
        let recapture_of = dossier.recapture_of;
        let Ok(content) = parts::cut(opened.signed(), dossier) else {
            return self.reject(row, token, Reason::Form).await;
        };
        let now = edge::now();
        let receipt = self.receipt(row, Outcome::Accepted, now).await?;
        let accepted = Accepted {
            hash: row.hash,
            token,
            application,
            filing: &filing,
            ground,
            express,
            recapture_of,
            person: &person,
            payment,
            content: &content,
            receipt: &receipt,
        };
        let entries = entries("accept-dossier", row.hash, "accepted", now);
        let rng = &mut edge::rng();
        let acceptance = self.store.accept_dossier(rng, &accepted, &entries, now);
        match acceptance.await? {
            Acceptance::OtherDossier => self.reject(row, token, Reason::OtherDossier).await,
            Acceptance::Application | Acceptance::Supplement(_) => Ok(()),
        }
    }

    async fn reject(
        &self,
        row: &DossierRow,
        token: LeaseToken,
        reason: Reason,
    ) -> Result<(), OpenerError> {
        let now = edge::now();
        let receipt = self.receipt(row, Outcome::Rejected(reason), now).await?;
        let why = reason_name(reason);
        let entries = entries("reject-dossier", row.hash, why, now);
        self.store
            .reject_dossier(row.hash, token, (reason, &receipt), &entries, now)
            .await?;
        tracing::error!(hash = %row.hash, station = %row.station, reason = why,
            "a dossier cannot be used; it waits in quarantine for a supervisor");
        Ok(())
    }

    async fn receipt(
        &self,
        row: &DossierRow,
        outcome: Outcome,
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, OpenerError> {
        let about = About {
            hash: row.hash,
            station: row.station,
            application: row.application,
        };
        let keys = Arc::clone(&self.keys);
        let signing = tokio::task::spawn_blocking(move || keys.receipt(about, outcome, now));
        Ok(signing.await.map_err(|_| OpenerError::Ending)??)
    }

    /// Erases files of accepted dossiers and of those that a supervisor is done with, and puts those of rejected
    /// ones away: after their commit, so that a kill in between leaves work for this, and nothing lost. One file
    /// that cannot be moved stands in nobody's way.
    async fn put_away(&self) -> Result<(), OpenerError> {
        for file in self.store.unfiled().await? {
            let (chunks, hash) = (Arc::clone(&self.chunks), file.hash);
            let filing = tokio::task::spawn_blocking(move || {
                if file.done {
                    chunks.erase(hash)
                } else {
                    chunks.put_away(hash)
                }
            });
            match filing.await.map_err(|_| OpenerError::Ending)? {
                Ok(()) => self.store.filed(file).await?,
                Err(error) => tracing::error!(%error, %hash, "a file cannot be put away now"),
            }
        }
        Ok(())
    }
}

fn entries(act: &str, hash: Hash, outcome: &str, now: OffsetDateTime) -> [Entry; 2] {
    let act = Act::new(
        *ActId::generate(&mut edge::rng()).as_bytes(),
        ACTOR,
        act,
        format!("dossier {hash}"),
    );
    [act.intent(now), act.outcome(now, outcome)]
}

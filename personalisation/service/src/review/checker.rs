//! The checker: takes one accepted application, runs the checks, and lets the rule approve it or gives it
//! to people. A reconciler: each step is a commit, and whoever comes next goes on from the last one.

use std::{sync::Arc, time::Duration};

use dossier::{ApplicationId, Configuration, Dossier, Hash};
use personalisation_core::{
    application::{Application, ApplicationState, Detail, IllegalMove, Referral, Verdict},
    ids::{LeaseToken, OrderId},
};
use personalisation_store::{
    StoreError,
    fleet::StationState,
    order::ContentKind,
    review::{ApplicationRow, Decided, DossierPart, Verified},
};
use thiserror::Error;
use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::{
    checks::{Beside, Checks, Findings, Question},
    decide::{self, Desk},
    error::ReviewError,
    register::{Answer, Register},
};
use crate::{
    edge,
    faces::templates,
    intake::{
        parts::{self, PartsError},
        rules,
        traffic::{Patient, Traffic},
    },
};

/// How long the checker sleeps when nothing waits and nobody wakes it.
const IDLE: Duration = Duration::from_secs(2);
/// How long an application rests that could not be checked for a fault of ours.
const REST: Duration = Duration::from_secs(10);
/// After so many tries at which the checks themselves broke down, a person looks.
const TRIES: u32 = 3;

/// Why an application stays where it is: a fault of ours, tried again.
#[derive(Debug, Error)]
enum CheckerError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Parts(#[from] PartsError),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Move(#[from] IllegalMove),
    #[error("the configuration {0} that it names is gone; restore the database")]
    Configuration(u64),
    #[error("the checks broke down; a person looks after {TRIES} tries")]
    BrokeDown,
    #[error("preparing the order: {0}")]
    Identity(#[from] serde_json::Error),
}

/// One checker.
#[derive(Debug)]
pub struct Checker {
    desk: Arc<Desk>,
    checks: Arc<Checks>,
    register: Option<Register>,
    lease: Duration,
    accepted: Arc<Notify>,
    traffic: Arc<Traffic>,
}

impl Checker {
    /// A checker that `accepted` wakes, and that stands back while dossiers come in.
    pub fn new(
        desk: Arc<Desk>,
        checks: Arc<Checks>,
        register: Option<Register>,
        lease: Duration,
        (accepted, traffic): (Arc<Notify>, Arc<Traffic>),
    ) -> Self {
        Self {
            desk,
            checks,
            register,
            lease,
            accepted,
            traffic,
        }
    }

    /// Checks what is accepted, for ever.
    pub async fn run(self) {
        let mut patient = Patient::new(Arc::clone(&self.traffic));
        loop {
            patient.stand_back().await;
            match self.step().await {
                Ok(true) => {}
                Ok(false) => {
                    drop(tokio::time::timeout(IDLE, self.accepted.notified()).await);
                }
                Err(error) => {
                    tracing::error!(%error, "checking applications");
                    tokio::time::sleep(IDLE).await;
                }
            }
        }
    }

    /// Takes one application a step further; whether there was one.
    async fn step(&self) -> Result<bool, StoreError> {
        let token = LeaseToken::generate(&mut edge::rng());
        let store = &self.desk.store;
        let leased = store.lease_application(token, self.lease).await?;
        let Some((row, tries)) = leased else {
            return Ok(false);
        };
        if let Err(error) = self.advance(&row, token, tries).await {
            let id = row.application.id();
            tracing::error!(%error, %id, tries, "an application cannot be checked now");
            store.release_application(id, token, REST).await?;
        }
        Ok(true)
    }

    async fn advance(
        &self,
        row: &ApplicationRow,
        token: LeaseToken,
        tries: u32,
    ) -> Result<(), CheckerError> {
        match row.application.state() {
            ApplicationState::Verified(_, referrals) if referrals.is_empty() => {
                self.approve(row, token).await
            }
            ApplicationState::Verified(..) => {
                let to = row.application.clone().refer()?;
                self.refer(row, to, token).await
            }
            _ => self.check(row, token, tries).await,
        }
    }

    /// Runs the checks and writes what they found.
    async fn check(
        &self,
        row: &ApplicationRow,
        token: LeaseToken,
        tries: u32,
    ) -> Result<(), CheckerError> {
        let store = &self.desk.store;
        let content = row.supplement.unwrap_or(row.content);
        let dossier = self.whole(content).await?;
        let handled_by = row
            .application
            .filing()
            .map(|filing| filing.handled_by.clone());
        let forced = dossier.portrait.forced.is_some()
            || dossier.fingers.iter().any(|finger| finger.forced.is_some());
        let findings = match self.find(row, dossier).await {
            Err(CheckerError::BrokeDown) if tries >= TRIES => Findings {
                results: Vec::new(),
                prepared: None,
                by_rule: false,
            },
            found => found?,
        };
        let verdict = Verdict::of(&findings.results, findings.by_rule);
        let application = row.application.clone();
        let to = if row.supplement.is_some() {
            application.supplement(handled_by.unwrap_or_default(), forced, verdict)?
        } else {
            application.verify(verdict)?
        };
        let order = OrderId::generate(&mut edge::rng());
        let files = files(findings.prepared);
        let now = edge::now();
        let verified = Verified {
            from: row,
            to: &to,
            token,
            checks: &findings.results,
            prepared: files.as_ref().map(|files| (order, &files[..])),
        };
        let entries = decide::entries("verify", to.id(), to.state().name(), now);
        store
            .verify_application(&mut edge::rng(), &verified, &entries, now)
            .await?;
        // It goes on at once: the rule approves, or people are given it.
        self.accepted.notify_one();
        Ok(())
    }

    async fn find(&self, row: &ApplicationRow, dossier: Dossier) -> Result<Findings, CheckerError> {
        let register = self.ask(&dossier, row.application.id()).await;
        let configuration = self.configuration(dossier.configuration).await?;
        let station = self.desk.store.station(dossier.station).await?;
        let quarantined =
            station.is_none_or(|station| !matches!(station.state, StationState::Active));
        let checks = Arc::clone(&self.checks);
        let beside = self.beside(row, &dossier).await?;
        let printable = self.desk.store.printable_templates(templates()).await?;
        let config = Arc::clone(&self.desk.config);
        let checking = tokio::task::spawn_blocking(move || {
            checks.run(&Question {
                dossier: &dossier,
                configuration: &configuration,
                register: &register,
                beside,
                quarantined,
                issuer: config.issuer(),
                printable: &printable,
                now: edge::now(),
            })
        });
        checking.await.map_err(|_| CheckerError::BrokeDown)
    }

    /// What else there is for the person, or was paid with the same payment.
    async fn beside(&self, row: &ApplicationRow, dossier: &Dossier) -> Result<Beside, StoreError> {
        let (store, id) = (&self.desk.store, row.application.id());
        let kind = dossier.document_type;
        Ok(Beside {
            claimed: row.claimed,
            ordered: store.ordered_without_application(id, kind).await?,
            payment_used: store.payment_used(id, dossier.recapture_of).await?,
        })
    }

    async fn ask(&self, dossier: &Dossier, case: ApplicationId) -> Answer {
        match (&self.register, &dossier.identity.national_number) {
            (_, None) => Answer::Silent(Detail::NoNationalNumber),
            (None, Some(_)) => Answer::Silent(Detail::NoRegister),
            (Some(register), Some(number)) => register.ask(&number.value, case).await,
        }
    }

    /// The dossier with its pictures.
    async fn whole(&self, content: Hash) -> Result<Dossier, CheckerError> {
        let part = |part| self.desk.store.dossier_part(content, part);
        let text = part(DossierPart::Text).await?;
        let text = parts::text(&text.ok_or(PartsError::Missing("text"))?)?;
        let (portrait, signature, fingers) = (
            part(DossierPart::Portrait).await?,
            part(DossierPart::Signature).await?,
            part(DossierPart::Fingers).await?,
        );
        let plain = |part: &Option<Zeroizing<Vec<u8>>>| part.as_ref().map(|part| part.to_vec());
        let (portrait, signature, fingers) = (plain(&portrait), plain(&signature), plain(&fingers));
        Ok(parts::join(
            text,
            portrait.as_deref(),
            signature.as_deref(),
            fingers.as_deref(),
        )?)
    }

    async fn configuration(&self, number: u64) -> Result<Configuration, CheckerError> {
        let signed = self.desk.store.configuration_numbered(number).await?;
        let configuration = signed.and_then(|signed| rules::configuration(&signed));
        configuration.ok_or(CheckerError::Configuration(number))
    }

    /// Every check passed, and the rule allows it.
    async fn approve(&self, row: &ApplicationRow, token: LeaseToken) -> Result<(), CheckerError> {
        let store = &self.desk.store;
        let text = store.dossier_part(row.content, DossierPart::Text).await?;
        let text = parts::text(&text.ok_or(PartsError::Missing("text"))?)?;
        let now = edge::now();
        let number = text.configuration;
        // What came up since the checks: a person looks at it.
        match self.desk.approve_by_rule(row, token, number, now).await {
            Err(ReviewError::AnotherLives(_)) => {
                let to = row.application.clone();
                let to = to.refer_after_all(Referral::AnotherApplication)?;
                self.refer(row, to, token).await
            }
            Err(ReviewError::Ordered { .. }) => {
                let to = row.application.clone();
                let to = to.refer_after_all(Referral::LiveDocument)?;
                self.refer(row, to, token).await
            }
            approved => Ok(approved.map(|_| ())?),
        }
    }

    /// A person must look.
    async fn refer(
        &self,
        row: &ApplicationRow,
        to: Application,
        token: LeaseToken,
    ) -> Result<(), CheckerError> {
        let now = edge::now();
        let entries = decide::entries("refer", to.id(), "in_review", now);
        let decided = Decided {
            from: row,
            to: &to,
            person: None,
            note: None,
            appointment: None,
            token: Some(token),
            order: None,
            cancelled: None,
            notice: None,
        };
        let store = &self.desk.store;
        store
            .decide_application(&mut edge::rng(), &decided, &entries, now)
            .await?;
        Ok(())
    }
}

type Files = Vec<(ContentKind, Zeroizing<Vec<u8>>)>;

fn files(prepared: Option<crate::order::Prepared>) -> Option<Files> {
    prepared.map(|prepared| prepared.files)
}

//! The desk where inspection systems ask: registration, request, durable intent, signature,
//! verification, durable outcome, answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use evidence::entry::Act;
use icao9303::{
    cvc::{
        Body, Certificate, CertificateReference, HolderAuthorization, ReceivedRequest, Rights,
        Role, SuccessiveRequest,
    },
    x509::HashAlgorithm,
};
use time::Date;

use super::{
    refusal::Refusal,
    registration::{Registration, Stem},
    verifier::{CertifyError, Verifier},
};
use crate::{
    store::{
        Recorded, Store, StoreError,
        inspection::{Application, Applied, Dates, Issued, Vouching},
    },
    surroundings::Surroundings,
};

const ACTOR: &str = "pki-authority/serve";
const ACT: &str = "certify-inspection-system";

/// What the desk works with.
#[derive(Debug)]
pub struct Desk {
    /// Self-signed certificates of the country verifying CA, oldest first.
    pub authorities: Vec<Certificate>,
    /// Its links, oldest first.
    pub links: Vec<Certificate>,
    /// The document verifiers, in order of preference.
    pub verifiers: Vec<Arc<Verifier>>,
    /// Who may ask.
    pub registrations: Vec<Registration>,
    /// The store.
    pub store: Store,
    /// Clock and randomness.
    pub surroundings: Surroundings,
    /// How long a request waits for an absent token.
    pub token_wait: Duration,
}

/// A request of the right form; nothing in it is verified yet.
#[derive(Debug)]
pub struct Asked {
    /// The request.
    pub received: ReceivedRequest,
    /// What the certificate shall open.
    pub rights: Rights,
}

/// Why no certificate was issued.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No document verifier may sign at this time.
    #[error("no document verifier's certificate is valid today; hold a ceremony for a new one")]
    NoVerifier,
    /// An intent is bound to a document verifier that is not configured any more.
    #[error(
        "the intent of this request is bound to the document verifier {holder}, which is not \
         configured any more; configure it again"
    )]
    VerifierGone {
        /// The verifier.
        holder: String,
    },
    /// A certificate that was issued cannot be read any more.
    #[error(
        "the certificate issued to {holder} is damaged in the store ({source}); restore the store from \
         a copy, and find out what damaged it"
    )]
    Damaged {
        /// The holder it names.
        holder: String,
        /// What is wrong with it.
        source: icao9303::cvc::CvcError,
    },
    /// Signing failed; the intent stays and the same request continues.
    #[error(transparent)]
    Certify(#[from] CertifyError),
    /// The store cannot be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The service is ending.
    #[error("the service is ending; repeat the request")]
    Ending,
}

/// A request whose signatures are verified, within its registration.
struct Admitted {
    holder: CertificateReference,
    stem: Stem,
    key: icao9303::cvc::PublicKey,
    rights: Rights,
    vouching: Vouching,
    verifier: Arc<Verifier>,
    dates: Dates,
}

impl Desk {
    /// Today, UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.surroundings.now().date()
    }

    /// The document verifiers in force, the preferred one first.
    pub fn in_force(&self) -> impl Iterator<Item = &Arc<Verifier>> {
        let today = self.today();
        self.verifiers
            .iter()
            .filter(move |verifier| verifier.in_force(today))
    }

    /// The registration of a holder for a role.
    #[must_use]
    pub fn registration(&self, role: &str, stem: &Stem) -> Option<&Registration> {
        self.registrations
            .iter()
            .find(|one| one.role == role && one.stem == *stem)
    }

    /// Certifies what a caller of `role` asks for, or returns what was certified for it before.
    pub async fn certify(&self, role: &str, asked: &Asked) -> Result<Issued, DeskError> {
        let holder = asked.received.request().holder();
        let act = Act::new(self.surroundings.id(), ACTOR, ACT, holder);
        let admitted = match self.admit(role, asked).await {
            Ok(admitted) => admitted,
            Err(DeskError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let (now, reason) = (self.surroundings.now(), error.to_string());
                self.store.note(&act, now, &reason).await?;
                return Err(error);
            }
        };
        let now = self.surroundings.now();
        let applied = self
            .store
            .apply_for(admitted.application(), &act, now)
            .await?;
        let (recorded, verifier, dates) = match applied {
            Applied::Recorded(recorded) => (recorded, admitted.verifier.clone(), admitted.dates),
            Applied::Earlier(recorded, certificate, dates) => match self.bound(&certificate) {
                Ok(verifier) => (recorded, verifier, dates),
                Err(error) => return Err(self.failed(&act, error).await?),
            },
            Applied::Issued(issued) => return Ok(issued),
            Applied::Refused(refusal) => return Err(refusal.into()),
        };
        let body = admitted.body(&verifier, dates);
        match self.sign(recorded, verifier, body).await {
            Ok(certificate) => {
                let (now, bytes) = (self.surroundings.now(), certificate.to_bytes());
                let holder = admitted.holder.to_string();
                Ok(self.store.issue(holder, bytes, &act, now).await?)
            }
            Err(error) => Err(self.failed(&act, error).await?),
        }
    }

    async fn failed(&self, act: &Act, error: DeskError) -> Result<DeskError, StoreError> {
        let now = self.surroundings.now();
        self.store.fail(act, now, &error.to_string()).await?;
        Ok(error)
    }

    /// Only the store makes a `Recorded`, after the intent is durable.
    async fn sign(
        &self,
        _recorded: Recorded,
        verifier: Arc<Verifier>,
        body: Body,
    ) -> Result<Certificate, DeskError> {
        let deadline = Instant::now() + self.token_wait;
        let signing = tokio::task::spawn_blocking(move || verifier.certify(&body, deadline));
        Ok(signing.await.map_err(|_| DeskError::Ending)??)
    }

    /// The verifier that an earlier intent is bound to.
    fn bound(&self, certificate: &[u8]) -> Result<Arc<Verifier>, DeskError> {
        let same = |verifier: &&Arc<Verifier>| verifier.certificate().to_bytes() == certificate;
        let found = self.verifiers.iter().find(same).cloned();
        found.ok_or_else(|| DeskError::VerifierGone {
            holder: Certificate::parse(certificate).map_or_else(
                |error| error.to_string(),
                |found| found.holder().to_string(),
            ),
        })
    }

    async fn admit(&self, role: &str, asked: &Asked) -> Result<Admitted, DeskError> {
        let request = asked.received.request();
        let (body, holder) = (request.body(), request.holder().clone());
        let stem = Stem::of(&holder);
        let Some(registration) = self.registration(role, &stem) else {
            let role = role.to_owned();
            return Err(Refusal::NotRegistered { holder, role }.into());
        };
        if !registration.rights.contains(asked.rights) {
            return Err(Refusal::BeyondRegistration { holder }.into());
        }
        let verifier = self.verifier(body.authority.as_ref(), asked.rights)?;
        if body.key.hash != HashAlgorithm::Sha256 || body.key.parameters.is_some() {
            let reason = "another hash, or domain parameters of its own".to_owned();
            return Err(Refusal::Key { reason }.into());
        }
        let curve = verifier.public().curve();
        let on_curve = body.key.on(Some(curve));
        on_curve.map_err(|error| Refusal::Key {
            reason: error.to_string(),
        })?;
        request
            .verify(Some(curve))
            .map_err(|_| Refusal::InnerSignature)?;
        let vouching = match &asked.received {
            ReceivedRequest::First(_) => Vouching::First {
                permitted: registration.first_requests,
            },
            ReceivedRequest::Successive(successive) => self.vouched(successive, &stem).await?,
        };
        let today = self.today();
        let last = today + time::Duration::days(i64::from(registration.days) - 1);
        Ok(Admitted {
            holder,
            stem,
            key: body.key.clone(),
            rights: asked.rights,
            vouching,
            dates: Dates {
                effective: today,
                expiration: last.min(verifier.certificate().body().expiration),
            },
            verifier,
        })
    }

    /// The verifier that signs: the one that the request names, else the first that may.
    fn verifier(
        &self,
        named: Option<&CertificateReference>,
        rights: Rights,
    ) -> Result<Arc<Verifier>, DeskError> {
        let mut in_force: Vec<_> = self.in_force().cloned().collect();
        if in_force.is_empty() {
            return Err(DeskError::NoVerifier);
        }
        if let Some(authority) = named {
            in_force.retain(|verifier| verifier.certificate().holder() == authority);
            if in_force.is_empty() {
                let authority = authority.clone();
                return Err(Refusal::OtherAuthority { authority }.into());
            }
        }
        let able = |verifier: &Arc<Verifier>| verifier.rights().contains(rights);
        let able = in_force.into_iter().find(able);
        Ok(able.ok_or(Refusal::BeyondVerifier)?)
    }

    /// Verifies the outer signature with a certificate that was issued to the same holder. Whether
    /// that is the latest one is decided where the intent is recorded.
    async fn vouched(
        &self,
        request: &SuccessiveRequest,
        stem: &Stem,
    ) -> Result<Vouching, DeskError> {
        let signer = request.signer().clone();
        let issued = self.store.issued(stem.as_str(), signer.to_string()).await?;
        let Some(issued) = issued else {
            return Err(Refusal::UnknownSigner { signer }.into());
        };
        // We issued it: that it is damaged is our fault, not the caller's.
        let certificate = Certificate::parse(&issued).map_err(|source| DeskError::Damaged {
            holder: signer.to_string(),
            source,
        })?;
        let curve = icao9303::crypto::curve::CurveId::BrainpoolP256r1;
        let verified = certificate
            .body()
            .key
            .on(Some(curve))
            .and_then(|key| request.verify(&key));
        if verified.is_err() {
            return Err(Refusal::OuterSignature { signer }.into());
        }
        Ok(Vouching::Successive {
            signer,
            today: self.today(),
        })
    }
}

impl Admitted {
    fn application(&self) -> Application {
        Application {
            holder: self.holder.clone(),
            stem: self.stem.as_str().to_owned(),
            key: self.key.point.clone(),
            rights: self.rights,
            vouching: self.vouching.clone(),
            verifier: self.verifier.certificate().to_bytes(),
            dates: self.dates,
        }
    }

    fn body(&self, verifier: &Verifier, dates: Dates) -> Body {
        Body {
            authority: verifier.certificate().holder().clone(),
            key: self.key.clone(),
            holder: self.holder.clone(),
            authorization: HolderAuthorization::inspection(Role::Terminal, self.rights),
            effective: dates.effective,
            expiration: dates.expiration,
            extensions: None,
        }
    }
}

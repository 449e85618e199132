//! The desk where stations are certified and revoked: request, durable intent, signature, verification,
//! durable outcome, answer.

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use evidence::entry::Act;
use icao9303::{crl::RevocationList, x509::Certificate};
use key_custody::{CustodyError, EcKey, Token, role::OperationsCa};
use tokio::sync::Mutex;

use super::{
    Issued, KeyUse, Refusal, RevocationReason,
    publication::{self, PublishError},
    record::{CertificateRecord, ListRecord, RevokedProgram, Standing},
    request::{self, RequestError},
};
use crate::{
    authority_key::sign_with,
    profile::{
        BuildError, Period, ProgramRole, Reason, Revocation, RevocationListParameters,
        SerialNumber, StationName, build_revocation_list, build_station_certificate,
        check_operations_profile,
    },
    store::{Recorded, Store, StoreError, operations::Asked},
    surroundings::Surroundings,
};

const ACTOR: &str = "pki-authority/operations";
/// Between two looks for a token that is away.
const ABSENCE_PAUSE: Duration = Duration::from_millis(200);

/// What the desk works with.
pub struct Desk {
    /// The operations CA.
    pub authority: Certificate,
    /// Its token.
    pub token: Arc<Token>,
    /// Its key.
    pub key: Arc<EcKey<OperationsCa>>,
    /// The store.
    pub store: Store,
    /// Clock and randomness.
    pub surroundings: Surroundings,
    /// How long a request waits for an absent token.
    pub token_wait: Duration,
    /// How long a station's certificate lives.
    pub life: time::Duration,
    /// How long a revocation list lives; the next one is made after half of it.
    pub list_life: time::Duration,
    /// Where each list is put, for those who read it.
    pub publication: PathBuf,
    /// One list is made at a time.
    pub listing: Mutex<()>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Desk({})", self.authority.subject())
    }
}

/// A key to certify, of the right form; the request in it is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// PKCS #10 (DER).
    pub request: Vec<u8>,
    /// What the key is for.
    pub key_use: KeyUse,
    /// For whom.
    pub station: [u8; 16],
    /// Where that stands.
    pub office: String,
}

/// Why the desk did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The request proves nothing.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The CA's own certificate ends.
    #[error("the operations CA's certificate has ended; hold a ceremony for a new one")]
    AuthorityEnded,
    /// The token failed; the intent stays and the same request continues.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// What was signed is not what it should be.
    #[error("nothing was issued: {0}")]
    Build(String),
    /// The list is made, but nobody reads it yet.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The store cannot be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The service is ending.
    #[error("the service is ending; repeat the request")]
    Ending,
}

impl From<BuildError<CustodyError>> for DeskError {
    fn from(error: BuildError<CustodyError>) -> Self {
        match error {
            BuildError::Signer(error) => Self::Custody(error),
            other => Self::Build(other.to_string()),
        }
    }
}

impl Desk {
    /// Certifies a key, or returns what was certified before.
    pub async fn certify(self: &Arc<Self>, asked: &Application) -> Result<Issued, DeskError> {
        let station = hex::encode(asked.station);
        let act = self.act("certify-station", format!("station {station}"));
        let record = match self.record(asked) {
            Ok(record) => record,
            Err(error) => {
                let (now, reason) = (self.surroundings.now(), error.to_string());
                self.store.note(&act, now, &reason).await?;
                return Err(error);
            }
        };
        let now = self.surroundings.now();
        let asked = self.store.ask_for_certificate(record, &act, now).await?;
        let (recorded, record) = match asked {
            Asked::Recorded(recorded, record) => (recorded, record),
            Asked::Issued(issued) => return Ok(issued),
            Asked::Refused(refusal) => return Err(refusal.into()),
        };
        let serial = record.serial.clone();
        match self.sign_certificate(recorded, record).await {
            Ok(certificate) => {
                let der = certificate.der().to_vec();
                let now = self.surroundings.now();
                let issued = self.store.issue_certificate(serial, der, &act, now);
                Ok(issued.await??)
            }
            Err(error) => Err(self.failed(&act, error).await?),
        }
    }

    /// Revokes a station. Returns how many certificates became revoked, and a list that says so.
    pub async fn revoke(
        self: &Arc<Self>,
        station: [u8; 16],
        reason: RevocationReason,
    ) -> Result<(u32, Vec<u8>), DeskError> {
        let object = format!("station {}", hex::encode(station));
        let act = self.act("revoke-station", object);
        let now = self.surroundings.now();
        let revoked = self.store.revoke_station(station, reason, &act, now);
        Ok((revoked.await?, self.revocation_list().await?))
    }

    /// Revokes a program's certificate (DER). Says whether it was not before, with a list that says so.
    pub async fn revoke_program(
        self: &Arc<Self>,
        certificate: &[u8],
        reason: RevocationReason,
    ) -> Result<(bool, Vec<u8>), DeskError> {
        let program = self.program(certificate, reason)?;
        let object = format!("certificate {}", hex::encode(&program.serial));
        let act = self.act("revoke-program", object);
        let now = self.surroundings.now();
        let revoked = self.store.revoke_program(program, &act, now).await?;
        Ok((revoked, self.revocation_list().await?))
    }

    /// A certificate that our CA gave to a program.
    fn program(
        &self,
        certificate: &[u8],
        reason: RevocationReason,
    ) -> Result<RevokedProgram, Refusal> {
        let foreign = Refusal::NotAProgram;
        let certificate = Certificate::parse(certificate).map_err(|_| foreign)?;
        let authority = self.authority.public_key();
        let ours = certificate.is_signed_by(authority).unwrap_or(false)
            && certificate.serial() != self.authority.serial();
        let is_program = [ProgramRole::Server, ProgramRole::Client]
            .into_iter()
            .any(|role| check_operations_profile(&certificate, Some(role)).is_empty());
        if !ours || !is_program {
            return Err(foreign);
        }
        Ok(RevokedProgram {
            serial: certificate.serial().to_vec(),
            name: certificate.subject().to_string(),
            reason,
        })
    }

    /// The newest list, published; a new one where that lacks something, or half of its life is over.
    pub async fn revocation_list(self: &Arc<Self>) -> Result<Vec<u8>, DeskError> {
        let _one_at_a_time = self.listing.lock().await;
        let standing = self.store.revocations().await?;
        let list = match &standing.newest {
            Some(newest) if self.still_good(newest, &standing) => newest.clone(),
            _ => self.new_list(standing).await?,
        };
        let (path, published) = (self.publication.clone(), list.clone());
        let publishing =
            tokio::task::spawn_blocking(move || publication::publish(&path, &published));
        publishing.await.map_err(|_| DeskError::Ending)??;
        Ok(list)
    }

    fn still_good(&self, list: &[u8], standing: &Standing) -> bool {
        RevocationList::parse(list).is_ok_and(|list| {
            let now = self.surroundings.now();
            // One of a time to come was signed while the clock was ahead.
            list.this_update() <= now
                && list.next_update() - now > self.list_life / 2
                && list.revoked().len() == standing.revoked.len()
                && standing
                    .revoked
                    .iter()
                    .all(|one| list.find(&one.serial).is_some())
        })
    }

    async fn new_list(self: &Arc<Self>, standing: Standing) -> Result<Vec<u8>, DeskError> {
        let number = standing.last_number + 1;
        let act = self.act("sign-revocation-list", format!("list {number}"));
        let this_update = self.surroundings.now();
        let record = ListRecord {
            number,
            this_update,
            next_update: this_update + self.list_life,
        };
        let recorded = self.store.intend_list(record, &act).await?;
        match self.sign_list(recorded, record, standing).await {
            Ok(list) => {
                let (der, now) = (list.der().to_vec(), self.surroundings.now());
                let issued = self.store.issue_list(number, der.clone(), &act, now);
                issued.await?;
                Ok(der)
            }
            Err(error) => Err(self.failed(&act, error).await?),
        }
    }

    fn act(&self, name: &str, object: String) -> Act {
        Act::new(self.surroundings.id(), ACTOR, name, object)
    }

    async fn failed(&self, act: &Act, error: DeskError) -> Result<DeskError, StoreError> {
        let now = self.surroundings.now();
        self.store.fail(act, now, &error.to_string()).await?;
        Ok(error)
    }

    /// What would be signed, if nothing is known of the key.
    fn record(&self, asked: &Application) -> Result<CertificateRecord, DeskError> {
        let spki = request::verified_key(&asked.request)?;
        let not_before = self.surroundings.now();
        let not_after = (not_before + self.life).min(self.authority.not_after());
        if not_after <= not_before {
            return Err(DeskError::AuthorityEnded);
        }
        Ok(CertificateRecord {
            serial: self.surroundings.serial_number().octets().to_vec(),
            spki,
            key_use: asked.key_use,
            station: asked.station,
            office: asked.office.clone(),
            not_before,
            not_after,
        })
    }

    /// Only the store makes a `Recorded`, after the intent is durable.
    async fn sign_certificate(
        self: &Arc<Self>,
        _recorded: Recorded,
        record: Box<CertificateRecord>,
    ) -> Result<Certificate, DeskError> {
        self.at_the_token(move |desk| {
            let serial = serial(&record.serial)?;
            let validity = Period {
                from: record.not_before,
                until: record.not_after,
            };
            let role = match record.key_use {
                KeyUse::Tls => ProgramRole::StationTls,
                KeyUse::Signing => ProgramRole::StationSigning,
            };
            let name = StationName {
                id: hex::encode(record.station),
                office: record.office.clone(),
            };
            let facts = (&serial, validity);
            let (issuer, mut sign) = (&desk.authority, sign_with(&desk.token, &desk.key));
            Ok(build_station_certificate(
                facts,
                role,
                &name,
                &record.spki,
                issuer,
                &mut sign,
            )?)
        })
        .await
    }

    async fn sign_list(
        self: &Arc<Self>,
        _recorded: Recorded,
        record: ListRecord,
        standing: Standing,
    ) -> Result<RevocationList, DeskError> {
        self.at_the_token(move |desk| {
            let mut revoked = Vec::with_capacity(standing.revoked.len());
            for one in &standing.revoked {
                revoked.push(Revocation {
                    serial: serial(&one.serial)?,
                    since: one.since,
                    reason: Some(match one.reason {
                        RevocationReason::KeyCompromise => Reason::KeyCompromise,
                        RevocationReason::Superseded => Reason::Superseded,
                        RevocationReason::CessationOfOperation => Reason::CessationOfOperation,
                    }),
                });
            }
            let parameters = RevocationListParameters {
                number: record.number,
                this_update: record.this_update,
                next_update: record.next_update,
                revoked,
            };
            let mut sign = sign_with(&desk.token, &desk.key);
            Ok(build_revocation_list(
                &parameters,
                &desk.authority,
                &mut sign,
            )?)
        })
        .await
    }

    /// Runs `work` where it may block, again while the token is away and the wait is not over.
    async fn at_the_token<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&Self) -> Result<T, DeskError> + Send + 'static,
    ) -> Result<T, DeskError> {
        let (desk, deadline) = (Arc::clone(self), Instant::now() + self.token_wait);
        let working = tokio::task::spawn_blocking(move || {
            loop {
                match work(&desk) {
                    Err(DeskError::Custody(error))
                        if error.is_absence() && Instant::now() < deadline =>
                    {
                        thread::sleep(ABSENCE_PAUSE);
                    }
                    done => return done,
                }
            }
        });
        working.await.map_err(|_| DeskError::Ending)?
    }
}

fn serial(octets: &[u8]) -> Result<SerialNumber, DeskError> {
    SerialNumber::from_octets(octets)
        .ok_or_else(|| DeskError::Build("the store holds a serial number that is none".into()))
}

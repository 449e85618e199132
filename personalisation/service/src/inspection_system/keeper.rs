//! Keeps an inspection system usable: fetches its first certificate, and each next one before the last
//! expires. Never asked for by a card: what a card needs is there already.

use std::{
    sync::{Arc, PoisonError, RwLock},
    thread,
    time::{Duration, Instant},
};

use icao9303::cvc::{
    Certificate, CertificateReference, PublicKey, Request, RequestBody, SuccessiveRequest,
};
use icao9303::x509::HashAlgorithm;
use key_custody::{Curve, CustodyError, EcKey, Token, role};
use openssl::sha::sha256;
use time::{Date, OffsetDateTime};
use tokio::runtime::Handle;
use tonic::{Code, transport::Channel};
use wire::inspection::{
    CertifyRequest, ChainRequest, ChainResponse, Right, inspection_client::InspectionClient,
};

use super::{Certificates, Folder, InspectionSystem, InspectionSystemError, is_due, is_valid};
use crate::line::fingers::NoTerminal;

/// How often it is looked whether a certificate is due.
const LOOK: Duration = Duration::from_mins(10);
/// How often pki is asked while there is none: cards wait for it.
const LOOK_WITHOUT: Duration = Duration::from_secs(1);
/// References that may be taken by requests of a token that was lost.
const MOST_TAKEN: u32 = 3;

/// pki's desk for inspection systems.
#[derive(Clone, Debug)]
pub struct PkiDesk {
    client: InspectionClient<Channel>,
    runtime: Handle,
}

impl PkiDesk {
    /// The desk behind a connection to pki.
    pub fn new(channel: Channel, runtime: Handle) -> Self {
        let client = InspectionClient::new(channel);
        Self { client, runtime }
    }

    fn chain(&self, holder: &str) -> Result<ChainResponse, InspectionSystemError> {
        let (mut client, holder) = (self.client.clone(), holder.to_owned());
        let asked = async move { client.chain(ChainRequest { holder }).await };
        Ok(self.runtime.block_on(asked)?.into_inner())
    }

    /// The certificate for a request, and its document verifier's.
    fn certify(&self, request: Vec<u8>) -> Result<[Certificate; 2], InspectionSystemError> {
        let mut client = self.client.clone();
        let rights = vec![Right::ReadDg3.into()];
        let asked = async move { client.certify(CertifyRequest { request, rights }).await };
        let answer = self.runtime.block_on(asked)?.into_inner();
        Ok([
            Certificate::parse(&answer.document_verifier)?,
            Certificate::parse(&answer.certificate)?,
        ])
    }
}

/// Holds the inspection system in use.
#[derive(Debug)]
pub struct Keeper {
    holder: String,
    token: Arc<Token>,
    folder: Folder,
    desk: PkiDesk,
    standing: RwLock<Standing>,
}

/// What there is to work with, and why not more.
#[derive(Debug, Default)]
struct Standing {
    system: Option<Arc<InspectionSystem>>,
    /// Why the last look brought nothing.
    trouble: Option<String>,
}

impl Keeper {
    /// Keeps the system of `holder` (country and mnemonic), whose keys are in `token`.
    pub fn new(holder: String, token: Arc<Token>, folder: Folder, desk: PkiDesk) -> Self {
        Self {
            holder,
            token,
            folder,
            desk,
            standing: RwLock::default(),
        }
    }

    /// The system in use, whose certificate is valid on that day.
    pub fn current(&self, today: Date) -> Result<Arc<InspectionSystem>, NoTerminal> {
        let standing = self.standing.read().unwrap_or_else(PoisonError::into_inner);
        let system = standing.system.as_ref();
        if let Some(system) = system.filter(|system| system.is_valid(today)) {
            return Ok(Arc::clone(system));
        }
        let expired = system.map(|system| {
            let (holder, last) = (system.holder(), system.certificates().own.body().expiration);
            format!("{holder} is not valid today, its last day is {last}")
        });
        let told = expired.into_iter().chain(standing.trouble.clone());
        let why = told.collect::<Vec<_>>().join("; ");
        Err(NoTerminal { why })
    }

    /// Its key did not sign: it is not used until a look has found the key again, or another.
    pub fn distrust(&self) {
        self.stand(|standing| {
            standing.system = None;
            standing.trouble = Some("its key did not sign; it is looked after".to_owned());
        });
    }

    /// Makes sure that there is a system for today, and asks for the next certificate if it is time.
    pub fn refresh(&self, today: Date) -> Result<(), InspectionSystemError> {
        let looked = self.look(today);
        let trouble = looked.as_ref().err().map(ToString::to_string);
        self.stand(|standing| standing.trouble = trouble);
        looked
    }

    fn look(&self, today: Date) -> Result<(), InspectionSystemError> {
        let usable = self.usable(today);
        let found = usable.as_ref().ok().cloned().flatten();
        self.stand(|standing| standing.system.clone_from(&found));
        if let Some(system) = usable?.filter(|system| !is_due(&system.certificates().own, today)) {
            return self.destroy_superseded(system.holder());
        }
        let certificates = self.fetch(today)?;
        self.folder.keep(&certificates)?;
        let system = InspectionSystem::new(Arc::clone(&self.token), certificates)?;
        tracing::info!(holder = %system.holder(), "a new inspection certificate");
        self.stand(|standing| standing.system = Some(Arc::new(system)));
        Ok(())
    }

    /// Looks from time to time, for ever, on a thread of its own.
    pub fn watch(self: Arc<Self>, now: fn() -> OffsetDateTime) -> std::io::Result<()> {
        let watching = move || {
            let (mut looked, mut told) = (Instant::now(), None);
            loop {
                thread::sleep(LOOK_WITHOUT);
                let today = now().date();
                if self.current(today).is_ok() && looked.elapsed() < LOOK {
                    continue;
                }
                looked = Instant::now();
                let trouble = self.refresh(today).err().map(|error| error.to_string());
                if let Some(error) = trouble.as_ref().filter(|_| trouble != told) {
                    tracing::warn!(%error, "the inspection certificate is not renewed yet");
                }
                told = trouble;
            }
        };
        let builder = thread::Builder::new().name("inspection system".to_owned());
        builder.spawn(watching).map(drop)
    }

    /// Destroys the keys of all certificates before the last one: that one may still be in use, by
    /// another program on this machine, until it looks.
    fn destroy_superseded(
        &self,
        current: &CertificateReference,
    ) -> Result<(), InspectionSystemError> {
        for label in self.token.labels_of::<role::InspectionSystem>()? {
            let Ok(holder) = label.parse::<CertificateReference>() else {
                continue;
            };
            if is_superseded(&holder, current) {
                tracing::info!(%holder, "destroying the key of a superseded certificate");
                self.token.destroy_ec::<role::InspectionSystem>(&label)?;
            }
        }
        Ok(())
    }

    fn stand(&self, change: impl FnOnce(&mut Standing)) {
        let standing = self.standing.write();
        change(&mut standing.unwrap_or_else(PoisonError::into_inner));
    }

    /// The system in use, or the one that the folder has, if it is valid today and the token has its
    /// key. A token that is away is an error: nobody knows what it has.
    fn usable(&self, today: Date) -> Result<Option<Arc<InspectionSystem>>, InspectionSystemError> {
        let certificates = match self.current(today) {
            Ok(system) => system.certificates().clone(),
            Err(_) => match self.folder.certificates(today) {
                Ok(certificates) => certificates,
                Err(InspectionSystemError::NoneValid { .. }) => return Ok(None),
                Err(error) => {
                    // pki has them all, and says so below.
                    tracing::warn!(%error, "the kept certificates cannot be used");
                    return Ok(None);
                }
            },
        };
        match InspectionSystem::new(Arc::clone(&self.token), certificates) {
            Ok(system) => Ok(Some(Arc::new(system))),
            Err(error) if error.is_lost_key() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What pki has for us, or certifies now.
    fn fetch(&self, today: Date) -> Result<Certificates, InspectionSystemError> {
        let chain = self.desk.chain(&self.holder)?;
        let not_registered = || InspectionSystemError::NotRegistered {
            holder: self.holder.clone(),
        };
        let registration = chain.registration.clone().ok_or_else(not_registered)?;
        let first_permitted = registration.first_request_permitted;
        if registration.certificate.is_empty() {
            return self.first(&chain, self.reference(1)?);
        }
        let latest = Certificate::parse(&registration.certificate)?;
        let next = next(latest.holder())?;
        let found = self
            .token
            .find_ec::<role::InspectionSystem>(&latest.holder().to_string());
        let key = match found {
            Err(CustodyError::NotOneKey { found: 0, .. }) => None,
            // Another key under the name of the lost one vouches for nothing.
            found => Some(found?).filter(|key| key.public_point() == latest.body().key.point),
        };
        match key {
            Some(_) if is_valid(&latest, today) && !is_due(&latest, today) => {
                check(&chain, None, latest)
            }
            Some(key) if is_valid(&latest, today) => self.successor(&chain, &latest, &key, &next),
            _ if first_permitted => self.first(&chain, next),
            _ => Err(InspectionSystemError::NothingVouches {
                holder: latest.holder().clone(),
            }),
        }
    }

    /// A first request; a reference that a lost token's request took is passed over.
    fn first(
        &self,
        chain: &ChainResponse,
        mut holder: CertificateReference,
    ) -> Result<Certificates, InspectionSystemError> {
        for _ in 1..MOST_TAKEN {
            match self.request(chain, &holder, None) {
                Err(InspectionSystemError::Refused {
                    code: Code::AlreadyExists,
                    ..
                }) => holder = next(&holder)?,
                done => return done,
            }
        }
        self.request(chain, &holder, None)
    }

    fn successor(
        &self,
        chain: &ChainResponse,
        latest: &Certificate,
        key: &EcKey<role::InspectionSystem>,
        next: &CertificateReference,
    ) -> Result<Certificates, InspectionSystemError> {
        self.request(chain, next, Some((latest, key)))
    }

    /// Makes the key if need be, signs the request, has it certified.
    fn request(
        &self,
        chain: &ChainResponse,
        holder: &CertificateReference,
        before: Option<(&Certificate, &EcKey<role::InspectionSystem>)>,
    ) -> Result<Certificates, InspectionSystemError> {
        let key = key(&self.token, holder)?;
        let verifier = chain.document_verifiers.first();
        let authority = verifier
            .map(|bytes| Certificate::parse(bytes))
            .transpose()?;
        let body = RequestBody {
            authority: authority.map(|verifier| verifier.holder().clone()),
            key: PublicKey {
                hash: HashAlgorithm::Sha256,
                parameters: None,
                point: key.public_point().to_vec(),
            },
            holder: holder.clone(),
        };
        let signature = self.token.sign_digest(&key, &sha256(&body.to_bytes()?))?;
        let request = Request::assemble(body, &signature)?;
        let bytes = match before {
            None => request.to_bytes(),
            Some((certificate, key)) => {
                let signer = certificate.holder().clone();
                let message = SuccessiveRequest::to_be_signed(&request, &signer);
                let signature = self.token.sign_digest(key, &sha256(&message))?;
                SuccessiveRequest::assemble(request, signer, &signature).to_bytes()
            }
        };
        let [verifier, own] = self.desk.certify(bytes)?;
        check(chain, Some(verifier), own)
    }

    fn reference(&self, sequence: u32) -> Result<CertificateReference, InspectionSystemError> {
        reference(&self.holder, sequence)
    }
}

/// The key of a name, made if it does not exist: each certificate has a key pair of its own.
fn key(
    token: &Token,
    holder: &CertificateReference,
) -> Result<EcKey<role::InspectionSystem>, InspectionSystemError> {
    let label = holder.to_string();
    match token.find_ec(&label) {
        Err(CustodyError::NotOneKey { found: 0, .. }) => {
            Ok(token.generate_ec(&label, Curve::BrainpoolP256r1)?)
        }
        found => Ok(found?),
    }
}

/// The name of a holder's key.
pub(super) fn reference(
    holder: &str,
    sequence: u32,
) -> Result<CertificateReference, InspectionSystemError> {
    let text = format!("{holder}{sequence:05}");
    text.parse()
        .map_err(|source| InspectionSystemError::Holder {
            holder: holder.to_owned(),
            source,
        })
}

/// Whether a name is one of the same holder, and older than the last before the current one.
fn is_superseded(one: &CertificateReference, current: &CertificateReference) -> bool {
    let number = |holder: &CertificateReference| holder.sequence().parse::<u32>().ok();
    let same_holder = (one.country(), one.mnemonic()) == (current.country(), current.mnemonic());
    let numbers = number(one).zip(number(current));
    same_holder && numbers.is_some_and(|(one, current)| one + 1 < current)
}

fn next(holder: &CertificateReference) -> Result<CertificateReference, InspectionSystemError> {
    let stem = format!("{}{}", holder.country(), holder.mnemonic());
    let number: u32 = holder.sequence().parse().unwrap_or(0);
    reference(&stem, number + 1)
}

/// The certificate with its document verifier's (from the chain if need be), verified from an authority
/// of the chain downwards: what came over the wire damaged must not reach a chip.
fn check(
    chain: &ChainResponse,
    verifier: Option<Certificate>,
    own: Certificate,
) -> Result<Certificates, InspectionSystemError> {
    let parse = |all: &[Vec<u8>]| -> Result<Vec<_>, _> {
        all.iter().map(|bytes| Certificate::parse(bytes)).collect()
    };
    let missing =
        |what: &str| InspectionSystemError::Invalid(format!("{what} is not in the chain"));
    let verifiers: Vec<Certificate> = parse(&chain.document_verifiers)?;
    let of_own = |one: &Certificate| one.holder() == own.authority();
    let verifier = verifier.or_else(|| verifiers.into_iter().find(of_own));
    let verifier = verifier.ok_or_else(|| missing("its document verifier"))?;
    let authorities: Vec<Certificate> = parse(&chain.authorities)?;
    let authority = authorities
        .iter()
        .find(|authority| authority.holder() == verifier.authority())
        .ok_or_else(|| missing("its country verifying CA"))?;
    let key = verifier.verify(&authority.verify_self_signed()?)?;
    own.verify(&key)?;
    Ok(Certificates {
        links: parse(&chain.links)?,
        verifier,
        own,
    })
}

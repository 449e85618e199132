//! What stands behind the pages, opened in order: who we are, configuration, devices, ways to centre and register.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use biometrics::face::Check;
use biometrics::face::check::Limits as PortraitLimits;
use biometrics::face::tflite::ModelError;
use dossier::Configuration;
use openssl::x509::X509;
use pages::http::{Limits, MemorySessions, Settings, Surroundings};
use pages::sign_in::{RelyingParty, SignIn};
use pages::{Id, Shield, Site, Texts};
use thiserror::Error;
use time::Duration;
use tokio::sync::watch;

use super::asking;
use super::place::{self, Follow, Parts, Place};
use super::scanners::Scanners;
use super::{MESSAGES, ServeError};
use crate::config::Config;
use crate::devices::{self, Devices, TrustError, TrustList};
use crate::draft::Drafts;
use crate::edge::{self, SystemRng};
use crate::fleet::{FleetError, Keeper, Standing};
use crate::housekeeping::Housekeeping;
use crate::outbox::{Outbox, Uploader};
use crate::register::{RegisterAddress, RegisterClient, RegisterSetupError};
use crate::staff::Members;

/// Why the station cannot be set up. For the operator.
#[derive(Debug, Error)]
pub enum SetUpError {
    /// There is no configuration yet.
    #[error("there is no configuration of the centre yet; connect the station and start it again")]
    Configuration,
    /// Who we are, and the way to the centre.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// The portrait's models.
    #[error(transparent)]
    Models(#[from] ModelError),
    /// A file cannot be read.
    #[error("reading {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is no certificate.
    #[error("{} is no certificate in DER or PEM; put the authority's there", .0.display())]
    NotACertificate(PathBuf),
    /// The register's address.
    #[error(transparent)]
    Register(#[from] RegisterSetupError),
    /// The makers' certificates.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// Between two looks for sessions that nobody continues.
const FORGET: std::time::Duration = std::time::Duration::from_mins(10);

/// What goes on beside the pages.
type Background = (Uploader<SystemRng>, Keeper<SystemRng>, Housekeeping);

/// The station, ready to be served.
pub(super) struct Station {
    pub(super) place: Place,
    pub(super) shield: Shield,
    background: Mutex<Option<Background>>,
}

impl Station {
    /// Starts what goes on in the background, until `stop` says true.
    pub(super) fn work(&self, stop: &watch::Sender<bool>) {
        let mut background = self
            .background
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let told = || {
            let mut told = stop.subscribe();
            async move {
                // A sender that is gone says the same.
                let _gone = told.wait_for(|stop| *stop).await;
            }
        };
        if let Some((uploader, keeper, housekeeping)) = background.take() {
            let place = self.place.clone();
            let ended = told();
            let asking = async move {
                tokio::select! {
                    () = ended => {}
                    () = asking::run(place) => {}
                }
            };
            self.watched("asking second persons", asking);
            self.watched("sending", uploader.run(told()));
            self.watched("keeping in touch with the centre", keeper.run(told()));
            self.watched("erasing by date", housekeeping.run(told()));
            self.watched("forgetting sessions", forget(self.shield.clone(), told()));
        }
    }

    /// What ends by a fault is said on the first page: nobody would notice until much later.
    fn watched(&self, what: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let working = Arc::clone(&self.place.working);
        let work = tokio::spawn(work);
        tokio::spawn(async move {
            if let Err(error) = work.await {
                tracing::error!(%error, "{what} ended by a fault of the program; start it again");
                working.store(false, Ordering::Relaxed);
            }
        });
    }
}

/// Sessions of windows that were closed go, with what they hold.
async fn forget(shield: Shield, told: impl Future<Output = ()>) {
    tokio::pin!(told);
    loop {
        tokio::select! {
            () = &mut told => return,
            () = tokio::time::sleep(FORGET) => {}
        }
        if let Err(error) = shield.forget_old().await {
            tracing::error!(%error, "old sessions were not forgotten");
        }
    }
}

/// Opens everything.
pub(super) async fn station(config: &Config, origin: &str) -> Result<Station, ServeError> {
    let standing = open(config).await?;
    let configuration = place::read(standing.store()).await;
    let configuration = configuration.map_err(|_| SetUpError::Configuration)?;
    let outbox = Outbox::new(standing.store());
    let uploader = Uploader::of_station(&standing, Arc::new(edge::now), edge::rng());
    let uploader = uploader.map_err(SetUpError::from)?;
    let scanners = scanners(config, &configuration)?;
    let keeper = Keeper::new(
        standing.clone(),
        Arc::new(edge::now),
        scanners.seen(),
        edge::rng(),
    );
    let measured = Arc::clone(&standing);
    let offset = Arc::new(move |now| measured.clock_offset(now));
    let housekeeping = Housekeeping::new(standing.store(), Arc::new(edge::now), offset);
    let shield = shield(&configuration, origin)?;
    let members = Arc::new(Members::new(standing.store()));
    let party = RelyingParty::new("localhost", origin, "Stempel")?;
    let place = Place::new(Parts {
        store: standing.store().clone(),
        drafts: Drafts::new(standing.store()),
        sign_in: SignIn::new(members.clone(), party),
        members,
        follow: follow(config, &shield, &scanners),
        working: Arc::new(AtomicBool::new(true)),
        scanners,
        register: register(config, &standing)?,
        check: Arc::new(Check::new(PortraitLimits::default()).map_err(SetUpError::from)?),
        office: standing.identity().office.clone(),
        changing: Arc::default(),
        asking: Arc::default(),
        configuration: Mutex::default(),
        way: uploader.status(),
        outbox,
        standing,
    });
    Ok(Station {
        place,
        shield,
        background: Mutex::new(Some((uploader, keeper, housekeeping))),
    })
}

/// Sends the outbox without any pages, for the command line.
pub async fn uploader(config: &Config) -> Result<Uploader<SystemRng>, SetUpError> {
    let standing = open(config).await?;
    Ok(Uploader::of_station(
        &standing,
        Arc::new(edge::now),
        edge::rng(),
    )?)
}

/// What a newer configuration changes at once: when screens lock, and which makers are trusted.
fn follow(config: &Config, shield: &Shield, scanners: &Scanners) -> Follow {
    let (config, shield, devices) = (config.clone(), shield.clone(), scanners.devices().clone());
    Box::new(move |configuration| {
        shield.settings().lock_after(idle(configuration));
        match makers(&config, configuration) {
            Ok(list) => devices.trust(list),
            Err(error) => tracing::error!(%error, "the makers of devices stay those before"),
        }
    })
}

fn idle(configuration: &Configuration) -> Duration {
    Duration::minutes(i64::from(configuration.station.lock_minutes))
}

async fn open(config: &Config) -> Result<Arc<Standing>, SetUpError> {
    Ok(Arc::new(Standing::open(config, &mut edge::rng()).await?))
}

fn shield(configuration: &Configuration, origin: &str) -> Result<Shield, ServeError> {
    let limits = Limits {
        idle: idle(configuration),
        ..Limits::default()
    };
    Ok(Shield::new(
        Site::new(Texts::new(MESSAGES)?, Id("station-service"), "/today"),
        Settings::new([origin.to_owned()], limits)?,
        Arc::new(MemorySessions::new()),
        Surroundings::new(edge::now, edge::rng()),
    ))
}

fn scanners(config: &Config, configuration: &Configuration) -> Result<Scanners, SetUpError> {
    let (first, last) = config.devices.ports;
    let settings = devices::Settings {
        ports: first..=last,
        environment: config.devices.environment.clone(),
        ..devices::Settings::default()
    };
    let trust = makers(config, configuration)?;
    Ok(Scanners::new(Devices::new(
        settings,
        trust,
        Arc::new(edge::now),
    )))
}

/// Makers that the centre trusts, and those of the station's own folder.
fn makers(config: &Config, configuration: &Configuration) -> Result<TrustList, SetUpError> {
    let mut signed = Vec::new();
    for (place, anchor) in configuration.device_anchors.iter().enumerate() {
        match X509::from_der(anchor.as_bytes()) {
            Ok(anchor) => signed.push(anchor),
            Err(error) => {
                tracing::error!(%error, place, "a maker's certificate of the configuration cannot be read; its devices are not trusted");
            }
        }
    }
    Ok(match &config.devices.trust {
        Some(folder) => TrustList::load(folder)?.and(signed),
        None => TrustList::new(signed),
    })
}

fn register(config: &Config, standing: &Standing) -> Result<Option<RegisterClient>, SetUpError> {
    let Some(register) = &config.register else {
        return Ok(None);
    };
    let address = RegisterAddress {
        authority: register.address.clone(),
        server_name: register.server_name.clone(),
    };
    let tls = standing.tls_to(&certificate(&register.ca)?)?;
    Ok(Some(RegisterClient::new(&address, &tls)?))
}

/// A certificate in PEM or DER.
fn certificate(path: &Path) -> Result<X509, SetUpError> {
    let bytes = fs::read(path).map_err(|source| SetUpError::Read {
        path: path.to_owned(),
        source,
    })?;
    let read = X509::from_pem(&bytes).or_else(|_| X509::from_der(&bytes));
    read.map_err(|_| SetUpError::NotACertificate(path.to_owned()))
}

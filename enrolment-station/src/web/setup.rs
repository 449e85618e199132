//! What stands behind the pages, opened in order: who we are, configuration, devices, ways to centre and register.

use std::path::{Path, PathBuf};
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
use super::place::{self, Parts, Place};
use super::scanners::Scanners;
use super::{MESSAGES, ServeError};
use crate::config::Config;
use crate::devices::{self, Devices, TrustError, TrustList};
use crate::draft::Drafts;
use crate::edge::{self, SystemRng};
use crate::fleet::{FleetError, Keeper, Standing};
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

/// What goes on beside the pages.
type Background = (Uploader<SystemRng>, Keeper<SystemRng>);

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
        if let Some((uploader, keeper)) = background.take() {
            let (place, ended) = (self.place.clone(), told());
            tokio::spawn(async move {
                tokio::select! {
                    () = ended => {}
                    () = asking::run(place) => {}
                }
            });
            tokio::spawn(uploader.run(told()));
            tokio::spawn(keeper.run(told()));
        }
    }
}

/// Opens everything.
pub(super) async fn station(config: &Config, origin: &str) -> Result<Station, ServeError> {
    let standing = open(config).await?;
    let configuration = place::read(standing.store()).await;
    let configuration = configuration.map_err(|_| SetUpError::Configuration)?;
    let outbox = Outbox::new(standing.store());
    let (configured, _) = watch::channel(None);
    let uploader = Uploader::of_station(&standing, Arc::new(edge::now), edge::rng());
    let uploader = uploader.map_err(SetUpError::from)?;
    let keeper = Keeper::new(
        standing.clone(),
        Arc::new(edge::now),
        Arc::new(Vec::new),
        edge::rng(),
    );
    let members = Arc::new(Members::new(standing.store()));
    let party = RelyingParty::new("localhost", origin, "Stempel")?;
    let place = Place::new(Parts {
        store: standing.store().clone(),
        drafts: Drafts::new(standing.store()),
        sign_in: SignIn::new(members.clone(), party),
        members,
        scanners: scanners(config, &configuration)?,
        register: register(config, &standing)?,
        check: Arc::new(Check::new(PortraitLimits::default()).map_err(SetUpError::from)?),
        office: standing.identity().office.clone(),
        changing: Arc::default(),
        configuration: Mutex::default(),
        way: uploader.status(),
        configured,
        outbox,
        standing,
    });
    Ok(Station {
        place,
        shield: shield(&configuration, origin)?,
        background: Mutex::new(Some((uploader, keeper))),
    })
}

/// Sends the outbox without any pages, for the command line.
pub async fn uploader(config: &Config) -> Result<Uploader<SystemRng>, SetUpError> {
    let standing = open(config).await?;
    let configuration = place::read(standing.store()).await;
    let configuration = configuration.map_err(|_| SetUpError::Configuration)?;
    let keys = watch::channel(Some(Arc::new(configuration))).1;
    Ok(Uploader::new(
        &Outbox::new(standing.store()),
        standing.channel()?,
        Arc::new(keys),
        Arc::new(edge::now),
        edge::rng(),
    ))
}

async fn open(config: &Config) -> Result<Arc<Standing>, SetUpError> {
    Ok(Arc::new(Standing::open(config, &mut edge::rng()).await?))
}

fn shield(configuration: &Configuration, origin: &str) -> Result<Shield, ServeError> {
    let limits = Limits {
        idle: Duration::minutes(i64::from(configuration.station.lock_minutes)),
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
    let signed = configuration.device_anchors.iter();
    let signed: Vec<X509> = signed
        .filter_map(|anchor| X509::from_der(anchor.as_bytes()).ok())
        .collect();
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

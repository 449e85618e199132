//! The fleet: stations are taken in, kept configured, watched, and sent away (docs/fleet.md).
//!
//! ```text
//! station ══Onboard(code, requests)══> code bound to the keys ──> pki operations ──> certificates, kept ──> station
//! station ══Renew, Pull, Report══════> only an active station, by its row and its certificate's
//! ```

mod alarm;
mod authority;
mod caller;
pub mod code;
pub mod command;
pub mod config;
pub mod configuration;
mod draft;
mod first;
mod keeping;
mod onboarding;
mod request;
mod revoking;
mod signer;
mod staff_list;
mod strangers;
mod taking_in;

use std::{path::PathBuf, sync::Arc};

use dossier::{FormError, signed::SignatureError};
use key_custody::{
    CustodyError, Token,
    role::{ConfigurationSigning, StaffListSigning},
    tls::{self, KeyPlace, Renewable},
};
use personalisation_store::{Store, StoreError};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use wire::fleet::{fleet_server::FleetServer, onboarding_server::OnboardingServer};

use self::{authority::Authority, signer::TokenSigner};
pub use self::{
    authority::AuthorityError, config::FleetSection, keeping::Keeping, onboarding::Welcome,
    request::RequestError,
};
pub(crate) use self::{configuration::Configurations, revoking::Revoking, taking_in::ACTOR};

/// Longest message of a station: two requests of 4 KiB, or a report.
const MAX_REQUEST: usize = 64 * 1024;

/// Why the fleet's part does not start, or a command failed. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The section is missing.
    #[error("the configuration has no [fleet] section (docs/fleet.md)")]
    NoSection,
    /// It is that of a host that takes no stations in.
    #[error(
        "[fleet] has not all of certificate, key, receipt_keys and [fleet.token], which whoever takes stations in needs (docs/fleet.md)"
    )]
    NotOurs,
    /// A file cannot be read.
    #[error("reading {}: {source}; check [fleet] in the configuration", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file of certificates or keys is none.
    #[error("{} is not {what}; check [fleet] in the configuration", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// The token or a key in it cannot be used.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// pki.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something cannot be written as stations read it.
    #[error(transparent)]
    Form(#[from] FormError),
    /// Something cannot be signed, or what is kept does not verify.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A draft of a configuration is refused.
    #[error("the draft of the configuration: {0}")]
    Draft(String),
    /// No such station.
    #[error("there is no station {0}; `personalisation fleet list` names them")]
    NoStation(String),
    /// A time beyond the calendar.
    #[error("the system's clock is beyond the year 2999; set it")]
    Clock,
    /// The service is ending.
    #[error("the service is ending; repeat the request")]
    Ending,
}

/// What the fleet works with: one a process.
pub struct Place {
    pub(crate) store: Store,
    pub(crate) section: FleetSection,
    pub(crate) authority: Authority,
    /// As whom we call pki.
    pub(crate) ours: Arc<Renewable>,
    pub(crate) revoking: Arc<Revoking>,
    pub(crate) configuration_key: TokenSigner<ConfigurationSigning>,
    pub(crate) staff_list_key: Arc<TokenSigner<StaffListSigning>>,
    /// Keys that sign receipts, the present one first (`SubjectPublicKeyInfo`, DER).
    pub(crate) receipt_keys: Vec<Vec<u8>>,
    /// One list is made at a time.
    pub(crate) listing: Mutex<()>,
    now: fn() -> OffsetDateTime,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

impl Place {
    /// Opens the token and prepares the connection to pki. The token must be there.
    pub fn open(
        section: &FleetSection,
        store: Store,
        now: fn() -> OffsetDateTime,
    ) -> Result<Arc<Self>, FleetError> {
        let own = section.own()?;
        let token = Arc::new(Token::open(&own.token)?);
        let ours = tls::identity(own.certificate, KeyPlace::Token(&token, own.key));
        let ours = ours.map_err(AuthorityError::from)?;
        let authority = Authority::new(section, Arc::clone(&ours))?;
        let receipt_keys = section.receipt_keys.iter().map(|path| config::read(path));
        Ok(Arc::new(Self {
            revoking: Arc::new(Revoking::new(store.clone(), authority.clone(), now)),
            store,
            authority,
            ours,
            configuration_key: TokenSigner::find(&token, &section.configuration_key)?,
            staff_list_key: Arc::new(TokenSigner::find(&token, &section.staff_list_key)?),
            receipt_keys: receipt_keys.collect::<Result<_, _>>()?,
            listing: Mutex::new(()),
            section: section.clone(),
            now,
        }))
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        (self.now)()
    }
}

/// What `personalisation intake` mounts.
#[derive(Debug)]
pub struct Services {
    /// For the listener that asks for no client certificate.
    pub onboarding: OnboardingServer<Welcome>,
    /// For the listener with mutual TLS.
    pub fleet: FleetServer<Keeping>,
}

/// The fleet's services.
///
/// `Fleet` finds its caller in the request's peer certificates, `Onboarding` in its remote address: serve
/// both over `tokio_rustls::server::TlsStream`.
pub fn services(place: &Arc<Place>) -> Services {
    Services {
        onboarding: OnboardingServer::new(Welcome::new(Arc::clone(place)))
            .max_decoding_message_size(MAX_REQUEST),
        fleet: FleetServer::new(Keeping::new(Arc::clone(place)))
            .max_decoding_message_size(MAX_REQUEST)
            .max_encoding_message_size(configuration::MAX_LENGTH + staff_list::MAX_LENGTH + 4096),
    }
}

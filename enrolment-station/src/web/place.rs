//! Everything that the pages of a station stand on.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use biometrics::face::Check;
use dossier::dossier::{Means, SignIn};
use dossier::staff::Role;
use dossier::{Configuration, Hash, OfficeId, PersonId, Timestamp};
use pages::http::{How, Problem, Who};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::scanners::Scanners;
use crate::capture::build::Station;
use crate::draft::Drafts;
use crate::edge;
use crate::fleet::{Standing, kept};
use crate::outbox::{Outbox, StationSigner, Status};
use crate::register::RegisterClient;
use crate::staff::Members;
use crate::store::Store;
use crate::store::issued::Kind;

/// Takes over what a newer configuration says.
pub type Follow = Box<dyn Fn(&Configuration) + Send + Sync>;

/// The station behind its pages. Clones share it.
#[derive(Clone)]
pub struct Place(Arc<Parts>);

/// What it consists of.
pub struct Parts {
    /// The store.
    pub store: Store,
    /// Drafts in it.
    pub drafts: Drafts,
    /// The outbox in it.
    pub outbox: Outbox,
    /// Who the station is, and its keys.
    pub standing: Arc<Standing>,
    /// The staff.
    pub members: Arc<Members>,
    /// Sign-in, for second persons.
    pub sign_in: pages::sign_in::SignIn,
    /// Biometric devices.
    pub scanners: Scanners,
    /// The population register, where there is one.
    pub register: Option<RegisterClient>,
    /// The check of portraits.
    pub check: Arc<Check>,
    /// Its office.
    pub office: OfficeId,
    /// Whoever changes a draft waits for whoever does: two clicks are not two changes at once.
    pub changing: Arc<tokio::sync::Mutex<()>>,
    /// Whoever asks the centre for a second person, or takes a question back, waits for whoever does: a question is not
    /// taken back by what was on its way before it.
    pub asking: Arc<tokio::sync::Mutex<()>>,
    /// The configuration as it was read last, by the hash of its bytes.
    pub configuration: Mutex<Option<(Hash, Arc<Configuration>)>>,
    /// How the way to the centre is.
    pub way: watch::Receiver<Status>,
    /// Is told each newer configuration: what follows from it holds without a restart.
    pub follow: Follow,
    /// Whether sending and keeping in touch with the centre go on; they end only with the program, or by a fault of it.
    pub working: Arc<AtomicBool>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("office", &self.0.office)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl Deref for Place {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Place {
    /// A station of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The configuration in force: the one that was fetched last.
    pub async fn configuration(&self) -> Result<Arc<Configuration>, Problem> {
        let bytes = bytes(&self.store).await?;
        let hash = Hash::of(&bytes);
        let mut known = self
            .configuration
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((of, configuration)) = &*known
            && *of == hash
        {
            return Ok(configuration.clone());
        }
        let configuration = Arc::new(decode(&bytes)?);
        *known = Some((hash, configuration.clone()));
        (self.follow)(&configuration);
        Ok(configuration)
    }

    /// The key that signs dossiers now. Asked of the token away from the threads that serve pages.
    pub async fn signer(&self) -> Result<StationSigner, Problem> {
        let standing = Arc::clone(&self.standing);
        let found = tokio::task::spawn_blocking(move || standing.signer()).await;
        found
            .map_err(failed("the station's key"))?
            .map_err(failed("the station's key"))
    }

    /// What a dossier says of this station.
    pub fn station(&self, configuration: &Configuration) -> Station {
        Station {
            id: self.standing.identity().station,
            office: self.office.clone(),
            clock: self.standing.clock_offset(edge::now()),
            configuration: configuration.issue.number,
        }
    }

    /// How somebody signed in, as a dossier says it; none if they may not do this here.
    pub async fn signed_in(
        &self,
        who: &Who,
        role: Role,
        now: OffsetDateTime,
    ) -> Result<Option<SignIn>, Problem> {
        let number = self.members.may(who.person, role, now).await?;
        let Some(number) = number else {
            return Ok(None);
        };
        Ok(Some(SignIn {
            person: PersonId::from_bytes(*who.person.bytes()),
            means: match who.how {
                How::Passkey => Means::Passkey,
                How::PasswordAndCode => Means::PasswordAndCode,
            },
            at: stamp(who.at)?,
            staff_list: Some(number),
        }))
    }
}

/// The configuration that was fetched last.
pub(super) async fn read(store: &Store) -> Result<Configuration, Problem> {
    decode(&bytes(store).await?)
}

async fn bytes(store: &Store) -> Result<zeroize::Zeroizing<Vec<u8>>, Problem> {
    let bytes = store.issued(Kind::Configuration).await;
    let bytes = bytes.map_err(failed("reading the configuration"))?;
    bytes.ok_or_else(|| {
        tracing::error!("there is no configuration; onboard the station");
        Problem::Failed
    })
}

fn decode(bytes: &[u8]) -> Result<Configuration, Problem> {
    kept::decode(bytes).map_err(failed("reading the configuration"))
}

/// Whether a configuration is in force.
pub fn holds(configuration: &Configuration, now: OffsetDateTime) -> Result<bool, Problem> {
    Ok(kept::in_force(configuration, stamp(now)?).is_ok())
}

/// A time as dossiers have it.
pub fn stamp(at: OffsetDateTime) -> Result<Timestamp, Problem> {
    Timestamp::from_seconds(at.unix_timestamp()).map_err(failed("the station's clock"))
}

/// What the operator reads of an error while the clerk reads that it did not work.
pub fn failed<E: fmt::Display>(doing: &'static str) -> impl FnOnce(E) -> Problem {
    move |error| {
        tracing::error!(%error, "{doing}");
        Problem::Failed
    }
}

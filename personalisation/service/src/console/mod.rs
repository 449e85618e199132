//! `personalisation console`: the pages of the centre's staff, by the design system of `pages`.
//!
//! ```text
//! browser ─> Shield (headers, origin, session, CSRF) ─> gate (permissions::TABLE) ─> handler ─> store
//!                                                       every read of personal data: intent, outcome
//! ```

mod acting;
mod approvals;
pub(crate) mod caller;
mod configuration;
mod enrol;
mod fleet;
mod floor;
mod identity;
mod inspect;
mod notices;
mod oversight;
pub mod permissions;
mod quality;
mod quarantine;
mod reading;
mod review;
mod routes;
mod search;
mod second;
mod section;
mod shipping;
mod staff;
mod start;
mod stock;
mod templates;
mod view;
pub(crate) mod whole;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Extension, Router,
    middleware::{from_fn, from_fn_with_state},
};
use key_custody::tls::Renewable;
use pages::{
    Id, Shield, Site, Texts,
    http::{Limits, Settings, SettingsError, Surroundings},
    language::TextsError,
    sign_in::{RelyingParty, RelyingPartyError, SignIn},
};
use personalisation_store::{Store, staff::Realm};
use thiserror::Error;
use time::Duration;
use tokio::runtime::Handle;

use crate::{
    config::{Config, ConfigError},
    edge::{self, SystemRng},
    fleet::{Configurations, FleetError, Revoking},
    intake::{self, IntakeError},
    interrupted,
    line::signing::{PkiClient, SetupError},
    own_certificate,
    shipping::{ManifestDesk, ManifestProblem},
    staff::{Accounts, StoredSessions},
    stock::{IssueDesk, IssueProblem, watch_signatures},
};

pub(crate) use identity::open as console_identity;
pub use routes::Route;
pub use section::{ConsoleSection, ConsoleToken};
pub use stock::certificate as stock_certificate;

/// Everything that the console says by itself.
pub const MESSAGES: &[pages::language::Source] = pages::messages!(
    "approvals",
    "console",
    "couriers",
    "fleet",
    "floor",
    "inspect",
    "letter",
    "notices",
    "oversight",
    "quality",
    "quarantine",
    "review",
    "shipping",
    "staff",
    "stock",
    "templates"
);

/// How often sessions that nobody comes back to are removed.
const SWEEP: std::time::Duration = std::time::Duration::from_mins(10);

/// Who writes into the audit for the pages: the people at them, and those who use a one-time link.
const ACTORS: [&str; 3] = ["personalisation/console", "personalisation/staff", "staff "];

/// Why the console does not run. For the operator.
#[derive(Debug, Error)]
pub enum ConsoleError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No section of its own.
    #[error("starting the console: the configuration has no [console]; add it (docs/console.md)")]
    NoSection,
    /// Half of what it calls others with.
    #[error(
        "starting the console: [tokens.console] and the certificate of [console] belong together; \
         name both, or neither (docs/console.md)"
    )]
    HalfIdentity,
    /// An address that strangers reach, without TLS.
    #[error(
        "starting the console: {0} can be reached from other machines, and the console speaks no TLS; \
         listen at 127.0.0.1 behind a proxy that does"
    )]
    Exposed(SocketAddr),
    /// Its origin.
    #[error("starting the console: {0}")]
    Settings(#[from] SettingsError),
    /// Its relying party.
    #[error("starting the console: {0}")]
    RelyingParty(#[from] RelyingPartyError),
    /// Its messages.
    #[error("starting the console: {0}")]
    Texts(#[from] TextsError),
    /// What it shares with intake: the token of review, the register.
    #[error("starting the console: {0}")]
    Place(#[from] IntakeError),
    /// Stock's token.
    #[error("starting the console: {0}")]
    Stock(#[from] IssueProblem),
    /// The token of shipments.
    #[error("starting the console: {0}")]
    Shipping(#[from] ManifestProblem),
    /// The connection to pki.
    #[error("starting the console: {0}")]
    Pki(#[from] SetupError),
    /// The fleet.
    #[error("starting the console: {0}")]
    Fleet(#[from] FleetError),
    /// Its listener.
    #[error("listening at {at}: {source}; is another program there?")]
    Listen {
        /// Where.
        at: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
}

/// What every handler works with. Clones share it.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
    rng: SystemRng,
    config: Arc<Config>,
    /// Where decisions are carried out; none without the token of tickets.
    review: Option<Arc<crate::review::Desk>>,
    /// What the register is asked by; none where it is not configured.
    register: Option<crate::review::register::Register>,
    /// Where stations are ended, at pki too; none where the fleet is not configured.
    revoking: Option<Arc<Revoking>>,
    /// What was signed for stations; none where nobody says with which key.
    configurations: Option<Arc<Configurations>>,
    /// Where issues of blanks are signed.
    issues: IssueDesk,
    /// Where manifests are signed.
    manifests: ManifestDesk,
    /// As whom we call others; none where we call nobody.
    ours: Option<Arc<Renewable>>,
    /// Draws specimens.
    specimens: Arc<templates::Specimens>,
}

impl Desk {
    /// Opens what a configuration names: never a token of intake's, and no key of fingers, also where the same file
    /// names them for other roles.
    pub async fn open(config: Config, rng: SystemRng) -> Result<Self, ConsoleError> {
        let place = intake::Place {
            store: config.open_store_without_fingers().await?,
            config: Arc::new(config),
        };
        let (config, store) = (&place.config, &place.store);
        let ours = identity::open(config)?;
        let register = identity::register(&place, ours.as_ref())?;
        let review = match config.review_token() {
            Some(_) => Some(Arc::new(crate::review::Desk {
                register: register.clone(),
                ..crate::review::desk(&place, "console")?
            })),
            None => None,
        };
        let configurations = match &config.fleet {
            Some(section) => Configurations::of(section, store)?,
            None => None,
        };
        Ok(Self {
            issues: IssueDesk::of_stock(config, store.clone())?,
            manifests: ManifestDesk::open(config, store.clone())?,
            register,
            revoking: identity::revoking(config, store, ours.clone())?,
            ours,
            configurations: configurations.map(Arc::new),
            review,
            specimens: Arc::default(),
            rng,
            store: place.store,
            config: place.config,
        })
    }

    /// The database.
    pub const fn store(&self) -> &Store {
        &self.store
    }
}

/// Serves the console until the program ends.
pub async fn run(config: Config) -> Result<(), ConsoleError> {
    let section = config.console.clone().ok_or(ConsoleError::NoSection)?;
    if !section.listen.ip().is_loopback() {
        return Err(ConsoleError::Exposed(section.listen));
    }
    let failed = |source| ConsoleError::Listen {
        at: section.listen,
        source,
    };
    let listener = tokio::net::TcpListener::bind(section.listen).await;
    let listener = listener.map_err(failed)?;
    let desk = Desk::open(config, edge::rng()).await?;
    let surroundings = Surroundings::new(edge::now, edge::rng());
    tokio::spawn(sweep(
        desk.store.clone(),
        desk.manifests.clone(),
        surroundings.clone(),
    ));
    if let Some(ours) = &desk.ours {
        let pki = PkiClient::with_identity(&desk.config.pki, Arc::clone(ours), Handle::current())?;
        tokio::spawn(watch_signatures(desk.store.clone(), pki));
        tokio::spawn(own_certificate::watch(desk.store.clone(), Arc::clone(ours)));
    } else {
        tracing::warn!(
            "without an identity of the console's own, what pki signed is not compared with what the line made: run \
             `personalisation stock reconcile` where there is one (docs/stock.md)"
        );
    }
    let router = router(desk, &section, surroundings)?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    println!("console at {}", section.origin);
    axum::serve(listener, service).await.map_err(failed)
}

/// The whole service, shielded and guarded.
pub fn router(
    desk: Desk,
    section: &ConsoleSection,
    surroundings: Surroundings,
) -> Result<Router, ConsoleError> {
    let limits = Limits {
        idle: Duration::minutes(i64::from(section.idle_minutes)),
        ..Limits::default()
    };
    let sessions = StoredSessions::new(
        (desk.store.clone(), Realm::Console),
        surroundings.clone(),
        desk.rng,
    );
    let accounts = Accounts::new(
        desk.store.clone(),
        section.relying_party.clone(),
        surroundings.clone(),
        desk.rng,
    );
    let shield = Shield::new(
        Site::new(Texts::new(MESSAGES)?, Id("console-service"), "/"),
        Settings::new([section.origin.clone()], limits)?,
        Arc::new(sessions),
        surroundings,
    );
    let party = RelyingParty::new(&section.relying_party, &section.origin, "Stempel")?;
    let sign_in = SignIn::new(Arc::new(accounts), party);
    let open = enrol::routes(desk.clone()).merge(sign_in.open_routes());
    let (guarded, _) = routes(desk).finish();
    let guarded = guarded.layer(Extension(sign_in.clone()));
    let shielded = shield.serve(open, guarded.merge(sign_in.staff_routes()));
    let proxies: Arc<[IpAddr]> = section.proxies.clone().into();
    Ok(shielded
        .layer(from_fn(whole::run))
        .layer(from_fn_with_state(proxies, caller::find)))
}

/// Every route for those signed in, for the test that walks them.
pub fn route_list(desk: Desk) -> Vec<Route> {
    routes(desk).finish().1
}

fn routes(desk: Desk) -> routes::Routes {
    let routes = routes::Routes::new(desk);
    let routes = start::add(routes);
    let routes = review::add(routes);
    let routes = approvals::add(routes);
    let routes = notices::add(routes);
    let routes = search::add(routes);
    let routes = oversight::add(routes);
    let routes = quarantine::add(routes);
    let routes = floor::add(routes);
    let routes = templates::add(routes);
    let routes = fleet::add(routes);
    let routes = configuration::add(routes);
    let routes = stock::add(routes);
    let routes = quality::add(routes);
    let routes = inspect::add(routes);
    let routes = shipping::add(routes);
    staff::add(routes)
}

/// Removes sessions that nobody came back to, and closes acts that a kill interrupted: at the start, and again and
/// again, because those of a moment ago may be another console's.
async fn sweep(store: Store, manifests: ManifestDesk, surroundings: Surroundings) {
    let mut ticks = tokio::time::interval(SWEEP);
    let mut back = interrupted::AT_START;
    loop {
        ticks.tick().await;
        interrupted::close(&store, &ACTORS, back, surroundings.now()).await;
        back = interrupted::LATER;
        inspect::forget(&store, surroundings.now()).await;
        if let Err(error) = manifests.sign_waiting().await {
            tracing::error!(%error, "signing manifests");
        }
        let before = surroundings.now() - Limits::default().forget;
        if let Err(error) = store.forget_sessions(Realm::Console, before).await {
            tracing::error!(%error, "removing old sessions");
        }
    }
}

//! `personalisation courier`: the page of couriers and dispatchers on their phones, which goes on without a line.
//!
//! ```text
//! phone ─> Shield (headers, origin, session, CSRF) ─> gate (permissions::TABLE, by role and device) ─> handler ─> store
//!   │ key in the browser, not exportable: signs each side of a handover, also without a line
//!   └ queue in the browser: sent in order, as often as it takes; the centre knows each by its event
//! ```
//! The page itself (`/`, its scripts, the service worker) is the same for everybody and says nothing of anybody: a phone keeps it.

mod answers;
mod devices;
mod files;
mod me;
pub mod permissions;
mod photographs;
mod reports;
mod routes;
mod section;
mod shell;
mod sides;
mod tour;
mod words;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use pages::{
    Id, Shield, Site, Texts,
    http::{Limits, Settings, SettingsError, Surroundings},
    language::TextsError,
    sign_in::{RelyingParty, RelyingPartyError, SignIn},
};
use personalisation_store::{Store, staff::Realm};
use thiserror::Error;
use time::Duration;

use crate::{
    config::{Config, ConfigError},
    console::{caller, whole},
    edge::{self, SystemRng},
    interrupted,
    staff::{Accounts, StoredSessions},
};

pub use permissions::HOLDERS;
pub use photographs::drawn_anew;
pub use routes::Route;
pub use section::CourierSection;

/// Everything that the page says by itself.
pub const MESSAGES: &[pages::language::Source] = pages::messages!("courier");

/// How often sessions that nobody comes back to are removed.
const SWEEP: std::time::Duration = std::time::Duration::from_mins(10);
/// Who writes into the audit for the page.
const ACTORS: [&str; 1] = ["courier "];

/// Why the page is not served. For the operator.
#[derive(Debug, Error)]
pub enum CourierError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No section of its own.
    #[error(
        "starting the courier's page: the configuration has no [courier]; add it (docs/shipping.md)"
    )]
    NoSection,
    /// An address that strangers reach, without TLS.
    #[error(
        "starting the courier's page: {0} can be reached from other machines, and the page speaks no TLS; \
         listen at 127.0.0.1 behind a proxy that does"
    )]
    Exposed(SocketAddr),
    /// Its origin.
    #[error("starting the courier's page: {0}")]
    Settings(#[from] SettingsError),
    /// Its relying party.
    #[error("starting the courier's page: {0}")]
    RelyingParty(#[from] RelyingPartyError),
    /// Its messages.
    #[error("starting the courier's page: {0}")]
    Texts(#[from] TextsError),
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
pub struct Post {
    store: Store,
    rng: SystemRng,
    /// Pictures that are drawn anew at once: each takes its memory.
    drawing: Arc<tokio::sync::Semaphore>,
}

impl Post {
    /// Over a database. It opens no token, and no key of fingers.
    pub fn new(store: Store, rng: SystemRng) -> Self {
        Self {
            store: store.without_fingers(),
            rng,
            drawing: Arc::new(tokio::sync::Semaphore::new(2)),
        }
    }

    /// The database.
    pub const fn store(&self) -> &Store {
        &self.store
    }
}

/// Serves the page until the program ends.
pub async fn run(config: Config) -> Result<(), CourierError> {
    let section = config.courier.clone().ok_or(CourierError::NoSection)?;
    if !section.listen.ip().is_loopback() {
        return Err(CourierError::Exposed(section.listen));
    }
    let failed = |source| CourierError::Listen {
        at: section.listen,
        source,
    };
    let listener = tokio::net::TcpListener::bind(section.listen).await;
    let listener = listener.map_err(failed)?;
    let post = Post::new(config.open_store_without_fingers().await?, edge::rng());
    let surroundings = Surroundings::new(edge::now, edge::rng());
    tokio::spawn(sweep(post.store.clone(), surroundings.clone()));
    let router = router(post, &section, surroundings)?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    println!("courier's page at {}", section.origin);
    axum::serve(listener, service).await.map_err(failed)
}

/// The whole service, shielded and guarded.
pub fn router(
    post: Post,
    section: &CourierSection,
    surroundings: Surroundings,
) -> Result<Router, CourierError> {
    let limits = Limits {
        idle: Duration::minutes(i64::from(section.idle_minutes)),
        upload: photographs::MAX_LENGTH,
        ..Limits::default()
    };
    let sessions = StoredSessions::new(
        (post.store.clone(), Realm::Courier),
        surroundings.clone(),
        post.rng,
    );
    let accounts = Accounts::new(
        post.store.clone(),
        section.relying_party.clone(),
        surroundings.clone(),
        post.rng,
    );
    let shield = Shield::new(
        Site::new(Texts::new(MESSAGES)?, Id("courier-service"), "/"),
        Settings::new([section.origin.clone()], limits)?.with_service_worker(),
        Arc::new(sessions),
        surroundings,
    );
    let party = RelyingParty::new(&section.relying_party, &section.origin, "Stempel")?;
    let sign_in = SignIn::new(Arc::new(accounts.only(HOLDERS)), party);
    let open = Router::new().merge(shell::routes()).merge(files::routes());
    let (guarded, _) = routes(post).finish();
    let shielded = shield.serve(open.merge(sign_in.open_routes()), guarded);
    let proxies: Arc<[IpAddr]> = section.proxies.clone().into();
    Ok(shielded
        .layer(from_fn(whole::run))
        .layer(from_fn_with_state(proxies, caller::find)))
}

/// Every route for those signed in, for the test that walks them.
pub fn route_list(post: Post) -> Vec<Route> {
    routes(post).finish().1
}

fn routes(post: Post) -> routes::Routes {
    let routes = routes::Routes::new(post);
    let routes = me::add(routes);
    let routes = devices::add(routes);
    let routes = tour::add(routes);
    let routes = sides::add(routes);
    let routes = photographs::add(routes);
    reports::add(routes)
}

/// Removes sessions that nobody came back to, and closes acts that a kill interrupted.
async fn sweep(store: Store, surroundings: Surroundings) {
    let mut ticks = tokio::time::interval(SWEEP);
    let mut back = interrupted::AT_START;
    loop {
        ticks.tick().await;
        interrupted::close(&store, &ACTORS, back, surroundings.now()).await;
        back = interrupted::LATER;
        let before = surroundings.now() - Limits::default().forget;
        if let Err(error) = store.forget_sessions(Realm::Courier, before).await {
            tracing::error!(%error, "removing old sessions of couriers");
        }
    }
}

//! `personalisation intake`: sealed dossiers come in, are opened, verified and checked (docs/intake.md).
//!
//! ```text
//! listen      mutual TLS   Intake, Fleet        stations with certificates of the operations CA
//! onboarding  TLS          Onboarding           stations that have none yet
//! opener      held files ──> Accepted | Rejected
//! checker     Accepted ──> Verified ──> Approved by rule | InReview
//! ```

pub mod chunks;
pub mod config;
mod door;
mod error;
mod holding;
pub mod import;
pub mod keys;
pub mod opener;
pub mod parts;
pub mod peer;
pub mod quarantine;
mod recent;
pub mod rules;
pub mod second_person;
pub mod service;
mod socket;
mod sweep;
mod tasks;
pub mod traffic;
mod verify;
mod visits;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use key_custody::{
    Token,
    tls::{self, KeyPlace, Renewable},
};
use personalisation_store::Store;
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{
    service::{InterceptorLayer, RoutesBuilder},
    transport::Server,
};
use tower::limit::GlobalConcurrencyLimitLayer;
use wire::intake::{intake_server::IntakeServer, second_person_server::SecondPersonServer};

pub use self::error::IntakeError;
use self::{
    chunks::Chunks,
    config::IntakeSection,
    door::Door,
    keys::IntakeKeys,
    opener::Opener,
    second_person::{ApprovalKeys, SecondPersonService},
    service::IntakeService,
    socket::Socket,
    visits::Visits,
};
use crate::{
    config::Config,
    edge, fleet, interrupted, own_certificate,
    review::{self, checker::Checker, checks::Checks},
};

/// The longest message of a station: a chunk and its framing.
const MAX_MESSAGE: usize = chunks::MAX_CHUNK + 4096;
/// What one call may have sent without being read, in bytes: half a chunk. With [`READING`] memory stays flat however many
/// call, and a chunk is not asked for in many small pieces.
const WINDOW: u32 = 128 << 10;
/// Bytes of one frame: a chunk in a few of them instead of in dozens.
const FRAME: u32 = 128 << 10;
/// Calls of one connection at once, more than a station makes: what is begun beyond them before this limit is known is
/// refused. Each has its window for itself: what one that waits has sent is in nobody's way.
const CALLS: u32 = 8;
/// Calls of all stations that are read and answered at once: each has a chunk in memory.
const READING: usize = 64;
/// A call that is not read and answered in so long is given up: who stalls in the middle of a chunk does not keep others out.
const LONGEST_CALL: Duration = Duration::from_mins(1);

/// A station's connection ends after so long, after the calls on it: a renewed certificate is shown before the last one
/// ends.
const CONNECTION: Duration = Duration::from_hours(1);

/// Who writes into the audit in this role.
const ACTORS: [&str; 3] = [service::ACTOR, fleet::ACTOR, review::ACTOR];

/// Where the centre's services live: what each needs to make itself.
#[derive(Clone, Debug)]
pub struct Place {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
}

/// The two addresses that are listened on.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// With client certificates.
    pub stations: SocketAddr,
    /// Without.
    pub onboarding: SocketAddr,
}

/// Serves until `end`; `listening` hears the addresses.
pub async fn run(
    config: Config,
    listening: impl FnOnce(Listening),
    end: impl Future<Output = ()>,
) -> Result<(), IntakeError> {
    let place = Place {
        store: config.open_store().await?,
        config: Arc::new(config),
    };
    let missing = |section| IntakeError::Missing {
        section,
        role: "intake",
    };
    let section = place.config.intake.as_ref().ok_or(missing("[intake]"))?;
    let (token_section, token) = place
        .config
        .intake_token()
        .ok_or(missing("[tokens.intake]"))?;
    let token = Arc::new(Token::open(&token)?);
    let keys = Arc::new(IntakeKeys::find(Arc::clone(&token), token_section)?);
    let key = KeyPlace::Token(&token, &token_section.tls);
    let ours = tls::identity(&section.certificate, key)?;
    let chunks = Arc::new(folder(section)?);
    let held = (chunks, section.quarantine_bytes);
    let service = IntakeService::new(place.store.clone(), Arc::clone(&keys), held);
    let desk = Arc::new(review::desk(&place, "intake")?);
    let second_persons = SecondPersonService {
        store: place.store.clone(),
        keys: Arc::clone(&keys),
        approvals: desk.approval_keys(),
    };
    let approvals = Arc::clone(&second_persons.approvals);
    let mut workers = start_workers(&place, section, &service, (desk, approvals), &ours)?;
    let fleet = match &place.config.fleet {
        Some(section) => Some(fleet::Place::open(section, place.store.clone(), edge::now)?),
        None => None,
    };
    if let Some(place) = &fleet {
        workers.spawn(Arc::clone(place).forget_strangers());
        workers.spawn(Arc::clone(&place.revoking).tell_again());
        let ours = Arc::clone(&place.ours);
        workers.spawn(own_certificate::watch(place.store.clone(), ours));
    }
    let fleet = fleet.as_ref().map(fleet::services);
    let stations = listen(section.listen).await?;
    let onboarding = listen(section.onboarding).await?;
    let addresses = Listening {
        stations: stations.1,
        onboarding: onboarding.1,
    };
    let door = Door::open(section)?;
    let mutual = tls::acceptor(Arc::clone(&ours), Some(door.callers()))?;
    let open = tls::acceptor(ours, None)?;
    listening(addresses);
    let serving = serve(
        (service, second_persons),
        fleet,
        (stations.0, mutual, door),
        (onboarding.0, open),
        end,
    );
    // A worker that breaks down ends the role: whoever runs it starts it again, and nothing is held for ever.
    tokio::select! {
        served = serving => served,
        Some(ended) = workers.join_next() => {
            tracing::error!(?ended, "a worker of intake broke down");
            Err(IntakeError::Worker)
        }
    }
}

/// The folder of dossiers.
fn folder(section: &IntakeSection) -> Result<Chunks, IntakeError> {
    Chunks::open(&section.folder, section.free_bytes).map_err(|source| IntakeError::Folder {
        path: section.folder.clone(),
        source,
    })
}

/// Openers, checkers, and whoever forgets what nobody goes on with.
fn start_workers(
    place: &Place,
    section: &IntakeSection,
    service: &IntakeService,
    (desk, approvals): (Arc<review::Desk>, ApprovalKeys),
    ours: &Arc<Renewable>,
) -> Result<JoinSet<()>, IntakeError> {
    let accepted = Arc::<Notify>::default();
    let register = review::register(place, Arc::clone(ours))?;
    let checks = Arc::new(Checks::load()?);
    let mut workers = JoinSet::new();
    for _ in 0..section.workers.clamp(1, 16) {
        let accepted_now = Arc::clone(&accepted);
        let opener = Opener::new(service, section, Arc::clone(&approvals), accepted_now);
        workers.spawn(opener.run());
        let checker = Checker::new(
            Arc::clone(&desk),
            Arc::clone(&checks),
            register.clone(),
            section.lease(),
            (Arc::clone(&accepted), Arc::clone(&service.traffic)),
        );
        workers.spawn(checker.run());
    }
    workers.spawn(forget(service.clone(), section.forget()));
    workers.spawn(close_interrupted(place.store.clone()));
    workers.spawn(own_certificate::watch(
        place.store.clone(),
        Arc::clone(ours),
    ));
    workers.spawn(second_person::forget(place.store.clone()));
    Ok(workers)
}

/// Both listeners, until `end`.
async fn serve(
    (service, second_persons): (IntakeService, SecondPersonService),
    fleet: Option<fleet::Services>,
    (stations, acceptor, door): (TcpListener, TlsAcceptor, Door),
    onboarding: (TcpListener, TlsAcceptor),
    end: impl Future<Output = ()>,
) -> Result<(), IntakeError> {
    let mut mutual = RoutesBuilder::default();
    mutual.add_service(IntakeServer::new(service).max_decoding_message_size(MAX_MESSAGE));
    let second_persons = SecondPersonServer::new(second_persons);
    mutual.add_service(second_persons.max_decoding_message_size(second_person::MAX_MESSAGE));
    let mut open = RoutesBuilder::default();
    if let Some(fleet) = fleet {
        mutual.add_service(fleet.fleet);
        open.add_service(fleet.onboarding);
    }
    let ended = Arc::new(Notify::new());
    let (first, second) = (Arc::clone(&ended), Arc::clone(&ended));
    let (mutual_incoming, accepting) = incoming((stations, acceptor));
    let (open_incoming, accepting_open) = incoming(onboarding);
    let mutual = builder()
        .max_connection_age(CONNECTION)
        .timeout(LONGEST_CALL)
        .layer(GlobalConcurrencyLimitLayer::new(READING))
        .layer(InterceptorLayer::new(door))
        .add_routes(mutual.routes())
        .serve_with_incoming_shutdown(mutual_incoming, async move { first.notified().await });
    // Whoever has a certificate is a station of ours; strangers are few at once, and not for ever.
    let visits = Visits::new();
    let open_incoming = open_incoming.filter_map(move |stream| match stream {
        Ok(stream) => visits.admit(stream).map(Ok),
        Err(error) => Some(Err(error)),
    });
    let open = builder()
        .add_routes(open.routes())
        .serve_with_incoming_shutdown(open_incoming, async move { second.notified().await });
    let stop = async {
        end.await;
        ended.notify_waiters();
        Ok(())
    };
    let served = tokio::try_join!(mutual, open, stop);
    accepting.abort();
    accepting_open.abort();
    served?;
    Ok(())
}

fn builder() -> Server {
    Server::builder()
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .initial_connection_window_size(CALLS * WINDOW)
        .initial_stream_window_size(WINDOW)
        .max_frame_size(FRAME)
        .max_concurrent_streams(CALLS)
}

type Connections = ReceiverStream<std::io::Result<TlsStream<Socket>>>;

fn incoming((listener, acceptor): (TcpListener, TlsAcceptor)) -> (Connections, JoinHandle<()>) {
    let (accepted, connections) = mpsc::channel(16);
    let accepting = tokio::spawn(tls::accept(listener, acceptor, accepted, Socket::new));
    (ReceiverStream::new(connections), accepting)
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), IntakeError> {
    let unavailable = |source| IntakeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(unavailable)?;
    let bound = listener.local_addr().map_err(unavailable)?;
    Ok((listener, bound))
}

/// Closes acts that a kill interrupted: at the start, and once an hour.
async fn close_interrupted(store: Store) {
    let mut back = interrupted::AT_START;
    loop {
        interrupted::close(&store, &ACTORS, back, edge::now()).await;
        back = interrupted::LATER;
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}

/// Takes in what no row names, and forgets unfinished dossiers that nobody goes on with: at the start, and once an hour.
async fn forget(service: IntakeService, silent: Duration) {
    loop {
        sweep::sweep(&service, silent).await;
        let chunks = Arc::clone(&service.chunks);
        let now = edge::now().into();
        let forgotten = tokio::task::spawn_blocking(move || chunks.forget(silent, now)).await;
        match forgotten {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(count)) => tracing::info!(count, "unfinished dossiers were forgotten"),
            Ok(Err(error)) => tracing::error!(%error, "looking for unfinished dossiers"),
        }
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}

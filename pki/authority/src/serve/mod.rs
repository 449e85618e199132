//! The running service: configuration, mutual TLS, gRPC.

pub mod config;
mod door;
mod health;
pub mod inspection_config;
mod inspection_service;
mod service;
mod tls;
pub mod witness_config;
mod witness_service;

use std::{future::Future, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use evidence::entry::Act;
use icao9303::x509::{Certificate, CertificateError};
use key_custody::{CustodyError, Token};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{service::InterceptorLayer, transport::Server};
use wire::{
    audit::witness_server::WitnessServer, inspection::inspection_server::InspectionServer,
    signing::signing_server::SigningServer,
};

pub(crate) use self::service::caller;
use self::{
    config::{ConfigError, ServeConfig, TlsConfig, read},
    door::Door,
    inspection_config::InspectionError,
    inspection_service::InspectionService,
    witness_service::WitnessService,
};
pub use self::{
    service::{Roles, SigningService},
    tls::TlsError,
};
use crate::{
    signing::{
        chain::{ACTOR, Chain, Rules},
        issues::{IssueKeys, Issues},
        request::MAX_OBJECT_LENGTH,
        signer::{KeyError, Signer, SignerError, SigningKey, TokenKey},
    },
    store::{Store, StoreError},
    surroundings::Surroundings,
};

/// The longest message in either direction: an object, a ticket, certificates, and their framing.
const MAX_MESSAGE: usize = MAX_OBJECT_LENGTH + 32 * 1024;

/// Why the service does not start or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The token's configuration is refused.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// A key is not usable, and no waiting helps.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A document signer's certificate cannot be read.
    #[error("the certificate {}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CertificateError,
    },
    /// A certificate is not a document signer's.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// `[inspection]` is refused.
    #[error(transparent)]
    Inspection(#[from] InspectionError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody can call.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The server ended with an error.
    #[error("the server ended: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Why nobody can call.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address is not free.
    #[error("cannot listen on {address}: {source}; choose another `listen`")]
    Address {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
}

/// Callers that shook hands.
pub(crate) type Connections = ReceiverStream<std::io::Result<TlsStream<TcpStream>>>;

/// What is served over: where, callers, and who judges their calls.
pub(crate) type Listening = (SocketAddr, Connections, Door);

/// Listens for callers with mutual TLS until the connections are dropped. `token` holds the TLS key,
/// where the configuration names one in a token.
pub(crate) async fn listen(
    address: SocketAddr,
    tls: &TlsConfig,
    token: &Arc<Token>,
) -> Result<Listening, ListenError> {
    let (acceptor, door) = tls::acceptor(tls, token)?;
    let unavailable = |source| ListenError::Address { address, source };
    let listener = TcpListener::bind(address).await.map_err(unavailable)?;
    let address = listener.local_addr().map_err(unavailable)?;
    let (accepted, connections) = mpsc::channel(16);
    tokio::spawn(key_custody::tls::accept(
        listener,
        acceptor,
        accepted,
        std::convert::identity,
    ));
    Ok((address, ReceiverStream::new(connections), door))
}

/// A server of ours. Connections end with their time, after the calls on them: whoever has a renewed
/// certificate shows it before the last one ends.
pub(crate) fn server(tls: &TlsConfig) -> Server {
    Server::builder()
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .max_connection_age(Duration::from_secs(tls.connection_seconds.get().into()))
}

/// The document signers of a configuration. A token that is absent now is used when it comes; a key
/// that is there but unusable stops the start.
pub fn signers(config: &ServeConfig) -> Result<Vec<Signer>, ServeError> {
    let token = Arc::new(Token::open_absent(&config.token())?);
    let mut signers = Vec::new();
    for section in &config.document_signers {
        let path = &section.certificate;
        let bytes = read("the certificate", path)?;
        let certificate = Certificate::parse(&bytes).map_err(|source| ServeError::Certificate {
            path: path.clone(),
            source,
        })?;
        let key = TokenKey::new(token.clone(), &section.label, &certificate);
        match key.check() {
            Err(error) if error.is_absence() => {
                tracing::warn!(key = section.label, %error, "starting without the token");
            }
            Err(error) => return Err(error.into()),
            Ok(()) => {}
        }
        signers.push(Signer::new(&section.label, certificate, Box::new(key))?);
    }
    Ok(signers)
}

/// Whose blank issues are believed; none where the configuration asks for none.
fn issues(config: &ServeConfig) -> Result<Option<Issues>, ConfigError> {
    let Some(section) = &config.issues else {
        return Ok(None);
    };
    let mut keys = IssueKeys {
        stock: issue_keys(&section.keys)?,
        ..IssueKeys::default()
    };
    for (line, paths) in &section.line_keys {
        keys.lines.insert(line.clone(), issue_keys(paths)?);
    }
    Ok(Some(Issues::new(keys, section.lines.clone())))
}

fn issue_keys(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, ConfigError> {
    let keys = paths.iter().map(|path| read("the key of issues", path));
    keys.collect()
}

/// Says at a start that no blank issue is asked for, in the log and in the audit.
async fn tell_without_issues(store: &Store, surroundings: &Surroundings) -> Result<(), StoreError> {
    const TOLD: &str = "chips are signed for that nobody handed out to a line";
    tracing::warn!("danger_without_issues: {TOLD} (docs/pki.md)");
    let act = Act::new(surroundings.id(), ACTOR, "start", "danger_without_issues");
    store.note(&act, surroundings.now(), TOLD).await
}

/// The witness of the audit's log, where the configuration has one.
fn witness(
    config: &ServeConfig,
    token: &Arc<Token>,
    store: &Store,
    surroundings: &Surroundings,
) -> Result<Option<WitnessServer<WitnessService>>, ConfigError> {
    let Some(section) = &config.witness else {
        return Ok(None);
    };
    let desk = section.desk(Arc::clone(token), store.clone(), surroundings.clone())?;
    let service = WitnessService::new(Arc::new(desk), section.roles.clone());
    Ok(Some(
        WitnessServer::new(service).max_decoding_message_size(MAX_MESSAGE),
    ))
}

/// Serves until `end`; `listening` hears the address. `signers` are those of the configuration, or
/// stand in for them where a benchmark slows the token.
pub async fn run(
    config: &ServeConfig,
    signers: Vec<Signer>,
    surroundings: Surroundings,
    listening: impl FnOnce(SocketAddr),
    end: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let ticket_keys: Result<Vec<_>, _> = config
        .ticket_keys
        .iter()
        .map(|path| read("the ticket key", path))
        .collect();
    let issues = issues(config)?;
    let store = Store::open(&config.store, &config.audit, surroundings.now()).await?;
    if issues.is_none() {
        tell_without_issues(&store, &surroundings).await?;
    }
    let token_wait = Duration::from_secs(config.token_wait_seconds.into());
    let desk = match &config.inspection {
        Some(section) => {
            let desk = section.desk(config, store.clone(), surroundings.clone())?;
            Some(Arc::new(desk))
        }
        None => None,
    };
    let inspection = desk.clone().map(|desk| {
        InspectionServer::new(InspectionService::new(desk)).max_decoding_message_size(MAX_MESSAGE)
    });
    let token = Arc::new(Token::open_absent(&config.token())?);
    let witness = witness(config, &token, &store, &surroundings)?;
    let rules = Rules {
        ticket_keys: ticket_keys?,
        issues,
        document_codes: config.document_codes.clone(),
    };
    let chain = Chain::new(signers, rules, store, surroundings, token_wait);
    let service = SigningService::new(
        Arc::new(chain),
        Roles::of(config),
        config.max_in_flight.into(),
        desk,
    );
    let service = SigningServer::new(service)
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    let (address, connections, door) = listen(config.listen, &config.tls, &token).await?;
    listening(address);
    let served = server(&config.tls)
        .layer(InterceptorLayer::new(door))
        .add_service(service)
        .add_optional_service(inspection)
        .add_optional_service(witness)
        .serve_with_incoming_shutdown(connections, end)
        .await;
    Ok(served?)
}

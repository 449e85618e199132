//! TLS 1.3 and nothing older, resumption off: each connection proves its key anew, so that a renewed or
//! revoked certificate counts from the next connection on.
//!
//! The acceptor is our own because tonic's would also speak TLS 1.2.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use key_custody::{
    CustodyError, Token,
    role::ServiceTls,
    tls::{Renewable, TlsKeyError, certified_key},
};
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ClientConfig, RootCertStore, ServerConfig,
        client::Resumption,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::{NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier},
        sign::CertifiedKey,
        version::TLS13,
    },
    server::TlsStream,
};

use crate::secret_file::{self, SecretFileError};

/// How long a caller may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at once; further callers wait in the listener's queue.
const HANDSHAKES: usize = 64;

/// Why TLS cannot be set up. For the operator.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("reading {}: {source}; check [intake] in the configuration", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is not PEM of what it should be.
    #[error("{} is not a PEM file of {what}; check [intake] in the configuration", path.display())]
    NotPem {
        /// What it should be.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Neither a key file nor a key in the token.
    #[error(
        "our TLS key is configured nowhere; give `tls` in [tokens.intake], or `key` in [intake]"
    )]
    NoKey,
    /// Our key cannot be read.
    #[error(transparent)]
    KeyFile(#[from] SecretFileError),
    /// Our key is not in the token.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// Key and certificate do not fit.
    #[error(transparent)]
    Key(#[from] TlsKeyError),
    /// The verifier of callers cannot be made.
    #[error("the CA of callers: {0}")]
    ClientCa(#[from] VerifierBuilderError),
    /// rustls refuses what it was given.
    #[error("setting up TLS: {0}")]
    Rustls(#[from] rustls::Error),
}

/// Our certificate with its key: in the token, or in a file where the ceremony made one.
pub fn identity(
    certificate: &Path,
    key_file: Option<&Path>,
    in_token: Option<(&Arc<Token>, &str)>,
) -> Result<Arc<Renewable>, TlsError> {
    let chain = certificates("our certificate", certificate)?;
    let certified = match (in_token, key_file) {
        (Some((token, label)), _) => {
            let key = token.find_ec::<ServiceTls>(label)?;
            certified_key(Arc::clone(token), key, chain)?
        }
        (None, Some(path)) => {
            let bytes = secret_file::read(path)?;
            let key = PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| TlsError::NotPem {
                what: "our key",
                path: path.to_owned(),
            })?;
            CertifiedKey::from_der(chain, key, &ring::default_provider())?
        }
        (None, None) => return Err(TlsError::NoKey),
    };
    Ok(Arc::new(Renewable::new(certified)))
}

/// An acceptor. With `callers`, it demands a certificate of that CA; without, it asks for none.
pub fn acceptor(ours: Arc<Renewable>, callers: Option<&Path>) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(&[&TLS13])?;
    let mut server = match callers {
        Some(path) => {
            let roots = Arc::new(roots("the CA of callers", path)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build()?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    }
    .with_cert_resolver(ours);
    server.alpn_protocols.push(b"h2".to_vec());
    server.send_tls13_tickets = 0;
    server.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(TlsAcceptor::from(Arc::new(server)))
}

/// How we call others: with our certificate, trusting `server_ca`.
pub fn caller(ours: Arc<Renewable>, server_ca: &Path) -> Result<ClientConfig, TlsError> {
    let mut client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots("the CA of a server", server_ca)?)
        .with_client_cert_resolver(ours);
    client.resumption = Resumption::disabled();
    client.alpn_protocols.push(b"h2".to_vec());
    Ok(client)
}

fn roots(what: &'static str, path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(what, path)? {
        roots.add(root)?;
    }
    Ok(roots)
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = fs::read(path).map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    all.ok()
        .filter(|all| !all.is_empty())
        .ok_or_else(|| TlsError::NotPem {
            what,
            path: path.to_owned(),
        })
}

/// Accepts callers for ever; each that shook hands goes to the channel.
pub async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    accepted: mpsc::Sender<io::Result<TlsStream<TcpStream>>>,
) {
    let places = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let stream = tokio::select! {
            connection = listener.accept() => match connection {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of descriptors, mostly: try again when some are free.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = accepted.closed() => return,
        };
        let (acceptor, accepted) = (acceptor.clone(), accepted.clone());
        tokio::spawn(async move {
            let _place = place;
            // Small answers must not wait for more data.
            let _ = stream.set_nodelay(true);
            match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => drop(accepted.send(Ok(stream)).await),
                Ok(Err(error)) => tracing::warn!(%error, "a caller was refused"),
                Err(_) => tracing::warn!("a caller did not finish its handshake"),
            }
        });
    }
}

//! Mutual TLS 1.3, and the role that a caller's certificate states.
//!
//! The acceptor is our own because tonic's would also speak TLS 1.2.

use std::{
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use der::{Decode, asn1::ObjectIdentifier};
use key_custody::{
    CustodyError, Token,
    role::ServiceTls,
    tls::{Renewable, TlsKeyError, certified_key},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::{VerifierBuilderError, WebPkiClientVerifier},
        version::TLS13,
    },
    server::TlsStream,
};
use x509_cert::Certificate;
use zeroize::Zeroizing;

use super::config::{ConfigError, TlsConfig, read};

/// How long a caller may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at once; further callers wait in the listener's queue.
const HANDSHAKES: usize = 64;
/// id-at-organizationalUnitName.
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file is not PEM of what it should be.
    #[error("{} is not a PEM file of {what}", path.display())]
    NotPem {
        /// What it should be.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Others can read our key.
    #[error("others than its owner may read {}; run chmod 600 on it and make a new key", path.display())]
    SharedKey {
        /// The file.
        path: PathBuf,
    },
    /// The verifier of callers cannot be made.
    #[error("the CA of callers: {0}")]
    ClientCa(#[from] VerifierBuilderError),
    /// Neither a key file nor a key in the token is named, or both.
    #[error("tls: exactly one of `key` and `token_key` is needed")]
    OneKey,
    /// The key in the token cannot be used.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The key in the token does not fit the certificate.
    #[error(transparent)]
    TokenKey(#[from] TlsKeyError),
    /// Certificate and key do not fit.
    #[error("our certificate and key: {0}")]
    Rustls(#[from] rustls::Error),
}

/// An acceptor that demands a certificate of the callers' CA.
pub(super) fn acceptor(config: &TlsConfig, token: &Arc<Token>) -> Result<TlsAcceptor, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in certificates("the CA of callers", &config.client_ca)? {
        roots.add(root)?;
    }
    let chain = certificates("our certificate", &config.certificate)?;
    let provider = Arc::new(ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build()?;
    let server = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier);
    let mut server = match (&config.key, &config.token_key) {
        (Some(file), None) => server.with_single_cert(chain, key_of_file(file)?)?,
        (None, Some(label)) => {
            let key = token.find_ec::<ServiceTls>(label)?;
            let certified = certified_key(Arc::clone(token), key, chain)?;
            server.with_cert_resolver(Arc::new(Renewable::new(certified)))
        }
        _ => return Err(TlsError::OneKey),
    };
    server.alpn_protocols.push(b"h2".to_vec());
    // A resumed connection would not prove the caller's key again.
    server.send_tls13_tickets = 0;
    Ok(TlsAcceptor::from(Arc::new(server)))
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = read(what, path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    all.ok()
        .filter(|all| !all.is_empty())
        .ok_or_else(|| TlsError::NotPem {
            what,
            path: path.to_owned(),
        })
}

/// A key file that only its owner reads.
fn key_of_file(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let bytes = Zeroizing::new(read("our key", path)?);
    let facts = std::fs::metadata(path).map_err(|source| ConfigError::Unreadable {
        what: "our key",
        path: path.to_owned(),
        source,
    })?;
    if facts.permissions().mode() & 0o077 != 0 {
        return Err(TlsError::SharedKey {
            path: path.to_owned(),
        });
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| TlsError::NotPem {
        what: "our key",
        path: path.to_owned(),
    })
}

/// Accepts callers for ever; each that shook hands goes to the channel.
pub(super) async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    accepted: mpsc::Sender<io::Result<TlsStream<TcpStream>>>,
) {
    let places = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let (stream, peer) = tokio::select! {
            connection = listener.accept() => match connection {
                Ok(connection) => connection,
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
                Ok(Err(error)) => tracing::warn!(%peer, %error, "a caller was refused"),
                Err(_) => tracing::warn!(%peer, "a caller did not finish its handshake"),
            }
        });
    }
}

/// The role that a caller's certificate states: its only organizationalUnitName.
pub(super) fn role(certificate: &[u8]) -> Option<String> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let names = &certificate.tbs_certificate.subject.0;
    let mut units = names
        .iter()
        .flat_map(|name| name.0.iter())
        .filter(|attribute| attribute.oid == UNIT);
    let unit = units.next()?;
    if units.next().is_some() {
        return None;
    }
    std::str::from_utf8(unit.value.value())
        .ok()
        .map(str::to_owned)
}

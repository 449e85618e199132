//! Both ends of a connection: TLS 1.3 and nothing older, nothing resumed.
//!
//! The acceptor is our own because tonic's would also speak TLS 1.2.

use std::{io, path::Path, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, ServerConfig,
    client::Resumption,
    crypto::ring,
    server::{NoServerSessionStorage, danger::ClientCertVerifier},
    version::TLS13,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    file::{TlsFileError, roots},
    places::{Place, Places},
    renewable::Renewable,
};

/// How long a caller may take to say something.
const FIRST_WORD: Duration = Duration::from_secs(2);
/// How long a caller may take to shake hands then.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Callers at once that did not shake hands yet; further ones are hung up on, and call again.
const SHAKING: usize = 512;
/// Of them, callers of one address: all stations of a State may come by one, after the line was down all at once.
const SHARE: usize = 128;

/// An acceptor. With `callers`, it demands a certificate that they let in; without, it asks for none.
pub fn acceptor(
    ours: Arc<Renewable>,
    callers: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<TlsAcceptor, TlsFileError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13])?;
    let mut server = match callers {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    }
    .with_cert_resolver(ours);
    server.alpn_protocols.push(b"h2".to_vec());
    // A resumed connection would not prove the caller's key again.
    server.send_tls13_tickets = 0;
    server.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(TlsAcceptor::from(Arc::new(server)))
}

/// How we call others: with our certificate, trusting the CA in a PEM file.
pub fn caller(ours: Arc<Renewable>, server_ca: &Path) -> Result<ClientConfig, TlsFileError> {
    let mut client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots("the CA of a server", server_ca)?)
        .with_client_cert_resolver(ours);
    client.resumption = Resumption::disabled();
    client.alpn_protocols.push(b"h2".to_vec());
    Ok(client)
}

/// Accepts callers for ever; each that shook hands goes to the channel, its socket dressed as the service wants to read
/// it. Whoever calls and says nothing keeps nobody out.
pub async fn accept<S>(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    accepted: mpsc::Sender<io::Result<TlsStream<S>>>,
    dress: fn(TcpStream) -> S,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let places = Places::new(SHAKING, SHARE);
    loop {
        let (stream, address) = tokio::select! {
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
        let Some(place) = places.take(address.ip()) else {
            tracing::warn!("a caller was refused: too many have not shaken hands yet");
            continue;
        };
        let (acceptor, accepted) = (acceptor.clone(), accepted.clone());
        tokio::spawn(shake_hands((stream, dress), place, acceptor, accepted));
    }
}

async fn shake_hands<S>(
    (stream, dress): (TcpStream, fn(TcpStream) -> S),
    _place: Place,
    acceptor: TlsAcceptor,
    accepted: mpsc::Sender<io::Result<TlsStream<S>>>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // Small answers must not wait for more data.
    let _ = stream.set_nodelay(true);
    match timeout(FIRST_WORD, stream.peek(&mut [0])).await {
        Ok(Ok(1)) => {}
        // Hung up: somebody looked whether we are there.
        Ok(_) => return,
        Err(_) => return tracing::warn!("a caller said nothing"),
    }
    match timeout(HANDSHAKE, acceptor.accept(dress(stream))).await {
        Ok(Ok(stream)) => drop(accepted.send(Ok(stream)).await),
        Ok(Err(error)) => tracing::warn!(%error, "a caller was refused"),
        Err(_) => tracing::warn!("a caller did not finish its handshake"),
    }
}

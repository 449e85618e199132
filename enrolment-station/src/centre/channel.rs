//! Channels to the centre: one TCP connection, TLS 1.3 alone, no resumption, HTTP/2.

use std::{io, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use key_custody::tls::Renewable;
use thiserror::Error;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, Error as TlsError, RootCertStore,
        client::Resumption,
        crypto::ring,
        pki_types::{CertificateDer, ServerName},
        version::TLS13,
    },
};
use tonic::transport::{Channel, Endpoint, Uri};

/// How long a connection may take to be made, TLS and a slow token included.
const CONNECT: Duration = Duration::from_secs(10);
/// How often a connection in use is tried, and how long it may be silent before it is dropped.
const ALIVE: Duration = Duration::from_secs(20);

/// Where a service of the centre is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CentreAddress {
    /// Host and port, for example `intake.example.lu:7040`.
    pub authority: String,
    /// The name in its certificate.
    pub server_name: String,
}

/// Why a channel cannot be set up. For the operator.
#[derive(Debug, Error)]
pub enum ChannelError {
    /// The address is not `host:port`.
    #[error("the centre's address {0} is not host:port; correct the configuration")]
    Address(String),
    /// The name cannot be in a certificate.
    #[error("{0} is no name of a server; correct the configuration")]
    ServerName(String),
    /// The authority's certificate cannot be used.
    #[error(
        "the operations authority's certificate cannot be used: {0}; correct the configuration"
    )]
    Authority(TlsError),
    /// TLS cannot be set up.
    #[error("setting up TLS 1.3: {0}")]
    Tls(TlsError),
}

/// TLS 1.3 to servers of these authorities; with `identity` the station shows its certificate, without
/// it none (onboarding). The identity may be renewed while the channel is in use; call
/// [`channel`] again to have the new one shown at once.
pub fn tls(
    authorities: impl IntoIterator<Item = CertificateDer<'static>>,
    identity: Option<Arc<Renewable>>,
) -> Result<ClientConfig, ChannelError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(ChannelError::Authority)?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .map_err(ChannelError::Tls)?
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(identity),
        None => builder.with_no_client_auth(),
    };
    // A resumed connection proves no key again: a renewal or a revocation would go unseen.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// A channel that connects with the first call, and again when the connection broke.
pub fn channel(address: &CentreAddress, tls: ClientConfig) -> Result<Channel, ChannelError> {
    let name = ServerName::try_from(address.server_name.clone())
        .map_err(|_| ChannelError::ServerName(address.server_name.clone()))?;
    let endpoint = Endpoint::from_shared(format!("http://{}", address.authority))
        .map_err(|_| ChannelError::Address(address.authority.clone()))?
        .http2_keep_alive_interval(ALIVE)
        .keep_alive_timeout(ALIVE);
    let connector = TlsConnector::from(Arc::new(tls));
    let authority = address.authority.clone();
    let connect = tower::service_fn(move |_: Uri| {
        let (connector, name, authority) = (connector.clone(), name.clone(), authority.clone());
        async move {
            let connecting = async {
                let stream = TcpStream::connect(&authority).await?;
                stream.set_nodelay(true)?;
                connector.connect(name, stream).await
            };
            let stream = timeout(CONNECT, connecting)
                .await
                .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            Ok::<_, io::Error>(TokioIo::new(stream))
        }
    });
    Ok(endpoint.connect_with_connector_lazy(connect))
}

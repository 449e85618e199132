//! gRPC channels to other programs of ours, over mutual TLS 1.3. tonic's own would also speak TLS 1.2, and
//! take no key in a token.

use std::{io, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, pki_types::ServerName},
};
use tonic::transport::{Channel, Endpoint, Uri};

/// Why a channel cannot be prepared. For the operator.
#[derive(Clone, Copy, Debug, Error)]
pub enum ChannelError {
    /// The address.
    #[error("the address is not HOST:PORT")]
    Authority,
    /// The name in the certificate.
    #[error("server_name is no name of a host")]
    ServerName,
}

/// A channel to HOST:PORT, whose certificate must have `server_name`. The connection is made with the first
/// call, within `patience`, and again when it broke; `limit` is the longest that an answer may take.
pub(crate) fn prepare(
    tls: ClientConfig,
    (authority, server_name): (&str, &str),
    patience: Duration,
    limit: Option<Duration>,
) -> Result<Channel, ChannelError> {
    let name =
        ServerName::try_from(server_name.to_owned()).map_err(|_| ChannelError::ServerName)?;
    // TLS is the connector's: to tonic the scheme says that it has nothing to add.
    let mut endpoint = Endpoint::from_shared(format!("http://{authority}"))
        .map_err(|_| ChannelError::Authority)?;
    if let Some(limit) = limit {
        endpoint = endpoint.timeout(limit);
    }
    let (connector, authority) = (TlsConnector::from(Arc::new(tls)), authority.to_owned());
    let connect = tower::service_fn(move |_: Uri| {
        let (connector, name, authority) = (connector.clone(), name.clone(), authority.clone());
        async move {
            let connecting = async {
                let stream = TcpStream::connect(&authority).await?;
                stream.set_nodelay(true)?;
                connector.connect(name, stream).await
            };
            let stream = timeout(patience, connecting)
                .await
                .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            Ok::<_, io::Error>(TokioIo::new(stream))
        }
    });
    Ok(endpoint.connect_with_connector_lazy(connect))
}

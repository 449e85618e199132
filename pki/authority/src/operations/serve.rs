//! The running service of the operations CA.

use std::{future::Future, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use icao9303::x509::{Certificate, CertificateError};
use key_custody::{
    CustodyError, EcKey, Token,
    role::{CountrySigning, CountryVerifying, DocumentSigning, OperationsCa},
};
use tokio::sync::Mutex;
use tonic::service::InterceptorLayer;
use wire::operations::operations_server::OperationsServer;

use super::{
    config::OperationsConfig,
    desk::{Desk, DeskError},
    request,
    service::OperationsService,
};
use crate::{
    serve::{
        ListenError, TlsError,
        config::{ConfigError, read},
        listen, server,
    },
    store::{Store, StoreError},
    surroundings::Surroundings,
};

/// The longest message: a request and its framing.
const MAX_MESSAGE: usize = request::MAX_LENGTH + 4096;

/// Between two looks whether the next revocation list is due.
const LOOK: Duration = Duration::from_mins(10);

/// Why the service does not start or ended.
#[derive(Debug, thiserror::Error)]
pub enum OperationsError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The token's configuration is refused, or its key.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The CA's certificate cannot be read.
    #[error("the certificate {}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CertificateError,
    },
    /// The certificate is of another key.
    #[error(
        "the certificate {} is not of the key {key} in the token; bring both from one ceremony", path.display()
    )]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// The key's label.
        key: String,
    },
    /// Keys that sign travel documents are within reach.
    #[error(
        "the token {token} holds a key of the documents' PKI; the operations CA has a token of its own"
    )]
    ForbiddenToken {
        /// The token's label.
        token: String,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no revocation list to begin with.
    #[error("the revocation list: {0}")]
    List(#[from] DeskError),
    /// The address is not free.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The server ended with an error.
    #[error("the server ended: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves until `end`; `listening` hears the address.
pub async fn run(
    config: &OperationsConfig,
    surroundings: Surroundings,
    listening: impl FnOnce(SocketAddr),
    end: impl Future<Output = ()>,
) -> Result<(), OperationsError> {
    let token = Arc::new(Token::open(&config.token())?);
    let (authority, key) = authority(config, &token)?;
    let store = Store::open(&config.store, &config.audit, surroundings.now()).await?;
    let desk = Desk {
        authority,
        key: Arc::new(key),
        store,
        surroundings,
        token_wait: Duration::from_secs(config.token_wait_seconds.into()),
        life: time::Duration::seconds(config.certificate_seconds.into()),
        list_life: time::Duration::days(config.list_days.into()),
        publication: config.tls.revocation_list.clone(),
        listing: Mutex::new(()),
        token: Arc::clone(&token),
    };
    let desk = Arc::new(desk);
    // Our own callers are judged by it too.
    desk.revocation_list().await?;
    let listing = tokio::spawn(keep_listed(Arc::clone(&desk)));
    let service =
        OperationsServer::new(OperationsService::new(desk)).max_decoding_message_size(MAX_MESSAGE);
    let (address, connections, door) = listen(config.listen, &config.tls, &token).await?;
    listening(address);
    let served = server(&config.tls)
        .layer(InterceptorLayer::new(door))
        .add_service(service)
        .serve_with_incoming_shutdown(connections, end)
        .await;
    listing.abort();
    Ok(served?)
}

/// Publishes the next list when half of the last one's life is over, whoever asks or does not.
async fn keep_listed(desk: Arc<Desk>) {
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = desk.revocation_list().await {
            tracing::error!(%error, "the revocation list is not renewed; tried again in ten minutes");
        }
    }
}

fn authority(
    config: &OperationsConfig,
    token: &Token,
) -> Result<(Certificate, EcKey<OperationsCa>), OperationsError> {
    let forbidden = token.holds_role::<CountrySigning>()?
        || token.holds_role::<CountryVerifying>()?
        || token.holds_role::<DocumentSigning>()?;
    if forbidden {
        let token = token.label().to_owned();
        return Err(OperationsError::ForbiddenToken { token });
    }
    let path = &config.authority;
    let bytes = read("the operations CA's certificate", path)?;
    let authority = Certificate::parse(&bytes).map_err(|source| OperationsError::Certificate {
        path: path.clone(),
        source,
    })?;
    let key = token.find_ec::<OperationsCa>(&config.authority_key)?;
    let certified = authority.public_key().to_named_spki();
    if certified.as_deref() != Some(key.public_key_spki()) {
        return Err(OperationsError::OtherKey {
            path: path.clone(),
            key: config.authority_key.clone(),
        });
    }
    Ok((authority, key))
}

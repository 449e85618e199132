//! Who may go on calling: each call is judged as the handshake was.

use std::sync::Arc;

use key_custody::tls;
use tokio_rustls::rustls::{CertificateError, Error, server::danger::ClientCertVerifier};
use tonic::{Request, Status, service::Interceptor};

/// Asks at every call what the handshake asked: a connection stays open for longer than a certificate holds,
/// and whoever took a key keeps its connection open.
#[derive(Clone, Debug)]
pub(crate) struct Door(Arc<dyn ClientCertVerifier>);

impl Door {
    pub(super) fn new(callers: Arc<dyn ClientCertVerifier>) -> Self {
        Self(callers)
    }
}

impl Interceptor for Door {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let certificates = request.peer_certs();
        let chain = certificates.as_deref().map_or(&[][..], Vec::as_slice);
        match tls::still_let_in(&*self.0, chain) {
            Ok(()) => Ok(request),
            Err(error) => {
                tracing::warn!(%error, "a call on an open connection was refused");
                Err(status(&error))
            }
        }
    }
}

fn status(error: &Error) -> Status {
    match error {
        // Nothing is said of the caller: an operator must bring the next list.
        Error::InvalidCertificate(
            CertificateError::ExpiredRevocationList | CertificateError::UnknownRevocationStatus,
        ) => Status::unavailable("nobody is let in without a revocation list that holds"),
        _ => Status::unauthenticated("this certificate does not hold, or is revoked"),
    }
}

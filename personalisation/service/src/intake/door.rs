//! Which calls of stations are let in: each is judged again as its handshake was, for a connection stays open for longer
//! than a certificate holds.

use std::{sync::Arc, time::Instant};

use key_custody::tls::{self, RevocationFile};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tonic::{Request, Status, service::Interceptor};

use super::{IntakeError, config::IntakeSection, recent::Recent};

/// Asks at every call whether the certificate still holds, and whether the operations CA's list names it, whatever the
/// station's row says: the database may come from a copy of before the revocation. The list is not asked at the
/// handshake, whose failure would look like a broken line to a station.
#[derive(Clone, Debug)]
pub(super) struct Door {
    callers: Arc<dyn ClientCertVerifier>,
    list: Option<Arc<RevocationFile>>,
    /// Whose certificate held a moment ago: verifying its signature takes longer than many a call.
    held: Arc<Recent<()>>,
}

impl Door {
    /// For callers of the section's CA; it reads the list where one is named.
    pub(super) fn open(section: &IntakeSection) -> Result<Self, IntakeError> {
        let list = section.revocation_list.as_ref();
        let list = list.map(|list| RevocationFile::of(&section.client_ca, list));
        Ok(Self {
            callers: tls::callers(&section.client_ca)?,
            list: list.transpose()?.map(Arc::new),
            held: Arc::default(),
        })
    }

    /// Who shakes hands.
    pub(super) fn callers(&self) -> Arc<dyn ClientCertVerifier> {
        Arc::clone(&self.callers)
    }
}

impl Interceptor for Door {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let certificates = request.peer_certs();
        let chain = certificates.as_deref().map_or(&[][..], Vec::as_slice);
        let is_listed = |list: &RevocationFile| chain.first().is_some_and(|one| list.names(one));
        if self.list.as_deref().is_some_and(is_listed) {
            return Err(Status::permission_denied("this certificate is revoked"));
        }
        if self.held.about(&request).is_some() {
            return Ok(request);
        }
        let asked = Instant::now();
        match tls::still_let_in(&*self.callers, chain) {
            Ok(()) => {
                self.held.remember(&request, (), asked);
                Ok(request)
            }
            Err(error) => {
                tracing::warn!(%error, "a call on an open connection was refused");
                Err(Status::unauthenticated(
                    "this certificate does not hold any more; renew it and connect again",
                ))
            }
        }
    }
}

//! Which station calls, with which certificate, and what it may still do.

use personalisation_store::fleet::{Station, StationCertificate, StationState};
use tonic::{Request, Status};

use super::Place;
use crate::intake::peer::{self, Peer};

/// A station that called, and the certificate it called with.
pub(crate) struct Caller {
    pub(crate) station: Station,
    pub(crate) certificate: StationCertificate,
}

impl Caller {
    /// Fails unless the station may do everything.
    pub(crate) fn must_be_active(&self) -> Result<(), Status> {
        match self.station.state {
            StationState::Active => Ok(()),
            StationState::Quarantined { .. } | StationState::Revoked { .. } => {
                Err(Status::permission_denied("this station is in quarantine"))
            }
        }
    }
}

impl Place {
    /// Whoever calls: a station that is not revoked, by its row, at every call.
    pub(crate) async fn caller<T>(&self, request: &Request<T>) -> Result<Caller, Status> {
        let station = peer::station(&self.store, request).await?;
        let key = Peer::of(request)?.key;
        let certificate = self.store.certificate_of_key(key).await.map_err(|error| {
            tracing::error!(%error, "reading a station's certificate");
            Status::unavailable("the store cannot be read now; repeat the call later")
        })?;
        let none = || Status::permission_denied("the centre does not know this certificate");
        Ok(Caller {
            station,
            certificate: certificate.ok_or_else(none)?,
        })
    }
}

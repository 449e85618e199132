//! Which station calls: its certificate, held against its row at every call.

use dossier::{KeyId, StationId};
use openssl::{nid::Nid, x509::X509};
use personalisation_store::fleet::{KeyUse, Station, StationCertificate, StationState};
use tonic::{Request, Status};

use super::Place;

/// organizationalUnitName of stations.
const ROLE: &str = "station";

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
    /// Whoever calls. The handshake checked chain and dates; whether the station is revoked says its row.
    pub(crate) async fn caller<T>(&self, request: &Request<T>) -> Result<Caller, Status> {
        let stranger = || Status::unauthenticated("a certificate of the operations CA is needed");
        let certificates = request.peer_certs().ok_or_else(stranger)?;
        let certificate = certificates.first().ok_or_else(stranger)?;
        let certificate = X509::from_der(certificate).map_err(|_| stranger())?;
        let name = name_of(&certificate)
            .ok_or_else(|| Status::permission_denied("only stations may call"))?;
        let spki = certificate
            .public_key()
            .and_then(|key| key.public_key_to_der())
            .map_err(|_| stranger())?;
        let failed = |error| {
            tracing::error!(%error, "the store does not answer");
            Status::unavailable("the store does not answer; repeat later")
        };
        let known = self.store.certificate_of_key(KeyId::of(&spki)).await;
        let known = known.map_err(failed)?.filter(|known| {
            known.station == name.station
                && known.key_use == KeyUse::Tls
                && known.revoked_at.is_none()
        });
        let station = self.store.station(name.station).await.map_err(failed)?;
        let station =
            station.filter(|station| !matches!(station.state, StationState::Revoked { .. }));
        match (station, known) {
            (Some(station), Some(certificate)) => Ok(Caller {
                station,
                certificate,
            }),
            _ => Err(Status::permission_denied(
                "this station is not one of ours, or was revoked",
            )),
        }
    }
}

/// What a station's certificate says of it.
pub(crate) struct StationName {
    pub(crate) station: StationId,
}

/// The station that a certificate names; none for programs.
pub(crate) fn name_of(certificate: &X509) -> Option<StationName> {
    let only = |nid| {
        let mut found = certificate.subject_name().entries_by_nid(nid);
        let one = found.next()?.data().to_string().ok()?;
        found.next().is_none().then_some(one)
    };
    if only(Nid::ORGANIZATIONALUNITNAME)? != ROLE {
        return None;
    }
    let station = only(Nid::COMMONNAME)?.parse().ok()?;
    Some(StationName { station })
}

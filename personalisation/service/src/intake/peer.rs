//! Who calls: the role and the name in the caller's certificate, and the station's row, which decides
//! at every call. The handshake has checked chain and dates.

use dossier::{KeyId, StationId};
use openssl::{nid::Nid, x509::X509};
use personalisation_store::{
    Store,
    fleet::{KeyUse, Station, StationState},
};
use tonic::{Request, Status};

/// The organizationalUnit of stations.
pub const STATION: &str = "station";

/// A caller, as its certificate states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its only organizationalUnit.
    pub role: String,
    /// Its only commonName.
    pub name: String,
    /// The certificate's key.
    pub key: KeyId,
}

impl Peer {
    /// The caller of a request.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        let certificates = request.peer_certs();
        certificates
            .as_deref()
            .and_then(|certificates| Self::from_certificate(certificates.first()?))
            .ok_or_else(|| {
                Status::unauthenticated(
                    "a certificate of the operations CA that states a role and a name is needed",
                )
            })
    }

    /// What a certificate (DER) states; none where a name is missing or there twice.
    pub fn from_certificate(der: &[u8]) -> Option<Self> {
        let certificate = X509::from_der(der).ok()?;
        let subject = certificate.subject_name();
        let only = |nid| {
            let mut entries = subject.entries_by_nid(nid);
            let entry = entries.next()?.data().to_string().ok()?;
            entries.next().is_none().then_some(entry)
        };
        let spki = certificate.public_key().ok()?.public_key_to_der().ok()?;
        Some(Self {
            role: only(Nid::ORGANIZATIONALUNITNAME)?,
            name: only(Nid::COMMONNAME)?,
            key: KeyId::of(&spki),
        })
    }

    /// The station that calls; none where somebody else does.
    pub fn station(&self) -> Option<StationId> {
        if self.role != STATION {
            return None;
        }
        self.name.parse().ok()
    }
}

/// The station that calls, when it is one of ours and not revoked; `Quarantined` ones may send what
/// they have, and the caller of this decides what else.
pub async fn station<T>(store: &Store, request: &Request<T>) -> Result<Station, Status> {
    let peer = Peer::of(request)?;
    let refused = |why: &'static str| {
        tracing::warn!(
            role = peer.role,
            name = peer.name,
            why,
            "a caller was refused"
        );
        Status::permission_denied(why)
    };
    let id = peer
        .station()
        .ok_or_else(|| refused("this is for stations only"))?;
    let unavailable = |error| {
        tracing::error!(%error, "reading a station");
        Status::unavailable("the store cannot be read now; repeat the call later")
    };
    let station = store.station(id).await.map_err(unavailable)?;
    let station = station.ok_or_else(|| refused("the centre does not know this station"))?;
    if matches!(station.state, StationState::Revoked { .. }) {
        return Err(refused("this station was revoked"));
    }
    let certificate = store
        .certificate_of_key(peer.key)
        .await
        .map_err(unavailable)?;
    match certificate {
        Some(one)
            if one.station == id && one.key_use == KeyUse::Tls && one.revoked_at.is_none() =>
        {
            Ok(station)
        }
        _ => Err(refused(
            "this certificate is not, or no longer, the station's",
        )),
    }
}

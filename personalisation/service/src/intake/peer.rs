//! Who calls: the role and the name in the caller's certificate, and the station's row, which decides
//! at every call. The handshake has checked chain, dates and signature: here only names are read.

use der::{
    Decode as _, Encode as _, Tag, Tagged as _,
    asn1::{Any, ObjectIdentifier, PrintableStringRef, Utf8StringRef},
};
use dossier::{KeyId, StationId};
use personalisation_store::{
    Store,
    fleet::{KeyUse, Station, StationState},
};
use tonic::{Request, Status};
use x509_cert::Certificate;

/// commonName (RFC 4519, 2.3).
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// organizationalUnitName (RFC 4519, 2.20).
const ORGANIZATIONAL_UNIT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

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
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let names = certificate.subject.0;
        let only = |kind| {
            let all = names.iter().flat_map(|part| part.0.iter());
            let mut ours = all.filter(|one| one.oid == kind);
            let value = text(&ours.next()?.value)?;
            ours.next().is_none().then_some(value)
        };
        let spki = certificate.subject_public_key_info.to_der().ok()?;
        Some(Self {
            role: only(ORGANIZATIONAL_UNIT_NAME)?,
            name: only(COMMON_NAME)?,
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

/// A name's text, in the two forms that a CA of ours writes.
fn text(value: &Any) -> Option<String> {
    let text = match value.tag() {
        Tag::Utf8String => value.decode_as::<Utf8StringRef<'_>>().ok()?.as_str(),
        Tag::PrintableString => value.decode_as::<PrintableStringRef<'_>>().ok()?.as_str(),
        _ => return None,
    };
    Some(text.to_owned())
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
    let known = store.station_with_key(id, peer.key, KeyUse::Tls).await;
    let known = known.map_err(unavailable)?;
    let (station, holds) = known.ok_or_else(|| refused("the centre does not know this station"))?;
    if matches!(station.state, StationState::Revoked { .. }) {
        return Err(refused("this station was revoked"));
    }
    if !holds {
        return Err(refused(
            "this certificate is not, or no longer, the station's",
        ));
    }
    Ok(station)
}

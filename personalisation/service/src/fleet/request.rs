//! What a station sends of its keys: PKCS #10, verified before a code is bound to them.

use dossier::KeyId;
use openssl::{nid::Nid, x509::X509Req};

/// The longest request, in bytes.
const MAX_LENGTH: usize = 4096;

/// Why requests are refused. For the station's operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct RequestError {
    field: &'static str,
    reason: &'static str,
}

/// A request that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRequest {
    /// DER.
    pub(crate) der: Vec<u8>,
    /// `SubjectPublicKeyInfo` (DER).
    pub(crate) spki: Vec<u8>,
    pub(crate) key: KeyId,
}

/// Both keys of a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRequests {
    pub(crate) tls: KeyRequest,
    pub(crate) signing: KeyRequest,
}

impl KeyRequests {
    /// Verifies both; they must be of two keys.
    pub(crate) fn read(tls: Vec<u8>, signing: Vec<u8>) -> Result<Self, RequestError> {
        let tls = verified("tls_request", tls)?;
        let signing = verified("signing_request", signing)?;
        if tls.key == signing.key {
            return Err(RequestError {
                field: "signing_request",
                reason: "it is of the TLS key; make a key for each",
            });
        }
        Ok(Self { tls, signing })
    }
}

fn verified(field: &'static str, der: Vec<u8>) -> Result<KeyRequest, RequestError> {
    let refused = |reason| RequestError { field, reason };
    if der.is_empty() || der.len() > MAX_LENGTH {
        return Err(refused("1 to 4096 bytes are needed"));
    }
    let none = |_| refused("it is not a PKCS #10 request");
    let request = X509Req::from_der(&der).map_err(none)?;
    let key = request.public_key().map_err(none)?;
    let curve = key.ec_key().ok().and_then(|key| key.group().curve_name());
    if curve != Some(Nid::X9_62_PRIME256V1) {
        return Err(refused("its key is not a P-256 key with its curve named"));
    }
    if !request.verify(&key).unwrap_or(false) {
        return Err(refused("its signature is not of the key in it"));
    }
    let spki = key.public_key_to_der().map_err(none)?;
    Ok(KeyRequest {
        key: KeyId::of(&spki),
        spki,
        der,
    })
}

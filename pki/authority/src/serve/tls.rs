//! Mutual TLS 1.3 of our services, and the role that a caller's certificate states.

use std::sync::Arc;

use der::{Decode, asn1::ObjectIdentifier};
use key_custody::{
    Token,
    tls::{self, KeyPlace, TlsFileError},
};
use tokio_rustls::TlsAcceptor;
use x509_cert::Certificate;

use super::{config::TlsConfig, door::Door};

/// id-at-commonName.
const NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// id-at-organizationalUnitName.
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file or a key cannot be used.
    #[error(transparent)]
    File(#[from] TlsFileError),
    /// Neither a key in the token nor a key file is named, or both.
    #[error("tls: `token_key` is needed, the label of our key in the token")]
    OneKey,
}

/// An acceptor that demands a certificate of the callers' CA that is not on its revocation list. Nothing
/// else says who was revoked: without a list that holds today, nobody is let in. The door judges the same of
/// each call.
pub(super) fn acceptor(
    config: &TlsConfig,
    token: &Arc<Token>,
) -> Result<(TlsAcceptor, Door), TlsError> {
    let key = match (&config.token_key, &config.danger_key_file) {
        (Some(label), None) => KeyPlace::Token(token, label),
        (None, Some(file)) => KeyPlace::DangerFile(file),
        _ => return Err(TlsError::OneKey),
    };
    let ours = tls::identity(&config.certificate, key)?;
    tokio::spawn(tls::watch_end(Arc::clone(&ours)));
    let callers = tls::callers_not_revoked(&config.client_ca, &config.revocation_list)?;
    let acceptor = tls::acceptor(ours, Some(Arc::clone(&callers)))?;
    Ok((acceptor, Door::new(callers)))
}

/// The role that a caller's certificate states: its only organizationalUnitName.
pub(super) fn role(certificate: &[u8]) -> Option<String> {
    only(certificate, UNIT)
}

/// The name that a caller's certificate states: its only commonName.
pub(super) fn name(certificate: &[u8]) -> Option<String> {
    only(certificate, NAME)
}

fn only(certificate: &[u8], attribute: ObjectIdentifier) -> Option<String> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let names = &certificate.tbs_certificate.subject.0;
    let mut found = names
        .iter()
        .flat_map(|name| name.0.iter())
        .filter(|one| one.oid == attribute);
    let value = found.next()?;
    if found.next().is_some() {
        return None;
    }
    std::str::from_utf8(value.value.value())
        .ok()
        .map(str::to_owned)
}

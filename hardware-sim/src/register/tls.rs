//! Mutual TLS 1.3, and the role that a caller's certificate states.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use openssl::nid::Nid;
use openssl::x509::X509;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::{Register, RegisterError};

/// An acceptor that demands a certificate of the callers' authority.
pub(super) fn acceptor(arguments: &Register) -> Result<TlsAcceptor, RegisterError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(arguments.tls_client_ca.as_deref())? {
        roots.add(root)?;
    }
    let chain = certificates(arguments.tls_certificate.as_deref())?;
    let path = arguments.tls_key.as_deref().unwrap_or(Path::new(""));
    let key = PrivateKeyDer::from_pem_slice(&read(path)?)
        .map_err(|_| wrong(path, "it is not a PEM file of a private key"))?;
    let provider = Arc::new(ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build()?;
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    server.alpn_protocols.push(b"h2".to_vec());
    Ok(TlsAcceptor::from(Arc::new(server)))
}

fn certificates(path: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, RegisterError> {
    let path = path.unwrap_or(Path::new(""));
    let bytes = read(path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    all.ok()
        .filter(|all| !all.is_empty())
        .ok_or_else(|| wrong(path, "it is not a PEM file of certificates"))
}

fn read(path: &Path) -> Result<Vec<u8>, RegisterError> {
    fs::read(path).map_err(|error| wrong(path, &error.to_string()))
}

fn wrong(path: &Path, reason: &str) -> RegisterError {
    RegisterError::TlsFile {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The role of a caller: the only organizationalUnitName of its certificate.
pub(super) fn role(certificate: &[u8]) -> Option<String> {
    let certificate = X509::from_der(certificate).ok()?;
    let subject = certificate.subject_name();
    let mut units = subject.entries_by_nid(Nid::ORGANIZATIONALUNITNAME);
    let unit = units.next()?.data().to_string().ok()?;
    units.next().is_none().then_some(unit)
}

//! Whom a server lets shake hands: certificates of a CA that are not revoked.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::ring,
    pki_types::{CertificateDer, UnixTime},
    server::{
        VerifierBuilderError, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use super::{
    file::{TlsFileError, roots},
    list::{List, RevocationFile},
};

const CA: &str = "the CA of callers";

/// Every certificate of the CA in a PEM file is let in.
pub fn callers(ca: &Path) -> Result<Arc<dyn ClientCertVerifier>, TlsFileError> {
    Ok(verifier(&Arc::new(roots(CA, ca)?), None)?)
}

/// Certificates of the CA in a PEM file that are not on its revocation list (DER), which is read again
/// when another one takes the file's place. Where there is no list, or the next one is overdue, nobody is
/// let in: for servers to whom nothing else says who was revoked.
pub fn callers_not_revoked(
    ca: &Path,
    list: &Path,
) -> Result<Arc<dyn ClientCertVerifier>, TlsFileError> {
    let roots = Arc::new(roots(CA, ca)?);
    Ok(Arc::new(Unrevoked {
        plain: verifier(&roots, None)?,
        roots,
        file: RevocationFile::of(ca, list)?,
        latest: Mutex::default(),
    }))
}

/// Judges somebody who shook hands before as if they shook hands now: a connection may outlive what let its
/// caller in.
pub fn still_let_in(
    callers: &dyn ClientCertVerifier,
    chain: &[CertificateDer<'_>],
) -> Result<(), Error> {
    let (certificate, others) = chain.split_first().ok_or(Error::NoCertificatesPresented)?;
    let verified = callers.verify_client_cert(certificate, others, UnixTime::now());
    verified.map(|_| ())
}

fn verifier(
    roots: &Arc<RootCertStore>,
    list: Option<&List>,
) -> Result<Arc<dyn ClientCertVerifier>, VerifierBuilderError> {
    let provider = Arc::new(ring::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::clone(roots), provider);
    builder.with_crls(list.map(List::der)).build()
}

#[derive(Debug)]
struct Unrevoked {
    roots: Arc<RootCertStore>,
    /// Knows no list; what it says of signatures holds for all.
    plain: Arc<dyn ClientCertVerifier>,
    file: RevocationFile,
    latest: Mutex<Option<Judge>>,
}

/// Who verifies with a list.
struct Judge(Arc<List>, Arc<dyn ClientCertVerifier>);

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Judge")
    }
}

impl Unrevoked {
    /// Who verifies at this moment.
    fn now(&self, now: UnixTime) -> Result<Arc<dyn ClientCertVerifier>, Error> {
        let file = self.file.path().display();
        let Some(list) = self.file.current() else {
            tracing::error!(%file, "there is no revocation list, and nobody is let in; bring it here");
            return Err(CertificateError::UnknownRevocationStatus.into());
        };
        if list.is_stale(now) {
            tracing::error!(
                %file,
                "the next revocation list is overdue, and nobody is let in; bring it here"
            );
            return Err(CertificateError::ExpiredRevocationList.into());
        }
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Judge(known, verifier)) = &*latest
            && Arc::ptr_eq(known, &list)
        {
            return Ok(Arc::clone(verifier));
        }
        let next = verifier(&self.roots, Some(&list))
            .map_err(|error| Error::General(format!("the revocation list {file}: {error}")))?;
        *latest = Some(Judge(list, Arc::clone(&next)));
        Ok(next)
    }
}

impl ClientCertVerifier for Unrevoked {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.plain.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.now(now)?
            .verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.plain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.plain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.plain.supported_verify_schemes()
    }
}

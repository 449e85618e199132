//! Our certificate with its key, and how another one takes its place while connections go on.

use std::{
    fmt, fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use rustls::{
    SignatureScheme,
    client::ResolvesClientCert,
    crypto::ring,
    pki_types::{PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use zeroize::Zeroizing;

use super::{
    file::{Stamp, TlsFileError, certificates, read},
    key::certified_key,
};
use crate::{role::ServiceTls, token::Token};

const OURS: &str = "our certificate";
const OUR_KEY: &str = "our key";

/// Where the key of a program lies.
#[derive(Debug, Clone, Copy)]
pub enum KeyPlace<'a> {
    /// In a token, by its label: of the role `ServiceTls`.
    Token(&'a Arc<Token>, &'a str),
    /// In a file (PKCS #8 PEM, mode 600): for peers in tests, and said so in the log.
    DangerFile(&'a Path),
}

/// The key and certificates in use, which a renewal replaces while connections go on. Give it to
/// rustls as resolver of a server or a client.
pub struct Renewable {
    current: RwLock<Option<Arc<CertifiedKey>>>,
    source: Option<Mutex<Source>>,
}

/// Where the present certificate came from, and how the next one is read.
struct Source {
    file: Box<Path>,
    seen: Option<Stamp>,
    read: Box<dyn Fn() -> Result<CertifiedKey, TlsFileError> + Send + Sync>,
}

impl fmt::Debug for Renewable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Renewable({:?})", self.present())
    }
}

/// A program's certificate in a PEM file, with its key. Another certificate of the same key that takes
/// the file's place is used from the next handshake on; one that cannot be used is said in the log,
/// and the last one stays.
///
/// A token that is away now is used when it comes; until then nobody shakes hands with us.
pub fn identity(certificate: &Path, key: KeyPlace<'_>) -> Result<Arc<Renewable>, TlsFileError> {
    let file: Box<Path> = certificate.into();
    let read: Box<dyn Fn() -> Result<CertifiedKey, TlsFileError> + Send + Sync> = match key {
        KeyPlace::Token(token, label) => {
            let (token, label, file) = (Arc::clone(token), label.to_owned(), file.clone());
            Box::new(move || {
                let chain = certificates(OURS, &file)?;
                let key = token.find_ec::<ServiceTls>(&label)?;
                Ok(certified_key(Arc::clone(&token), key, chain)?)
            })
        }
        KeyPlace::DangerFile(key) => {
            let (key, file): (Box<Path>, _) = (key.into(), file.clone());
            tracing::warn!(
                key = %key.display(),
                "our TLS key is a file, which whoever copies it can use; keep it in a token"
            );
            Box::new(move || of_file(&file, &key))
        }
    };
    let seen = Stamp::of(&file);
    let first = match read() {
        Err(TlsFileError::Custody(error)) if error.is_absence() => {
            tracing::warn!(%error, "starting without our TLS key");
            None
        }
        read => Some(Arc::new(read?)),
    };
    let seen = first.as_ref().and(seen);
    Ok(Arc::new(Renewable {
        current: RwLock::new(first),
        source: Some(Mutex::new(Source { file, seen, read })),
    }))
}

/// A key file that only its owner reads.
fn of_file(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsFileError> {
    let chain = certificates(OURS, certificate)?;
    let bytes = Zeroizing::new(read(OUR_KEY, key)?);
    let facts = fs::metadata(key).map_err(|source| TlsFileError::Read {
        what: OUR_KEY,
        path: key.into(),
        source,
    })?;
    if facts.permissions().mode() & 0o077 != 0 {
        return Err(TlsFileError::SharedKey { path: key.into() });
    }
    let key = PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| TlsFileError::NotPem {
        what: OUR_KEY,
        path: key.into(),
    })?;
    Ok(CertifiedKey::from_der(
        chain,
        key,
        &ring::default_provider(),
    )?)
}

impl Renewable {
    /// Begins with these, and goes on with what [`Self::replace`] gives.
    #[must_use]
    pub fn new(first: CertifiedKey) -> Self {
        Self {
            current: RwLock::new(Some(Arc::new(first))),
            source: None,
        }
    }

    /// Further handshakes use these.
    pub fn replace(&self, next: CertifiedKey) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(next));
    }

    /// Those in use; none while the token has not been there yet.
    #[must_use]
    pub fn current(&self) -> Option<Arc<CertifiedKey>> {
        if let Some(source) = &self.source {
            self.look(&mut source.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.present()
    }

    fn present(&self) -> Option<Arc<CertifiedKey>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes what came in the place of the file. A file that went away changes nothing.
    fn look(&self, source: &mut Source) {
        let now = Stamp::of(&source.file);
        if now.is_none() || now == source.seen {
            return;
        }
        match (source.read)() {
            Ok(next) => {
                source.seen = now;
                self.replace(next);
                tracing::info!(certificate = %source.file.display(), "our certificate is in use");
            }
            Err(TlsFileError::Custody(error)) if error.is_absence() => {
                tracing::warn!(%error, "our TLS key is away");
            }
            Err(error) => {
                source.seen = now;
                tracing::error!(%error, "our next certificate is not used; the last one stays");
            }
        }
    }
}

impl ResolvesServerCert for Renewable {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.current()
    }
}

impl ResolvesClientCert for Renewable {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let current = self.current()?;
        // Without a scheme in common rustls sends no certificate, and the server says so.
        current
            .key
            .choose_scheme(schemes)
            .is_some()
            .then_some(current)
    }

    fn has_certs(&self) -> bool {
        true
    }
}

//! Our certificate with its key, and how another one takes its place while connections go on.

use std::{
    fmt, fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Instant,
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
    file::{Stamp, TlsFileError, Watch, certificates, read},
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
    watch: Watch,
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
    let watch = Watch::since(first.as_ref().and(seen));
    Ok(Arc::new(Renewable {
        current: RwLock::new(first),
        source: Some(Mutex::new(Source { file, watch, read })),
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
        let now = Instant::now();
        let Some(stamp) = source.watch.due(&source.file, now) else {
            return;
        };
        match (source.read)() {
            Ok(next) => {
                source.watch.was_read(stamp);
                self.replace(next);
                tracing::info!(certificate = %source.file.display(), "our certificate is in use");
            }
            Err(TlsFileError::Custody(error)) if error.is_absence() => {
                tracing::warn!(%error, "our TLS key is away");
            }
            // Nothing is said of the certificate by a file or a token that could not be read.
            Err(error @ (TlsFileError::Read { .. } | TlsFileError::Custody(_))) => {
                source.watch.failed(stamp, now);
                tracing::error!(%error, "our next certificate cannot be read now; the last one stays");
            }
            Err(error) => {
                source.watch.was_read(stamp);
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

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use openssl::{
        asn1::Asn1Time,
        ec::{EcGroup, EcKey},
        hash::MessageDigest,
        nid::Nid,
        pkey::{PKey, Private},
        x509::{X509, X509NameBuilder},
    };

    use super::*;

    /// A new key.
    fn key() -> PKey<Private> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    }

    /// A certificate of a key for so many days, PEM.
    fn certificate(key: &PKey<Private>, days: u32) -> Vec<u8> {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", "centre.example").unwrap();
        let name = name.build();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(&name).unwrap();
        builder
            .set_not_before(&Asn1Time::days_from_now(0).unwrap())
            .unwrap();
        builder
            .set_not_after(&Asn1Time::days_from_now(days).unwrap())
            .unwrap();
        builder.set_pubkey(key).unwrap();
        builder.sign(key, MessageDigest::sha256()).unwrap();
        builder.build().to_pem().unwrap()
    }

    /// Writes a new key.
    fn write_key(file: &Path) -> PKey<Private> {
        let key = key();
        fs::write(file, key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
        key
    }

    /// Ours in a folder, for so many days, and what puts another one for so many days in its place.
    pub(in crate::tls) fn renewable(
        folder: &Path,
        days: u32,
    ) -> (Arc<Renewable>, impl Fn(u32) + use<>) {
        let (file, next) = (folder.join("ours.pem"), folder.join("next.pem"));
        let key = write_key(&folder.join("ours.key"));
        fs::write(&file, certificate(&key, days)).unwrap();
        let place = folder.join("ours.key");
        let ours = identity(&file, KeyPlace::DangerFile(&place)).unwrap();
        let renew = move |days| {
            fs::write(&next, certificate(&key, days)).unwrap();
            fs::rename(&next, &file).unwrap();
        };
        (ours, renew)
    }

    #[test]
    fn what_could_not_be_read_is_tried_again_and_what_is_wrong_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (file, key) = (path("ours.pem"), path("ours.key"));
        let certificate = certificate(&write_key(&key), 1);
        fs::write(&file, &certificate).unwrap();
        let ours = identity(&file, KeyPlace::DangerFile(&key)).unwrap();
        let first = ours.current().unwrap();
        // A second from now.
        let is_due = || {
            let source = ours.source.as_ref().unwrap().lock().unwrap();
            let later = Instant::now() + Duration::from_secs(1);
            source.watch.due(&file, later).is_some()
        };
        assert!(!is_due());
        // Nobody can read a folder as a file, root neither.
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(Arc::ptr_eq(&ours.current().unwrap(), &first));
        assert!(is_due());
        fs::remove_dir(&file).unwrap();
        fs::write(&file, b"garbage").unwrap();
        assert!(Arc::ptr_eq(&ours.current().unwrap(), &first));
        assert!(!is_due());
        fs::write(path("next.pem"), &certificate).unwrap();
        fs::rename(path("next.pem"), &file).unwrap();
        assert!(!Arc::ptr_eq(&ours.current().unwrap(), &first));
    }
}

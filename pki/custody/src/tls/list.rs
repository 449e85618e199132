//! The revocation list of our callers' CA: a file that somebody replaces, read again when it changed.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use openssl::{
    asn1::{Asn1Time, Asn1TimeRef},
    error::ErrorStack,
    x509::{CrlStatus, X509, X509Crl},
};
use rustls::pki_types::{CertificateRevocationListDer, UnixTime};

use super::file::{Stamp, TlsFileError, read};

/// A hundred thousand revoked certificates have about 4 MB.
const LONGEST: u64 = 8 << 20;

/// The file of a revocation list (DER). One that cannot be used is said in the log, and the last one stays.
pub struct RevocationFile {
    authorities: Vec<X509>,
    file: Box<Path>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Option<Stamp>,
    list: Option<Arc<List>>,
}

impl fmt::Debug for RevocationFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationFile({})", self.file.display())
    }
}

impl RevocationFile {
    /// The list, which need not be there yet, of the CA in a PEM file.
    pub fn of(ca: &Path, list: &Path) -> Result<Self, TlsFileError> {
        const CA: &str = "the CA of callers";
        let authorities = X509::stack_from_pem(&read(CA, ca)?);
        let not_pem = |_| TlsFileError::NotPem {
            what: CA,
            path: ca.to_owned(),
        };
        Ok(Self {
            authorities: authorities.map_err(not_pem)?,
            file: list.into(),
            state: Mutex::default(),
        })
    }

    /// Whether the list names a certificate (DER). An overdue list still says who was revoked; where there
    /// is none, nobody is.
    #[must_use]
    pub fn names(&self, certificate: &[u8]) -> bool {
        let (Some(list), Ok(certificate)) = (self.current(), X509::from_der(certificate)) else {
            return false;
        };
        let status = list.crl.get_by_cert(&certificate);
        !matches!(status, CrlStatus::NotRevoked)
    }

    /// The list in use.
    pub(super) fn current(&self) -> Option<Arc<List>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Stamp::of(&self.file);
        // A file that went away changes nothing.
        if now.is_some() && now != state.seen {
            state.seen = now;
            match List::read(&self.file, &self.authorities, state.list.as_deref()) {
                Ok(next) => state.list = Some(Arc::new(next)),
                Err(error) => {
                    let file = self.file.display();
                    tracing::error!(%file, %error, "a revocation list is not used; the last one stays");
                }
            }
        }
        state.list.clone()
    }

    pub(super) fn path(&self) -> &Path {
        &self.file
    }
}

/// A list that verifies.
pub(super) struct List {
    crl: X509Crl,
    der: CertificateRevocationListDer<'static>,
    /// Seconds since 1970.
    this_update: i64,
    /// Seconds since 1970.
    next_update: i64,
}

/// Why a file is no list that is used. For the log.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error("reading it: {0}")]
    Read(#[from] io::Error),
    #[error("it has more than {LONGEST} bytes")]
    Long,
    #[error("it is no revocation list: {0}")]
    Form(#[from] ErrorStack),
    #[error("it is not signed by the CA of callers")]
    Foreign,
    #[error("it does not say when the next one comes")]
    Endless,
    #[error("it is older than the one in use")]
    Older,
}

impl List {
    /// Reads the list (DER) of one of these authorities; not an older one than `last`.
    fn read(path: &Path, authorities: &[X509], last: Option<&Self>) -> Result<Self, ListError> {
        let mut der = Vec::new();
        let length = File::open(path)?.take(LONGEST + 1).read_to_end(&mut der)?;
        if length as u64 > LONGEST {
            return Err(ListError::Long);
        }
        let crl = X509Crl::from_der(&der)?;
        let ours = |ca: &X509| {
            ca.public_key()
                .and_then(|key| crl.verify(&key))
                .unwrap_or(false)
        };
        if !authorities.iter().any(ours) {
            return Err(ListError::Foreign);
        }
        let read = Self {
            this_update: seconds(crl.last_update())?,
            next_update: seconds(crl.next_update().ok_or(ListError::Endless)?)?,
            der: der.into(),
            crl,
        };
        if last.is_some_and(|last| read.this_update < last.this_update) {
            return Err(ListError::Older);
        }
        Ok(read)
    }

    /// As rustls wants it.
    pub(super) fn der(&self) -> CertificateRevocationListDer<'static> {
        self.der.clone()
    }

    /// Whether the next one should have come.
    pub(super) fn is_stale(&self, now: UnixTime) -> bool {
        i64::try_from(now.as_secs()).map_or(true, |now| now > self.next_update)
    }
}

/// OpenSSL tells only differences, here from 1970.
fn seconds(time: &Asn1TimeRef) -> Result<i64, ErrorStack> {
    let since = Asn1Time::from_unix(0)?.diff(time)?;
    Ok(i64::from(since.days) * 86_400 + i64::from(since.secs))
}

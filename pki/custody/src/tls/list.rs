//! The revocation list of our callers' CA: a file that somebody replaces, read again when it changed.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use der::{Decode as _, oid::AssociatedOid as _};

use openssl::{
    asn1::{Asn1Time, Asn1TimeRef},
    error::ErrorStack,
    x509::{CrlStatus, X509, X509Crl},
};
use rustls::pki_types::{CertificateRevocationListDer, UnixTime};
use x509_cert::{crl::CertificateList, ext::pkix::CrlNumber};

use super::file::{TlsFileError, Watch, read};

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
    watch: Watch,
    list: Option<Arc<List>>,
    /// Of all lists that were in use.
    newest: Option<Age>,
}

impl State {
    /// Takes a list unless neither its number nor its time is newer than what was in use: a list that was
    /// signed while a clock was ahead must not hide those after it, and one put back must not undo any.
    fn take(&mut self, next: List) -> Result<(), ListError> {
        if self.list.as_ref().is_some_and(|last| last.der == next.der) {
            return Ok(());
        }
        let newest = match self.newest.take() {
            Some(newest) if !next.age.is_newer(&newest) => {
                self.newest = Some(newest);
                return Err(ListError::Older);
            }
            Some(newest) => newest.raised(&next.age),
            None => next.age.clone(),
        };
        self.newest = Some(newest);
        self.list = Some(Arc::new(next));
        Ok(())
    }
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
        let now = Instant::now();
        if let Some(stamp) = state.watch.due(&self.file, now) {
            let taken = List::read(&self.file, &self.authorities);
            let taken = taken.and_then(|next| state.take(next));
            match &taken {
                Err(ListError::Read(_)) => state.watch.failed(stamp, now),
                _ => state.watch.was_read(stamp),
            }
            if let Err(error) = taken {
                let file = self.file.display();
                tracing::error!(%file, %error, "a revocation list is not used; the last one stays");
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
    age: Age,
    /// Seconds since 1970.
    next_update: i64,
}

/// What tells an older list from a newer one.
#[derive(Clone, Debug)]
struct Age {
    number: Option<Number>,
    /// Seconds since 1970.
    this_update: i64,
}

/// A `CRLNumber`: its length, and its octets without leading zeros.
type Number = (usize, Vec<u8>);

impl Age {
    fn is_newer(&self, than: &Self) -> bool {
        self.number > than.number || self.this_update > than.this_update
    }

    /// The newer of both in each.
    fn raised(self, by: &Self) -> Self {
        Self {
            this_update: self.this_update.max(by.this_update),
            number: self.number.max(by.number.clone()),
        }
    }
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
    #[error("its number cannot be read: {0}")]
    Number(#[from] der::Error),
    #[error("it is not signed by the CA of callers")]
    Foreign,
    #[error("it does not say when the next one comes")]
    Endless,
    #[error("it is older than the one in use")]
    Older,
}

impl List {
    /// Reads the list (DER) of one of these authorities.
    fn read(path: &Path, authorities: &[X509]) -> Result<Self, ListError> {
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
        let age = Age {
            number: number(&der)?,
            this_update: seconds(crl.last_update())?,
        };
        Ok(Self {
            age,
            next_update: seconds(crl.next_update().ok_or(ListError::Endless)?)?,
            der: der.into(),
            crl,
        })
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

/// OpenSSL's wrapper does not tell it.
fn number(list: &[u8]) -> Result<Option<Number>, der::Error> {
    let list = <CertificateList>::from_der(list)?;
    let extensions = list.tbs_cert_list.crl_extensions.unwrap_or_default();
    let is_number = |extension: &&x509_cert::ext::Extension| extension.extn_id == CrlNumber::OID;
    let Some(found) = extensions.iter().find(is_number) else {
        return Ok(None);
    };
    let number = CrlNumber::from_der(found.extn_value.as_bytes())?;
    let octets = number.0.as_bytes();
    Ok(Some((octets.len(), octets.to_vec())))
}

/// OpenSSL tells only differences, here from 1970.
pub(super) fn seconds(time: &Asn1TimeRef) -> Result<i64, ErrorStack> {
    let since = Asn1Time::from_unix(0)?.diff(time)?;
    Ok(i64::from(since.days) * 86_400 + i64::from(since.secs))
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::*;

    fn age(number: &[u8], this_update: i64) -> Age {
        Age {
            number: Some((number.len(), number.to_vec())),
            this_update,
        }
    }

    #[test]
    fn a_list_is_older_only_where_number_and_time_are() {
        let used = age(&[200], 1_000);
        assert!(
            age(&[201], 10).is_newer(&used),
            "signed after a clock was put right"
        );
        assert!(
            age(&[1, 0], 10).is_newer(&used),
            "a longer number is a greater one"
        );
        assert!(
            age(&[1], 1_001).is_newer(&used),
            "of a CA that began to count anew"
        );
        assert!(!age(&[200], 1_000).is_newer(&used));
        assert!(!age(&[199], 999).is_newer(&used));
        // What was in use before counts too.
        let used = used.raised(&age(&[201], 10));
        assert!(!age(&[200], 1_000).is_newer(&used));
        assert!(age(&[202], 11).is_newer(&used));
    }

    #[test]
    fn what_could_not_be_read_is_tried_again_and_what_is_wrong_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.crl");
        let list = RevocationFile {
            authorities: Vec::new(),
            file: path.as_path().into(),
            state: Mutex::default(),
        };
        let is_due = || {
            let later = Instant::now() + Duration::from_secs(1);
            list.state.lock().unwrap().watch.due(&path, later).is_some()
        };
        // Nobody can read a folder as a file, root neither.
        fs::create_dir(&path).unwrap();
        assert!(list.current().is_none());
        assert!(is_due());
        fs::remove_dir(&path).unwrap();
        fs::write(&path, b"garbage").unwrap();
        assert!(is_due());
        assert!(list.current().is_none());
        assert!(!is_due());
    }
}

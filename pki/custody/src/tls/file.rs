//! PEM files of certificates, and what can be wrong with the files of TLS.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
    server::VerifierBuilderError,
};

use super::key::TlsKeyError;
use crate::error::CustodyError;

/// Why TLS cannot be set up. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum TlsFileError {
    /// A file cannot be read.
    #[error("reading {what} {}: {source}; check the path in the configuration", path.display())]
    Read {
        /// What it is.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is not PEM of what it should be.
    #[error("{} is not a PEM file of {what}; check the path in the configuration", path.display())]
    NotPem {
        /// What it should be.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Others can read our key.
    #[error("others than its owner may read {}; run chmod 600 on it and make a new key", path.display())]
    SharedKey {
        /// The file.
        path: PathBuf,
    },
    /// Our key is not in the token.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// Key and certificate do not fit.
    #[error(transparent)]
    Key(#[from] TlsKeyError),
    /// The verifier of callers cannot be made.
    #[error("the CA of callers: {0}")]
    Callers(#[from] VerifierBuilderError),
    /// rustls refuses what it was given.
    #[error("setting up TLS: {0}")]
    Rustls(#[from] rustls::Error),
}

pub(super) fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, TlsFileError> {
    fs::read(path).map_err(|source| TlsFileError::Read {
        what,
        path: path.to_owned(),
        source,
    })
}

/// Every certificate of a PEM file; there is one at least.
pub(super) fn certificates(
    what: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let bytes = read(what, path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    all.ok()
        .filter(|all| !all.is_empty())
        .ok_or_else(|| TlsFileError::NotPem {
            what,
            path: path.to_owned(),
        })
}

pub(super) fn roots(what: &'static str, path: &Path) -> Result<RootCertStore, TlsFileError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(what, path)? {
        roots.add(root)?;
    }
    Ok(roots)
}

/// What changes when another file takes a file's place, it is written anew, or its rights change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    length: u64,
    /// Written: seconds and nanoseconds.
    written: (i64, i64),
    /// Written, or its owner or rights changed.
    changed: (i64, i64),
}

impl Stamp {
    /// `None` where there is no file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|facts| Self {
            inode: facts.ino(),
            length: facts.len(),
            written: (facts.mtime(), facts.mtime_nsec()),
            changed: (facts.ctime(), facts.ctime_nsec()),
        })
    }
}

/// Between two tries to read a file that could not be read, and did not change since.
const AGAIN: Duration = Duration::from_secs(1);

/// When a file is to be read again: once another one took its place, and once a second while what is there
/// could not be read. What could be read and is wrong stays wrong until it changes.
#[derive(Debug, Default)]
pub(super) struct Watch {
    known: Option<Stamp>,
    failed: Option<(Stamp, Instant)>,
}

impl Watch {
    /// Of a file that was read when it had this stamp.
    pub(super) fn since(known: Option<Stamp>) -> Self {
        Self {
            known,
            failed: None,
        }
    }

    /// The stamp of what is to be read now. A file that went away changes nothing.
    pub(super) fn due(&self, path: &Path, now: Instant) -> Option<Stamp> {
        let stamp = Stamp::of(path)?;
        let waits = |(failed, at): (Stamp, Instant)| failed == stamp && now < at + AGAIN;
        (self.known != Some(stamp) && !self.failed.is_some_and(waits)).then_some(stamp)
    }

    /// It was read, whatever it was.
    pub(super) fn was_read(&mut self, stamp: Stamp) {
        *self = Self::since(Some(stamp));
    }

    /// It could not be read.
    pub(super) fn failed(&mut self, stamp: Stamp, now: Instant) {
        self.failed = Some((stamp, now));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_that_could_not_be_read_is_tried_again_after_a_second() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (path, start) = (file.path(), Instant::now());
        let mut watch = Watch::default();
        let stamp = watch.due(path, start).unwrap();
        watch.failed(stamp, start);
        assert_eq!(watch.due(path, start + AGAIN / 2), None);
        assert_eq!(watch.due(path, start + AGAIN), Some(stamp));
        watch.was_read(stamp);
        assert_eq!(watch.due(path, start + AGAIN), None);
    }

    #[test]
    fn rights_that_change_make_a_file_due() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (path, start) = (file.path(), Instant::now());
        let mut watch = Watch::since(Stamp::of(path));
        assert_eq!(watch.due(path, start), None);
        // The system's clock of files has ticks of a few milliseconds.
        let before = Stamp::of(path);
        while Stamp::of(path) == before && start.elapsed() < AGAIN {
            fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
        }
        let stamp = watch.due(path, start).unwrap();
        // At once, also where it failed a moment ago with other rights.
        watch.failed(stamp, start);
        assert_eq!(watch.due(path, start), None);
        while Stamp::of(path) == Some(stamp) && start.elapsed() < 2 * AGAIN {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        assert!(watch.due(path, start).is_some());
    }
}

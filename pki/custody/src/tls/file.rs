//! PEM files of certificates, and what can be wrong with the files of TLS.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
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

/// What changes when another file takes a file's place, or it is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    length: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl Stamp {
    /// `None` where there is no file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|facts| Self {
            inode: facts.ino(),
            length: facts.len(),
            seconds: facts.mtime(),
            nanoseconds: facts.mtime_nsec(),
        })
    }
}

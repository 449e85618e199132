//! The line's right to read fingers back after the lock: whom chips trust, and the terminal that they
//! let in.

use std::{fs, path::Path, sync::Arc};

use icao9303::cvc::{Certificate, CvcError};
use inspection::Terminal;
use thiserror::Error;

use crate::inspection_system::Keeper;

/// A chip keeps so many trust points.
const MOST_TRUST_POINTS: usize = 2;

/// What the line needs for terminal authentication.
#[derive(Clone)]
pub struct Fingers {
    /// What each chip is told to trust: the country verifying CA's newest certificate, and the one
    /// before it.
    pub trust_points: Vec<Certificate>,
    /// The line's own terminal.
    pub terminals: Arc<dyn Terminals + Send + Sync>,
}

/// Whoever has the terminal of the day.
pub trait Terminals {
    /// The terminal, if there is one at present.
    fn current(&self) -> Option<Arc<dyn Terminal + Send + Sync>>;
}

impl Terminals for Keeper {
    fn current(&self) -> Option<Arc<dyn Terminal + Send + Sync>> {
        Keeper::current(self).map(|system| system as Arc<dyn Terminal + Send + Sync>)
    }
}

impl std::fmt::Debug for Fingers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let holders = self.trust_points.iter().map(Certificate::holder);
        f.debug_list().entries(holders).finish()
    }
}

/// Why there is nobody that chips can be told to trust. For the operator.
#[derive(Debug, Error)]
pub enum TrustPointError {
    /// A file cannot be read.
    #[error("reading {}: {source}; check [pki] trust in the configuration", path.display())]
    Read {
        /// The file or folder.
        path: std::path::PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file is no certificate of a country verifying CA.
    #[error("the country verifying certificate {}: {source}; take it away", path.display())]
    Certificate {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: CvcError,
    },
    /// There is none.
    #[error("the folder {} has no cvca-*.cvcert; pki's ceremony writes them", folder.display())]
    Nobody {
        /// The folder.
        folder: std::path::PathBuf,
    },
}

/// The newest two country verifying certificates (`cvca-*.cvcert`) of the trust folder, the newest
/// first.
pub fn read_trust_points(folder: &Path) -> Result<Vec<Certificate>, TrustPointError> {
    let failed = |path: &Path, source| TrustPointError::Read {
        path: path.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| failed(folder, source))? {
        let path = entry.map_err(|source| failed(folder, source))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_certificate = path.extension().is_some_and(|ending| ending == "cvcert");
        if !name.starts_with("cvca-") || !is_certificate {
            continue;
        }
        let bytes = fs::read(&path).map_err(|source| failed(&path, source))?;
        let verified = Certificate::parse(&bytes)
            .and_then(|certificate| certificate.verify_self_signed().map(|_| certificate));
        found.push(verified.map_err(|source| TrustPointError::Certificate {
            path: path.clone(),
            source,
        })?);
    }
    found.sort_by_key(|one| (one.body().effective, one.holder().clone()));
    found.reverse();
    found.truncate(MOST_TRUST_POINTS);
    if found.is_empty() {
        let folder = folder.to_owned();
        return Err(TrustPointError::Nobody { folder });
    }
    Ok(found)
}

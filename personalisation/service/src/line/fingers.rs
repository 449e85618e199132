//! The line's right to read fingers back after the lock: whom chips trust, and the terminal that they
//! let in.

use std::{cell::OnceCell, fs, path::Path, sync::Arc};

use icao9303::cvc::{Certificate, CvcError};
use inspection::{Terminal, TerminalError};
use thiserror::Error;
use time::Date;

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
    /// The terminal whose certificate is valid on that day, or why there is none.
    fn current(&self, today: Date) -> Result<Arc<dyn Terminal + Send + Sync>, NoTerminal>;

    /// Hears that the terminal's key did not sign: it is not to be used again until it does.
    fn distrust(&self);
}

/// Why fingers cannot be read back at present. No card's fault: cards wait.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the line has no inspection system to read fingers back with: {why}")]
pub struct NoTerminal {
    /// What is missing, and what helps.
    pub why: String,
}

impl Terminals for Keeper {
    fn current(&self, today: Date) -> Result<Arc<dyn Terminal + Send + Sync>, NoTerminal> {
        let system = Keeper::current(self, today)?;
        Ok(system as Arc<dyn Terminal + Send + Sync>)
    }

    fn distrust(&self) {
        Keeper::distrust(self);
    }
}

/// A terminal for one inspection, which remembers that its key did not sign: the report says of a card
/// only that its fingers could not be read.
pub struct Watched {
    terminal: Arc<dyn Terminal + Send + Sync>,
    failure: OnceCell<String>,
}

impl Watched {
    /// Watches this terminal.
    pub fn new(terminal: Arc<dyn Terminal + Send + Sync>) -> Self {
        let failure = OnceCell::new();
        Self { terminal, failure }
    }

    /// Why the key did not sign, if it was asked to and did not.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }
}

impl Terminal for Watched {
    fn certificate(&self) -> &Certificate {
        self.terminal.certificate()
    }

    fn known(&self) -> &[Certificate] {
        self.terminal.known()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TerminalError> {
        let signed = self.terminal.sign(message);
        if let Err(error) = &signed {
            self.failure.get_or_init(|| error.to_string());
        }
        signed
    }
}

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched")
            .field("failure", &self.failure)
            .finish_non_exhaustive()
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

//! `[audit]` and `[tokens.audit]` of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

/// `[audit]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSection {
    /// What the log is called in its heads: 1 to 64 of `a-z 0-9 . / _ -`.
    pub log: String,
}

impl Default for AuditSection {
    fn default() -> Self {
        Self {
            log: "centre".to_owned(),
        }
    }
}

/// `[tokens.audit]`: of the sequencer's host alone, out of reach of whoever administers the database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditToken {
    pub(crate) softhsm2_conf: Option<PathBuf>,
    pub(crate) label: String,
    pub(crate) pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
    /// Label of the P-256 key that signs heads.
    pub key: String,
    /// Where `keys` writes its public half (PEM), for whoever verifies.
    pub public_key: Option<PathBuf>,
}

impl AuditToken {
    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.pin_file];
        paths.extend(&mut self.softhsm2_conf);
        paths.extend(&mut self.so_pin_file);
        paths.extend(&mut self.public_key);
        paths
    }
}

//! `[audit]` and `[tokens.audit]` of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

/// `[audit]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSection {
    /// What the log is called in its heads: 1 to 64 of `a-z 0-9 . / _ -`.
    pub log: String,
    /// pki as the witness of heads.
    pub pki: Option<WitnessSection>,
}

/// `[audit.pki]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessSection {
    /// `https://HOST:PORT` of `pki-authority serve`.
    pub endpoint: String,
    /// The name in the server's certificate.
    pub server_name: String,
    /// PEM: the operations CA.
    pub server_ca: PathBuf,
    /// PEM: our certificate, of the role that pki's `[witness]` lets show heads.
    pub certificate: PathBuf,
    /// Label of its key in the token of `[tokens.audit]`.
    pub key: String,
    /// The witness's public key, PEM or DER: what it answers is held against it, and archives have it.
    pub witness_key: PathBuf,
}

impl AuditSection {
    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = Vec::new();
        if let Some(pki) = &mut self.pki {
            paths.extend([
                &mut pki.server_ca,
                &mut pki.certificate,
                &mut pki.witness_key,
            ]);
        }
        paths
    }
}

impl Default for AuditSection {
    fn default() -> Self {
        Self {
            log: "centre".to_owned(),
            pki: None,
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
    /// Where the last head is kept that was signed: on the token's host; beside `pin_file`, unless told.
    pub last_head: Option<PathBuf>,
}

impl AuditToken {
    /// Where the last head is kept.
    pub(super) fn last_head(&self) -> PathBuf {
        let beside = || self.pin_file.with_extension("last-head.json");
        self.last_head.clone().unwrap_or_else(beside)
    }

    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.pin_file];
        paths.extend(&mut self.softhsm2_conf);
        paths.extend(&mut self.so_pin_file);
        paths.extend(&mut self.public_key);
        paths.extend(&mut self.last_head);
        paths
    }
}

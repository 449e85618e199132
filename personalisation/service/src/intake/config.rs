//! `[intake]`, `[register]`, `[tokens.intake]` and `[tokens.review]` of the configuration (docs/intake.md).

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::Deserialize;

/// `[intake]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeSection {
    /// Where stations call, with their certificates.
    pub listen: SocketAddr,
    /// Where stations call that have no certificate yet.
    pub onboarding: SocketAddr,
    /// Folder of dossiers: `incoming`, `held`, `quarantine`.
    pub folder: PathBuf,
    /// PEM: our certificate, and those that issued it.
    pub certificate: PathBuf,
    /// PEM: the operations CA, which issued the callers' certificates.
    pub client_ca: PathBuf,
    /// DER: its revocation list, where it is brought here.
    pub revocation_list: Option<PathBuf>,
    /// No dossier is announced when the disk has fewer bytes free.
    #[serde(default = "gigabyte")]
    pub free_bytes: u64,
    /// Bytes of one station's rejected dossiers that may wait for a supervisor; then none of its are taken.
    #[serde(default = "eighth_gigabyte")]
    pub quarantine_bytes: u64,
    /// Dossiers opened and applications checked at once.
    #[serde(default = "two")]
    pub workers: u32,
    /// How long a silent worker keeps what it leased.
    #[serde(default = "two_minutes")]
    lease_seconds: u32,
    /// After so many days without a chunk an unfinished dossier is forgotten.
    #[serde(default = "thirty")]
    forget_days: u32,
}

impl IntakeSection {
    /// How long a silent worker keeps what it leased.
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.into())
    }

    /// After how long without a chunk an unfinished dossier is forgotten.
    pub fn forget(&self) -> Duration {
        Duration::from_secs(u64::from(self.forget_days) * 86_400)
    }

    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.folder, &mut self.certificate, &mut self.client_ca];
        paths.extend(&mut self.revocation_list);
        paths
    }
}

/// `[register]`: the population register.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterSection {
    /// `HOST:PORT`
    pub authority: String,
    /// The name in its certificate.
    pub server_name: String,
    /// PEM: who issued its certificate.
    pub server_ca: PathBuf,
}

/// `[tokens.intake]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeToken {
    pub(crate) softhsm2_conf: Option<PathBuf>,
    pub(crate) label: String,
    pub(crate) pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
    /// Labels of the keys that open dossiers; what is sealed to others is rejected.
    pub opening: Vec<String>,
    /// Label of the key that signs receipts.
    pub receipts: String,
    /// Label of our TLS key.
    pub tls: String,
    /// Folder in which `keys` writes public halves, `LABEL.spki`.
    pub public_keys: Option<PathBuf>,
}

impl IntakeToken {
    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.pin_file];
        paths.extend(&mut self.softhsm2_conf);
        paths.extend(&mut self.so_pin_file);
        paths.extend(&mut self.public_keys);
        paths
    }
}

const fn gigabyte() -> u64 {
    1 << 30
}

const fn eighth_gigabyte() -> u64 {
    1 << 27
}

const fn two() -> u32 {
    2
}

const fn thirty() -> u32 {
    30
}

const fn two_minutes() -> u32 {
    120
}

//! The configuration of `pki-authority operations` (schema in docs/pki.md).

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use key_custody::TokenConfig;
use serde::Deserialize;

use crate::serve::config::{ConfigError, TlsConfig, TokenSection, read_text};

/// The longest that a station's certificate may live: 13 months.
const LONGEST_LIFE: u32 = 400 * 86_400;

/// Where it listens, and what it signs with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationsConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The store's database file.
    pub store: PathBuf,
    /// The audit file.
    pub audit: PathBuf,
    /// The CA's certificate (DER).
    pub authority: PathBuf,
    /// Label of its key.
    #[serde(default = "authority_key")]
    pub authority_key: String,
    /// How long a station's certificate lives, in seconds: 10 to 34 560 000 (400 days), 90 days by default.
    #[serde(default = "ninety_days")]
    pub certificate_seconds: u32,
    /// How long a revocation list lives, in days: 1 to 30.
    #[serde(default = "a_week")]
    pub list_days: u8,
    /// How long a request waits for an absent token, in seconds.
    #[serde(default = "token_wait")]
    pub token_wait_seconds: u16,
    /// The service's own certificate, and the CA of its callers.
    pub tls: TlsConfig,
    /// The CA's token.
    pub token: TokenSection,
}

fn authority_key() -> String {
    crate::ceremony::OPERATIONS_KEY.into()
}

const fn ninety_days() -> u32 {
    90 * 86_400
}

const fn a_week() -> u8 {
    7
}

const fn token_wait() -> u16 {
    20
}

impl OperationsConfig {
    /// Reads a file; the paths in it are relative to its folder.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read_text(path)?;
        let mut config: Self = toml::from_str(&text).map_err(|source| ConfigError::Schema {
            path: path.into(),
            source: Box::new(source),
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let paths = [
            &mut config.store,
            &mut config.audit,
            &mut config.authority,
            &mut config.token.pin_file,
        ];
        let all = paths
            .into_iter()
            .chain(config.tls.paths())
            .chain(&mut config.token.softhsm2_conf);
        for path in all {
            *path = folder.join(&path);
        }
        if !(10..=LONGEST_LIFE).contains(&config.certificate_seconds) {
            return Err(ConfigError::Value {
                field: "certificate_seconds",
                rule: "is 10 to 34560000 (400 days)",
            });
        }
        if !(1..=30).contains(&config.list_days) {
            return Err(ConfigError::Value {
                field: "list_days",
                rule: "is 1 to 30",
            });
        }
        Ok(config)
    }

    /// The token's configuration.
    #[must_use]
    pub fn token(&self) -> TokenConfig {
        self.token.config()
    }
}

//! `[witness]` of the service's configuration: of which log it signs heads, and who may show them.

use std::{path::PathBuf, sync::Arc};

use evidence::{key_from_der, record::is_name, witness::Watched};
use key_custody::Token;
use serde::Deserialize;

use super::config::{ConfigError, read};
use crate::{store::Store, surroundings::Surroundings, witness::WitnessDesk};

/// `[witness]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessSection {
    /// What it signs as: 1 to 64 of `a-z 0-9 . / _ -`.
    #[serde(default = "pki")]
    pub name: String,
    /// Label of its key in the service's token.
    pub key: String,
    /// What the log is called.
    #[serde(default = "centre")]
    pub log: String,
    /// DER public keys of the log.
    pub log_keys: Vec<PathBuf>,
    /// Roles whose certificates may show heads.
    pub roles: Vec<String>,
}

fn pki() -> String {
    "pki".to_owned()
}

fn centre() -> String {
    "centre".to_owned()
}

impl WitnessSection {
    /// Every path, to be made relative to the configuration's folder.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.log_keys.iter_mut()
    }

    /// The desk that signs heads.
    pub(super) fn desk(
        &self,
        token: Arc<Token>,
        store: Store,
        surroundings: Surroundings,
    ) -> Result<WitnessDesk, ConfigError> {
        for (field, name) in [("witness.name", &self.name), ("witness.log", &self.log)] {
            if !is_name(name) {
                let rule = "is 1 to 64 of a-z 0-9 . / _ -";
                return Err(ConfigError::Value { field, rule });
            }
        }
        let mut keys = Vec::new();
        for path in &self.log_keys {
            let key = key_from_der(&read("the log's key", path)?);
            keys.push(key.ok_or(ConfigError::Value {
                field: "witness.log_keys",
                rule: "names files with P-256 public keys in DER",
            })?);
        }
        if keys.is_empty() {
            return Err(ConfigError::Empty("log_keys of [witness]"));
        }
        let log = self.log.clone();
        Ok(WitnessDesk {
            name: self.name.clone(),
            watched: Watched { log, keys },
            token,
            key: self.key.clone(),
            store,
            surroundings,
        })
    }
}

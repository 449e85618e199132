//! `[fleet]` of the configuration (docs/fleet.md).

use std::{
    fs,
    path::{Path, PathBuf},
};

use key_custody::TokenConfig;
use serde::Deserialize;

use super::FleetError;

/// Who certifies stations, what is signed for them, and for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetSection {
    /// Host and port of `pki-authority operations`.
    pub pki: String,
    /// The name in its certificate.
    pub server_name: String,
    /// PEM: the operations CA, of pki and of stations.
    pub ca: PathBuf,
    /// PEM: our certificate, of the role `fleet`. Not for the console, which has its own.
    pub certificate: Option<PathBuf>,
    /// Label of its key in the token.
    pub key: Option<String>,
    /// Label of the key that signs configurations.
    #[serde(default = "configuration_key")]
    pub configuration_key: String,
    /// Label of the key that signs staff lists.
    #[serde(default = "staff_list_key")]
    pub staff_list_key: String,
    /// Public keys (DER) to which dossiers are sealed; for the first draft of a configuration.
    #[serde(default)]
    pub intake_keys: Vec<PathBuf>,
    /// Public keys (DER) that sign receipts, the present one first.
    #[serde(default)]
    pub receipt_keys: Vec<PathBuf>,
    /// Certificates (DER) of makers of biometric devices; for the first draft of a configuration.
    #[serde(default)]
    pub device_anchors: Vec<PathBuf>,
    /// Public key (DER) with which the console verifies configurations.
    pub configuration_public_key: Option<PathBuf>,
    /// How long a one-time code may be used, in days.
    #[serde(default = "a_week")]
    pub code_days: u16,
    /// How long a staff list holds, in hours; the next one is made after half of it.
    #[serde(default = "a_week_of_hours")]
    pub staff_list_hours: u16,
    token: Option<TokenSection>,
}

/// What whoever takes stations in has of its own.
#[derive(Debug)]
pub(super) struct Own<'a> {
    pub(super) certificate: &'a Path,
    pub(super) key: &'a str,
    pub(super) token: TokenConfig,
}

/// `[fleet.token]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenSection {
    #[serde(default = "softhsm")]
    module: PathBuf,
    softhsm2_conf: Option<PathBuf>,
    label: String,
    pin_file: PathBuf,
}

fn softhsm() -> PathBuf {
    key_custody::softhsm::MODULE.into()
}

fn configuration_key() -> String {
    "configuration-1".into()
}

fn staff_list_key() -> String {
    "staff-lists-1".into()
}

const fn a_week() -> u16 {
    7
}

const fn a_week_of_hours() -> u16 {
    7 * 24
}

impl FleetSection {
    /// Every path, to be made relative to the configuration's folder.
    pub(crate) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let token = self.token.iter_mut().flat_map(|token| {
            [&mut token.module, &mut token.pin_file]
                .into_iter()
                .chain(&mut token.softhsm2_conf)
        });
        std::iter::once(&mut self.ca)
            .chain(&mut self.certificate)
            .chain(&mut self.configuration_public_key)
            .chain(token)
            .chain(&mut self.intake_keys)
            .chain(&mut self.receipt_keys)
            .chain(&mut self.device_anchors)
    }

    /// Certificate, key and token of whoever takes stations in.
    pub(super) fn own(&self) -> Result<Own<'_>, FleetError> {
        let (Some(certificate), Some(key), Some(token)) =
            (&self.certificate, &self.key, &self.token)
        else {
            return Err(FleetError::NotOurs);
        };
        if self.receipt_keys.is_empty() {
            return Err(FleetError::NotOurs);
        }
        Ok(Own {
            certificate,
            key,
            token: TokenConfig {
                module: token.module.clone(),
                softhsm2_conf: token.softhsm2_conf.clone(),
                token_label: token.label.clone(),
                pin_file: token.pin_file.clone(),
            },
        })
    }
}

/// A file that the section names.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FleetError> {
    fs::read(path).map_err(|source| FleetError::Read {
        path: path.to_owned(),
        source,
    })
}

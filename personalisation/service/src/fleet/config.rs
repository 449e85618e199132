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
    /// PEM: our certificate, of the role `fleet`.
    pub certificate: PathBuf,
    /// Label of its key in the token.
    pub key: String,
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
    pub receipt_keys: Vec<PathBuf>,
    /// Certificates (DER) of makers of biometric devices; for the first draft of a configuration.
    #[serde(default)]
    pub device_anchors: Vec<PathBuf>,
    /// How long a one-time code may be used, in days.
    #[serde(default = "a_week")]
    pub code_days: u16,
    /// How long a staff list holds, in hours; the next one is made after half of it.
    #[serde(default = "a_week_of_hours")]
    pub staff_list_hours: u16,
    token: TokenSection,
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
        [
            &mut self.ca,
            &mut self.certificate,
            &mut self.token.module,
            &mut self.token.pin_file,
        ]
        .into_iter()
        .chain(&mut self.intake_keys)
        .chain(&mut self.receipt_keys)
        .chain(&mut self.device_anchors)
        .chain(&mut self.token.softhsm2_conf)
    }

    /// The token.
    pub fn token(&self) -> TokenConfig {
        TokenConfig {
            module: self.token.module.clone(),
            softhsm2_conf: self.token.softhsm2_conf.clone(),
            token_label: self.token.label.clone(),
            pin_file: self.token.pin_file.clone(),
        }
    }
}

/// A file that the section names.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FleetError> {
    fs::read(path).map_err(|source| FleetError::Read {
        path: path.to_owned(),
        source,
    })
}

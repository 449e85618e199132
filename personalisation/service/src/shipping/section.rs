//! `[tokens.shipping]` of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

/// `[tokens.shipping]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingToken {
    pub(crate) softhsm2_conf: Option<PathBuf>,
    pub(crate) label: String,
    pub(crate) pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
    /// Label of the P-256 key that signs manifests.
    pub key: String,
    /// Where `keys` writes its public half (DER), for whoever verifies a manifest.
    pub public_key: Option<PathBuf>,
}

impl ShippingToken {
    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.pin_file];
        paths.extend(&mut self.softhsm2_conf);
        paths.extend(&mut self.so_pin_file);
        paths.extend(&mut self.public_key);
        paths
    }
}

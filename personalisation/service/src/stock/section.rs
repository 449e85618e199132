//! `[stock]` and `[tokens.stock]` of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

/// `[stock]`
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StockSection {
    /// Whether the boxes of a delivery are inspected before their blanks are in the vault.
    pub inspect_deliveries: bool,
}

/// `[tokens.stock]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockToken {
    pub(crate) softhsm2_conf: Option<PathBuf>,
    pub(crate) label: String,
    pub(crate) pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
    /// Label of the P-256 key that signs issues of blanks.
    pub key: String,
    /// Where `keys` writes its public half (DER), for `[issues]` of pki.
    pub public_key: Option<PathBuf>,
}

impl StockToken {
    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.pin_file];
        paths.extend(&mut self.softhsm2_conf);
        paths.extend(&mut self.so_pin_file);
        paths.extend(&mut self.public_key);
        paths
    }
}

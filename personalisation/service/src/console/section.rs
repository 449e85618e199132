//! `[console]` and `[tokens.console]` of the configuration.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use serde::Deserialize;

/// `[console]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleSection {
    /// Where it listens: an address of this machine (a proxy that speaks TLS stands before it).
    pub listen: SocketAddr,
    /// Where browsers find it: `https://console.example`, or `http://localhost:PORT`.
    pub origin: String,
    /// The host that passkeys are bound to: that of the origin, or a domain above it.
    pub relying_party: String,
    /// Addresses of the proxies before it: what they append to `X-Forwarded-For` is whom wrong passwords are counted
    /// against. Without any they are counted by login alone.
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
    /// PEM: our certificate, of the role `console`, for calls to the register and to pki.
    pub certificate: Option<PathBuf>,
    /// After how many minutes without an act a session locks.
    #[serde(default = "ten")]
    pub idle_minutes: u16,
}

impl ConsoleSection {
    pub(crate) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.certificate.iter_mut()
    }
}

/// `[tokens.console]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleToken {
    pub(crate) softhsm2_conf: Option<PathBuf>,
    pub(crate) label: String,
    pub(crate) pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
    /// Label of our TLS key.
    pub tls: String,
    /// Where `keys` writes its public half (DER), for whoever certifies it.
    pub public_key: Option<PathBuf>,
}

impl ConsoleToken {
    pub(crate) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.pin_file];
        paths.extend(&mut self.softhsm2_conf);
        paths.extend(&mut self.so_pin_file);
        paths.extend(&mut self.public_key);
        paths
    }
}

const fn ten() -> u16 {
    10
}

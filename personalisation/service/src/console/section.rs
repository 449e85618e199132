//! `[console]` of the configuration.

use std::net::{IpAddr, SocketAddr};

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
    /// After how many minutes without an act a session locks.
    #[serde(default = "ten")]
    pub idle_minutes: u16,
}

const fn ten() -> u16 {
    10
}

//! `[courier]` of the configuration.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

/// `[courier]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourierSection {
    /// Where it listens: an address of this machine (a proxy that speaks TLS stands before it).
    pub listen: SocketAddr,
    /// Where phones find it: `https://courier.example`, or `http://localhost:PORT`.
    pub origin: String,
    /// The host that passkeys are bound to: one above both this origin's and the console's, where they are added.
    pub relying_party: String,
    /// Addresses of the proxies before it: what they append to `X-Forwarded-For` is whom wrong passwords are counted
    /// against. Without any they are counted by login alone.
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
    /// After how many minutes without an act a session locks. What is signed needs no session; sending it does.
    #[serde(default = "hour")]
    pub idle_minutes: u16,
}

const fn hour() -> u16 {
    60
}

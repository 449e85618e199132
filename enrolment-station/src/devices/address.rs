//! Where a device is called: a port of this computer and nothing else.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use hyper::Uri;

use super::{PORTS, Problem};

/// A device's port on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceAddress(u16);

impl DeviceAddress {
    /// The address of a port; `None` outside of [`PORTS`].
    pub fn new(port: u16) -> Option<Self> {
        PORTS.contains(&port).then_some(Self(port))
    }

    /// Reads `callbackId` of a discovery answer, which takes precedence over the port that answered.
    ///
    /// Only `http://127.0.0.1:PORT/` is accepted: a name, also `localhost`, could lead elsewhere.
    pub fn from_callback(text: &str) -> Result<Self, Problem> {
        let uri: Uri = text.parse().map_err(|_| Problem::ForeignCallback)?;
        let own = uri.scheme_str() == Some("http") && uri.host() == Some("127.0.0.1");
        // User information before the host would be a sign of trickery.
        let plain = uri
            .authority()
            .is_some_and(|all| !all.as_str().contains('@'));
        match uri.port_u16().and_then(Self::new) {
            Some(address) if own && plain => Ok(address),
            _ => Err(Problem::ForeignCallback),
        }
    }

    /// Its port.
    pub fn port(self) -> u16 {
        self.0
    }

    pub(super) fn socket(self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.0).into()
    }
}

impl fmt::Display for DeviceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "127.0.0.1:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computer_is_called_back() {
        for good in [
            "http://127.0.0.1:4501",
            "http://127.0.0.1:4600/",
            "http://127.0.0.1:4555/x",
        ] {
            assert!(DeviceAddress::from_callback(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "127.0.0.1:4501",
            "https://127.0.0.1:4501",
            "http://localhost:4501",
            "http://127.0.0.1",
            "http://127.0.0.1:80",
            "http://127.0.0.1:4601",
            "http://127.0.0.2:4501",
            "http://127.0.0.1.example.org:4501",
            "http://127.0.0.1@example.org:4501",
            "http://x@127.0.0.1:4501",
            "http://[::1]:4501",
            "http://2130706433:4501",
            "file:///etc/passwd",
        ] {
            assert_eq!(
                DeviceAddress::from_callback(bad),
                Err(Problem::ForeignCallback),
                "{bad}"
            );
        }
    }
}

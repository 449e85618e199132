//! Callers without a certificate: how often each network was wrong, whichever process it asked.

use std::net::{IpAddr, Ipv6Addr};

use personalisation_store::StoreError;
use time::Duration;

use super::Place;

/// Wrong codes of one network before it must wait.
const PERMITTED: u64 = 10;
/// How long it waits, and how long a wrong code is remembered.
const WAIT: Duration = Duration::minutes(10);

impl Place {
    /// Whether an address must wait.
    pub(super) async fn must_wait(&self, address: Option<IpAddr>) -> Result<bool, StoreError> {
        let network = network(address);
        let wrong = self.store.wrong_codes(&network, self.now(), WAIT).await?;
        Ok(wrong >= PERMITTED)
    }

    /// Counts a wrong code. That it cannot be counted is no reason to say more about the code.
    pub(super) async fn was_wrong(&self, address: Option<IpAddr>) {
        let network = network(address);
        let counted = self.store.add_wrong_code(&network, self.now(), WAIT);
        if let Err(error) = counted.await {
            tracing::error!(%error, "a wrong one-time code is not counted");
        }
    }

    /// Forgets those who have waited, for ever.
    pub async fn forget_strangers(self: std::sync::Arc<Self>) {
        loop {
            tokio::time::sleep(std::time::Duration::from_mins(10)).await;
            if let Err(error) = self.store.forget_wrong_codes(self.now(), WAIT).await {
                tracing::error!(%error, "forgetting wrong one-time codes");
            }
        }
    }
}

/// Whoever has one IPv6 address has the whole network of it (64 bits).
fn network(address: Option<IpAddr>) -> Vec<u8> {
    match address {
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.octets().to_vec(),
            None => address.octets()[..8].to_vec(),
        },
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        None => Ipv6Addr::UNSPECIFIED.octets()[..8].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_stranger_and_a_mapped_address_the_ipv4_one() {
        let of = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}

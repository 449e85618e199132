//! Callers without a certificate: how often each address was wrong.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

/// Wrong codes of one address before it must wait.
const PERMITTED: u32 = 10;
/// How long it waits, and how long a wrong code is remembered.
const WAIT: Duration = Duration::minutes(10);
/// Addresses remembered at once; beyond, the oldest is forgotten.
const REMEMBERED: usize = 4096;

/// Who was wrong.
#[derive(Debug, Default)]
pub(crate) struct Strangers(Mutex<HashMap<IpAddr, Wrong>>);

#[derive(Debug, Clone, Copy)]
struct Wrong {
    times: u32,
    last: OffsetDateTime,
}

impl Strangers {
    /// Whether an address must wait.
    pub(crate) fn must_wait(&self, address: Option<IpAddr>, now: OffsetDateTime) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&group(address))
            .is_some_and(|wrong| wrong.times >= PERMITTED && now - wrong.last < WAIT)
    }

    /// Counts a wrong code.
    pub(crate) fn was_wrong(&self, address: Option<IpAddr>, now: OffsetDateTime) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, wrong| now - wrong.last < WAIT);
        if seen.len() >= REMEMBERED {
            let oldest = seen.iter().min_by_key(|(_, wrong)| wrong.last);
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                seen.remove(&oldest);
            }
        }
        let wrong = seen.entry(group(address)).or_insert(Wrong {
            times: 0,
            last: now,
        });
        wrong.times += 1;
        wrong.last = now;
    }
}

/// Whoever has one IPv6 address has the whole network of it (64 bits).
fn group(address: Option<IpAddr>) -> IpAddr {
    match address {
        Some(IpAddr::V6(address)) => {
            if let Some(mapped) = address.to_ipv4_mapped() {
                return mapped.into();
            }
            let network = u128::from(address) >> 64 << 64;
            Ipv6Addr::from(network).into()
        }
        Some(address) => address,
        None => Ipv6Addr::UNSPECIFIED.into(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_address_that_was_wrong_too_often_waits() {
        let strangers = Strangers::default();
        let now = datetime!(2026-11-22 12:00 UTC);
        let address = |text: &str| Some(text.parse().unwrap());
        for _ in 0..PERMITTED {
            assert!(!strangers.must_wait(address("2001:db8::1"), now));
            strangers.was_wrong(address("2001:db8::1"), now);
        }
        assert!(strangers.must_wait(address("2001:db8::2"), now));
        assert!(!strangers.must_wait(address("2001:db8:0:1::1"), now));
        assert!(!strangers.must_wait(address("192.0.2.1"), now));
        assert!(!strangers.must_wait(address("2001:db8::1"), now + WAIT));
    }

    #[test]
    fn no_flood_of_addresses_costs_memory() {
        let strangers = Strangers::default();
        let now = datetime!(2026-11-22 12:00 UTC);
        for number in 0..5000_u32 {
            strangers.was_wrong(Some(IpAddr::V4(number.into())), now);
        }
        assert!(strangers.0.lock().unwrap().len() <= REMEMBERED);
    }
}

//! Places that callers share: however many one of them takes, others find some.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// So many places, of which callers of one address (one IPv6 network of 64 bits) have their share at most.
#[derive(Debug)]
pub struct Places {
    all: usize,
    share: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A place; free again when dropped.
pub struct Place {
    places: Arc<Places>,
    network: IpAddr,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

impl Places {
    /// So many in all, and for one address.
    #[must_use]
    pub fn new(all: usize, share: usize) -> Arc<Self> {
        Arc::new(Self {
            all,
            share,
            taken: Mutex::default(),
        })
    }

    /// A place, unless all are taken, or all of this address.
    #[must_use]
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let network = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_this = taken.get(&network).copied().unwrap_or(0);
        if of_this >= self.share || taken.values().sum::<usize>() >= self.all {
            return None;
        }
        taken.insert(network, of_this + 1);
        Some(Place {
            places: Arc::clone(self),
            network,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = &self.places.taken;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

/// Whoever has one IPv6 address has the whole network of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(network).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_its_share_and_all_together_no_more_than_there_are() {
        let places = Places::new(5, 2);
        let take = |text: &str| places.take(text.parse().unwrap());
        let one = take("192.0.2.1").unwrap();
        // The same address, as an IPv6 listener sees it.
        let _two = take("::ffff:192.0.2.1").unwrap();
        assert!(take("192.0.2.1").is_none());
        let _three = take("2001:db8::1").unwrap();
        let _four = take("2001:db8::2").unwrap();
        assert!(take("2001:db8::3").is_none());
        let _five = take("2001:db8:0:1::1").unwrap();
        assert!(take("192.0.2.2").is_none());
        drop(one);
        let _one = take("192.0.2.2").unwrap();
        assert!(take("192.0.2.1").is_none());
    }
}

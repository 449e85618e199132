//! What a program's edge gives to the rest: the time, and unpredictable numbers.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rand::CryptoRng;
use time::OffsetDateTime;

use crate::profile::SerialNumber;

/// Clock and randomness, handed in once. Clones share them.
#[derive(Clone)]
pub struct Surroundings {
    now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    rng: Arc<Mutex<Box<dyn CryptoRng + Send>>>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").finish_non_exhaustive()
    }
}

impl Surroundings {
    /// A clock and a source of randomness.
    pub fn new(
        now: impl Fn() -> OffsetDateTime + Send + Sync + 'static,
        rng: impl CryptoRng + Send + 'static,
    ) -> Self {
        Self {
            now: Arc::new(now),
            rng: Arc::new(Mutex::new(Box::new(rng))),
        }
    }

    /// The time, in whole seconds UTC.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let now = (self.now)().to_offset(time::UtcOffset::UTC);
        now.replace_nanosecond(0).unwrap_or(now)
    }

    /// A fresh serial number.
    #[must_use]
    pub fn serial_number(&self) -> SerialNumber {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        SerialNumber::random(&mut *rng)
    }

    /// A fresh id, for audit entries.
    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut id);
        id
    }
}

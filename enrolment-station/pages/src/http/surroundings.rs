//! What a program's edge gives to the pages: the time, and unpredictable numbers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rand::CryptoRng;
use time::OffsetDateTime;

/// Clock and randomness, handed in once. Clones share them. (The challenges of passkeys are the library's own.)
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
    /// A clock and a source of randomness fit for keys.
    pub fn new(
        now: impl Fn() -> OffsetDateTime + Send + Sync + 'static,
        rng: impl CryptoRng + Send + 'static,
    ) -> Self {
        Self {
            now: Arc::new(now),
            rng: Arc::new(Mutex::new(Box::new(rng))),
        }
    }

    /// The time.
    pub fn now(&self) -> OffsetDateTime {
        (self.now)()
    }

    /// Unpredictable bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }
}

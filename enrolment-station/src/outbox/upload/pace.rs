//! How often and how long: waits that grow, spread by chance so that stations do not come together.

use std::time::Duration;

use rand::{CryptoRng, Rng, RngExt as _};

/// The pace of an uploader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two passes when all is well.
    pub idle: Duration,
    /// The first wait after a failure; each further one is twice as long.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// How long one call may take: a chunk over a slow line.
    pub call: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(30),
            first: Duration::from_secs(2),
            longest: Duration::from_mins(5),
            call: Duration::from_mins(2),
        }
    }
}

impl Pace {
    /// The wait after so many failures in a row: half of it certain, half by chance.
    pub fn back_off(&self, failures: u32, rng: &mut impl CryptoRng) -> Duration {
        let doubled = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .unwrap_or(u32::MAX);
        spread(self.first.saturating_mul(doubled).min(self.longest), rng)
    }

    /// The wait after a pass that went through.
    pub(super) fn idle(&self, rng: &mut impl CryptoRng) -> Duration {
        spread(self.idle, rng)
    }

    pub(super) fn longest(&self) -> Duration {
        self.longest
    }
}

fn spread(wait: Duration, rng: &mut impl Rng) -> Duration {
    let half = wait / 2;
    half + half.mul_f64(rng.random::<f64>())
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn waits_grow_to_their_limit_and_differ() {
        let (pace, mut rng) = (Pace::default(), StdRng::seed_from_u64(1));
        for (failures, most) in [
            (1, 2),
            (2, 4),
            (5, 32),
            (8, 256),
            (9, 300),
            (40, 300),
            (u32::MAX, 300),
        ] {
            let waits: Vec<_> = (0..100)
                .map(|_| pace.back_off(failures, &mut rng))
                .collect();
            let most = Duration::from_secs(most);
            assert!(
                waits.iter().all(|wait| (most / 2..=most).contains(wait)),
                "{failures}"
            );
            let (low, high) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(
                high.saturating_sub(*low) > most / 4,
                "{failures}: {low:?} to {high:?}"
            );
        }
    }
}

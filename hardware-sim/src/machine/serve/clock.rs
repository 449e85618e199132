//! A machine's own clock: wall time, compressed.

use std::time::{Duration, Instant};

use crate::machine::mechanics::Millis;

/// Counts from the start of the process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start: Instant,
    factor: f64,
}

impl Clock {
    pub(super) fn new(factor: f64) -> Self {
        Self {
            start: Instant::now(),
            factor,
        }
    }

    pub(super) fn now(&self) -> Millis {
        let millis = self.start.elapsed().as_secs_f64() * 1_000.0 * self.factor;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "time since the start, not negative"
        )]
        let millis = millis as Millis;
        millis
    }

    /// Wall time until a moment of the machine's clock.
    pub(super) fn until(&self, moment: Millis) -> Duration {
        #[expect(
            clippy::cast_precision_loss,
            reason = "exact for a few hundred thousand years"
        )]
        let seconds = moment as f64 / 1_000.0 / self.factor;
        // A millisecond more: waking too early would only mean to wait again.
        Duration::try_from_secs_f64(seconds)
            .unwrap_or(Duration::MAX)
            .saturating_sub(self.start.elapsed())
            + Duration::from_millis(1)
    }
}

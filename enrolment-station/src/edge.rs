//! The program's edge: the only place that reads the clock and the system's randomness.

use rand::{rand_core::UnwrapErr, rngs::SysRng};
use time::OffsetDateTime;

/// The system's randomness.
pub type SystemRng = UnwrapErr<SysRng>;

/// The system's randomness. A system that has none stops the program rather than weaken a key.
pub fn rng() -> SystemRng {
    UnwrapErr(SysRng)
}

/// The system's clock, in UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's edge reads the clock"
)]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

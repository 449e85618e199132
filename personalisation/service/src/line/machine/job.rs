//! Print jobs: named after the attempt that they are for, so that a machine can refuse to print one twice.

use std::fmt;

use openssl::sha::sha256;
use personalisation_core::attempt::AttemptId;

/// The name of a print: 16 bytes, the same for an attempt whoever asks and whenever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrintJob([u8; PrintJob::LEN]);

impl PrintJob {
    /// Length in bytes.
    pub const LEN: usize = 16;

    /// The job of an attempt: the first bytes of SHA-256 over a word of its own, order and attempt.
    pub fn of(attempt: AttemptId) -> Self {
        let number = attempt.attempt.get().to_be_bytes();
        Self(first_half(&[
            b"print job",
            &attempt.order.as_bytes()[..],
            &number,
        ]))
    }

    /// The job of these bytes.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for PrintJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrintJob({})", hex::encode(self.0))
    }
}

/// The first 16 bytes of SHA-256 over parts of which each but the last has a length that is known.
pub(super) fn first_half(parts: &[&[u8]]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&sha256(&parts.concat())[..16]);
    half
}

#[cfg(test)]
mod tests {
    use personalisation_core::{attempt::AttemptNumber, ids::OrderId};

    use super::*;

    #[test]
    fn each_attempt_has_its_own_job_and_always_the_same() {
        let attempt = |order, number| AttemptId {
            order: OrderId::from_bytes([order; 16]),
            attempt: AttemptNumber::new(number).unwrap(),
        };
        let job = PrintJob::of(attempt(1, 1));
        assert_eq!(job, PrintJob::of(attempt(1, 1)));
        assert_ne!(job, PrintJob::of(attempt(1, 2)));
        assert_ne!(job, PrintJob::of(attempt(2, 1)));
    }
}
